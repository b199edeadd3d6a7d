"""The findings as a workbook that somebody works through: one sheet a check, the decision beside the row.

What is decided in the yellow columns is read back by ``kgeval decide``, which knows the columns by their
headings (``decision_headings``) and the record by the hidden last column.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kgeval.plan.study import Study
from kgeval.present.archive import MADE
from kgeval.present.findings import shown as words_of
from kgeval.present.findings.shown import Account, Shown
from kgeval.present.labels import labels, languages
from kgeval.present.measure import word_of
from kgeval.present.work_list import LINE, WorkList, formats
from kgeval.present.work_list import lines as height

ACTIONS = ("set", "blank", "reject", "accept_as_is")
_SEVERITY = ("error", "warning")
_LOOK_UP = (
    "file", "sheet", "row", "key", "column", "label", "seen", "detail", "others", "pointer", "done",
)  # fmt: skip
DECIDE = ("action", "new_value", "reason", "decided_by")
RECORD = "rid"
_WIDTHS: Mapping[str, float] = {
    "file": 28, "sheet": 9, "row": 7, "table": 13, "key": 15, "column": 8, "label": 38, "seen": 13,
    "detail": 30, "others": 26, "pointer": 14, "done": 11, "action": 15, "new_value": 15, "reason": 22,
    "decided_by": 13, "text": 90, "remedy": 58, "check": 30, "severity": 10, "count": 9, "records": 9,
    "decided": 12, "why": 34, "expects_raw": 16,
}  # fmt: skip
_FRONT = ("check", "severity", "count", "records", "decided", "remedy")
_COUNTS = ("table", "file", "sheet", "records", "kept", "rejected", "structural", "other_area", "other_round")


def findings_workbook(account: Account, study: Study, *, lang: str, synthetic: bool = False) -> bytes:
    """Return the findings of a cleaning as an Excel file.

    Parameters
    ----------
    account
        What cleaning left.
    study
        Its tables' names, and their forms for the wording of questions and rules.
    lang
        The language of headings and wordings.
    synthetic
        Whether the data are simulated: every sheet says so.

    Returns
    -------
    bytes
        A workbook: what to read first with one line a check, one sheet for each check (errors first), the
        notes on files, the rejected rows, the refused corrections and the accounts. Texts are never formulas.
    """
    from xlsxwriter import Workbook

    shown = Shown(
        forms={key: table.form for key, table in study.tables.items()},
        names={key: word_of(table.label, lang) for key, table in study.tables.items()},
        words=labels(lang),
    )
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(buffer, options)
    book.set_properties({"created": MADE, "title": shown.words["findings.title"]})
    writer = WorkList(
        book=book, words=shown.words, rooms=("findings.column",), widths=_WIDTHS, formats=formats(book),
        synthetic=synthetic,
    )  # fmt: skip
    found = words_of.findings(account, shown)
    to_see = found.loc[found["severity"] != "info"]
    checks = _checks(to_see, shown)
    tabs = [writer.tab(name) for name in checks["name"]]
    front = writer.sheet(writer.tab(shown.words["findings.sheet.read_first"]))
    _read_first(writer, front, checks, tabs, to_see)
    for code, tab in zip(checks["code"], tabs, strict=True):
        _check_sheet(writer, tab, to_see.loc[to_see["check"] == code], shown)
    for name, rows in (
        ("files", words_of.notes(found, shown)),
        ("rejected", words_of.rejected(account, shown)),
        ("refused", words_of.refused(account, shown)),
        (
            "accounts",
            account.accounts.assign(table=account.accounts["table"].map(shown.table))[list(_COUNTS)],
        ),
    ):
        if len(rows):
            writer.table(writer.sheet(writer.tab(shown.words[f"findings.sheet.{name}"])), rows)
    book.close()
    return buffer.getvalue()


def decision_headings() -> dict[str, str]:
    """Return the headings of the columns that decide, in every language: heading → column of a correction."""
    columns = {
        **{name: name for name in ("file", "sheet", "row", "key", "column", *DECIDE, RECORD)},
        "seen": "expects_raw",
    }
    return {
        labels(lang)[f"findings.column.{name}"]: column
        for lang in languages()
        for name, column in columns.items()
    }


def decision_words() -> dict[str, str]:
    """Return what the decisions are called, in every language: word → action of a correction."""
    return {labels(lang)[f"findings.decision.{action}"]: action for lang in languages() for action in ACTIONS}


def _checks(findings: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """Return one row a check, the gravest and most frequent first."""
    grouped = findings.groupby("check", sort=False)
    frame = pd.DataFrame(
        {
            "severity": grouped["severity"].agg(lambda found: min(found, key=_SEVERITY.index)),
            "count": grouped.size(),
            "records": grouped["rid"].nunique(),
        }
    )
    frame = frame.rename_axis("code").reset_index()
    frame["rank"] = frame["severity"].map(_SEVERITY.index)
    frame = frame.sort_values(["rank", "count", "code"], ascending=[True, False, True], ignore_index=True)
    return frame.assign(
        name=[shown.check(code) for code in frame["code"]],
        remedy=[shown.remedy(code) for code in frame["code"]],
        severity=[shown.words[f"findings.severity.{level}"] for level in frame["severity"]],
    )


def _read_first(
    writer: WorkList, sheet: Any, checks: pd.DataFrame, tabs: Sequence[str], findings: pd.DataFrame
) -> None:
    from xlsxwriter.utility import xl_col_to_name

    words, styles = writer.words, writer.formats
    sheet.write_string(0, 0, words["findings.title"], styles["title"])
    lines = [words["caveat.synthetic"]] if writer.synthetic else []
    for row, line in enumerate([*lines, *words.listed("findings.how")], 1):
        style = styles["mark" if row <= len(lines) else "cell"]
        sheet.merge_range(row, 0, row, len(_FRONT) - 1, line, style)
        sheet.set_row(row, LINE * height(line, sum(_WIDTHS[column] for column in _FRONT)))
    top = len(lines) + len(words.listed("findings.how")) + 2
    for place, column in enumerate(_FRONT):
        sheet.set_column(place, place, _WIDTHS[column])
        sheet.write_string(top, place, words[f"findings.column.{column}"], styles["heading"])
    for row, (check, tab) in enumerate(zip(checks.to_dict("records"), tabs, strict=True), top + 1):
        sheet.write_url(row, 0, f"internal:'{tab}'!A1", styles["link"], check["name"])
        for place, column in enumerate(_FRONT):
            if column == "decided":
                of_check = findings.loc[findings["check"] == check["code"]]
                if _by_row(of_check):
                    letter = xl_col_to_name(len(_columns(of_check)))
                    counted = f"=COUNTA('{tab}'!{letter}2:{letter}{len(of_check) + 1})"
                    sheet.write_formula(row, place, counted, styles["number"], 0)
            elif place:
                writer.cell(sheet, row, place, check[column])


def _check_sheet(writer: WorkList, tab: str, rows: pd.DataFrame, shown: Shown) -> None:
    """Write the findings of one check; where they name a row, with the columns that decide."""
    words, sheet = writer.words, writer.sheet(tab)
    told = rows.assign(
        table=rows["table"].map(shown.table),
        done=[words[f"findings.action.{action}"] for action in rows["action"]],
    )
    columns = _columns(rows)
    if not _by_row(rows):
        writer.table(sheet, told[columns])
        return
    told = told.reindex(columns=[*columns, *DECIDE, RECORD])
    writer.table(sheet, told, own=DECIDE, hidden=RECORD)
    choices = [words[f"findings.decision.{action}"] for action in ACTIONS]
    place = len(columns)
    sheet.data_validation(1, place, len(rows), place, {"validate": "list", "source": choices})


def _columns(rows: pd.DataFrame) -> list[str]:
    """Return the columns to look the findings of a check up by: those that say something."""
    return [name for name in _LOOK_UP if name == "done" or not _empty(rows[name])]


def _by_row(rows: pd.DataFrame) -> bool:
    """Return whether there is something to decide row by row: findings of whole columns name no row."""
    return bool(rows["row"].notna().any())


def _empty(column: pd.Series) -> bool:
    return bool((column.isna() | (column.astype("str").str.strip(" ·") == "")).all())
