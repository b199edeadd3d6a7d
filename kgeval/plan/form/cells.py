"""The cells of one row of a sheet, by what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass

from kgeval.plan.form.headers import header
from kgeval.plan.form.sheets import Row


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's cells by the canonical names of their columns; the first of two of one name counts."""

    row: Row
    tongue: str

    def plain(self, name: str) -> str:
        """Return the cell of a column that is in no language, "" where it is empty."""
        if name in self.row.cells:  # before its aliases: a list may have columns `name` and `value`
            return self.row.cells[name].strip()
        for column, cell in self.row.cells.items():
            if header(column).name == name:
                return cell.strip()
        return ""

    def words(self, name: str) -> dict[str, str]:
        """Return the cells of a column in each language that it is filled in."""
        found: dict[str, str] = {}
        for column, cell in self.row.cells.items():
            named = header(column)
            if named.name == name:
                found.setdefault(named.language or self.tongue, cell.strip())
        return found

    def others(self, known: tuple[str, ...]) -> dict[str, str]:
        """Return the cells of all columns but the known ones, by their names as written."""
        return {
            column.strip(): cell.strip()
            for column, cell in self.row.cells.items()
            if header(column).name not in known
            or (column not in known and header(column).name in self.row.cells and not header(column).language)
        }
