"""The content of an OpenDocument file read beside the reader: rows counted again, repeats measured.

Cells and rows that are alike are stored once with a number of times, so a small file can claim a
table that fills any memory: that number is looked at before a reader believes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How large a sheet is: its last row and column with a value, and its cells with one."""

    rows: int
    columns: int
    cells: int


@dataclass(slots=True)
class _Sheet:
    row: int = 0  # rows before the present one
    rows: int = 0
    columns: int = 0
    cells: int = 0
    row_repeat: int = 1
    column: int = 0  # columns before the present cell
    filled: int = 0  # cells with a value in the present row


@dataclass(slots=True)
class _Reader:
    sheets: dict[str, _Sheet] = field(default_factory=dict)
    now: _Sheet = field(default_factory=_Sheet)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the opening of an element."""
        match name.rpartition(":")[2]:
            case "table":
                self.now = self.sheets.setdefault(attributes.get("table:name", ""), _Sheet())
            case "table-row":
                self.now.row_repeat = _times(attributes, "table:number-rows-repeated")
                self.now.column = self.now.filled = 0
            case "table-cell" | "covered-table-cell":
                times = _times(attributes, "table:number-columns-repeated")
                self.now.column += times
                if "office:value-type" in attributes:
                    self.now.filled += times
                    self.now.columns = max(self.now.columns, self.now.column)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name.rpartition(":")[2] == "table-row":
            self.now.row += self.now.row_repeat
            if self.now.filled:
                self.now.rows = self.now.row
                self.now.cells += self.now.filled * self.now.row_repeat


def measure(content: bytes) -> dict[str, Extent]:
    """Return the extent of each sheet of a ``content.xml``, which must have been found well formed."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.Parse(content, True)
    return {
        name: Extent(rows=sheet.rows, columns=sheet.columns, cells=sheet.cells)
        for name, sheet in reader.sheets.items()
    }


def _times(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() else 1
