"""Tile map of verdicts: where each verdict holds; schematic tiles, or the user's own boundaries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import WHOLE
from kgeval.present.boundaries import Boundaries, Ring, projected
from kgeval.present.charts.caption import source_note, verdict_title
from kgeval.present.charts.chart import Chart, nothing_to_draw
from kgeval.present.charts.sheet import Sheet, lay_out
from kgeval.present.charts.sheet_words import Content
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import wrapped
from kgeval.present.published import main, plain, publish
from kgeval.present.style import SizeName, colour, size_of, verdict_colour

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = ["indicator", "variant", "area", "place", "row", "column", "target", "official", "outcome"]
Places = Mapping[str, tuple[int, int]]


def tiles(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    places: Places | None = None,
    boundaries: Boundaries | None = None,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "tiles",
) -> Chart:
    """Draw the verdict of one indicator in each area.

    It belongs beside ``against_target``, never instead of it: tiles show no value and no interval,
    and area is not people.

    Parameters
    ----------
    estimates, verdicts
        Results of one indicator in several areas.
    study, lang, size, synthetic, name
        As for ``against_target``.
    places
        Area code to (row, column) of its tile, from 0 at the upper left; None: in the study's order.
    boundaries
        Rings by the area's code, to draw instead of tiles.

    Raises
    ------
    ParameterError
        Several indicators, or boundaries that lack an area.
    """
    rows = main(plain(publish(estimates, verdicts, study, lang)))
    rows = rows[(rows["area"] != WHOLE) & rows["target"].notna()].reset_index(drop=True)
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    if len(set(rows["indicator"])) > 1:
        raise ParameterError("a tile map shows one indicator; choose it first")
    words = labels(lang)
    order = {area.code: number for number, area in enumerate(study.areas)}
    rows = rows.sort_values("area", key=lambda codes: codes.map(order)).reset_index(drop=True)
    at = dict(places) if places is not None else in_order(list(rows["area"]))
    missing = [code for code in rows["area"] if code not in at]
    if missing:
        raise ParameterError(f"no tile is placed for area {', '.join(missing)}; give its row and column")
    rows = rows.assign(
        row=[at[code][0] for code in rows["area"]], column=[at[code][1] for code in rows["area"]]
    )
    sheet, content = _sheet(rows, study, words, size, synthetic=synthetic, drawn=boundaries is not None)
    if boundaries is None:
        _draw_tiles(sheet, rows, words)
    else:
        _draw_boundaries(sheet, rows, boundaries, words)
    described = " ".join(
        words.fill("tiles.row", place=row["place"], verdict=words[f"verdict.chart.{row['outcome']}"])
        for _, row in rows.iterrows()
    )
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows[TWIN],
        title=content.title,
        alt=words.fill("tiles.alt", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def in_order(codes: list[str]) -> dict[str, tuple[int, int]]:
    """Return row and column of tiles in the order given, in a block a little wider than high."""
    wide = math.ceil(math.sqrt(len(codes) * 1.5))
    return {code: divmod(number, wide) for number, code in enumerate(codes)}


def _sheet(
    rows: pd.DataFrame, study: Study, words: Labels, size: SizeName, *, synthetic: bool, drawn: bool
) -> tuple[Sheet, Content]:
    period = str(rows["round_label"].iloc[0])
    deep = 5 if drawn else int(rows["row"].max()) + 1
    content = Content(
        title=words.fill("tiles.title", title=verdict_title(rows, study, words)),
        subtitle=words.fill("tiles.subtitle", label=rows.iloc[0]["label"], period=period),
        labels=("",) * (deep * 3),
        columns=(),
        notes=source_note(study, period, [words["tiles.note_map" if drawn else "tiles.note"]], words),
        watermark=words["caveat.synthetic"] if synthetic else "",
        above=0,
    )
    sheet = lay_out(content, size_of(size))
    sheet.axes.set_axis_off()
    return sheet, content


def _draw_tiles(sheet: Sheet, rows: pd.DataFrame, words: Labels) -> None:
    from matplotlib.patches import Rectangle

    axes, size = sheet.axes, sheet.size
    deep, wide = int(rows["row"].max()) + 1, int(rows["column"].max()) + 1
    room = axes.get_ylim()[1]
    tall, broad = room / deep, sheet.width / wide
    axes.set_xlim(0, sheet.width)
    for _, row in rows.iterrows():
        x, y = row["column"] * broad, room - (row["row"] + 1) * tall
        tint = verdict_colour(row["outcome"])
        axes.add_patch(
            Rectangle(
                (x + 0.04, y + 0.04),
                broad - 0.08,
                tall - 0.08,
                facecolor=tint,
                alpha=0.14,
                edgecolor=tint,
                linewidth=size.whisker,
            )
        )
        verdict = words[f"verdict.chart.{row['outcome']}"]
        name = wrapped(row["place"], size.label, broad - 0.2, bold=True, most=2)
        said = wrapped(verdict, size.label, broad - 0.2, most=1)
        _write(axes, x + broad / 2, y + tall * 0.62, "\n".join(name), size.label, weight="bold")
        _write(axes, x + broad / 2, y + tall * 0.2, "\n".join(said), size.label, color=tint)


def _draw_boundaries(sheet: Sheet, rows: pd.DataFrame, boundaries: Boundaries, words: Labels) -> None:
    from matplotlib.patches import Polygon

    missing = [code for code in rows["area"] if code not in boundaries]
    if missing:
        raise ParameterError(f"the boundaries lack area {', '.join(missing)}; give the map of all areas")
    axes, size = sheet.axes, sheet.size
    shapes = projected(
        {code: boundaries[code] for code in rows["area"]}, sheet.width * 0.53, axes.get_ylim()[1]
    )
    axes.set_xlim(0, sheet.width)
    for number, row in rows.iterrows():
        tint, rings = verdict_colour(row["outcome"]), shapes[row["area"]]
        for ring in rings:
            axes.add_patch(Polygon(ring, facecolor=tint, alpha=0.3, edgecolor=colour("ink"), linewidth=0.6))
        middle = _middle(max(rings, key=len))
        _write(axes, *middle, str(int(str(number)) + 1), size.label, weight="bold")
    listed = [
        f"{number}. {row['place']}: {words['verdict.chart.' + row['outcome']]}"
        for number, (_, row) in enumerate(rows.iterrows(), 1)
    ]
    # Names beside the map: in small areas they would not fit.
    room, step = axes.get_ylim()[1], size.label * size.line / 72
    for number, line in enumerate(listed):
        short = wrapped(line, size.label, sheet.width * 0.42, most=1)[0]
        axes.text(
            sheet.width * 0.57, room - (number + 1) * step * 1.1, short, fontsize=size.label,
            parse_math=False, color=verdict_colour(rows["outcome"].iloc[number]),
        )  # fmt: skip


def _middle(ring: Ring) -> tuple[float, float]:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def _write(axes: Any, x: float, y: float, text: str, points: float, **options: Any) -> None:
    given = {"ha": "center", "va": "center", "color": colour("ink"), **options}
    axes.text(x, y, text, fontsize=points, parse_math=False, linespacing=1.1, **given)
