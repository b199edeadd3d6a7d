"""Specification curve: one share under every combination of choices, and below each point what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kgeval.plan.flag import CENSUS, SUPPRESS
from kgeval.plan.research import CHOICES
from kgeval.present.answers import round_labels
from kgeval.present.charts.caption import source_note
from kgeval.present.charts.chart import Chart, Charts, nothing_to_draw
from kgeval.present.charts.sheet import Sheet, lay_out
from kgeval.present.charts.sheet_words import Column, Content, line_height
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import width_of
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.style import colour, size_of
from kgeval.present.tables.research import option_label

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = ["indicator", "rank", "main", *CHOICES, "value", "low", "high", "n"]
_PANEL = 15  # lines of small type that the curve is high
_GAP = 0.4  # of a line between curve and matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row of the matrix: a choice's heading (no ``option``), or one of its options."""

    label: str
    choice: str
    option: str = ""
    median: float | None = None


def specification_curves(
    specs: pd.DataFrame, options: pd.DataFrame, study: Study, lang: str, *, synthetic: bool = False
) -> Charts:
    """Draw the curve of every indicator that has one; parameters as for ``specification_curve``."""
    return Charts(
        specification_curve(
            part, options[options["indicator"] == key], study, lang, synthetic=synthetic,
            name=f"specification_{key}",
        )
        for key, part in specs.groupby("indicator", sort=False)
    )  # fmt: skip


def specification_curve(
    specs: pd.DataFrame,
    options: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    synthetic: bool = False,
    name: str = "specification",
) -> Chart:
    """Draw the values of all specifications of one indicator, sorted, the main one marked.

    Parameters
    ----------
    specs
        Rows of ``evaluate.specifications`` of one indicator; withheld ones are counted in a note.
    options
        Rows of ``evaluate.option_ranges`` of that indicator.
    study, lang, synthetic, name
        As for ``against_target``; a matrix of dots is for reading, there is no size for the hall.
    """
    words, size = labels(lang), size_of("report")
    shown = specs[(specs["flag"] != SUPPRESS) & specs["value"].notna()]
    if shown.empty:
        return nothing_to_draw(name, TWIN, study, lang, size="report", synthetic=synthetic)
    shown = shown.sort_values(["value", "spec"], ignore_index=True)
    shown = shown.assign(rank=range(1, len(shown) + 1))
    indicator = study.indicator(str(shown["indicator"].iloc[0]))
    measure = Measure(kind=indicator.kind, lang=lang)
    lines = _lines(options, study, words)
    title = _title(shown, word_of(indicator.short, lang), measure, words)
    period = round_labels(study, lang)[str(shown["round"].iloc[0])]
    content = Content(
        title=title,
        subtitle=words["curve.subtitle"],
        labels=tuple(line.label for line in lines),
        columns=(
            Column(
                heading=words["curve.median"],
                cells=tuple("" if line.median is None else measure.value(line.median) for line in lines),
                right=True,
            ),
        ),
        notes=source_note(study, period, _remarks(specs, shown, words), words),
        watermark=words["caveat.synthetic"] if synthetic else "",
        strong=frozenset(place for place, line in enumerate(lines) if not line.option),
        above=_PANEL,
    )
    sheet = lay_out(content, size)
    _draw_matrix(sheet, shown, lines, words["curve.axis"])
    _draw_curve(sheet, shown, measure, words)
    return Chart(
        name=name,
        figure=sheet.figure,
        data=shown[TWIN],
        title=title,
        alt=words.fill("curve.alt", title=title, rows=_told(lines, measure, words)),
        dpi=size.dpi,
    )


def _lines(options: pd.DataFrame, study: Study, words: Labels) -> list[_Line]:
    lines = []
    for choice, part in options.groupby("choice", sort=False):
        lines.append(_Line(label=words[f"research.choice.{choice}"], choice=str(choice)))
        for row in part.to_dict("records"):
            label = option_label(study, row["indicator"], row["choice"], row["option"], words.lang)
            median = number_of(row, "median")
            lines.append(_Line(label=label, choice=row["choice"], option=row["option"], median=median))
    return lines


def _title(shown: pd.DataFrame, what: str, measure: Measure, words: Labels) -> str:
    main = shown.loc[shown["main"], "value"]
    return words.fill(
        "curve.title" if len(main) else "curve.title_absent",
        what=what,
        main=measure.value(main.iloc[0]) if len(main) else "",
        lowest=measure.value(shown["value"].min()),
        highest=measure.value(shown["value"].max()),
        shown=len(shown),
    )


def _remarks(specs: pd.DataFrame, shown: pd.DataFrame, words: Labels) -> list[str]:
    census = bool((shown["interval_method"] == CENSUS).all())
    withheld = len(specs) - len(shown)
    remarks = [words["curve.note_census" if census else "curve.note"]]
    return [*remarks, *([words.fill("curve.note_withheld", count=withheld)] if withheld else [])]


