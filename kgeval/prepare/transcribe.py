"""Delivered sheets into one table of typed answers, each change of notation written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from kgeval.plan.area import Area
from kgeval.plan.form import Form
from kgeval.prepare.decode import Decoded, decode
from kgeval.prepare.outcome import Outcome, blanked, changed, found, rejected
from kgeval.prepare.read import Matching, arrange, match_columns
from kgeval.prepare.record import Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a study's files write numbers, dates and places, where they do not say it themselves."""

    decimal: Literal[",", "."] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
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
    matching = match_columns(delivered, form, repeat=repeat)
    arranged = arrange(delivered, matching)
    answers: dict[str, pd.Series] = {}
    outcomes = [_reading(delivered), _columns(delivered, matching)]
    sheet = identity(delivered)
    for name in arranged.answers.columns:
        question = form.question(name)
        native = None if arranged.native is None else arranged.native[name]
        decoded = decode(
            arranged.answers[name],
            question,
            native=native,
            decimal=notation.decimal,
            date_order=notation.date_order,
            date_system=delivered.source.date_system,
            window=notation.window,
            date_swap=notation.date_swap,
            key=name in key_columns,
            content="place" if name in notation.place_columns else "",
            places=notation.places or None,
        )
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


def identity(delivered: Delivered) -> str:
    """Return what all records of a sheet have before their row: ``<hash>:<sheet>:``."""
    return delivered.source.rid(0).removesuffix("0")


def _reading(delivered: Delivered) -> Outcome:
    """Turn what reading noticed into findings, and the rows it could not take into rejected ones."""
    refused = delivered.rejected
    rows = [str(number) for number in delivered.notes["row"].astype("Int64").astype("object")]
    return Outcome(
        findings=_findings(
            delivered,
            check=delivered.notes["code"],
            row=["" if number == "<NA>" else number for number in rows],
            column=delivered.notes["column"],
            detail=delivered.notes["detail"],
        ),
        rejected=rejected(refused.index, refused["reason"]),
    )


def _columns(delivered: Delivered, matching: Matching) -> Outcome:
    """Turn what matching columns to questions noticed into findings, and renamed columns into log lines."""
    sheet = identity(delivered)
    renamed = [(was, name) for name, was in matching.columns.items() if was != name]
    return Outcome(
        findings=_findings(
            delivered,
            check=matching.notes["code"],
            column=matching.notes["column"],
            detail=matching.notes["detail"],
        ),
        changes=pd.concat(
            [
                changed([sheet], name, name, action="rename_column", rule="HEADER_NORMALISED", expects=was)
                for was, name in renamed
            ]
            or [Outcome().changes],
            ignore_index=True,
        ),
    )


def _findings(delivered: Delivered, *, check: pd.Series, **fields: object) -> pd.DataFrame:
    """One finding a note about a sheet; its ``rid`` names the row, or the sheet where it has none."""
    frame = found("", [""] * len(check), severity="info", action="noted")
    for field, values in {"check": check, **fields}.items():
        frame[field] = pd.Series(list(values), index=frame.index, dtype="str").fillna("")
    sheet = identity(delivered)
    return frame.assign(rid=sheet + frame["row"])


def _decoding(decoded: Decoded, column: str, text: pd.Series, sheet: str) -> Outcome:
    """Turn what decoding did to a column into log lines and findings."""
    changes, faults = decoded.changes, decoded.faults
    undecided = faults["blanked"].to_numpy(dtype=bool)
    findings = found("", faults["rid"], severity="warning", action="kept", column=column)
    findings["check"], findings["detail"] = faults["code"].to_numpy(), faults["detail"].to_numpy()
    findings.loc[undecided, "severity"] = "error"
    findings.loc[undecided, "action"] = "cell_blanked"
    normalised = changed(changes["rid"], column, changes["new_value"], action="normalise", rule="")
    normalised["action"], normalised["rule"] = changes["action"].to_numpy(), changes["rule"].to_numpy()
    set_aside = blanked(faults["rid"][undecided], column, rule="")
    set_aside["rule"] = faults["code"].to_numpy()[undecided]
    labels = _labels(decoded.labels, column, text, sheet)
    return Outcome(findings=findings, changes=pd.concat([labels, normalised, set_aside], ignore_index=True))


def _labels(labels: Mapping[str, str], column: str, text: pd.Series, sheet: str) -> pd.DataFrame:
    """Log labels that became codes: one line a pair for the whole column, where that can be undone.

    It can where no two labels became one code and no cell was delivered with such a code itself;
    else each cell has its line.
    """
    if not labels:
        return Outcome().changes
    codes = list(labels.values())
    if len(set(codes)) == len(codes) and not text.isin(codes).any():
        return pd.concat(
            [
                changed([sheet], column, code, action="decode", rule="LABEL_TO_CODE", expects=label)
                for label, code in labels.items()
            ],
            ignore_index=True,
        )
    cells = text[text.isin(list(labels))]
    return changed(cells.index, column, cells.map(labels), action="decode", rule="LABEL_TO_CODE")
