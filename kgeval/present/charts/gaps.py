"""Small multiples of the distance to the target: every indicator, every area, on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import WHOLE
from kgeval.plan.flag import CENSUS
from kgeval.present.charts.caption import paged_title, result_remarks, source_note
from kgeval.present.charts.chart import Chart, nothing_to_draw
from kgeval.present.charts.mark import draw_result
from kgeval.present.charts.sheet import Sheet, lay_out, put
from kgeval.present.charts.sheet_words import Content, line_height
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import wrapped
from kgeval.present.measure import number_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import main, plain, publish
from kgeval.present.reading_order import page_of, several_areas
from kgeval.present.style import SizeName, colour, size_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = [
    "indicator",
    "variant",
    "area",
    "label",
    "place",
    "gap",
    "gap_low",
    "gap_high",
    "n",
    "target",
    "outcome",
]
_PANELS = 6
_HEADING = 3  # lines
_STEPS = (2, 5, 10, 20, 25, 50, 75)  # percentage points


def gaps(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "gaps",
    page: int | None = None,
) -> Chart:
    """Draw how far each area is from each target; where lower is better the sign is turned.

    Parameters
    ----------
    estimates, verdicts
        Results of the last round; main definitions of shares with a target are drawn, one panel
        each, in the order given.
    study, lang, size, synthetic, name, page
        As for ``against_target``.

    Raises
    ------
    ParameterError
        More than six indicators, or more areas than the size can show.
    """
    rows = main(plain(publish(estimates, verdicts, study, lang)))
    rows = with_gaps(rows[rows["target"].notna() & (rows["kind"] == "share")])
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    keys, most = list(dict.fromkeys(rows["indicator"])), size_of(size).rows
    title = paged_title(_title(rows, labels(lang)), rows, most, page)
    areas = _areas(rows, study)
    if page is not None:
        rows, areas = _page(rows, areas, most, page)
    if len(keys) > _PANELS or len(areas) > most:
        raise ParameterError(
            f"small multiples of size {size!r} show at most {_PANELS} indicators and "
            f"{most} areas, got {len(keys)} and {len(areas)}; choose fewer"
        )
    words = labels(lang)
    content = _content(rows, areas, title, study, words, synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _draw(sheet, rows, keys, areas, lang)
    described = " ".join(
        words.fill("gap.row", label=row["short"], place=row["place"], gap=gap_words(row, lang))
        for _, row in rows.iterrows()
    )
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows.assign(label=rows["short"])[TWIN].reset_index(drop=True),
        title=content.title,
        alt=words.fill("gap.alt", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return published rows with ``gap``, ``gap_low`` and ``gap_high``: above 0 is on the good side."""
    census = rows["interval_method"] == CENSUS
    low = rows["low"].where(~census, rows["missing_low"])
    high = rows["high"].where(~census, rows["missing_high"])
    lower = rows["direction"] == "lower"
    return rows.assign(
        gap=(rows["value"] - rows["target"]).where(~lower, rows["target"] - rows["value"]),
        gap_low=(low - rows["target"]).where(~lower, rows["target"] - high),
        gap_high=(high - rows["target"]).where(~lower, rows["target"] - low),
    )


def gap_words(row: pd.Series, lang: str) -> str:
    """Return a gap in percentage points; a dash where there is none."""
    return Numbers(lang=lang).points(number_of(row, "gap"))


def _areas(rows: pd.DataFrame, study: Study) -> list[str]:
    known = [area.code for area in study.areas] + [WHOLE]
    return [code for code in known if code in set(rows["area"])]


def _page(rows: pd.DataFrame, areas: list[str], most: int, page: int) -> tuple[pd.DataFrame, list[str]]:
    shown = list(page_of(pd.DataFrame({"area": areas}), most, page)["area"])
    return rows[rows["area"].isin(shown)], shown


def _title(rows: pd.DataFrame, words: Labels) -> str:
    single = rows[rows["area"] != WHOLE] if several_areas(rows) else rows
    if single["gap"].isna().all():
        return words["gap.title_none"]
    return words.fill("gap.title", n=int((single["outcome"] == "met").sum()), total=len(single))


def _content(
    rows: pd.DataFrame, areas: list[str], title: str, study: Study, words: Labels, *, synthetic: bool
) -> Content:
    period = str(rows["round_label"].iloc[0])
    return Content(
        title=title,
        subtitle=words.fill("gap.subtitle", period=period),
        labels=tuple(study.area_label(code, words.lang) for code in areas),
        columns=(),
        notes=source_note(study, period, result_remarks(rows, words), words),
        watermark=words["caveat.synthetic"] if synthetic else "",
        strong=frozenset(i for i, code in enumerate(areas) if code == WHOLE and len(areas) > 1),
        above=_HEADING,
    )


def _draw(sheet: Sheet, rows: pd.DataFrame, keys: list[str], areas: list[str], lang: str) -> None:
    numbers, size = Numbers(lang=lang), sheet.size
    sheet.axes.set_axis_off()
    space = size.label / 72 * 1.2
    wide = (sheet.width - space * (len(keys) - 1)) / len(keys)
    limit = _limit(rows)
    height = dict(zip(areas, sheet.centres, strict=True))
    for number, key in enumerate(keys):
        left = sheet.left + number * (wide + space)
        axes = _panel(sheet, left, wide, limit, numbers)
        short = str(rows[rows["indicator"] == key]["short"].iloc[0])
        heading = wrapped(short, size.source, wide, most=_HEADING)
        put(
            sheet.figure, left + wide / 2, sheet.top, "\n".join(heading), size.source, ha="center",
            va="bottom", linespacing=1.15,
        )  # fmt: skip
        for _, row in rows[(rows["indicator"] == key) & rows["gap"].notna()].iterrows():
            draw_result(axes, row, height[row["area"]], size, _distance(row))


def _distance(row: pd.Series) -> Callable[[float], float]:
    sign, target = (-100.0 if row["direction"] == "lower" else 100.0), float(row["target"])
    return lambda value: (value - target) * sign


def _panel(sheet: Sheet, left: float, wide: float, limit: float, numbers: Numbers) -> Any:
    figure, size = sheet.figure, sheet.size
    width, height = figure.get_size_inches()
    box = sheet.axes.get_position()
    axes = figure.add_axes((left / width, box.y0, wide / width, box.height))
    axes.set_xlim(-limit, limit)
    axes.set_ylim(0, box.height * height)
    axes.set_yticks([])
    axes.patch.set_alpha(0)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colour("rule"))
    axes.tick_params(axis="x", length=0, pad=size.axis * 0.35)
    # The outermost round step that leaves room for its label; a narrow panel names the target alone.
    inner = max((step for step in _STEPS if step <= limit * 0.75), default=0)
    ticks = [-inner, 0, inner] if wide > line_height(size.axis, size) * 6 and inner else [0]
    axes.set_xticks(ticks, [numbers.number(tick, 0, sign=True) for tick in ticks])
    for text in axes.get_xticklabels():
        text.set(fontsize=size.source, color=colour("muted"), parse_math=False)
    axes.axvline(0, color=colour("target"), linewidth=size.whisker * 0.6, linestyle=(0, (4, 2.5)), zorder=2)
    return axes


def _limit(rows: pd.DataFrame) -> float:
    seen = rows[["gap", "gap_low", "gap_high"]].abs().max().max()
    return 10.0 if pd.isna(seen) else max(5.0, float(seen) * 110)
