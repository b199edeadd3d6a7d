"""A table before it becomes HTML, Word, a slide or a sheet: columns, written cells, raw values, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

_HTML_POINTS, _HTML_INCHES, _HTML_PADDING = 10.5, 10.0, 0.17  # 14 px, a page of 960 px, 2 × 8 px

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its key in the frames, its heading, where its cells stand."""

    key: str
    heading: str
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table as people read it.

    Parameters
    ----------
    name
        A stable name, unique on a page (it becomes the id of the HTML table).
    title, subtitle
        What stands above it.
    columns
        The columns in order.
    cells
        One row a row of the table, one column a key: text as printed.
    numbers
        The same shape and keys: the unrounded numbers behind the cells, NaN where there is none or
        where it must not be shown.
    groups
        One heading a row, where rows are read in groups; empty: no groups.
    notes
        Lines below the table.
    colours
        (row, key) to the colour of that cell's text.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    cells: pd.DataFrame
    numbers: pd.DataFrame
    subtitle: str = ""
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    colours: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        return html(self)


def html(table: TableSpec) -> str:
    """Return the table as HTML that carries its own style; every text is escaped."""
    from great_tables import GT, loc, style

    from kgeval.present.tables.widths import column_widths, least_widths

    keys = [column.key for column in table.columns]
    frame = table.cells[keys].reset_index(drop=True)
    if table.groups:
        frame = frame.assign(_group=list(table.groups))
    made = (
        GT(frame, id=f"kg_{table.name}", groupname_col="_group" if table.groups else None)
        .tab_header(title=table.title, subtitle=table.subtitle or None)
        .cols_label({column.key: column.heading for column in table.columns})
        .tab_options(
            table_font_size="14px", heading_align="left", row_group_font_weight="bold", table_width="100%"
        )
    )
    least = least_widths(table, _HTML_POINTS, _HTML_PADDING, whole_figures=True)
    if sum(least) < _HTML_INCHES:  # else the browser knows best
        inches = column_widths(table, _HTML_POINTS, _HTML_INCHES, _HTML_PADDING, whole_figures=True)
        shares = [f"{100 * wide / _HTML_INCHES:.1f}%" for wide in inches]
        made = made.cols_width(dict(zip(keys, shares, strict=True)))
    for column in table.columns:
        made = made.cols_align(column.align, columns=[column.key])
    for note in table.notes:
        made = made.tab_source_note(note)
    for colour, cells in _by_colour(table).items():
        for key in dict.fromkeys(key for _, key in cells):
            rows = [row for row, at in cells if at == key]
            made = made.tab_style(style.text(color=colour), loc.body(columns=key, rows=rows))
    return str(made.as_raw_html())


def table_of(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, tuple[str, object]]],
    *,
    subtitle: str = "",
    groups: Sequence[str] = (),
    notes: Sequence[str] = (),
    colours: Mapping[tuple[int, str], str] | None = None,
) -> TableSpec:
    """Return a table from rows that give, by key, each cell as printed and the value behind it."""
    keys = [column.key for column in columns]
    return TableSpec(
        name=name,
        title=title,
        columns=tuple(columns),
        cells=pd.DataFrame([[row[key][0] for key in keys] for row in rows], columns=keys, dtype="str"),
        numbers=pd.DataFrame([[row[key][1] for key in keys] for row in rows], columns=keys),
        subtitle=subtitle,
        groups=tuple(groups),
        notes=tuple(note for note in notes if note),
        colours=dict(colours or {}),
    )


def _by_colour(table: TableSpec) -> dict[str, list[tuple[int, str]]]:
    cells: dict[str, list[tuple[int, str]]] = {}
    for cell, colour in table.colours.items():
        cells.setdefault(colour, []).append(cell)
    return cells
