"""The slides of the conference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kgeval.plan.area import WHOLE
from kgeval.present.charts.chart import Chart
from kgeval.present.conference.drawn import charts
from kgeval.present.conference.judged import judged_changes, priorities
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import target_sentences
from kgeval.present.published import main, publish
from kgeval.present.results import Results
from kgeval.present.slides import Slide, slides
from kgeval.present.tables.results import changes_table, targets_table

_POINTS = 3


def deck(results: Results, pictures: Iterable[Chart] | None = None) -> bytes:
    """Return the slides of the conference: points, facts, targets, results, change, areas, limits, backup.

    ``pictures`` are the charts of the hall's size; None: they are drawn here.
    """
    words, study = labels(results.lang), results.study
    given = charts(results, size="slide") if pictures is None else pictures
    drawn = {chart.name: chart for chart in given}
    made = [*_opening(results, drawn), *_by_area(results, drawn), _limits(results), *_backup(results, drawn)]
    day = study.data_as_of
    as_of = words.fill("page.as_of", date=Numbers(lang=results.lang).date(day)) if day else ""
    parts = (results.place(WHOLE), as_of)
    return slides(
        made,
        title=word_of(study.title, results.lang),
        subtitle="; ".join(part for part in parts if part),
        lang=results.lang,
        synthetic=results.synthetic,
        banner=word_of(study.banner, results.lang),
    )


def _opening(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    words, own = labels(results.lang), results.of(WHOLE)
    study, lang, place = results.study, results.lang, results.place(WHOLE)
    said = target_sentences(own.endline, own.verdicts, study, lang).paragraphs
    rows = main(publish(own.endline, own.verdicts, study, lang))
    shares = rows[(rows["kind"] == "share") & rows["target"].notna()]
    targets = targets_table(own.endline, own.verdicts, study, lang, place=place)
    changed = changes_table(judged_changes(own), study, lang, estimates=own.estimates)
    result = words.fill("deck.results", title=drawn["targets"].title)
    return [
        _spoken(results, words.fill("deck.points", place=place), " ".join(said), lines=said[:_POINTS]),
        _spoken(results, words.fill("deck.facts", place=place), "", lines=_facts(shares, lang)),
        _spoken(results, words.fill("deck.targets", place=place), " ".join(said), table=targets),
        _spoken(results, result, drawn["targets"].alt, chart=shares),
        _spoken(results, drawn["change"].title, drawn["change"].alt, table=changed),
    ]


def _by_area(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    rows = main(publish(results.endline, results.verdicts, results.study, results.lang))
    made = []
    for key in priorities(results):
        chart = drawn[f"targets_{key.lower()}"]
        made.append(_spoken(results, chart.title, chart.alt, chart=rows[rows["indicator"] == key]))
    return [*made, _spoken(results, drawn["gaps"].title, drawn["gaps"].alt, picture=drawn["gaps"])]


def _limits(results: Results) -> Slide:
    words = labels(results.lang)
    names = ("sample", "census", "no_comparison", "no_average", "no_rank")
    lines = (
        *(words[f"caveat.{name}"] for name in names),
        words.fill("report.to_fill", what=words["report.fill.proposals"]),
    )
    return _spoken(results, words["deck.caveats"], "", lines=lines)


def _backup(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    words = labels(results.lang)
    names = [name for name in drawn if name.startswith(("change", "bullet", "tiles", "cascade", "forest"))]
    return [
        _spoken(
            results, words.fill("deck.backup", title=drawn[name].title), drawn[name].alt, picture=drawn[name]
        )
        for name in names
    ]


def _spoken(results: Results, title: str, numbers: str, **content: Any) -> Slide:
    words = labels(results.lang)
    notes = words.fill(
        "deck.notes",
        title=title, numbers=numbers or words["numbers.absent"], reading=words["caveat.sample"],
        source=word_of(results.study.title, results.lang),
    )  # fmt: skip
    return Slide(title=title, notes=notes, **content)


def _facts(rows: Any, lang: str) -> tuple[str, ...]:
    numbers = Numbers(lang=lang)
    said = [
        labels(lang).fill("deck.fact", what=row["short"], n=numbers.n(row["n"])) for _, row in rows.iterrows()
    ]
    return (*said, labels(lang)["caveat.sample"])
