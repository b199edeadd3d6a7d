"""Who issues the report of an area: the words of the study, and nothing invented where it has none."""

from __future__ import annotations

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.results import Results
from kgeval.present.word import Masthead

_NAMES = ("agency", "superior", "number", "place", "date", "signatory_title", "signatory_name")


def masthead(results: Results, area: str) -> Masthead:
    """Return the head of an area's report.

    ``[report]`` of the study speaks for the whole, ``[report.areas.<key>]`` for an area: its office,
    its number and its signatory are its own.
    """
    words, one = labels(results.lang), results.study.area(area)
    given = results.study.report
    if one is not None:
        given = given.get("areas", {}).get(one.key, {})
    title = lowered_title(word_of(results.study.title, results.lang))
    return Masthead(
        abstract=words.fill("report.abstract", title=title, place=results.place(area)),
        recipients=tuple(str(line) for line in given.get("recipients", ())),
        **{name: str(given.get(name, "")) for name in _NAMES},
    )


def lowered_title(title: str) -> str:
    """Return a study's title for the middle of a phrase."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
