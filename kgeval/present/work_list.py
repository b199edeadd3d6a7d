"""Workbooks that somebody works through: sheets with filters, frozen headings, and columns to fill in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kgeval.present.labels import Labels

LINE = 13.5  # the height of one line, in points
_MOST_LINES = 12
_WIDTH = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """Writes frames as sheets; headings are looked up in ``rooms`` of the words, one after the other."""

    book: Any
    words: Labels
    rooms: tuple[str, ...]
    widths: Mapping[str, float]
    formats: Mapping[str, Any]
    synthetic: bool
    taken: set[str] = field(default_factory=set)  # the names of tabs given out

    def tab(self, title: str) -> str:
        """Return a name that Excel takes: 31 letters, without some signs, none twice."""
        bare = " ".join("".join(" " if letter in "[]:*?/\\'" else letter for letter in title).split())
        name, number = _cut(bare, 31), 2
        while name.casefold() in self.taken:
            name, number = f"{_cut(bare, 27)} ({number})", number + 1
        self.taken.add(name.casefold())
        return name

    def sheet(self, tab: str) -> Any:
        """Add a sheet that prints on A4, one page wide, with its headings on each page."""
        sheet = self.book.add_worksheet(tab)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        mark = f"&C&B{self.words['caveat.synthetic']}" if self.synthetic else ""
        sheet.set_header(f"&L&A{mark}")
        sheet.set_footer("&R&P / &N")
        return sheet

    def table(
        self,
        sheet: Any,
        rows: pd.DataFrame,
        *,
        own: Sequence[str] = (),
        hidden: str = "",
        styles: Mapping[str, str] | None = None,
    ) -> None:
        """Write a frame; a person fills in the columns ``own``; ``hidden`` stays out of sight.

        ``styles`` names the format of the numbers of a column, where it is not the plain one.
        """
        for place, column in enumerate(rows.columns):
            style = self.formats["mine" if column in own else "cell"]
            sheet.set_column(place, place, self.width(column), style, {"hidden": column == hidden})
            heading = self.heading(str(column))
            sheet.write_string(0, place, heading, self.formats["my_heading" if column in own else "heading"])
        numbers = [(styles or {}).get(str(column), "number") for column in rows.columns]
        for number, row in enumerate(rows.itertuples(index=False), 1):
            for place, value in enumerate(row):
                if rows.columns[place] not in own:
                    self.cell(sheet, number, place, value, number_style=numbers[place])
            seen = (pair for pair in zip(rows.columns, row, strict=True) if pair[0] != hidden)
            sheet.set_row(number, LINE * max(lines(value, self.width(name)) for name, value in seen))
        sheet.set_row(0, 2 * LINE)
        sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def cell(
        self,
        sheet: Any,
        row: int,
        column: int,
        value: object,
        style: str = "cell",
        *,
        number_style: str = "number",
    ) -> None:
        """Write one value: a text as text, a number as number, nothing where there is nothing."""
        if value is None or value is pd.NA or value == "" or value != value:  # noqa: PLR0124 - NaN
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:32_000], self.formats[style])
        else:
            sheet.write_number(row, column, float(str(value)), self.formats[number_style])

    def heading(self, column: str) -> str:
        """Return what a column is called; the last room has a word for any."""
        *first, last = self.rooms
        room = next((room for room in first if f"{room}.{column}" in self.words), last)
        return self.words.one_of(room, column)

    def width(self, column: object) -> float:
        """Return a column's width, in letters."""
        return self.widths.get(str(column), _WIDTH)


def lines(value: object, width: float) -> int:
    """Return how many lines a text needs in a column: not every program fits rows to their texts."""
    return min(max(1, math.ceil(len(value) / width)), _MOST_LINES) if isinstance(value, str) else 1


def formats(book: Any) -> dict[str, Any]:
    """Return the formats of a workbook's cells."""
    plain = {"valign": "top", "text_wrap": True, "font_size": 10}
    line = {"border": 1, "border_color": "#D9D9D9"}
    head = {"bold": True, "font_size": 10, "text_wrap": True, "valign": "top", "bottom": 1}
    return {
        "cell": book.add_format(plain),
        "number": book.add_format({**plain, "align": "center"}),
        "mine": book.add_format({**plain, **line, "bg_color": "#FFF4CC", "locked": False}),
        "heading": book.add_format({**head, "bg_color": "#F2F2F2"}),
        "my_heading": book.add_format({**head, "bg_color": "#FFE08A"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "mark": book.add_format({"bold": True, "font_color": "#B34700"}),
        "link": book.add_format({**plain, "font_color": "#0B5394", "underline": 1}),
    }


def _cut(text: str, letters: int) -> str:
    """Shorten a text at a word."""
    return text if len(text) <= letters else text[: letters + 1].rpartition(" ")[0] or text[:letters]
