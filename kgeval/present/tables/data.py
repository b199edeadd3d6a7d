"""Tables of the data: files received, the accounts, faults, corrections, and what remains for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import round_labels
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_COUNTS = (
    "records", "kept", "rejected", "structural", "other_area", "other_round", "cells", "cells_corrected",
    "cells_blanked", "cells_set_aside",
)  # fmt: skip
_FATES = ("kept", "rejected", "structural", "other_area", "other_round")
_FOR_A_PERSON = frozenset(
    {
        "CONFLICTING_DUPLICATE",
        "DESIGN_MISSING",
        "KEY_MISSING",
        "ORPHAN_CHILD",
        "PII_IN_TEXT",
        "ROUND_UNKNOWN",
        "UNPLACED",
    }
)
_MOST = 40  # rows on a page; the file holds all
_NAMED = 6  # questions named in a cell


def files_table(files: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the delivered files: which table each is, or that the study does not name it."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rows = [
        {
            "file": (str(row["file"]), None),
            "table": (_table_label(study, row["table"], lang) or words["table.not_read"], None),
            "sheets": (numbers.number(row["sheets"], 0), row["sheets"]),
            "records": (numbers.number(row["records"], 0), row["records"]),
        }
        for row in files.to_dict("records")
    ]
    columns = _columns(words, ("file", "left"), ("table", "left"), ("sheets", "right"), ("records", "right"))
    return table_of("files", words["table.files"], columns, rows, notes=_if_empty(rows, words))


def accounts_table(accounts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the accounts: where each row and each cell went, and that the rows add up, table by table."""
    words, numbers = labels(lang), Numbers(lang=lang)
    counts = [column for column in _COUNTS if column in accounts]
    order = {table: number for number, table in enumerate(dict.fromkeys(accounts["table"]))}
    totals_last = accounts.assign(_table=accounts["table"].map(order), _total=accounts["file"] == "")
    rows, groups = [], []
    for row in totals_last.sort_values(["_table", "_total"], kind="stable").to_dict("records"):
        balanced = row["records"] == sum(row[fate] for fate in _FATES if fate in row)
        delivered = " · ".join(filter(None, (_text(row["file"]), _text(row["sheet"]))))
        rows.append(
            {"file": (delivered or words["table.total"], None)}
            | {column: (numbers.number(row[column], 0), row[column]) for column in counts}
            | {"balance": (words["value.balanced" if balanced else "value.unbalanced"], None)}
        )
        groups.append(_table_label(study, row["table"], lang) or words["table.all_tables"])
    wanted: list[tuple[str, Align]] = [
        ("file", "left"), *((column, "right") for column in counts), ("balance", "left"),
    ]  # fmt: skip
    return table_of(
        "accounts", words["table.accounts"], _columns(words, *wanted), rows,
        groups=groups, notes=_if_empty(rows, words),
    )  # fmt: skip


