"""The written report of one area, or of the whole, in the order of the provincial summary.

What the data say is written; what only the agency knows stands as a place to fill in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.caveat import CHANGE, caveats
from kgeval.present.charts.chart import Chart
from kgeval.present.conference import concluded, offices
from kgeval.present.conference.drawn import area_charts, charts_by_area
from kgeval.present.conference.judged import judged_changes, other_results, published_targets
from kgeval.present.conference.masthead import masthead
from kgeval.present.conference.outline import Chapter, appendix, part
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import lowered
from kgeval.present.prose import change_sentences, target_sentences
from kgeval.present.reading_order import several_areas
from kgeval.present.results import Results
from kgeval.present.tables.official import official_table
from kgeval.present.tables.results import areas_table, estimates_table, targets_table, variants_table
from kgeval.present.tables.spec import TableSpec
from kgeval.present.word import Appendix, Block, Figure, Heading, Paragraph, report

_OF_REGISTER = ("type", "activities", "persons", "attendances", "cost")
_OF_BUDGET = ("item", "estimate", "spent", "execution", "settled")
_NARROW = ("indicator", "value", "interval", "n")  # what a portrait page has room for


def area_report(results: Results, area: str, drawn: Iterable[Chart] = ()) -> bytes:
    """Return the Word report of one area, or of the whole.

    ``drawn`` are the charts of that area in the report's size; none: they are drawn here.
    """
    own, place = results.of(area), results.place(area)
    by_area = results if area == WHOLE else None
    charts = tuple(drawn)
    if not charts:
        charts = (*area_charts(own), *(() if by_area is None else charts_by_area(results)))
    body = [
        *_opening(own, place),
        *part("one", _first_part(own, place, charts), results),
        *part("two", _second_part(own), results),
        *part("three", (Chapter(name="ahead"), _proposals(own)), results),
    ]
    return report(
        masthead(results, area),
        body,
        appendices=_appendices(own, place, by_area),
        lang=results.lang,
        synthetic=results.synthetic,
        banner=word_of(results.study.banner, results.lang),
    )


def _opening(own: Results, place: str) -> list[Block]:
    words, study = labels(own.lang), own.study
    low = (*words.listed("subject.lowered"), *words.listed("subject.wholes"))
    inside = lowered(place) if place.startswith(low) else place
    said = words.fill("report.opening", phase=_phase(own, words), place=inside)
    return [Paragraph(text=" ".join([said, *_as_of(own, words)]))] if len(study.rounds) > 1 else []


def _phase(own: Results, words: Labels) -> str:
    return word_of(own.study.phase, words.lang) or word_of(own.study.title, words.lang)


def _as_of(own: Results, words: Labels) -> list[str]:
    day = own.study.data_as_of
    if day is None:
        return []
    numbers = Numbers(lang=words.lang)
    targets = [one.target for one in own.study.indicators if one.target is not None]
    due = max((target.as_of for target in targets if target.as_of is not None), default=day)
    name = "report.before_the_end" if due > day else "report.data_as_of"
    return [words.fill(name, date=numbers.date(day), due=numbers.date(due))]


def _first_part(own: Results, place: str, charts: Sequence[Chart]) -> tuple[Chapter, ...]:
    others = other_results(own)
    others = others[~others["indicator"].isin(own.study.programme.indicator_keys)]  # said line by line
    tasks: tuple[Block, ...] = ()
    if len(others):
        tasks = (
            Heading(text=labels(own.lang)["report.of_others"], level=3),
            _only(estimates_table(others, own.study, own.lang), _NARROW),
        )
    return (
        Chapter(name="features", blocks=concluded.features(own), to_add=True),
        Chapter(name="leading", blocks=offices.leading(own), to_add=True),
        Chapter(name="targets", blocks=tuple(_targets(own, place, charts))),
        Chapter(name="tasks", blocks=(*offices.lines(own, "tasks"), *tasks), to_add=True),
        Chapter(name="agencies", blocks=offices.lines(own, "agencies"), to_add=True),
        Chapter(name="funds", blocks=(*offices.spending(own), *concluded.costs(own)), to_add=True),
    )


def _targets(own: Results, place: str, charts: Sequence[Chart]) -> list[Block]:
    words, study, lang = labels(own.lang), own.study, own.lang
    said = target_sentences(own.endline, own.verdicts, study, lang).paragraphs
    changes = change_sentences(judged_changes(own), study, lang).paragraphs
    told = offices.reported_values(own)
    reported: dict[str, str] | None = told if told or study.report else None
    blocks: list[Block] = []
    if said:
        blocks += [
            Heading(text=words["report.of_targets"], level=3),
            official_table(own.endline, own.verdicts, study, lang, place=place, reported=reported),
            *(Paragraph(text=text) for text in said),
            *_figures(charts, "targets", words.fill("report.figure_targets", place=place)),
        ]
    blocks += _by_area(own, charts, words)
    if changes:
        blocks += [
            Heading(text=words["report.of_changes"], level=3),
            *(Paragraph(text=text) for text in changes),
            *_figures(charts, "change", words.fill("report.figure_changes", place=place)),
        ]
    return blocks


def _figures(charts: Iterable[Chart], name: str, caption: str) -> list[Figure]:
    """Return the figures of a name, its further pages among them."""
    wanted = re.compile(rf"{name}(_\d+)?")
    return [
        Figure(chart=chart, caption=caption)
        for chart in charts
        if wanted.fullmatch(chart.name) and len(chart.data)  # the sentences say why there is nothing to draw
    ]


def _by_area(own: Results, charts: Iterable[Chart], words: Labels) -> list[Block]:
    level = lowered(word_of(own.study.area_level, own.lang))
    figures: list[Block] = []
    for chart in charts:
        if chart.name.startswith("targets_") and several_areas(chart.data):
            key = str(chart.data["indicator"].iloc[0])
            what = word_of(own.study.indicator(key).label, own.lang)
            caption = words.fill("report.figure_area", what=what, level=level)
            figures.append(Figure(chart=chart, caption=caption))
    return [Heading(text=words.fill("report.of_areas", level=level), level=3), *figures] if figures else []


def _second_part(own: Results) -> tuple[Chapter, ...]:
    words = labels(own.lang)
    table = targets_table(own.endline, own.verdicts, own.study, own.lang).cells
    outcomes = list(published_targets(own)["outcome"])
    good = [_met_line(row, words) for row, code in _rows(table, outcomes) if code == "met"]
    rest = [_met_line(row, words) for row, code in _rows(table, outcomes) if code != "met"]
    limits: list[Block] = []
    if rest:
        limits = [Heading(text=words["report.of_results"], level=3), *map(_paragraph, rest)]
    limits += concluded.found(own, "limit")
    known = caveats(own.study, own.lang, ("sample", CHANGE, "no_average"))
    limits += [Heading(text=words["report.of_data"], level=3), *map(_paragraph, known)]
    return (
        Chapter(
            name="strengths",
            blocks=(*map(_paragraph, good), *concluded.found(own, "strength")),
            to_add=True,
        ),
        Chapter(name="limits", blocks=tuple(limits), to_add=True),
        Chapter(name="causes", blocks=concluded.circumstances(own), to_add=True),
        Chapter(name="lessons", blocks=concluded.learnt(own), to_add=True),
    )


def _proposals(own: Results) -> Chapter:
    return Chapter(name="proposals", blocks=concluded.proposals(own), to_add=True)


def _rows(table: pd.DataFrame, outcomes: Sequence[str]) -> list[tuple[dict[str, str], str]]:
    records = [{str(key): str(text) for key, text in row.items()} for row in table.to_dict("records")]
    return list(zip(records, outcomes, strict=True))


def _met_line(row: dict[str, str], words: Labels) -> str:
    verdict = "; ".join(lowered(row[key].lstrip("●■◆ ")) for key in ("official", "statistical"))
    return words.fill(
        "report.met_line", target=row["target_label"], value=row["done"], plan=row["plan"], verdict=verdict
    )


def _only(table: TableSpec, keys: Sequence[str]) -> TableSpec:
    return replace(table, columns=tuple(column for column in table.columns if column.key in keys))


def _paragraph(text: str) -> Paragraph:
    return Paragraph(text=text)


def _appendices(own: Results, place: str, by_area: Results | None) -> list[Appendix]:
    study, lang = own.study, own.lang
    tables: list[Block] = []
    for table in (targets_table, variants_table):
        made = table(own.endline, own.verdicts, study, lang, place=place)
        tables += [made] if len(made.cells) else []
    if by_area is not None:
        rows = by_area.endline[by_area.endline["area"] != WHOLE]
        made = areas_table(rows, by_area.verdicts, study, lang)
        tables += [made] if len(made.cells) else []
    held, paid = offices.activities(own), offices.money(own)
    return [
        *appendix("targets", tables, own),
        *appendix("groups", offices.groups(own), own),
        *appendix("training", () if held is None else (_only(held, _OF_REGISTER),), own),
        *appendix("money", () if paid is None else (_only(paid, _OF_BUDGET),), own),
        *appendix("method", _method(own), own),
        *appendix("praise", (), own),
    ]


def _method(own: Results) -> list[Block]:
    blocks: list[Block] = []
    for indicator in own.study.indicators:
        if indicator.variant != MAIN or indicator.target is None:
            continue
        parts = (word_of(indicator.method, own.lang), word_of(indicator.limits, own.lang))
        if any(parts):
            blocks.append(Heading(text=word_of(indicator.label, own.lang), level=3))
            blocks.extend(Paragraph(text=text) for text in parts if text)
    return [*blocks, *map(_paragraph, caveats(own.study, own.lang, ("sample", "census")))]
