"""The slides of the conference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.caveat import CHANGE, caveats
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.dumbbell import rows_to_draw
from kgeval.present.conference.drawn import charts
from kgeval.present.conference.judged import judged_changes, priorities
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import wrapped
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import lowered
from kgeval.present.prose import change_sentences, target_sentences
from kgeval.present.published import main, plain, publish
from kgeval.present.reading_order import in_reading_order, page_of, pages_of
from kgeval.present.result import measure_beside, value_with_interval
from kgeval.present.results import Results
from kgeval.present.slides import Slide, slides
from kgeval.present.style import size_of
from kgeval.present.tables.advice import recommendations_table
from kgeval.present.tables.changes import changes_table
from kgeval.present.tables.results import targets_table
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.survey import survey_table

_POINTS = 5  # a hall reads no more; a plan's fourth target, met or not, must not fall off
_CAVEATS = ("sample", "census", CHANGE, "no_average", "no_rank")
_LINES, _LINE_POINTS = 17, 18  # lines of this size that a slide has room for
_OF_ADVICE = ("recommendation", "addressee", "deadline")
_BARS = 4  # pairs of bars on a slide, each with its change in words below


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
    said = " ".join(target_sentences(own.endline, own.verdicts, study, lang).paragraphs)
    rows = main(publish(own.endline, own.verdicts, study, lang))
    judged = rows[rows["target"].notna()]
    shares = judged[judged["kind"] == "share"]
    targets = targets_table(own.endline, own.verdicts, study, lang, place=place)
    asked = main(plain(publish(own.estimates, own.verdicts, study, lang)))
    surveyed = survey_table(asked[asked["indicator"].isin(set(judged["indicator"]))], study, lang)
    facts = _facts(judged, words)
    return [
        _spoken(results, words.fill("deck.points", place=place), said, lines=_points(judged, words)),
        _spoken(results, words.fill("deck.facts", place=place), facts, table=surveyed),
        _spoken(results, words.fill("deck.targets", place=place), said, table=targets),
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
    """Return what the data allow to say, and the recommendations as far as there is room for them."""
    words, own = labels(results.lang), results.of(WHOLE)
    advised = _proposals(own)
    proposed = [
        words.fill("deck.proposal", **{str(key): text for key, text in row.items()})
        for row in ([] if advised is None else advised.cells.to_dict("records"))
    ]
    names = ("sample", CHANGE) if proposed else _CAVEATS
    lines = [*caveats(results.study, results.lang, names)]
    room = _LINES - sum(map(_height, [*lines, words["deck.proposals"]]))
    kept = [text for at, text in enumerate(proposed) if sum(map(_height, proposed[: at + 1])) <= room]
    if kept:
        lines += [words["deck.proposals"], *kept]
    elif results.study.report:
        lines.append(words.fill("report.to_fill", what=words["report.fill.proposals"]))
    rows = main(publish(own.endline, own.verdicts, own.study, own.lang))
    facts = _facts(rows[rows["target"].notna()], words)
    return _spoken(results, words["deck.caveats"], facts, lines=tuple(lines))


def _height(text: str) -> float:
    """Return how many lines of a slide a paragraph takes, the space below it among them."""
    return len(wrapped(text, _LINE_POINTS, size_of("slide").width - 1.2)) + 0.4


def _proposals(own: Results) -> TableSpec | None:
    """Return the recommendations that the findings ask for; None where there are none."""
    advice, found = own.told("recommendations"), own.told("findings")
    if advice is None or found is None or advice.empty:
        return None
    return recommendations_table(advice, found, own.study, own.lang, synthetic=own.synthetic)


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
    told = " ".join(change_sentences(judged_changes(own), results.study, results.lang).paragraphs)
    titled = words.fill("deck.backup", title=changed.title)
    rows = main(publish(own.endline, own.verdicts, results.study, results.lang))
    judged = rows[rows["target"].notna()].drop_duplicates("indicator")
    meant = tuple(
        words.fill("deck.meant", what=row["short"], label=row["label"], unit=row["unit"])
        for _, row in judged.iterrows()
    )
    counted = caveats(results.study, results.lang, ("census",))
    return [
        *made,
        _spoken(results, titled, told, table=changed),
        _spoken(results, words["deck.method"], _facts(judged, words), lines=(*meant, *counted)),
        *_recommended(own),
    ]


def _recommended(own: Results) -> list[Slide]:
    """Return all recommendations with those whom they go to and their deadline."""
    words, table = labels(own.lang), _proposals(own)
    if table is None:
        return []
    kept = tuple(column for column in table.columns if column.key in _OF_ADVICE)
    return [
        _spoken(
            own, words.fill("deck.proposed", title=table.title), "; ".join(table.cells["finding"]),
            table=replace(table, columns=kept),
        )
    ]  # fmt: skip


def _spoken(results: Results, title: str, numbers: str, **content: Any) -> Slide:
    words = labels(results.lang)
    notes = words.fill(
        "deck.notes",
        title=title, numbers=numbers or words["numbers.absent"], reading=words["caveat.sample"],
        source=word_of(results.study.title, results.lang),
    )  # fmt: skip
    return Slide(title=title, notes=notes, **content)


def _points(rows: pd.DataFrame, words: Labels) -> tuple[str, ...]:
    """Return the first results in a line each, short enough for a hall."""
    return tuple(
        words.fill(
            "deck.point",
            what=row["short"], value=value_with_interval(row),
            target=measure_beside(row).exact(row["target"]),
            verdict=lowered(words[f"verdict.chart.{row['outcome']}"]),
        )
        for _, row in rows.head(_POINTS).iterrows()
    )  # fmt: skip


def _facts(rows: pd.DataFrame, words: Labels) -> str:
    """Return how many answers stand behind each result."""
    numbers = Numbers(lang=words.lang)
    return "; ".join(
        words.fill("deck.fact", what=row["short"], n=numbers.n(row["n"])) for _, row in rows.iterrows()
    )
