"""What one check found and decided: findings, changes of cells, rejected rows. Frames, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

FINDING = ("check", "severity", "rid", "row", "column", "action", "detail")
CHANGE = (
    "rid", "column", "expects", "new_value", "action", "rule", "rule_kind", "reason", "evidence", "decided_by",
    "reviewed_by", "decided_at", "supersedes_seq",
)  # fmt: skip
REJECTED = ("rid", "reason", "pointer")

Severity = Literal["error", "warning", "info"]
Action = Literal["row_rejected", "cell_blanked", "cell_changed", "kept", "noted"]


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Findings (``FINDING``), changes of cells (``CHANGE``) and rejected rows (``REJECTED``)."""

    findings: pd.DataFrame = field(default_factory=lambda: _empty(FINDING))
    changes: pd.DataFrame = field(default_factory=lambda: _empty(CHANGE))
    rejected: pd.DataFrame = field(default_factory=lambda: _empty(REJECTED))

    @staticmethod
    def of(outcomes: Iterable[Outcome]) -> Outcome:
        """Join several outcomes, in their order."""
        parts = list(outcomes)
        return Outcome(
            findings=_stack([part.findings for part in parts], FINDING),
            changes=_stack([part.changes for part in parts], CHANGE),
            rejected=_stack([part.rejected for part in parts], REJECTED),
        )


def found(
    check: str,
    rids: Iterable[str] = ("",),
    *,
    severity: Severity,
    action: Action,
    column: str = "",
    detail: str = "",
) -> pd.DataFrame:
    """Return one finding a record; without records, one about the table or file as a whole."""
    return _rows(FINDING, rids, check=check, severity=severity, column=column, action=action, detail=detail)


def changed(
    rids: Iterable[str],
    column: str,
    new_values: object,
    *,
    action: str,
    rule: str,
    rule_kind: str = "automatic",
    reason: str = "",
    expects: str = "",
) -> pd.DataFrame:
    """Return one change a record: the cell of ``column`` becomes ``new_values`` (plain text, '' blank).

    A ``rid`` without a row number (``<hash>:<sheet>:``) stands for every cell of the column in that
    sheet that holds ``expects``; for a single cell what it holds is known and ``expects`` is not given.
    """
    return _rows(
        CHANGE, rids, column=column, expects=expects, new_value=new_values, action=action, rule=rule, rule_kind=rule_kind,
        reason=reason,
    )  # fmt: skip


def blanked(rids: Iterable[str], column: str, *, rule: str, reason: str = "") -> pd.DataFrame:
    """Return changes that empty the cell of ``column`` in each record."""
    return changed(rids, column, "", action="blank", rule=rule, reason=reason)


def rejected(rids: Iterable[str], reason: str, pointers: object = "") -> pd.DataFrame:
    """Return rejected rows; ``pointers`` are the records that a person should look at beside them."""
    return _rows(REJECTED, rids, reason=reason, pointer=pointers)


def quarantine(check: str, rids: Iterable[str], *, column: str = "", pointers: object = "") -> Outcome:
    """Reject rows for one reason and say so in a finding each."""
    rids = list(rids)
    return Outcome(
        findings=found(check, rids, severity="error", action="row_rejected", column=column),
        rejected=rejected(rids, check, pointers),
    )


def _rows(columns: tuple[str, ...], rids: Iterable[str], **values: object) -> pd.DataFrame:
    rids = pd.Series(list(rids), dtype="str")
    frame = pd.DataFrame({"rid": rids})
    for column in columns:
        if column != "rid":
            given = values.get(column, "")
            given = given.to_numpy() if isinstance(given, pd.Series) else given
            frame[column] = pd.Series(given, index=frame.index, dtype="str").fillna("")
    return frame.loc[:, list(columns)]


def _stack(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return _empty(columns)
    return pd.concat(filled, ignore_index=True).reindex(columns=list(columns), fill_value="")
