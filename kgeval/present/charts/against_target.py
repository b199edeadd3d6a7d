"""Dot-and-whisker against the target: whether each area is at its target, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import WHOLE
from kgeval.plan.flag import CENSUS
from kgeval.present.charts.caption import (
    measure_words,
    paged_title,
    result_remarks,
    source_note,
    verdict_title,
)
from kgeval.present.charts.chart import Chart, Charts, nothing_to_draw
from kgeval.present.charts.mark import draw_result
from kgeval.present.charts.sheet import Sheet, lay_out, put, scale
from kgeval.present.charts.sheet_words import Column, Content
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import width_of
from kgeval.present.measure import Measure, number_of, text_of
from kgeval.present.numbers import Numbers, absent
from kgeval.present.published import main, plain, publish
from kgeval.present.reading_order import in_reading_order, page_of, several_areas
from kgeval.present.result import value_with_interval
from kgeval.present.style import SizeName, colour, size_of, verdict_colour

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = [
    "indicator", "variant", "area", "round", "label", "value", "low", "high", "missing_low",
    "missing_high", "n", "target", "official", "outcome",
]  # fmt: skip


def against_target(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame | None,
    study: Study,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "against_target",
    page: int | None = None,
) -> Chart:
    """Draw results with their intervals beside their targets.

    Parameters
    ----------
    estimates, verdicts
        Results of one round. Several areas: one indicator, sorted by value, the whole last. One area:
        its main definitions that have a target (all, where none has one), in the order given. Only
        shares stand on one axis; where there are none, what is there is drawn.
    study, lang
        Words.
    size
        ``"report"`` (160 mm) or ``"slide"`` (hall).
    synthetic
        Draw the watermark.
    name
        Stem of the file names.
    page
        Draw this page of rows, from 1; None: all rows must fit.

    Raises
    ------
    ParameterError
        More rows than the size can show on one page, or several indicators in several areas.
    """
    rows = _chosen(plain(publish(estimates, verdicts, study, lang)))
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    if page is None:
        _refuse_crowds(rows, size)
    _refuse_mixtures(rows)
    title = paged_title(verdict_title(rows, study, labels(lang)), rows, size_of(size).rows, page)
    rows = rows if page is None else page_of(rows, size_of(size).rows, page)
    content = _content(rows, title, study, lang, synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _draw(sheet, rows, lang)
    words = labels(lang)
    cells = zip(content.labels, content.columns[0].cells, content.columns[1].cells, strict=True)
    described = " ".join(words.fill("chart.alt_row", label=a, value=b, verdict=c) for a, b, c in cells)
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows.assign(label=list(content.labels))[TWIN],
        title=content.title,
        alt=words.fill("chart.alt_target", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def against_target_by_area(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame | None,
    study: Study,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
) -> Charts:
    """Draw one chart an indicator with a target (every indicator, where none has one), areas as rows.

    The charts are named ``against_target_<indicator>``.
    """
    rows = main(plain(estimates))
    shares = rows[rows["kind"].isin(["share", "mean", "ratio"])]
    judged = set() if verdicts is None else set(verdicts["indicator"])
    keys = [key for key in dict.fromkeys(shares["indicator"]) if not judged or key in judged]
    return Charts(
        against_target(
            shares[shares["indicator"] == key], verdicts, study, lang,
            size=size, synthetic=synthetic, name=f"against_target_{key}",
        )
        for key in keys
    )  # fmt: skip


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    if several_areas(rows):
        return in_reading_order(rows)
    for narrower in (main(rows), rows[rows["target"].notna()], rows[rows["kind"] == "share"]):
        kept = rows.loc[rows.index.intersection(narrower.index)]
        rows = rows if kept.empty else kept
    return rows.reset_index(drop=True)


def _refuse_crowds(rows: pd.DataFrame, size: SizeName) -> None:
    if len(rows) > size_of(size).rows:
        raise ParameterError(
            f"a chart of size {size!r} shows at most {size_of(size).rows} rows, got {len(rows)}; choose fewer"
        )


def _refuse_mixtures(rows: pd.DataFrame) -> None:
    if several_areas(rows) and len(rows[["indicator", "variant", "round"]].drop_duplicates()) > 1:
        raise ParameterError(
            "a chart with several areas shows one definition of one indicator in one round; choose it first"
        )


def _content(rows: pd.DataFrame, title: str, study: Study, lang: str, *, synthetic: bool) -> Content:
    words, numbers = labels(lang), Numbers(lang=lang)
    by_area = several_areas(rows)
    records = [row for _, row in rows.iterrows()]
    outcomes = [text_of(row, "outcome") for row in records]
    return Content(
        title=title,
        subtitle=_subtitle(rows.iloc[0], words, by_area=by_area),
        labels=tuple(rows["place"] if by_area else rows["short"]),
        columns=(
            Column(heading=words["chart.value"], cells=tuple(value_with_interval(row) for row in records)),
            Column(
                heading=words["chart.verdict"],
                cells=tuple(words[f"verdict.chart.{outcome}"] for outcome in outcomes),
                colours=tuple(verdict_colour(outcome) for outcome in outcomes),
                share=0.14,
            ),
            Column(
                heading=words["chart.n"],
                cells=tuple(numbers.number(number_of(row, "n"), 0) for row in records),
                right=True,
            ),
        ),
        notes=source_note(study, rows["round_label"].iloc[0], result_remarks(rows, words), words),
        watermark=words["caveat.synthetic"] if synthetic else "",
        strong=frozenset(i for i, area in enumerate(rows["area"]) if by_area and area == WHOLE),
    )


def _subtitle(first: pd.Series, words: Labels, *, by_area: bool) -> str:
    if not by_area:
        return str(first["round_label"])
    return f"{first['label']} ({measure_words(first, words)}); {first['round_label']}"


def _draw(sheet: Sheet, rows: pd.DataFrame, lang: str) -> None:
    kinds = set(rows["kind"])
    unit = Measure(kind=kinds.pop() if len(kinds) == 1 else "mean", lang=lang)
    mark = "%" if unit.kind == "share" else ""
    low, high = _limits(rows, unit)
    within = (0.0, 100.0) if unit.kind == "share" else None
    scale(sheet, low, high, lambda tick, digits: unit.numbers.number(tick, digits) + mark, within=within)
    _draw_targets(sheet, rows, unit)
    for (_, row), y in zip(rows.iterrows(), sheet.centres, strict=True):
        if not absent(row["value"]):
            draw_result(sheet.axes, row, y, sheet.size, lambda value: value * unit.scale)


def _draw_targets(sheet: Sheet, rows: pd.DataFrame, unit: Measure) -> None:
    targets, words = rows["target"].dropna(), labels(unit.lang)
    if targets.empty:
        return
    dashes: dict[str, Any] = {
        "color": colour("target"),
        "linewidth": sheet.size.whisker * 0.6,
        "linestyle": (0, (4, 2.5)),
        "zorder": 2,
    }
    if len(set(targets)) == 1:
        at = float(targets.iloc[0])
        sheet.axes.axvline(at * unit.scale, **dashes)
        _name_target(sheet, at * unit.scale, words.fill("chart.target", target=unit.exact(at)))
        return
    half = min(abs(b - a) for a, b in zip(sheet.centres, sheet.centres[1:], strict=False)) * 0.4
    for target, y in zip(rows["target"], sheet.centres, strict=True):
        if not absent(target):
            sheet.axes.plot([target * unit.scale] * 2, [y - half, y + half], **dashes)
    _name_target(sheet, float(rows["target"].dropna().iloc[0]) * unit.scale, words["chart.target_row"])


def _name_target(sheet: Sheet, at: float, text: str) -> None:
    low, high = sheet.axes.get_xlim()
    x = sheet.left + (at - low) / (high - low) * sheet.width
    half = width_of(text, sheet.size.source) / 2
    x = min(max(x, sheet.left + half), max(sheet.left + sheet.width - half, sheet.left + half))
    put(sheet.figure, x, sheet.top, text, sheet.size.source, ha="center", va="bottom")


def _limits(rows: pd.DataFrame, unit: Measure) -> tuple[float, float]:
    """Return the range of the axis: all that is drawn, with some air; shares stay within 0 to 100."""
    drawn = [rows[column].astype("float64") for column in ("value", "low", "high", "target")]
    bounded = rows["interval_method"] == CENSUS
    drawn += [rows[column].astype("float64").where(bounded) for column in ("missing_low", "missing_high")]
    numbers = pd.concat(drawn).dropna() * unit.scale
    share = unit.kind == "share"
    if numbers.empty:
        return 0.0, 100.0 if share else 1.0
    low, high = float(numbers.min()), float(numbers.max())
    pad = max((high - low) * 0.08, 2.0 if share else abs(high) * 0.05, 1e-6)
    if share:
        return max(0.0, low - pad), min(100.0, high + pad)
    return (0.0 if 0 <= low <= high * 0.5 else low - pad), high + pad
