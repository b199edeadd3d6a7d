"""How wide the columns of a printed table are: no word is broken, and long columns share the rest."""

from __future__ import annotations

from kgeval.present.layout import width_of
from kgeval.present.tables.spec import TableSpec

NARROWER = 0.88  # a sans-serif office typeface beside the one that is measured
NARROWER_SERIF = 0.84
_SHORT = 14  # letters: a column of shorter cells needs no share of what is left
_FEW = 3  # letters: too few for the mean of a typeface to hold
_LONG = 60  # letters: the longest cells are wrapped anyway, their columns leave room for the others


def column_widths(
    table: TableSpec,
    points: float,
    room: float,
    padding: float,
    *,
    narrower: float = NARROWER,
    whole_figures: bool = False,
) -> list[float]:
    """Return the width of each column in inches; together they are ``room``.

    Parameters
    ----------
    table
        The table; its widest word decides what a column needs at least.
    points
        Size of the type.
    room
        Inches that the table may take.
    padding
        Inches of a cell that no text takes.
    narrower
        How wide the typeface runs beside the one that is measured.
    whole_figures
        Cells at the right, and the cells of a column of short ones, are not wrapped.
    """
    least = least_widths(table, points, padding, narrower=narrower, whole_figures=whole_figures)
    wanted = []
    for column in table.columns:
        longest = max((len(str(text)) for text in table.cells[column.key]), default=0)
        has_its_room = whole_figures and column.align == "right"
        wanted.append(1 if has_its_room else max(0, min(_LONG, longest) - _SHORT) + 1)
    spare = room - sum(least)
    if spare <= 0:
        return [room * one / sum(least) for one in least]
    return [one + spare * weight / sum(wanted) for one, weight in zip(least, wanted, strict=True)]


def least_widths(
    table: TableSpec,
    points: float,
    padding: float,
    *,
    narrower: float = NARROWER,
    whole_figures: bool = False,
) -> list[float]:
    """Return what each column needs, in inches, so that no word of it is broken (and no figure wrapped)."""
    least = []
    for column in table.columns:
        cells = [str(text) for text in table.cells[column.key]]
        whole = whole_figures and (column.align == "right" or max(map(len, cells), default=0) <= _SHORT)
        words = {word for text in cells for word in ([text] if whole else text.split(" "))}
        words.update(column.heading.split(" "))
        widest = max((_width(word, points, narrower) for word in words), default=0.0)
        least.append(widest + padding)
    return least


def _width(word: str, points: float, narrower: float) -> float:
    """Return how wide a word runs; a few capitals ("TT") run as wide in every typeface."""
    measured = width_of(word, points, bold=True)
    return measured if len(word) <= _FEW else measured * narrower
