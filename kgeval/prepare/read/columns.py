"""Delivered columns to the questions of a form: by name, by label, with the groups of Kobo and ODK before it.

A select_multiple may come as one column of codes, as one column for each choice, or as both. What
belongs to no question is set aside, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kgeval.errors import DataError
from kgeval.plan.near_name import near_name
from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words
from kgeval.prepare.read.names import QuestionNames, is_metadata
from kgeval.prepare.read.note import Note, as_frame
from kgeval.prepare.record import Delivered, no_notes

if TYPE_CHECKING:
    from kgeval.plan.form import Form, Question

# made again from other answers, delivered as several columns (_latitude …), or as files of their own
_NOT_IN_THE_TABLE = frozenset(
    {"calculate", "note", "geopoint", "geotrace", "geoshape", "image", "audio", "video", "file"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Which delivered column answers which question.

    ``columns`` maps a question to its column, ``parts`` a select_multiple to the columns of its
    choices. ``metadata`` and ``unknown`` are columns without a question, ``absent`` are questions
    without a column. ``notes`` are as in ``Delivered``.
    """

    columns: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    metadata: tuple[str, ...]
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    notes: pd.DataFrame = field(default_factory=no_notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """Records by question: ``answers`` (text, the form's order), ``native`` alike, ``aside`` as delivered."""

    answers: pd.DataFrame
    native: pd.DataFrame | None
    aside: pd.DataFrame


def match_columns(delivered: Delivered, form: Form, *, repeat: str | None = None) -> Matching:
    """Find the question that each delivered column answers.

    Parameters
    ----------
    repeat
        The form's repeat that this sheet holds, "" for the main records; None: as ``delivered`` says.
        A repeat that the form does not have is no fault: all of its columns are set aside.

    Raises
    ------
    DataError
        ``HEADER_MISSING`` where no column is a question; ``DUPLICATE_HEADER`` where two columns are
        the same question; ``MISSING_COLUMN`` where a question that every record must answer has none.
    """
    repeat = delivered.repeat if repeat is None else repeat
    questions = [question for question in form.questions if question.repeat == repeat]
    names = QuestionNames.of(form)
    wanted = {question.name: question for question in questions}
    columns: dict[str, str] = {}
    parts: dict[str, dict[str, str]] = {}
    metadata, unknown = [], []
    for column in delivered.records.columns:
        found = names.find(column)
        if found in wanted:
            if found in columns:
                raise _twice(delivered, found, columns[found], column)
            columns[found] = column
        elif part := _part(column, wanted.values(), names):
            parts.setdefault(part[0], {})[part[1]] = column
        elif is_metadata(column):
            metadata.append(column)
        else:
            unknown.append(column)
    if not columns and not parts and not repeat:
        hint = "check that this file belongs to this form, and declare the row that holds the column names"
        raise _fault(delivered, "HEADER_MISSING", "no column is a question of the form", hint=hint)
    absent = [name for name in wanted if name not in columns and name not in parts]
    _refuse_absent([wanted[name] for name in absent], unknown, delivered)
    return Matching(
        columns={name: columns[name] for name in wanted if name in columns},
        parts={name: found for name, found in parts.items() if name not in columns},
        metadata=(
            *metadata,
            *(c for name, found in parts.items() if name in columns for c in found.values()),
        ),
        unknown=tuple(unknown),
        absent=tuple(absent),
        notes=as_frame(_notes(delivered, columns, unknown, [wanted[name] for name in absent], wanted)),
    )


def arrange(delivered: Delivered, matching: Matching) -> Arranged:
    """Return the records under the names of their questions.

    A select_multiple of several columns becomes one of codes: a choice counts as taken where its
    cell says 1, yes or true; where all of its cells are empty, the question was not answered.
    """
    answers: dict[str, pd.Series] = {
        question: delivered.records[column] for question, column in matching.columns.items()
    }
    for question, columns in matching.parts.items():
        answers[question] = _joined(delivered.records, columns)
    native = None
    if delivered.native is not None:
        stored = delivered.native
        native = pd.DataFrame(
            {
                question: stored[matching.columns[question]]
                if question in matching.columns
                else pd.Series(False, index=stored.index)
                for question in answers
            },
            index=stored.index,
        )
    return Arranged(
        answers=pd.DataFrame(answers, index=delivered.records.index),
        native=native,
        aside=delivered.records[[*matching.unknown, *matching.metadata]],
    )


def _part(column: str, questions: Iterable[Question], names: QuestionNames) -> tuple[str, str] | None:
    """Return (question, choice) of a column such as ``channels/1`` or ``channels/Radio``."""
    stem, joint, last = column.rpartition("/")
    if not joint:
        stem, joint, last = column.rpartition(".")
    name = names.find(stem) if joint else None
    for question in questions:
        if question.name != name or question.type != "select_multiple":
            continue
        for choice in question.choices:
            spellings = {choice.name, *choice.label.values()}
            if fold(last) in {fold(spelling) for spelling in spellings}:
                return question.name, choice.name
    return None


def _refuse_absent(absent: Sequence[Question], unknown: Sequence[str], delivered: Delivered) -> None:
    """Raise for the first question that every record must answer in a column of its own."""
    for question in absent:
        if question.required and question.relevant is None and question.type not in _NOT_IN_THE_TABLE:
            raise DataError(
                "MISSING_COLUMN",
                "the column of a required question is not there",
                hint=f"{_likely(question, unknown)}export it again with all questions, or rename the column "
                "that holds it",
                file=delivered.source.file,
                sheet=delivered.source.sheet,
                column=question.name,
            )


def _notes(
    delivered: Delivered,
    columns: Mapping[str, str],
    unknown: Sequence[str],
    absent: Sequence[Question],
    form_order: Iterable[str],
) -> list[Note]:
    row = delivered.source.header_row or None
    notes = [
        Note(code="HEADER_NORMALISED", row=row, column=column, detail=name)
        for name, column in columns.items()
        if column != name
    ]
    notes += [Note(code="UNKNOWN_COLUMN_KEPT_ASIDE", row=row, column=squeeze(column)) for column in unknown]
    notes += [
        Note(code="COLUMN_ABSENT", column=question.name, detail=_likely(question, unknown).rstrip())
        for question in absent
        if question.type not in {"calculate", "note"}
    ]
    order = {question: place for place, question in enumerate(form_order)}
    places = [order[name] for name in columns]
    if places != sorted(places):
        notes.append(Note(code="COLUMN_ORDER", row=row))
    return notes


def _likely(question: Question, unknown: Sequence[str]) -> str:
    """Return the question whether a column of an unknown name is it, misspelt; empty where none is near."""
    near = near_name(question.name, map(squeeze, unknown))
    return "" if near is None else f"is it {near!r}? "


def _twice(delivered: Delivered, question: str, first: str, second: str) -> DataError:
    hint = "rename or delete one of them; which one holds the answers cannot be told"
    message = f"columns {squeeze(first)!r} and {squeeze(second)!r} are both the question {question!r}"
    return _fault(delivered, "DUPLICATE_HEADER", message, hint=hint, column=question)


def _fault(delivered: Delivered, code: str, message: str, *, hint: str, column: str = "") -> DataError:
    source = delivered.source
    return DataError(
        code, message, hint=hint, file=source.file, sheet=source.sheet, row=source.header_row, column=column
    )


def _joined(records: pd.DataFrame, columns: Mapping[str, str]) -> pd.Series:
    yes = set(words("yes")) | {"1", "1.0", "x"}
    texts = np.full(len(records), "", dtype=object)
    answered = np.zeros(len(records), dtype=bool)
    for choice, column in columns.items():
        cells = records[column].str.strip()
        taken = cells.map(fold, na_action="ignore").isin(yes).to_numpy()
        answered |= (cells.notna() & (cells != "")).to_numpy()
        texts = np.where(taken, texts + " " + choice, texts)
    joined = pd.Series(texts, index=records.index, dtype="str").str.strip()
    return joined.where(answered & (joined != "").to_numpy())
