"""What must be known to read results: fixed phrases, and what a change means where a study compares sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kgeval.present.labels import labels
from kgeval.present.measure import word_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

CHANGE = "change"  # the name of the phrase that depends on the study's comparisons


def change_caveat(study: Study, lang: str, indicators: Iterable[str] | None = None) -> str:
    """Return what a change from one round to the other does not tell.

    Parameters
    ----------
    indicators
        Keys of those whose change is shown; None: every one that both rounds ask.
    """
    words = labels(lang)
    rounds = {study.baseline.key, study.endline.key}
    if indicators is None:
        shown = {one.key for one in study.indicators if not one.rounds or rounds <= set(one.rounds)}
    else:
        shown = set(indicators)
    tables = dict.fromkeys(one.table for one in study.indicators if one.key in shown)
    compared = [key for key in tables if key in study.comparisons]
    alone = [key for key in tables if key not in study.comparisons]
    if not compared:
        return words["caveat.no_comparison"]
    if not alone:
        return words["caveat.compared"]
    named = ["; ".join(word_of(study.tables[key].label, lang) for key in keys) for keys in (alone, compared)]
    return words.fill("caveat.partly_compared", alone=named[0], compared=named[1])


def caveats(study: Study, lang: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the phrases ``caveat.<name>`` of the label file; ``change``: :func:`change_caveat`.

    What is said of samples or full counts is left out where the study's indicators stand on none.
    """
    words = labels(lang)
    counted = {study.tables[one.table].design.census for one in study.indicators}
    absent = {"census": True not in counted, "sample": False not in counted}
    return tuple(
        change_caveat(study, lang) if name == CHANGE else words[f"caveat.{name}"]
        for name in names
        if not absent.get(name)
    )
