"""The workbook of the field checks: what to look at first, a sheet a check, what could not be checked.

The sheets of single answers and duplicates have the columns of ``findings.xlsx`` that decide, under the
same headings, so that ``kgeval decide`` takes what is decided here as well.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kgeval.plan.study import Study
from kgeval.present.archive import MADE
from kgeval.present.field_checks.told import Checked, field_words, not_run, overview, told
from kgeval.present.findings.workbook import ACTIONS, DECIDE, RECORD
from kgeval.present.work_list import LINE, WorkList, formats, lines

_DECIDED = frozenset({"duplicates", "rules", "outlier"})  # a correction can answer these
_BY_ROW = frozenset(
    {"unlisted", "duration", "time_of_day", "straight_line", "back_check", "other_specify", "pending"}
)
_NOTE = "note"
_FRONT = ("check", "tables", "rows", "look", "remedy")
_SHARES = frozenset(
    {"share_missing", "share_version", "share_same", "share_received", "share_complete", "share_heap",
     "share_digit", "share_dont_know", "share_refused", "share_other", "consent", "rate", "threshold",
     "expected", "index"}
)  # fmt: skip
_RATES = frozenset({"missing", "dont_know", "refused", "other_answer"})  # shares on the enumerators' sheet
_TENTHS = frozenset(
    {"minutes", "median_minutes", "mean_minutes", "low_minutes", "high_minutes", "shortest", "longest"}
)
_WIDTHS: Mapping[str, float] = {
    "check": 30, "front_check": 28, "tables": 11, "rows": 9, "look": 9, "remedy": 96,
    "table": 14, "round": 12, "area": 15,
    "file": 26, "sheet": 9, "row": 7, "key": 15, "enumerator": 13, "column": 9, "label": 36, "columns": 30,
    "first_file": 26, "first_sheet": 9, "first_row": 8, "compared": 9, "different": 9, "seen": 13, "rule": 22,
    "kind": 12, "detail": 30, "done": 12, "action": 15, "new_value": 15, "reason": 26, "decided_by": 13,
    "note": 24, "choices": 50, "text": 34, "differs": 22, "grid": 30, "what": 50, "unit": 16, "versions": 12,
    "of_tables": 60, "first_value": 13, "back_value": 13, "back_file": 24, "back_row": 8, "priority": 20,
    "name": 12, "by": 14,
}  # fmt: skip


def field_workbook(
    checked: Checked, study: Study, *, lang: str, scope: str = "", synthetic: bool = False
) -> bytes:
    """Return what the field checks found as an Excel file to work with for a day.

    Parameters
    ----------
    checked
        What the checks left; it holds no answer of a personal or sensitive question.
    study
        Names of tables, areas and rounds, and the forms for the wording of questions and rules.
    lang
        The language of headings and wordings.
    scope
        The areas and rounds that were looked at, in words.
    synthetic
        Whether the data are simulated: every sheet says so.

    Returns
    -------
    bytes
        An overview with one line a check, a sheet for each check that found rows (those to look at first),
        and the checks that could not be run, with the reason. Texts are never formulas.
    """
    from xlsxwriter import Workbook

    words = field_words(study, lang)
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE, "title": words.words["field.title"]})
    shares = {"num_format": "0.0%", "align": "center", "valign": "top", "font_size": 10}
    more = {
        "share": book.add_format(shares), "tenth": book.add_format({**shares, "num_format": "0.0"}),
        "p": book.add_format({**shares, "num_format": "0.000"}),
        "value": book.add_format({**shares, "num_format": "#,##0.##"}),
    }  # fmt: skip
    writer = WorkList(
        book=book, words=words.words, rooms=("field.column", "findings.column"), widths=_WIDTHS,
        formats=formats(book) | more, synthetic=synthetic,
    )  # fmt: skip
    front = writer.sheet(writer.tab(words.words["findings.sheet.read_first"]))
    checks = overview(checked, words)
    filled = checks.loc[checks["rows"] > 0]
    tabs = {key: writer.tab(name) for key, name in zip(filled["key"], filled["check"], strict=True)}
    tabs["not_run"] = writer.tab(words.words["field.not_run"])
    _read_first(writer, front, checks, tabs, scope)
    for key in filled["key"]:
        _check_sheet(writer, tabs[key], key, told(key, checked.sheets[key], words))
    absent = not_run(checked, words)[["check", "reason", "tables", "what"]]
    writer.table(
        writer.sheet(tabs["not_run"]), absent.rename(columns={"check": "front_check", "tables": "of_tables"})
    )
    book.close()
    return buffer.getvalue()


def _check_sheet(writer: WorkList, tab: str, key: str, rows: pd.DataFrame) -> None:
    sheet = writer.sheet(tab)
    decided = key in _DECIDED
    own = DECIDE if decided else (_NOTE,) if key in _BY_ROW else ()
    said = [name for name in map(str, rows.columns) if not _empty(rows[name])]
    columns = ["look", *(name for name in said if name not in ("look", "rid"))]
    shown = rows.reindex(columns=[*columns, *own, *([RECORD] if decided else [])])
    styles = {name: style for name in columns if (style := _style(key, name))}
    writer.table(sheet, shown, own=own, hidden=RECORD if decided else "", styles=styles)
    if decided:
        place = len(columns)
        choices = [writer.words[f"findings.decision.{action}"] for action in ACTIONS]
        sheet.data_validation(1, place, len(rows), place, {"validate": "list", "source": choices})


def _style(key: str, name: str) -> str:
    if name in _SHARES or (key == "enumerator" and name in _RATES):
        return "share"
    if name == "p":
        return "p"
    if name in _TENTHS:
        return "tenth"
    return "value" if key in ("outlier", "back_check") and name not in ("row", "back_row") else ""


def _read_first(
    writer: WorkList, sheet: Any, checks: pd.DataFrame, tabs: Mapping[str, str], scope: str
) -> None:
    words, styles = writer.words, writer.formats
    sheet.write_string(0, 0, words["field.title"], styles["title"])
    marks = [words["caveat.synthetic"]] if writer.synthetic else []
    said = [*marks, *([scope] if scope else []), *words.listed("field.how")]
    for row, line in enumerate(said, 1):
        style = styles["mark" if row <= len(marks) else "cell"]
        sheet.merge_range(row, 0, row, len(_FRONT) - 1, line, style)
        sheet.set_row(row, LINE * lines(line, sum(writer.width(column) for column in _FRONT)))
    top = len(said) + 2
    for place, column in enumerate(_FRONT):
        sheet.set_column(place, place, writer.width(column))
        sheet.write_string(top, place, writer.heading(f"front_{column}"), styles["heading"])
    sheet.set_row(top, 2 * LINE)
    for row, check in enumerate(checks.to_dict("records"), top + 1):
        if check["key"] in tabs:
            sheet.write_url(row, 0, f"internal:'{tabs[check['key']]}'!A1", styles["link"], check["check"])
        else:
            sheet.write_string(row, 0, check["check"], styles["cell"])
        for place, column in enumerate(_FRONT[1:], 1):
            writer.cell(sheet, row, place, check[column])
        sheet.set_row(row, LINE * lines(check["remedy"], writer.width("remedy")))
    end = top + len(checks) + 1
    sheet.autofilter(top, 0, end - 1, len(_FRONT) - 1)
    sheet.freeze_panes(top + 1, 1)
    last = tabs["not_run"]
    sheet.write_url(end + 1, 0, f"internal:'{last}'!A1", styles["link"], last)
    sheet.write_string(end + 1, 4, words["field.not_run_todo"], styles["cell"])


def _empty(column: pd.Series) -> bool:
    return bool((column.isna() | (column.astype("str").str.strip() == "")).all())
