"""``read``: one delivered file into its records, with everything that is not a record set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.prepare.read.dataset import DatasetSheet
from kgeval.prepare.read.delimited import TextSheet
from kgeval.prepare.read.file import DeliveredFile, open_file
from kgeval.prepare.read.header import Header, Where, find_header, unique_names
from kgeval.prepare.read.limits import Limits
from kgeval.prepare.read.names import QuestionNames
from kgeval.prepare.read.note import Note, as_frame
from kgeval.prepare.read.ragged import judge_ragged
from kgeval.prepare.read.repeats import without_orphans
from kgeval.prepare.read.rows import row_kinds
from kgeval.prepare.read.sheet import Body, Sheet
from kgeval.prepare.read.sheets import data_sheets
from kgeval.prepare.read.sheetxml import column_letters
from kgeval.prepare.read.units import unit_above, unit_alone, unit_in_brackets
from kgeval.prepare.record import Delivered, Source

if TYPE_CHECKING:
    from kgeval.plan.form import Form

# what the manifest of hostile files and the accounts call the kinds of rows that are no records
_CODE_OF_KIND = {
    "blank": "BLANK_RECORD",
    "repeated_header": "REPEATED_HEADER",
    "total": "TOTALS_ROW",
    "section": "SECTION_ROW",
    "unit": "UNIT_ROW",
    "signature": "SIGNATURE_BLOCK",
}


def read(
    path: Path | str,
    *,
    root: Path | str | None = None,
    form: Form | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    header_rows: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
    allow_macros: bool = False,
    limits: Limits | None = None,
) -> list[Delivered]:
    """Return the records of a delivered file, one ``Delivered`` for each sheet that holds any.

    Parameters
    ----------
    path, root
        The file, and the data folder below which it is named in every message.
    form
        Used to recognise the header and the sheets; without it the first row must be the header.
    sheet, header_row, header_rows, encoding, delimiter
        What is declared of the file. ``header_row`` (from 1) is the first of ``header_rows`` rows.
    allow_macros
        Take a workbook that holds macros; they are never run.

    Returns
    -------
    list of Delivered
        The main records first, then the repeats of an ODK or Kobo workbook.

    Raises
    ------
    DataError
        The file cannot be taken as it is; the error's code, row and column say why.
    """
    from kgeval.prepare.read.formats import open_sheets

    limits = limits or Limits()
    path = Path(path)
    delivered = open_file(path, root=Path(root) if root is not None else path.parent, limits=limits)
    opened = open_sheets(
        delivered, encoding=encoding, delimiter=delimiter, allow_macros=allow_macros, limits=limits
    )
    delivered = replace(delivered, data=b"")  # the sheets hold what is still wanted of it
    questions = QuestionNames.of(form) if form is not None else None
    chosen = data_sheets(opened.sheets, questions=questions, declared=sheet, file=delivered.file)
    tables = [
        _table(
            one,
            delivered=delivered,
            questions=None if one in chosen.repeats else questions,
            header_row=None if one in chosen.repeats else header_row,
            header_rows=1 if one in chosen.repeats else header_rows,
            source=_source(delivered, one, opened.encoding, opened.date_system),
            notes=[*opened.notes, *chosen.notes] if place == 0 else [],
            repeat=one.name if one in chosen.repeats else "",
        )
        for place, one in enumerate([chosen.main, *chosen.repeats])
    ]
    return [tables[0], *(without_orphans(repeat, tables) for repeat in tables[1:])]


def _source(delivered: DeliveredFile, sheet: Sheet, encoding: str, date_system: str) -> Source:
    delimiter = sheet.layout.delimiter if isinstance(sheet, TextSheet) else ""
    return Source(
        file=delivered.file,
        sha256=delivered.sha256,
        sheet=sheet.name,
        header_row=0,
        encoding=encoding,
        delimiter=delimiter,
        date_system=date_system,
    )


def _table(
    sheet: Sheet,
    *,
    delivered: DeliveredFile,
    questions: QuestionNames | None,
    header_row: int | None,
    header_rows: int,
    source: Source,
    notes: Sequence[Note],
    repeat: str,
) -> Delivered:
    where = Where(file=delivered.file, sheet=sheet.name)
    header = find_header(
        sheet.head,
        questions=questions,
        merges=sheet.merges,
        header_row=header_row,
        header_rows=header_rows,
        where=where,
    )
    _refuse_merged_answers(sheet, header, where)
    body = sheet.body(header.last)
    named = _named(header, body, where)
    kinds = row_kinds(named.cells.set_axis(range(named.cells.shape[1]), axis=1), list(named.cells.columns))
    if isinstance(sheet, TextSheet):
        body = judge_ragged(body, kinds, sheet, names=list(named.cells.columns), where=where)
    if kinds.notna().all():
        raise where.fault("EMPTY_TABLE", "there is no record below the column names", hint="export it again")
    table = _parted(sheet, header, body, named, kinds, source=replace(source, header_row=header.last))
    _count_again(table, where)
    noticed = [
        *notes,
        *sheet.notes(header.last, header.names),
        *named.notes,
        *_row_notes(table.structural, table.rejected),
        *([Note(code="TOO_FEW_ROWS")] if len(table.records) == 1 else []),
    ]
    return replace(table, notes=as_frame(noticed), repeat=repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The columns below a header that have a name; ``native`` as in ``Delivered``."""

    cells: pd.DataFrame
    native: pd.DataFrame | None
    notes: tuple[Note, ...]


