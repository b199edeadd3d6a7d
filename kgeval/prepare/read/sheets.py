"""Which sheet of a workbook holds the records: declared, or the only one that can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgeval.errors import DataError
from kgeval.prepare.read.file import printable
from kgeval.prepare.read.names import QuestionNames
from kgeval.prepare.read.note import Note
from kgeval.prepare.read.sheet import Sheet

PARENT = frozenset({"_parent_index", "parent_key", "_submission__id", "parent_index"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The sheet of the main records, those of its repeats, and notes on the others."""

    main: Sheet
    repeats: tuple[Sheet, ...]
    notes: tuple[Note, ...]


def data_sheets(
    sheets: Sequence[Sheet], *, questions: QuestionNames | None, declared: str | None, file: str
) -> Chosen:
    """Return the sheets to read.

    Raises
    ------
    DataError
        ``SHEET_NOT_FOUND``, ``EMPTY_TABLE``, ``HIDDEN_SHEET``, ``SHEET_AMBIGUOUS``.
    """
    filled = [sheet for sheet in sheets if _filled(sheet)]
    repeats = tuple(sheet for sheet in filled if is_repeat(sheet))
    if declared is not None:
        return Chosen(main=_declared(sheets, declared, file), repeats=repeats, notes=())
    if not filled:
        name = sheets[0].name if sheets else ""
        hint = "export it again"
        raise DataError("EMPTY_TABLE", "there is nothing in it", hint=hint, file=file, sheet=name)
    fitting = [sheet for sheet in filled if sheet not in repeats and _fits(sheet, questions)]
    for sheet in fitting:
        if sheet.hidden and len(filled) > 1:
            raise DataError(
                "HIDDEN_SHEET",
                "a hidden sheet holds data",
                hint="declare which sheet is to be read, or delete the hidden one",
                file=file,
                sheet=printable(sheet.name),
                declarable=True,
            )
    if len(fitting) > 1:
        names = ", ".join(repr(printable(sheet.name)) for sheet in fitting)
        hint = f"declare which of {names} is to be read"
        message = f"{len(fitting)} sheets could hold the records"
        name = printable(fitting[1].name)
        raise DataError("SHEET_AMBIGUOUS", message, hint=hint, file=file, sheet=name, declarable=True)
    main = fitting[0] if fitting else next((s for s in filled if s not in repeats), filled[0])
    others = [sheet for sheet in filled if sheet is not main and sheet not in repeats]
    notes = tuple(
        Note(code="HIDDEN_SHEET_IGNORED" if sheet.hidden else "SHEET_IGNORED", detail=printable(sheet.name))
        for sheet in others
    )
    return Chosen(main=main, repeats=repeats, notes=notes)


def is_repeat(sheet: Sheet) -> bool:
    """Return whether the sheet's first row points to parent records, as repeats of Kobo and ODK do."""
    first = {cell.strip().lower() for cell in sheet.head[0]} if sheet.head else set()
    return bool(first & PARENT) and sheet.name != ""


def _declared(sheets: Sequence[Sheet], declared: str, file: str) -> Sheet:
    found = next((sheet for sheet in sheets if sheet.name.strip() == declared.strip()), None)
    if found is None:
        names = ", ".join(repr(printable(sheet.name)) for sheet in sheets)
        message = f"there is no sheet {declared!r}"
        raise DataError("SHEET_NOT_FOUND", message, hint=f"the sheets are {names}", file=file)
    return found


def _filled(sheet: Sheet) -> bool:
    return any(cell.strip() for row in sheet.head for cell in row)


def _fits(sheet: Sheet, questions: QuestionNames | None) -> bool:
    """Return whether some row of the head could be the header of this form."""
    if questions is None:
        return True
    best = max((questions.score(row) for row in sheet.head[:30]), default=0)
    return best >= min(2, questions.count)
