"""The slides of the conference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.caveat import CHANGE, caveats
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.dumbbell import rows_to_draw
from kgeval.present.conference.drawn import charts
from kgeval.present.conference.judged import judged_changes, priorities
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import target_sentences
from kgeval.present.published import in_reading_order, main, page_of, pages_of, publish
from kgeval.present.results import Results
from kgeval.present.slides import Slide, slides
from kgeval.present.style import size_of
from kgeval.present.tables.results import changes_table, targets_table

_POINTS = 3
_BARS = 3  # pairs of bars on a slide, each with its change in words below


def deck(results: Results, pictures: Iterable[Chart] | None = None) -> bytes:
    """Return the slides of the conference: points, facts, targets, results, change, areas, limits, backup.

    ``pictures`` are the charts of the hall's size; None: they are drawn here.
    """
    words, study = labels(results.lang), results.study
    given = charts(results, size="slide") if pictures is None else pictures
    drawn = {chart.name: chart for chart in given}
    made = [
        *_opening(results, drawn),
        *_change(results, drawn),
        *_by_area(results, drawn),
        _limits(results),
        *_backup(results, drawn),
    ]
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
    facts, sampled = _facts(shares, lang), words["caveat.sample"]
    return [
        _spoken(results, words.fill("deck.points", place=place), " ".join(said), lines=said[:_POINTS]),
        _spoken(results, words.fill("deck.facts", place=place), "; ".join(facts), lines=(*facts, sampled)),
        _spoken(results, words.fill("deck.targets", place=place), " ".join(said), table=targets),
        *_charted(results, "targets", drawn, shares, under=words["deck.results"]),
    ]


def _change(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    """Return the change as bars that can be edited, or as a table where nothing can be compared."""
    own, study, lang = results.of(WHOLE), results.study, results.lang
    changes = judged_changes(own)
    chart = drawn["change"]
    rows = changes
    if not changes.empty:
        rows, _ = rows_to_draw(changes, study, lang, own.estimates)
    if rows.empty:
        table = changes_table(changes, study, lang, estimates=own.estimates)
        return [_spoken(results, chart.title, chart.alt, table=table)]
    return [
        _spoken(
            results, chart.title, chart.alt, changes=page_of(rows, _BARS, page), alt=chart.alt,
        )
        for page in pages_of(len(rows), _BARS)
    ]  # fmt: skip


def _by_area(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    rows = main(publish(results.endline, results.verdicts, results.study, results.lang))
    made: list[Slide] = []
    for key in priorities(results):
        made += _charted(results, f"targets_{key.lower()}", drawn, rows[rows["indicator"] == key])
    shown = [name for name in ("gaps", *_maps(drawn)[:1]) if name in drawn]
    return [*made, *(_spoken(results, drawn[n].title, drawn[n].alt, picture=drawn[n]) for n in shown)]


def _charted(
    results: Results, name: str, drawn: Mapping[str, Chart], rows: pd.DataFrame, *, under: str = "{title}"
) -> list[Slide]:
    """Return published rows as native charts that hold the same rows as the drawn ones, page by page."""
    pages = [chart for key, chart in drawn.items() if re.fullmatch(rf"{re.escape(name)}(_\d+)?", key)]
    ordered, most = in_reading_order(rows), size_of("slide").rows
    return [
        _spoken(
            results, under.replace("{title}", chart.title), chart.alt,
            chart=page_of(ordered, most, page) if len(pages) > 1 else ordered, alt=chart.alt,
        )
        for page, chart in enumerate(pages, start=1)
    ]  # fmt: skip


def _maps(drawn: Mapping[str, Chart]) -> list[str]:
    return [name for name in drawn if name.startswith("tiles")]


def _limits(results: Results) -> Slide:
    words = labels(results.lang)
    names = ("sample", "census", CHANGE, "no_average", "no_rank")
    lines = (
        *caveats(results.study, results.lang, names),
        words.fill("report.to_fill", what=words["report.fill.proposals"]),
    )
    return _spoken(results, words["deck.caveats"], "", lines=lines)


def _backup(results: Results, drawn: Mapping[str, Chart]) -> list[Slide]:
    """Return what answers questions: every other chart, the changes with their remarks, the definitions."""
    words, own = labels(results.lang), results.of(WHOLE)
    names = [name for name in drawn if name.startswith(("bullet", "cascade", "forest"))]
    made = [
        _spoken(
            results, words.fill("deck.backup", title=drawn[name].title), drawn[name].alt, picture=drawn[name]
        )
        for name in [*_maps(drawn)[1:], *names]
    ]
    changed = changes_table(judged_changes(own), results.study, results.lang, estimates=own.estimates)
    titled = words.fill("deck.backup", title=changed.title)
    rows = main(publish(own.endline, own.verdicts, results.study, results.lang))
    judged = rows[rows["target"].notna()].drop_duplicates("indicator")
    meant = tuple(
        words.fill("deck.meant", what=row["short"], label=row["label"], unit=row["unit"])
        for _, row in judged.iterrows()
    )
    return [
        *made,
        _spoken(results, titled, "", table=changed),
        _spoken(results, words["deck.method"], "", lines=(*meant, words["caveat.census"])),
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
    return tuple(said)