def _parted(
    sheet: Sheet, header: Header, body: Body, named: _Named, kinds: pd.Series, *, source: Source
) -> Delivered:
    """Part the rows below the header: records, rows that are none, rows that do not fit."""
    whole = bool(kinds.isna().all())  # a copy is made only where something leaves
    records = named.cells if whole else named.cells.loc[kinds.isna()]
    rows = pd.Series(records.index, index=_rids(records.index, source), name="row", dtype="int64")
    return Delivered(
        source=source,
        records=records.set_axis(rows.index, axis=0),
        rows=rows,
        structural=_structural(kinds, named.cells, source),
        rejected=_rejected(body, source),
        counted=body.counted,
        native=None if named.native is None else named.native.loc[kinds.isna()].set_axis(rows.index, axis=0),
        letters={name: column_letters(header.names.index(name) + 1) for name in named.cells.columns},
        labels=sheet.labels if isinstance(sheet, DatasetSheet) else {},
        units=_units(sheet.head[: header.first - 1], named.cells, kinds),
    )


def _units(above: Sequence[Sequence[str]], cells: pd.DataFrame, kinds: pd.Series) -> dict[str, int]:
    """Return the units of money that are named above the table, in its headings and in the row below."""
    units = {"": unit_above(above)}
    units |= {str(name): unit_in_brackets(str(name)) for name in cells.columns}
    for row in kinds.index[kinds == "unit"]:
        below = {str(name): unit_alone(cell) for name, cell in cells.loc[row].dropna().items()}
        units |= {name: unit for name, unit in below.items() if unit is not None}
    return {name: unit for name, unit in units.items() if unit is not None}


def _refuse_merged_answers(sheet: Sheet, header: Header, where: Where) -> None:
    """Raise if answers are merged: only the first of the merged cells would hold the answer."""
    below = (merge for merge in sheet.merges if merge.last_row > header.last)
    # within one row only captions, sections and signatures are merged
    merged = next((merge for merge in below if merge.last_row > merge.first_row), None)
    if merged is not None:
        column = header.names[merged.first_column] if merged.first_column < len(header.names) else ""
        raise where.fault(
            "MERGED_CELLS",
            f"rows {merged.first_row} to {merged.last_row} are merged",
            hint="unmerge them and write the answer into every row it belongs to",
            row=merged.first_row,
            column=column,
        )


def _named(header: Header, body: Body, where: Where) -> _Named:
    """Keep the columns that have a name, with a note on empty ones that have none."""
    cells = body.cells
    empty = {place for place in range(cells.shape[1]) if cells[place].isna().all()}
    unique_names(header.names, empty, where)
    places = [place for place, name in enumerate(header.names) if name.strip()]
    names = [header.names[place] for place in places]
    dropped = len(header.names) - len(places)
    return _Named(
        cells=cells[places].set_axis(names, axis=1),
        native=None if body.native is None else body.native[places].set_axis(names, axis=1),
        notes=(Note(code="EMPTY_COLUMN_DROPPED", count=dropped),) if dropped else (),
    )


def _rids(rows: pd.Index, source: Source) -> pd.Index:
    prefix = source.rid(0)[:-1]
    return pd.Index([f"{prefix}{row}" for row in rows], dtype="str", name="rid")


def _structural(kinds: pd.Series, cells: pd.DataFrame, source: Source) -> pd.DataFrame:
    kinds = kinds.dropna()
    if kinds.empty:
        return _no_rows("kind").set_axis(_rids(kinds.index, source), axis=0)
    rows = cells.loc[kinds.index]
    text = [_raw_text(values, source.delimiter) for values in rows.itertuples(index=False, name=None)]
    frame = pd.DataFrame({"row": kinds.index, "kind": kinds.to_numpy(), "text": pd.Series(text, dtype="str")})
    return frame.astype({"row": "int64", "kind": "str"}).set_index(_rids(kinds.index, source))


@cache
def _no_rows(why: str) -> pd.DataFrame:
    """Return rows set apart where there are none, as in most sheets."""
    return pd.DataFrame({"row": [], why: [], "text": []}).astype({"row": "int64", why: "str", "text": "str"})


def _raw_text(values: tuple[object, ...], delimiter: str) -> str:
    texts = [value if isinstance(value, str) else "" for value in values]
    return (delimiter or "\t").join(texts) if any(texts) else ""


def _rejected(body: Body, source: Source) -> pd.DataFrame:
    ragged = body.ragged
    if ragged.empty:
        return _no_rows("reason").set_axis(_rids(ragged.index, source), axis=0)
    frame = pd.DataFrame(
        {
            "row": pd.Series(ragged.index, dtype="int64"),
            "reason": pd.Series(ragged.get("reason", pd.Series(dtype="str")).to_numpy(), dtype="str"),
            "text": pd.Series(ragged["text"].to_numpy(), dtype="str"),
        }
    )
    return frame.set_index(_rids(ragged.index, source))


def _row_notes(structural: pd.DataFrame, rejected: pd.DataFrame) -> list[Note]:
    notes = []
    for frame, column in ((structural, "kind"), (rejected, "reason")):
        for value, rows in frame.groupby(column, sort=False)["row"]:
            code = _CODE_OF_KIND.get(str(value), str(value))
            notes.append(Note(code=code, row=int(rows.iloc[0]), count=len(rows)))
    return notes


def _count_again(table: Delivered, where: Where) -> None:
    """Raise if the reader and the second counter disagree: a row would be lost without a word."""
    read_rows = len(table.records) + len(table.structural) + len(table.rejected)
    if read_rows != table.counted:
        raise where.fault(
            "COUNT_MISMATCH",
            f"{read_rows} rows were read, but {table.counted} were counted",
            hint="the file is damaged or ambiguous: open it in the program that made it and export it again",
        )
