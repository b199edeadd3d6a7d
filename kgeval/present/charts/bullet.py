"""Bullet bars: what was reached against what was planned, from 0 to 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.present.charts.caption import result_remarks, source_note, verdict_title
from kgeval.present.charts.chart import Chart, nothing_to_draw
from kgeval.present.charts.sheet import Sheet, lay_out, scale
from kgeval.present.charts.sheet_words import Column, Content
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import number_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import main, plain, publish
from kgeval.present.reading_order import several_areas
from kgeval.present.result import measure_beside, value_with_interval
from kgeval.present.style import SizeName, colour, size_of, verdict_colour

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = ["indicator", "variant", "area", "label", "value", "low", "high", "n", "target", "outcome"]
_THICK = 0.32  # of the distance between rows


def bullet(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "bullet",
) -> Chart:
    """Draw the main shares of one area as bars with their targets.

    Parameters
    ----------
    estimates, verdicts
        Results of one area in the last round.
    study, lang, size, synthetic, name
        As for ``against_target``.

    Raises
    ------
    ParameterError
        Several areas: bars of areas would be read as a ranking.
    """
    rows = main(plain(publish(estimates, verdicts, study, lang)))
    rows = rows[rows["target"].notna() & (rows["kind"] == "share")].reset_index(drop=True)
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    if several_areas(rows):
        raise ParameterError("bullet bars show one area; choose it first, or draw against_target")
    content = _content(rows, study, labels(lang), synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _bars(sheet, rows, Numbers(lang=lang))
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows.assign(label=rows["short"])[TWIN],
        title=content.title,
        alt=_alt(content, labels(lang)),
        dpi=size_of(size).dpi,
    )


def _content(rows: pd.DataFrame, study: Study, words: Labels, *, synthetic: bool) -> Content:
    records = [row for _, row in rows.iterrows()]
    period = str(rows["round_label"].iloc[0])
    return Content(
        title=words.fill("bullet.title", title=verdict_title(rows, study, words)),
        subtitle=words.fill("bullet.subtitle", period=period),
        labels=tuple(rows["short"]),
        columns=(
            Column(heading=words["chart.value"], cells=tuple(value_with_interval(row) for row in records)),
            Column(
                heading=words["column.plan"],
                cells=tuple(measure_beside(row).exact(number_of(row, "target")) for row in records),
                right=True,
            ),
            Column(
                heading=words["chart.verdict"],
                cells=tuple(words[f"verdict.chart.{row['outcome']}"] for row in records),
                colours=tuple(verdict_colour(row["outcome"]) for row in records),
                share=0.14,
            ),
        ),
        notes=source_note(study, period, result_remarks(rows, words), words),
        watermark=words["caveat.synthetic"] if synthetic else "",
    )


def _alt(content: Content, words: Labels) -> str:
    values, _, verdicts = (column.cells for column in content.columns)
    described = " ".join(
        words.fill("chart.alt_row", label=label, value=value, verdict=verdict)
        for label, value, verdict in zip(content.labels, values, verdicts, strict=True)
    )
    return words.fill("bullet.alt", title=content.title, rows=described)


def _bars(sheet: Sheet, rows: pd.DataFrame, numbers: Numbers) -> None:
    scale(sheet, 0, 100, lambda tick, digits: f"{numbers.number(tick, digits)}%", within=(0.0, 100.0))
    for (_, row), y in zip(rows.iterrows(), sheet.centres, strict=True):
        _draw(sheet.axes, row, y, sheet.size.row, sheet.size.whisker)


def _draw(axes: Any, row: pd.Series, y: float, step: float, line: float) -> None:
    value, low, high = (number_of(row, column) for column in ("value", "low", "high"))
    thick = step * _THICK
    if value is not None:
        axes.barh(
            [y], [value * 100], height=thick, color=verdict_colour(row["outcome"]), alpha=0.75, zorder=2
        )
    if low is not None and high is not None:
        axes.plot([low * 100, high * 100], [y, y], color=colour("ink"), linewidth=line * 0.7, zorder=3)
    target = float(row["target"]) * 100
    axes.plot(
        [target, target], [y - thick, y + thick], color=colour("target"), linewidth=line * 1.4, zorder=4
    )
