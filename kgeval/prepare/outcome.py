"""What one check found and decided: findings, changes of cells, rejected rows.

A check speaks in batches (``Rows``: many records, the same words), since it makes thousands of them;
``frame`` lays batches out as one table when somebody wants to read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

FINDING = ("check", "severity", "rid", "column", "action", "detail")
CHANGE = (
    "rid", "column", "expects", "new_value", "action", "rule", "rule_kind", "reason", "evidence",
    "decided_by", "reviewed_by", "decided_at", "supersedes_seq",
)  # fmt: skip
REJECTED = ("rid", "reason", "pointer")

Severity = Literal["error", "warning", "info"]
Action = Literal["row_rejected", "cell_blanked", "cell_changed", "kept", "noted"]
Words = str | Iterable[str]  # one for all records, or one for each


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: each field holds one text for all of them, or one for each."""

    size: int
    fields: Mapping[str, str | np.ndarray]

    @staticmethod
    def of(rids: Iterable[str], **words: Words) -> Rows:
        """Return one row a record; fields without a word are left out."""
        each = np.array(list(rids), dtype=object)
        fields: dict[str, str | np.ndarray] = {"rid": each}
        for name, word in words.items():
            fields[name] = word if isinstance(word, str) else np.array(list(word), dtype=object)
        return Rows(len(each), fields)

    def saying(self, **words: str) -> Rows:
        """Return the same rows with other words in these fields."""
        return Rows(self.size, {**self.fields, **words})

    def column(self, name: str) -> np.ndarray:
        """Return one text a row, empty where nothing was said."""
        word = self.fields.get(name, "")
        return np.full(self.size, word, dtype=object) if isinstance(word, str) else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Findings (``FINDING``), changes of cells (``CHANGE``) and rejected rows (``REJECTED``)."""

    findings: tuple[Rows, ...] = ()
    changes: tuple[Rows, ...] = ()
    rejected: tuple[Rows, ...] = ()

    @staticmethod
    def of(outcomes: Iterable[Outcome]) -> Outcome:
        """Join several outcomes, in their order."""
        parts = list(outcomes)
        return Outcome(
            findings=tuple(rows for part in parts for rows in part.findings if rows.size),
            changes=tuple(rows for part in parts for rows in part.changes if rows.size),
            rejected=tuple(rows for part in parts for rows in part.rejected if rows.size),
        )


def frame(batches: Iterable[Rows], columns: Iterable[str]) -> pd.DataFrame:
    """Lay batches out as one table of texts, RangeIndex."""
    filled = [rows for rows in batches if rows.size]
    return pd.DataFrame(
        {
            name: pd.Series(
                np.concatenate([rows.column(name) for rows in filled]) if filled else [], dtype="str"
            )
            for name in columns
        }
    )


def found(
    check: Words,
    rids: Iterable[str],
    *,
    severity: Words,
    action: Words,
    column: Words = "",
    detail: Words = "",
) -> Rows:
    """Return one finding a record; what concerns a whole sheet has the sheet's identity for a record."""
    return Rows.of(rids, check=check, severity=severity, column=column, action=action, detail=detail)


def changed(
    rids: Iterable[str],
    column: str,
    new_values: Words,
    *,
    action: Words,
    rule: Words,
    rule_kind: str = "automatic",
    reason: str = "",
    expects: Words = "",
) -> Rows:
    """Return one change a record: the cell of ``column`` becomes ``new_values`` (plain text, '' blank).

    A ``rid`` without a row number (``<hash>:<sheet>:``) stands for every cell of the column in that
    sheet that holds ``expects``; what a single cell holds is known, so ``expects`` is not given.
    """
    return Rows.of(
        rids, column=column, expects=expects, new_value=new_values, action=action, rule=rule,
        rule_kind=rule_kind, reason=reason,
    )  # fmt: skip


def blanked(rids: Iterable[str], column: str, *, rule: Words, reason: str = "") -> Rows:
    """Return changes that empty the cell of ``column`` in each record."""
    return changed(rids, column, "", action="blank", rule=rule, reason=reason)


def rejected(rids: Iterable[str], reason: Words, pointers: Words = "") -> Rows:
    """Return rejected rows; ``pointers`` are the records that a person should look at beside them."""
    return Rows.of(rids, reason=reason, pointer=pointers)


def quarantine(check: str, rids: Iterable[str], *, column: str = "", pointers: Words = "") -> Outcome:
    """Reject rows for one reason and say so in a finding each."""
    rids = list(rids)
    return Outcome(
        findings=(found(check, rids, severity="error", action="row_rejected", column=column),),
        rejected=(rejected(rids, check, pointers),),
    )
