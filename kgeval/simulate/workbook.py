"""The workbook of a district: title rows, a merged header, totals, a signature, and a hidden column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kgeval.plan.form import Question
from kgeval.simulate.cells import DraftFile
from kgeval.simulate.model import Letterhead

# Files must not say when they were made: the same seed gives the same bytes.
_MADE = datetime(2020, 1, 1)
_NUMBERS = ("integer", "decimal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A workbook as bytes, the row of each record, and the rows that are no record, by kind."""

    content: bytes
    rows: Mapping[int, int]
    structural: Sequence[tuple[int, str, str]]


def district_workbook(draft: DraftFile, letterhead: Letterhead, watermark: str) -> Layout:
    """Return the workbook as a district's office would send it."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE, "comments": watermark})
    sheet = book.add_worksheet(letterhead.sheet)
    desk = _Desk(book=book, sheet=sheet, draft=draft, letterhead=letterhead)
    first = desk.title(watermark)
    first = desk.header(first)
    rows, after = desk.records(first)
    structural = desk.below(after)
    book.close()
    return Layout(content=buffer.getvalue(), rows=rows, structural=structural)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The sheet on which one workbook is laid out; rows and columns count from 0 here."""

    book: Any
    sheet: Any
    draft: DraftFile
    letterhead: Letterhead

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.draft.questions

    @property
    def width(self) -> int:
        return len(self.questions) + 1  # the running number stands before the questions

    def words(self, text: str) -> str:
        draft, language = self.draft, self.draft.delivery.language
        return text.format(
            area=draft.place[language],
            year=draft.years,
            table=draft.table.label[language],
        )

    def title(self, watermark: str) -> int:
        """Write the watermark and the title rows, what stands right of ``|`` in the right half."""
        bold = self.book.add_format({"bold": True})
        self.sheet.write_string(0, 0, watermark, bold)
        for row, line in enumerate(self.letterhead.above, start=1):
            left, _, right = self.words(line).partition("|")
            for text, column in ((left, 0), (right, max(self.width - 6, 1))):
                if text.strip():
                    self.sheet.write_string(row, column, text.strip(), bold)
        return len(self.letterhead.above) + 2

    def header(self, row: int) -> int:
        """Write two header rows, groups above questions, and the row that numbers the columns."""
        style = self.book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"})
        self.sheet.merge_range(row, 0, row + 1, 0, self.letterhead.number_column, style)
        for column, (label, part) in enumerate(zip(self._labels(), self._parts(), strict=True), start=1):
            if part:
                self.sheet.write_string(row + 1, column, label, style)
            else:
                self.sheet.merge_range(row, column, row + 1, column, label, style)
        for first, last, part in _runs(self._parts()):
            if part and last > first:
                self.sheet.merge_range(row, first + 1, row, last + 1, part, style)
            elif part:
                self.sheet.write_string(row, first + 1, part, style)
        if self.letterhead.hidden_column:
            self.sheet.write_string(row + 1, self.width, self.letterhead.hidden_column, style)
            self.sheet.set_column(self.width, self.width, None, None, {"hidden": True})
        for column in range(self.width):
            self.sheet.write_string(row + 2, column, f"({column + 1})", style)
        return row + 3

    def _labels(self) -> list[str]:
        labels = [
            question.label.get(self.draft.delivery.language) or question.name for question in self.questions
        ]
        return [
            f"{label} ({question.name})" if labels.count(label) > 1 else label
            for label, question in zip(labels, self.questions, strict=True)
        ]

    def _parts(self) -> list[str]:
        """Return the heading above each question: the label of its innermost group in the form."""
        language = self.draft.delivery.language
        labels = {group.name: group.label.get(language, "") for group in self.draft.table.form.groups}
        return [labels[question.groups[-1]] if question.groups else "" for question in self.questions]

    def records(self, row: int) -> tuple[dict[int, int], int]:
        """Write the records with their running number; return the row (from 1) of each, and the next."""
        number, day = (
            self.book.add_format({"num_format": "General"}),
            self.book.add_format({"num_format": "dd/mm/yyyy"}),
        )
        rows = {}
        cells = self.draft.cells
        for running, (record, answers) in enumerate(
            zip(cells.index, cells.to_numpy().tolist(), strict=True), start=1
        ):
            self.sheet.write_number(row, 0, running)
            for column, (question, cell) in enumerate(zip(self.questions, answers, strict=True), start=1):
                if cell == "":
                    continue
                if question.type in _NUMBERS and _is_number(cell, whole=question.type == "integer"):
                    self.sheet.write_number(row, column, float(cell), number)
                elif question.type == "date" and (moment := _as_day(cell)) is not None:
                    self.sheet.write_datetime(row, column, moment, day)
                else:
                    self.sheet.write_string(row, column, cell)
            rows[int(record)] = row + 1
            row += 1
        return rows, row

    def below(self, row: int) -> list[tuple[int, str, str]]:
        """Write the row of totals and the signature; return these rows (from 1) with their kind and text."""
        structural = []
        if self.letterhead.subtotal:
            self.sheet.write_string(row, 1, self.letterhead.subtotal)
            for column, question in enumerate(self.questions, start=1):
                if question.name in self.draft.delivery.totals:
                    whole = self.draft.records[question.name].sum()
                    self.sheet.write_number(row, column, float(whole))
            structural.append((row + 1, "total_row", self.letterhead.subtotal))
            row += 1
        row += 1
        for line in self.letterhead.below:
            self.sheet.write_string(row, max(self.width - 4, 1), self.words(line))
            structural.append((row + 1, "signature", self.words(line)))
            row += 1
        return structural


def _runs(parts: list[str]) -> list[tuple[int, int, str]]:
    """Return the stretches of equal neighbours: first place, last place, text."""
    runs: list[tuple[int, int, str]] = []
    for place, part in enumerate(parts):
        if runs and runs[-1][2] == part:
            runs[-1] = (runs[-1][0], place, part)
        else:
            runs.append((place, place, part))
    return runs


def _is_number(cell: str, *, whole: bool) -> bool:
    """Whether the cell is stored as a number; dots that part thousands keep it a text."""
    body = cell.removeprefix("-")
    if whole:
        return body.isascii() and body.isdigit()
    return (
        body.isascii() and body.replace(".", "", 1).isdigit() and body[:1].isdigit() and body[-1:].isdigit()
    )


def _as_day(cell: str) -> datetime | None:
    try:
        return datetime.strptime(cell, "%Y-%m-%d")
    except ValueError:
        return None
