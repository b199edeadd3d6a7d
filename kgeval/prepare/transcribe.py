"""Delivered sheets into one table of typed answers, each change of notation written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.plan.area import Area
from kgeval.plan.form import Form, Question
from kgeval.prepare.decode import Decoded, Manner, decode
from kgeval.prepare.outcome import Outcome, Rows, blanked, changed, found, rejected
from kgeval.prepare.read import Matching, arrange, match_columns
from kgeval.prepare.read.units import unit_in_brackets
from kgeval.prepare.record import Delivered

Decimal = Literal[",", "."]
DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a study's files write numbers, dates and places, where they do not say it themselves."""

    decimal: Decimal | None = None
    date_order: DateOrder | None = None
    window: tuple[date, date] | None = None
    date_swap: Literal["window"] | None = None
    places: tuple[Area, ...] = ()
    place_columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One delivered sheet, question by question.

    ``text`` and ``answers`` have one column a question that the sheet holds, index ``rid``;
    ``aside`` the delivered columns that answer no question; ``outcome`` what decoding did.
    """

    delivered: Delivered
    matching: Matching
    text: pd.DataFrame
    answers: pd.DataFrame
    aside: pd.DataFrame
    outcome: Outcome

    @property
    def sheet(self) -> str:
        """The identity of the sheet: that of its records without the row."""
        return identity(self.delivered)


def transcribe(
    delivered: Delivered,
    form: Form,
    *,
    key_columns: Sequence[str] = (),
    repeat: str = "",
    notation: Notation | None = None,
) -> Transcript:
    """Read the answers of one sheet as the form's questions ask for them.

    Raises
    ------
    DataError
        The sheet's columns are not those of the form.
    """
    notation = notation or Notation()
    if repeat and repeat not in {group.name for group in form.repeats}:
        return _aside(delivered)
    matching = match_columns(delivered, form, repeat=repeat)
    arranged = arrange(delivered, matching)
    answers: dict[str, pd.Series] = {}
    outcomes = [_reading(delivered), _columns(delivered, matching)]
    sheet = identity(delivered)
    for name in arranged.answers.columns:
        question = form.question(name)
        native = None if arranged.native is None else arranged.native[name]
        manner = Manner(
            decimal=notation.decimal,
            date_order=notation.date_order,
            date_system=delivered.source.date_system,
            window=notation.window,
            date_swap=notation.date_swap,
            key=name in key_columns,
            content="place" if name in notation.place_columns else question.content,
            places=notation.places,
            units=_units(question, matching.columns.get(name, ""), delivered),
        )
        decoded = decode(arranged.answers[name], question, manner, native=native)
        answers[name] = decoded.values  # noqa: PD011 - a field of its own
        outcomes.append(_decoding(decoded, name, arranged.answers[name], sheet))
    return Transcript(
        delivered=delivered,
        matching=matching,
        text=arranged.answers,
        answers=pd.DataFrame(answers, index=arranged.answers.index),
        aside=arranged.aside,
        outcome=Outcome.of(outcomes),
    )


def _units(question: Question, column: str, delivered: Delivered) -> tuple[int, int] | None:
    """Return what the file counts this question's money in, and what is asked for, where they differ.

    A question whose labels name no unit of money is never scaled.
    """
    asked = {unit_in_brackets(label) for label in question.label.values()} - {None}
    said = delivered.units.get(column, delivered.units.get(""))
    if len(asked) != 1 or said is None:
        return None
    (unit,) = asked
    return None if unit is None or unit == said else (said, unit)


def _aside(delivered: Delivered) -> Transcript:
    """Set all columns of a repeat aside that the form does not know."""
    names = tuple(map(str, delivered.records.columns))
    nothing = pd.DataFrame(index=delivered.records.index)
    return Transcript(
        delivered=delivered,
        matching=Matching(columns={}, parts={}, metadata=(), unknown=names, absent=()),
        text=nothing,
        answers=nothing,
        aside=delivered.records,
        outcome=Outcome.of(
            [
                _reading(delivered),
                Outcome(
                    findings=(
                        found(
                            "UNKNOWN_REPEAT_KEPT_ASIDE",
                            [identity(delivered)],
                            severity="info",
                            action="noted",
                        ),
                    )
                ),
            ]
        ),
    )


def identity(delivered: Delivered) -> str:
    """Return what all records of a sheet have before their row: ``<hash>:<sheet>:``."""
    return delivered.source.rid(0).removesuffix("0")


def _reading(delivered: Delivered) -> Outcome:
    """Turn what reading noticed into findings, and the rows it could not take into rejected ones."""
    refused = delivered.rejected
    return Outcome(
        findings=(_noted(delivered, delivered.notes),),
        rejected=(rejected(refused.index, refused["reason"]),),
    )


def _columns(delivered: Delivered, matching: Matching) -> Outcome:
    """Turn what matching columns to questions noticed into findings, and renamed columns into log lines."""
    sheet = identity(delivered)
    renamed = [(was, name) for name, was in matching.columns.items() if was != name]
    return Outcome(
        findings=(_noted(delivered, matching.notes),),
        changes=tuple(
            changed([sheet], name, name, action="rename_column", rule="HEADER_NORMALISED", expects=was)
            for was, name in renamed
        ),
    )


def _noted(delivered: Delivered, notes: pd.DataFrame) -> Rows:
    """Return one finding a note; it is about the row that the note names, or else about the sheet."""
    sheet = identity(delivered)
    rows = notes["row"].astype("Int64")
    rids = [sheet if unknown else f"{sheet}{row}" for row, unknown in zip(rows, rows.isna(), strict=True)]
    return found(
        notes["code"], rids, severity="info", action="noted", column=notes["column"], detail=notes["detail"]
    )


def _decoding(decoded: Decoded, column: str, text: pd.Series, sheet: str) -> Outcome:
    """Turn what decoding did to a column into log lines and findings."""
    changes, faults = decoded.changes, decoded.faults
    if changes.empty and faults.empty and not decoded.labels:
        return Outcome()
    undecided = faults["blanked"].to_numpy(dtype=bool)
    lost = faults.loc[undecided]
    return Outcome(
        findings=(
            found(
                faults["code"],
                faults["rid"],
                severity=np.where(undecided, "error", "warning"),
                action=np.where(undecided, "cell_blanked", "kept"),
                column=column,
                detail=faults["detail"],
            ),
        ),
        changes=(
            *_labels(decoded.labels, column, text, sheet),
            changed(
                changes["rid"], column, changes["new_value"], action=changes["action"], rule=changes["rule"]
            ),
            blanked(lost["rid"], column, rule=lost["code"]),
        ),
    )


def _labels(labels: Mapping[str, str], column: str, text: pd.Series, sheet: str) -> tuple[Rows, ...]:
    """Log labels that became codes: one line a pair for the whole column, where that can be undone.

    It can where no two labels became one code and no cell was delivered with such a code itself;
    else each cell has its line.
    """
    if not labels:
        return ()
    codes = list(labels.values())
    if len(set(codes)) == len(codes) and not text.isin(codes).any():
        sheets = [sheet] * len(codes)
        return (changed(sheets, column, codes, action="decode", rule="LABEL_TO_CODE", expects=list(labels)),)
    cells = text[text.isin(list(labels))]
    return (changed(cells.index, column, cells.map(labels), action="decode", rule="LABEL_TO_CODE"),)