def findings_table(findings: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return how often each fault was found, where, and what was done; no value of a cell."""
    words, numbers = labels(lang), Numbers(lang=lang)
    keys = ["severity", "check", "table", "action"]
    grouped = findings.groupby(keys, sort=False, dropna=False)
    rows = [
        {
            "check": (words.one_of("check", str(check)), None),
            "severity": (words[f"severity.{severity}"], None),
            "table": (_table_label(study, table, lang), None),
            "count": (numbers.number(len(part), 0), len(part)),
            "rows": (numbers.number(part["rid"].nunique(), 0), part["rid"].nunique()),
            "columns": (_named(part["column"]), None),
            "action": (words.one_of("action", str(action)), None),
        }
        for (severity, check, table, action), part in grouped
    ]
    order = {words[f"severity.{level}"]: number for number, level in enumerate(("error", "warning", "info"))}
    rows.sort(key=lambda row: (order[row["severity"][0]], -int(str(row["count"][1]))))
    columns = _columns(
        words,
        ("severity", "left"), ("check", "left"), ("table", "left"), ("count", "right"), ("rows", "right"),
        ("columns", "left"), ("action", "left"),
    )  # fmt: skip
    return table_of("findings", words["table.findings"], columns, rows, notes=_if_empty(rows, words))


def corrections_table(
    corrections: pd.DataFrame,
    study: Study,  # noqa: ARG001  # called like the other tables of a study
    lang: str,
) -> TableSpec:
    """Return how many changes each rule made and where; the values stand in the log alone."""
    words, numbers = labels(lang), Numbers(lang=lang)
    grouped = corrections.groupby(["rule_kind", "rule", "action"], sort=False)
    rows = [
        {
            "rule_kind": (words.one_of("rule_kind", str(kind)), None),
            "rule": (words.one_of("check", str(rule)), None),
            "actions": (words.one_of("log_action", str(action)), None),
            "changes": (numbers.number(len(part), 0), len(part)),
            "rows": (numbers.number(part["rid"].nunique(), 0), part["rid"].nunique()),
            "columns": (_named(part["column"]), None),
        }
        for (kind, rule, action), part in grouped
    ]
    columns = _columns(
        words,
        ("rule_kind", "left"), ("rule", "left"), ("actions", "left"), ("changes", "right"), ("rows", "right"),
        ("columns", "left"),
    )  # fmt: skip
    return table_of("corrections", words["table.corrections"], columns, rows, notes=_if_empty(rows, words))


def open_points_table(findings: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return what a person has to decide, with the file and row to look up; no value of a cell."""
    words, numbers = labels(lang), Numbers(lang=lang)
    waiting = findings[
        (findings["severity"] != "info")
        & ((findings["action"] == "kept") | findings["check"].isin(list(_FOR_A_PERSON)))
    ]
    rows = [
        {
            "file": (_text(row["file"]), None),
            "sheet": (_text(row["sheet"]), None),
            "row": (numbers.number(row["row"], 0), row["row"]),
            "table": (_table_label(study, row["table"], lang), None),
            "columns": (_text(row["column"]), None),
            "check": (words.one_of("check", row["check"]), None),
            "remedy": (words.one_of("findings.remedy", row["check"]), None),
        }
        for row in waiting.head(_MOST).to_dict("records")
    ]
    notes = [] if rows else [words["table.nothing_open"]]
    if len(waiting) > _MOST:
        notes.append(words.fill("table.more_findings", count=numbers.number(len(waiting) - _MOST, 0)))
    columns = _columns(
        words,
        ("file", "left"), ("sheet", "left"), ("row", "right"), ("table", "left"), ("columns", "left"),
        ("check", "left"), ("remedy", "left"),
    )  # fmt: skip
    return table_of("open_points", words["table.open_points"], columns, rows, notes=notes)


def refused_table(refused: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the decided corrections that did not land, with why; no value of a cell."""
    words = labels(lang)
    lines = refused.reindex(columns=["table", "file", "row", "key", "column", "action", "why"]).fillna("")
    rows = [
        {
            "table": (_table_label(study, line["table"], lang), None),
            "file": (_text(line["file"]), None),
            "row": (_text(line["row"]), None),
            "key": (_text(line["key"]), None),
            "columns": (_text(line["column"]), None),
            "action": (words.words.get(f"findings.decision.{line['action']}", _text(line["action"])), None),
            "why": (words.words.get(f"findings.why.{line['why']}", _text(line["why"])), None),
        }
        for line in lines.head(_MOST).to_dict("records")
    ]
    columns = _columns(
        words,
        ("table", "left"), ("file", "left"), ("row", "right"), ("key", "left"), ("columns", "left"),
        ("action", "left"), ("why", "left"),
    )  # fmt: skip
    notes = [] if rows else [words["table.none_refused"]]
    return table_of("refused", words["table.refused"], columns, rows, notes=notes)


def tables_table(
    tables: Mapping[str, pd.DataFrame], study: Study, lang: str, *, absent: Sequence[str] = ()
) -> TableSpec:
    """Return how many clean records each table has in each round, and which areas have none."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rounds = round_labels(study, lang)
    rows = [
        {"table": (_table_label(study, key, lang), None)}
        | {
            name: (
                numbers.number(int((frame["round"] == name).sum()), 0),
                int((frame["round"] == name).sum()),
            )
            for name in rounds
        }
        for key, frame in tables.items()
    ]
    columns = [
        Column(key="table", heading=words["column.table"]),
        *(Column(key=name, heading=label, align="right") for name, label in rounds.items()),
    ]
    notes = [words.fill("table.absent_areas", places=", ".join(absent))] if absent else []
    return table_of("tables", words["table.tables"], columns, rows, notes=notes)


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    return [Column(key=key, heading=words[f"column.{key}"], align=align) for key, align in wanted]


def _if_empty(rows: Sequence[object], words: Labels) -> list[str]:
    return [] if rows else [words["table.empty"]]


def _table_label(study: Study, key: object, lang: str) -> str:
    table = study.tables.get(str(key)) if isinstance(key, str) else None
    return word_of(table.label, lang) if table is not None else _text(key)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _named(columns: pd.Series) -> str:
    names = [name for name in dict.fromkeys(columns.dropna()) if name]
    shown = ", ".join(names[:_NAMED])
    return f"{shown}, …" if len(names) > _NAMED else shown
