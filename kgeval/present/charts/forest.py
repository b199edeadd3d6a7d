"""Forest plot: estimates with their intervals beside a reference, on a plain or a log axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.sheet import Sheet, lay_out, put, scale
from kgeval.present.charts.sheet_words import Column, Content
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import width_of
from kgeval.present.measure import number_of
from kgeval.present.numbers import Numbers
from kgeval.present.style import SizeName, colour, size_of

TWIN = ["indicator", "variant", "area", "label", "value", "low", "high", "n"]
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """What a forest plot is about: its subject, its measure, and whether its axis is logarithmic."""

    what: str
    measure: str
    ratio: bool = False  # ratios: log axis, reference 1; differences: plain axis, reference 0
    decimals: int = 2
    source: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def reference(self) -> float:
        """The value that says: no difference."""
        return 1.0 if self.ratio else 0.0

    def place(self, value: float) -> float:
        """Return where a value stands on the axis."""
        return math.log10(value) if self.ratio else value


def forest(
    rows: pd.DataFrame,
    about: Forest,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "forest",
) -> Chart:
    """Draw estimates with their intervals.

    Parameters
    ----------
    rows
        One row an estimate: ``label``, ``value``, ``low``, ``high``, ``n``; missing values show a dash.
    about
        Subject, measure, axis.
    lang, size, synthetic, name
        As for ``against_target``.

    Raises
    ------
    ParameterError
        No row, too many rows, or a ratio that is not positive.
    """
    shown = _checked(rows.reset_index(drop=True), about, size)
    words, records = labels(lang), [row for _, row in shown.iterrows()]
    content = _content(shown, about, words, synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _draw(sheet, records, about, words)
    described = " ".join(
        words.fill("forest.row", label=label, value=cell)
        for label, cell in zip(content.labels, content.columns[0].cells, strict=True)
    )
    return Chart(
        name=name,
        figure=sheet.figure,
        data=shown[[column for column in TWIN if column in shown]],
        title=content.title,
        alt=words.fill("forest.alt", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def _checked(shown: pd.DataFrame, about: Forest, size: SizeName) -> pd.DataFrame:
    if not 1 <= len(shown) <= size_of(size).rows:
        raise ParameterError(
            f"a forest plot of size {size!r} shows 1 to {size_of(size).rows} rows, got {len(shown)}; choose"
        )
    if about.ratio and bool((shown[["value", "low", "high"]] <= 0).any(axis=None)):
        raise ParameterError(
            "a ratio must be above 0 to stand on a log axis; check the rows, or set ratio = False"
        )
    return shown


def _content(shown: pd.DataFrame, about: Forest, words: Labels, *, synthetic: bool) -> Content:
    numbers, records = Numbers(lang=words.lang), [row for _, row in shown.iterrows()]
    return Content(
        title=_title(shown, about, words),
        subtitle=words.fill("forest.subtitle", measure=about.measure),
        labels=tuple(str(label) for label in shown["label"]),
        columns=(
            Column(
                heading=words["forest.estimate"],
                cells=tuple(_cell(row, about, numbers) for row in records),
            ),
            Column(
                heading=words["chart.n"],
                cells=tuple(numbers.number(number_of(row, "n"), 0) for row in records),
                right=True,
            ),
        ),
        notes=_notes(about, words),
        watermark=words["caveat.synthetic"] if synthetic else "",
    )


def _notes(about: Forest, words: Labels) -> tuple[str, ...]:
    source = [words.fill("chart.note_source", source=about.source)] if about.source else []
    line = " ".join([*source, *about.remarks])
    return (line,) if line else ()


def _cell(row: pd.Series, about: Forest, numbers: Numbers) -> str:
    value = numbers.number(number_of(row, "value"), about.decimals)
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return value
    return f"{value} ({numbers.range(low, high, decimals=about.decimals)})"


def _title(rows: pd.DataFrame, about: Forest, words: Labels) -> str:
    clear = (rows["low"] > about.reference) | (rows["high"] < about.reference)
    reference = Numbers(lang=words.lang).exact(about.reference)
    return words.fill(
        "forest.title", what=about.what, n=int(clear.sum()), total=len(rows), reference=reference
    )


def _draw(sheet: Sheet, records: list[pd.Series], about: Forest, words: Labels) -> None:
    at = _axis(sheet, records, about, Numbers(lang=words.lang))
    reference = Numbers(lang=words.lang).exact(about.reference)
    sheet.axes.axvline(
        at, color=colour("target"), linewidth=sheet.size.whisker * 0.6, linestyle=(0, (4, 2.5)), zorder=2
    )
    _name_reference(sheet, at, words.fill("forest.reference", reference=reference))
    for row, y in zip(records, sheet.centres, strict=True):
        _draw_row(sheet, row, y, about)


def _axis(sheet: Sheet, records: list[pd.Series], about: Forest, numbers: Numbers) -> float:
    """Lay the axis under everything that is drawn, and return where the reference stands on it."""
    drawn = [number_of(row, column) for row in records for column in ("value", "low", "high")]
    at = about.place(about.reference)
    seen = [about.place(x) for x in drawn if x is not None] + [at]
    pad = (max(seen) - min(seen)) * 0.06 or 0.1
    low, high = min(seen) - pad, max(seen) + pad
    if about.ratio:
        _log_axis(sheet, low, high, numbers)
    else:
        scale(sheet, low, high, numbers.number)
    return at


def _draw_row(sheet: Sheet, row: pd.Series, y: float, about: Forest) -> None:
    value, lower, upper = (number_of(row, column) for column in ("value", "low", "high"))
    if value is None:
        return
    axes, size = sheet.axes, sheet.size
    clear = lower is not None and upper is not None and not lower <= about.reference <= upper
    tint = colour("to_round" if clear else "muted")
    if lower is not None and upper is not None:
        ends = [about.place(lower), about.place(upper)]
        axes.plot(ends, [y, y], color=tint, linewidth=size.whisker, zorder=3)
    mark = "s" if clear else "D"
    axes.plot([about.place(value)], [y], marker=mark, markersize=size.marker, color=tint, zorder=4)


def _log_axis(sheet: Sheet, low: float, high: float, numbers: Numbers) -> None:
    axes, size = sheet.axes, sheet.size
    axes.set_xlim(low, high)
    ticks = [step for step in _STEPS if low <= math.log10(step) <= high] or [1.0]
    wide = max(width_of(numbers.exact(tick), size.axis) for tick in ticks) + 0.16
    while len(ticks) > 2 and len(ticks) * wide > sheet.width:
        ticks = [tick for tick in ticks if tick == 1] + [t for t in ticks[::2] if t != 1]
        ticks.sort()
    axes.set_xticks([math.log10(tick) for tick in ticks], [numbers.exact(tick) for tick in ticks])
    for text in axes.get_xticklabels():
        text.set(fontsize=size.axis, color=colour("muted"), parse_math=False)
    axes.grid(visible=True, axis="x", color=colour("grid"), linewidth=0.6)


def _name_reference(sheet: Sheet, at: float, text: str) -> None:
    low, high = sheet.axes.get_xlim()
    half = width_of(text, sheet.size.source) / 2
    x = sheet.left + (at - low) / (high - low) * sheet.width
    x = min(max(x, sheet.left + half), max(sheet.left + sheet.width - half, sheet.left + half))
    put(sheet.figure, x, sheet.top, text, sheet.size.source, ha="center", va="bottom")
