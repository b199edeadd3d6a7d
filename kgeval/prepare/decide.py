"""Decided corrections: what a person (or a declared rule) has settled, replayed at every run.

``corrections.csv`` has the log's columns. A line names its record by ``rid``; or by ``file``,
``sheet`` and ``row``; or, so that it survives a new delivery of the file, by ``key`` (and
``round`` and ``table`` where the key alone is not enough). It states in ``expects_raw`` the value
that the decision was about: where the cell holds another one, the line is refused and listed.

A ``rid`` holds the hash of its file. Where that file was replaced since, a line about a cell falls back on
``file`` and ``key``, since ``expects_raw`` still says what it was about; a rejection does not, for nothing
would say that the record is still the same. A value that is masked (``•``) is known by the file's hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from kgeval.prepare import plain
from kgeval.prepare.decode import Manner, decode
from kgeval.prepare.draft import Draft
from kgeval.prepare.journal import MASK
from kgeval.prepare.log import sheet_of
from kgeval.prepare.outcome import Outcome, Rows, blanked, changed, found, rejected

Refusal = Literal[
    "stale", "unknown_row", "ambiguous_row", "unknown_column", "unreadable_value", "unsupported_action",
    "accepted_nothing",
]  # fmt: skip
_CELL = ("set", "blank", "accept_as_is")
_SIGNED = ("reason", "evidence", "decided_by", "reviewed_by", "decided_at", "supersedes_seq")

Line = Mapping[str, str]


class _Refused(Exception):  # noqa: N818 - an answer, caught where it is given
    """One line cannot land, and why."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)


def decide(draft: Draft, corrections: pd.DataFrame) -> tuple[Draft, pd.Series]:
    """Make the decided corrections of this table, in the order of their lines.

    Parameters
    ----------
    draft
        The table, decoded and with its rounds.
    corrections
        Lines of ``corrections.csv``, all text, of any table.

    Returns
    -------
    Draft
        The table with the corrections made.
    Series
        For each line (the index of ``corrections``) why it was refused, "" where it landed.
    """
    fates = {}
    for label, line in corrections.astype("str").fillna("").iterrows():
        try:
            draft = _made(draft, {str(name): str(value) for name, value in line.items()})
            fates[label] = ""
        except _Refused as refusal:
            fates[label] = str(refusal)
    return draft, pd.Series(fates, index=corrections.index, dtype="str")


def _made(draft: Draft, line: Line) -> Draft:
    rid = _record(draft, line)
    action, column = line.get("action", ""), line.get("column", "")
    if action == "reject":
        return draft.after(_rejection(rid, line))
    if action not in _CELL:
        raise _Refused("unsupported_action")
    if column not in draft.answers:
        raise _Refused("unknown_column")
    present = _text(draft.answers.loc[[rid], column])
    _expected(draft, rid, line, present)
    if action == "accept_as_is":
        if not present and isinstance(draft.text[column].loc[rid], str):
            raise _Refused("accepted_nothing")
        draft = replace(draft, accepted=draft.accepted | {(rid, column)})
        changes = changed([rid], column, present, action=action, rule="DECISION", rule_kind="manual")
    elif action == "blank":
        changes = blanked([rid], column, rule="DECISION").saying(rule_kind="manual")
    else:
        new = _new_value(draft, column, line.get("new_value", ""))
        changes = changed([rid], column, new, action=action, rule="DECISION", rule_kind="manual")
    return draft.after(Outcome(changes=(_signed(changes, line),)))


def _rejection(rid: str, line: Line) -> Outcome:
    return Outcome(
        findings=(
            found("DECISION", [rid], severity="info", action="row_rejected", detail=line.get("reason", "")),
        ),
        rejected=(rejected([rid], "DECISION", line.get("decided_by", "")),),
    )


def _record(draft: Draft, line: Line) -> str:
    """Return the one record that the line is about."""
    rid, known = line.get("rid", ""), draft.answers.index
    if rid and rid in known:
        return rid
    if rid and not _survives(draft, line):
        raise _Refused("unknown_row")
    if rid or not line.get("row"):
        found_rids = _by_key(draft, line)
    else:
        origin = draft.origin.loc[known]
        here = (origin["file"] == line.get("file", "")) & (origin["row"].astype("str") == line["row"])
        found_rids = known[here & (origin["sheet"] == line.get("sheet", ""))]
    if len(found_rids) != 1:
        raise _Refused("ambiguous_row" if len(found_rids) else "unknown_row")
    return str(found_rids[0])


def _survives(draft: Draft, line: Line) -> bool:
    """Return whether a line about a cell still says enough once its file was replaced by another."""
    replaced = (draft.sheets["file"] == line.get("file", "")).any() and sheet_of(pd.Index([line["rid"]]))[
        0
    ] not in draft.sheets.index
    return bool(replaced and line.get("key") and line.get("action") in _CELL) and MASK not in {
        line.get("key"), line.get("expects_raw"),
    }  # fmt: skip


def _by_key(draft: Draft, line: Line) -> pd.Index:
    rids = draft.answers.index
    here = draft.keys().reindex(rids) == line.get("key", "")
    for part in ("round", "area"):
        if line.get(part):
            here &= draft.placed.loc[rids, part] == line[part]
    if line.get("rid"):  # the same key may stand in the files of two rounds
        here &= draft.origin.loc[rids, "file"] == line["file"]
    return rids[here.fillna(value=False)]


def _expected(draft: Draft, rid: str, line: Line, present: str) -> None:
    """Refuse a line whose stated value is neither what was delivered nor what stands there now."""
    column = line["column"]
    stated = line.get("expects_raw") or line.get("raw_value") or ""
    delivered = draft.text[column].loc[rid]
    if stated in {present, delivered if isinstance(delivered, str) else ""}:
        return
    if stated == MASK and line.get("rid") == rid:
        return
    if stated:
        decoded = decode(pd.Series([stated], index=[rid], dtype="str"), draft.form.question(column))
        if present and _text(decoded.values) == present:
            return
    raise _Refused("stale")


def _new_value(draft: Draft, column: str, stated: str) -> str:
    """Return the new value as plain text; it must be an answer that the question can have."""
    values = pd.Series([stated or None], index=["new"], dtype="str")
    decoded = decode(values, draft.form.question(column), Manner(key=column in draft.key_columns))
    if decoded.faults["blanked"].any() or (stated and decoded.values.isna().all()):  # noqa: PD011
        raise _Refused("unreadable_value")
    return _text(decoded.values)


def _text(values: pd.Series) -> str:
    text = plain.plain(values).iloc[0]
    return text if isinstance(text, str) else ""


def _signed(changes: Rows, line: Line) -> Rows:
    """Return the changes with who decided them, when and why, as the line says."""
    words = {name: line.get(name, "") for name in _SIGNED}
    if line.get("rule"):
        words["rule"] = line["rule"]
    if line.get("rule_kind") in {"declared", "manual"}:
        words["rule_kind"] = line["rule_kind"]
    return changes.saying(**words)
