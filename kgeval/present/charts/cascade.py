"""Cascade: how many are left after each step, and where most are lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.present.charts.caption import result_remarks, source_note
from kgeval.present.charts.chart import Chart, nothing_to_draw
from kgeval.present.charts.sheet import Sheet, lay_out, scale
from kgeval.present.charts.sheet_words import Column, Content
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import number_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import plain, publish
from kgeval.present.reading_order import several_areas
from kgeval.present.result import value_with_interval
from kgeval.present.style import SizeName, colour, size_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = ["indicator", "variant", "area", "label", "value", "low", "high", "n", "drop", "outcome"]


def cascade(
    estimates: pd.DataFrame,
    steps: Sequence[tuple[str, str]],
    study: Study,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "cascade",
) -> Chart:
    """Draw shares of the same population after one step after another.

    Parameters
    ----------
    estimates
        Results of one area and round.
    steps
        (indicator, variant) of each step, the widest first; all are shares of the same population.
    study, lang, size, synthetic, name
        As for ``against_target``.

    Raises
    ------
    ParameterError
        The rows are of several areas, or the steps of several populations.
    """
    rows = _steps(plain(publish(estimates, None, study, lang)), steps)
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    if several_areas(rows) or len(set(rows["unit"])) > 1 or set(rows["kind"]) != {"share"}:
        raise ParameterError(
            "the steps of a cascade are shares of one population in one area; choose others, or one area"
        )
    words = labels(lang)
    rows = rows.assign(drop=rows["value"].diff())
    content = _content(rows, study, words, synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _draw(sheet, rows, lang)
    cells = zip(content.labels, content.columns[0].cells, content.columns[1].cells, strict=True)
    described = " ".join(words.fill("chart.alt_row", label=a, value=b, verdict=c) for a, b, c in cells)
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows.assign(label=rows["short"])[TWIN],
        title=content.title,
        alt=words.fill("cascade.alt", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def _steps(rows: pd.DataFrame, steps: Sequence[tuple[str, str]]) -> pd.DataFrame:
    parts = [rows[(rows["indicator"] == key) & (rows["variant"] == variant)] for key, variant in steps]
    return pd.concat(parts, ignore_index=True) if parts else rows.iloc[:0]


def _content(rows: pd.DataFrame, study: Study, words: Labels, *, synthetic: bool) -> Content:
    numbers, first = Numbers(lang=words.lang), rows.iloc[0]
    period = str(first["round_label"])
    drops = [number_of(row, "drop") for _, row in rows.iterrows()]
    return Content(
        title=_title(rows, words),
        subtitle=words.fill("cascade.subtitle", unit=first["unit"], place=first["place"], period=period),
        labels=tuple(rows["short"]),
        columns=(
            Column(
                heading=words["chart.value"],
                cells=tuple(value_with_interval(row) for _, row in rows.iterrows()),
            ),
            Column(
                heading=words["cascade.drop"],
                cells=tuple(numbers.number(None if d is None else d * 100, sign=True) for d in drops),
                right=True,
                colours=tuple(colour("lost" if d is not None and d < 0 else "muted") for d in drops),
            ),
            Column(
                heading=words["chart.n"],
                cells=tuple(numbers.number(number_of(row, "n"), 0) for _, row in rows.iterrows()),
                right=True,
            ),
        ),
        notes=source_note(study, period, result_remarks(rows, words), words),
        watermark=words["caveat.synthetic"] if synthetic else "",
    )


def _title(rows: pd.DataFrame, words: Labels) -> str:
    what = rows.iloc[0]["place"]
    drops = rows["drop"].dropna()
    if drops.empty:
        return words.fill("cascade.title_none", what=what)
    if drops.min() >= 0:
        return words.fill("cascade.title_flat", what=what)
    worst = rows.iloc[int(rows["drop"].argmin())]
    drop = Numbers(lang=words.lang).points(worst["drop"])
    return words.fill("cascade.title", what=what, step=worst["short"], drop=drop)


def _draw(sheet: Sheet, rows: pd.DataFrame, lang: str) -> None:
    numbers, size = Numbers(lang=lang), sheet.size
    scale(sheet, 0, 100, lambda tick, digits: f"{numbers.number(tick, digits)}%", within=(0.0, 100.0))
    before = None
    for (_, row), y in zip(rows.iterrows(), sheet.centres, strict=True):
        value, low, high = (number_of(row, column) for column in ("value", "low", "high"))
        if value is None:
            before = None
            continue
        thick = size.row * 0.55
        sheet.axes.barh([y], [value * 100], height=thick, color=colour("bar"), alpha=0.75, zorder=2)
        if before is not None and before > value:
            sheet.axes.barh(
                [y], [(before - value) * 100], left=[value * 100], height=thick, facecolor="none",
                edgecolor=colour("lost"), linewidth=size.whisker * 0.5, linestyle=(0, (2, 1.5)), zorder=2,
            )  # fmt: skip
        if low is not None and high is not None:
            sheet.axes.plot(
                [low * 100, high * 100], [y, y], color=colour("ink"), linewidth=size.whisker * 0.7
            )
        before = value