def _told(lines: list[_Line], measure: Measure, words: Labels) -> str:
    return " ".join(
        words.fill(
            "curve.alt_row",
            choice=words[f"research.choice.{line.choice}"],
            option=line.label,
            median=measure.value(line.median),
        )
        for line in lines
        if line.option
    )


def _draw_matrix(sheet: Sheet, shown: pd.DataFrame, lines: list[_Line], axis: str) -> None:
    axes, size = sheet.axes, sheet.size
    axes.set_xlim(0, len(shown) + 1)
    axes.set_xticks([])
    axes.set_xlabel(axis, fontsize=size.axis, color=colour("muted"), labelpad=size.axis * 0.35)
    dot = min(size.marker * 0.7, 0.7 * 72 * sheet.width / (len(shown) + 1))
    for line, y in zip(lines, sheet.centres, strict=True):
        if not line.option:
            continue
        axes.plot([0, len(shown) + 1], [y, y], color=colour("grid"), linewidth=0.6, zorder=1)
        chosen = shown[shown[line.choice] == line.option]
        axes.plot(chosen["rank"], [y] * len(chosen), "o", markersize=dot, color=colour("muted"), zorder=2)
        main = chosen[chosen["main"]]
        axes.plot(
            main["rank"], [y] * len(main), "s", markersize=size.marker, color=colour("to_round"), zorder=4
        )


def _draw_curve(sheet: Sheet, shown: pd.DataFrame, measure: Measure, words: Labels) -> None:
    size, figure = sheet.size, sheet.figure
    wide, high = figure.get_size_inches()
    line = line_height(size.source, size)
    bottom, height = sheet.top + line * _GAP, line * (_PANEL - 2 * _GAP)
    axes = figure.add_axes((sheet.left / wide, bottom / high, sheet.width / wide, height / high))
    axes.patch.set_alpha(0)
    axes.set_xlim(0, len(shown) + 1)
    axes.set_xticks([])
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    at, scale = shown["rank"], measure.scale
    others = ~shown["main"].to_numpy(dtype=bool)
    axes.vlines(
        at, shown["low"] * scale, shown["high"] * scale, color=colour("rule"), linewidth=0.9, zorder=2
    )
    dot = min(size.marker * 0.6, 0.8 * 72 * sheet.width / (len(shown) + 1))
    axes.plot(
        at[others], shown["value"][others] * scale, "o", markersize=dot, color=colour("muted"), zorder=3
    )
    main = shown[shown["main"]]
    axes.vlines(
        main["rank"], main["low"] * scale, main["high"] * scale, color=colour("to_round"),
        linewidth=size.whisker, zorder=4,
    )  # fmt: skip
    axes.plot(
        main["rank"], main["value"] * scale, "s", markersize=size.marker, color=colour("to_round"), zorder=5
    )
    _scale(axes, sheet, shown, measure, words)


def _scale(axes: Any, sheet: Sheet, shown: pd.DataFrame, measure: Measure, words: Labels) -> None:
    """Let the y axis hold all limits and the target, whose name stands among the ticks."""
    from matplotlib.ticker import MaxNLocator

    size, target = sheet.size, number_of(shown.iloc[0], "target")
    seen = shown[["value", "low", "high"]].to_numpy(dtype=float) * measure.scale
    held = [*seen[~np.isnan(seen)], *([] if target is None else [target * measure.scale])]
    low, high = min(held), max(held)
    ticks = [float(tick) for tick in MaxNLocator(nbins=5).tick_values(low, high)]
    pad = (high - low) * 0.04 or 1.0
    axes.set_ylim(low - pad, high + pad)
    apart = (high - low + 2 * pad) * 1.6 / _PANEL  # values nearer than this would write on each other
    ticks = [tick for tick in ticks if low - pad <= tick <= high + pad]
    named = {tick: measure.exact(tick / measure.scale) for tick in ticks}
    if target is not None:
        at = target * measure.scale
        named = {tick: text for tick, text in named.items() if abs(tick - at) >= apart}
        named[at] = words.fill("curve.target", target=measure.exact(target))
        axes.axhline(
            at, color=colour("target"), linewidth=size.whisker * 0.6, linestyle=(0, (4, 2.5)), zorder=1
        )
    room = sheet.left - size.margin
    points = min(
        [size.axis, *(size.axis * room / (width_of(text, size.axis) + 0.1) for text in named.values())]
    )
    axes.set_yticks(list(named), list(named.values()))
    axes.tick_params(axis="y", length=0, pad=size.axis * 0.35)
    for text in axes.get_yticklabels():
        text.set(fontsize=points, color=colour("muted"), parse_math=False)
    axes.grid(visible=True, axis="y", color=colour("grid"), linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
