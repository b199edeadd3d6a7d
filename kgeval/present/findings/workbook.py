"""The findings as a workbook that somebody works through: one sheet a check, the decision beside the row.

What is decided in the yellow columns is read back by ``kgeval decide``, which knows the columns by their
headings (``decision_headings``) and the record by the hidden last column.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from kgeval.plan.study import Study
from kgeval.present.archive import MADE
from kgeval.present.findings import shown as told
from kgeval.present.findings.shown import Account, Shown
from kgeval.present.labels import labels, languages
from kgeval.present.measure import word_of

ACTIONS = ("set", "blank", "reject", "accept_as_is")
_SEVERITY = ("error", "warning")
_LOOK_UP = (
    "file", "sheet", "row", "key", "column", "label", "seen", "detail", "others", "pointer", "done",
)  # fmt: skip
_DECIDE = ("action", "new_value", "reason", "decided_by")
_RECORD = "rid"
_LINE = 13.5  # the height of one line, in points
_MOST_LINES = 12
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
    writer = _Writer(book=book, shown=shown, formats=_formats(book), synthetic=synthetic)
    found = told.findings(account, shown)
    to_see = found.loc[found["severity"] != "info"]
    checks = _checks(to_see, shown)
    tabs = [writer.tab(name) for name in checks["name"]]
    front = writer.sheet(writer.tab(shown.words["findings.sheet.read_first"]))
    _read_first(writer, front, checks, tabs, to_see)
    for code, tab in zip(checks["code"], tabs, strict=True):
        _check_sheet(writer, tab, to_see.loc[to_see["check"] == code])
    for name, rows in (
        ("files", told.notes(found, shown)),
        ("rejected", told.rejected(account, shown)),
        ("refused", told.refused(account, shown)),
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
        **{name: name for name in ("file", "sheet", "row", "key", "column", *_DECIDE, _RECORD)},
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes frames as sheets with filters, frozen headings and columns for decisions."""

    book: Any
    shown: Shown
    formats: Mapping[str, Any]
    synthetic: bool
    taken: set[str] = field(default_factory=set)  # the names of tabs given out

    def tab(self, title: str) -> str:
        """Return a name that Excel takes: 31 letters, without some signs, none twice."""
        bare = " ".join("".join(" " if letter in "[]:*?/\\'" else letter for letter in title).split())
        name, number = _cut(bare, 31), 2
        while name.casefold() in self.taken:
            name, number = f"{_cut(bare, 27)} ({number})", number + 1
        self.taken.add(name.casefold())
        return name

    def sheet(self, tab: str) -> Any:
        """Add a sheet that prints on A4, one page wide, with its headings on each page."""
        sheet = self.book.add_worksheet(tab)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        mark = f"&C&B{self.shown.words['caveat.synthetic']}" if self.synthetic else ""
        sheet.set_header(f"&L&A{mark}")
        sheet.set_footer("&R&P / &N")
        return sheet

    def table(self, sheet: Any, rows: pd.DataFrame, *, own: Sequence[str] = (), hidden: str = "") -> None:
        """Write a frame; a person fills in the columns ``own``; ``hidden`` stays out of sight."""
        for place, column in enumerate(rows.columns):
            style = self.formats["mine" if column in own else "cell"]
            sheet.set_column(place, place, _width(column), style, {"hidden": column == hidden})
            heading = self.shown.words.one_of("findings.column", str(column))
            sheet.write_string(0, place, heading, self.formats["my_heading" if column in own else "heading"])
        for number, row in enumerate(rows.itertuples(index=False), 1):
            for place, value in enumerate(row):
                if rows.columns[place] not in own:
                    self.cell(sheet, number, place, value)
            seen = (pair for pair in zip(rows.columns, row, strict=True) if pair[0] != hidden)
            sheet.set_row(number, _LINE * max(_lines(value, _width(name)) for name, value in seen))
        sheet.set_row(0, 2 * _LINE)
        sheet.autofilter(0, 0, len(rows), len(rows.columns) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def cell(self, sheet: Any, row: int, column: int, value: object, style: str = "cell") -> None:
        """Write one value: a text as text, a number as number, nothing where there is nothing."""
        if value is None or value is pd.NA or value == "" or value != value:  # noqa: PLR0124 - NaN
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:32_000], self.formats[style])
        else:
            sheet.write_number(row, column, float(str(value)), self.formats["number"])


def _width(column: object) -> float:
    return _WIDTHS.get(str(column), 12)


def _lines(value: object, width: float) -> int:
    """Return how many lines a text needs in a column: not every program fits rows to their texts."""
    return min(max(1, math.ceil(len(value) / width)), _MOST_LINES) if isinstance(value, str) else 1


def _cut(text: str, letters: int) -> str:
    """Shorten a text at a word."""
    return text if len(text) <= letters else text[: letters + 1].rpartition(" ")[0] or text[:letters]


def _formats(book: Any) -> dict[str, Any]:
    plain = {"valign": "top", "text_wrap": True, "font_size": 10}
    line = {"border": 1, "border_color": "#D9D9D9"}
    head = {"bold": True, "font_size": 10, "text_wrap": True, "valign": "top", "bottom": 1}
    return {
        "cell": book.add_format(plain),
        "number": book.add_format({**plain, "align": "center"}),
        "mine": book.add_format({**plain, **line, "bg_color": "#FFF4CC", "locked": False}),
        "heading": book.add_format({**head, "bg_color": "#F2F2F2"}),
        "my_heading": book.add_format({**head, "bg_color": "#FFE08A"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "mark": book.add_format({"bold": True, "font_color": "#B34700"}),
        "link": book.add_format({**plain, "font_color": "#0B5394", "underline": 1}),
    }


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
    writer: _Writer, sheet: Any, checks: pd.DataFrame, tabs: Sequence[str], findings: pd.DataFrame
) -> None:
    from xlsxwriter.utility import xl_col_to_name

    words, formats = writer.shown.words, writer.formats
    sheet.write_string(0, 0, words["findings.title"], formats["title"])
    lines = [words["caveat.synthetic"]] if writer.synthetic else []
    for row, line in enumerate([*lines, *words.listed("findings.how")], 1):
        style = formats["mark" if row <= len(lines) else "cell"]
        sheet.merge_range(row, 0, row, len(_FRONT) - 1, line, style)
        sheet.set_row(row, _LINE * _lines(line, sum(_WIDTHS[column] for column in _FRONT)))
    top = len(lines) + len(words.listed("findings.how")) + 2
    for place, column in enumerate(_FRONT):
        sheet.set_column(place, place, _WIDTHS[column])
        sheet.write_string(top, place, words[f"findings.column.{column}"], formats["heading"])
    for row, (check, tab) in enumerate(zip(checks.to_dict("records"), tabs, strict=True), top + 1):
        sheet.write_url(row, 0, f"internal:'{tab}'!A1", formats["link"], check["name"])
        for place, column in enumerate(_FRONT):
            if column == "decided":
                of_check = findings.loc[findings["check"] == check["code"]]
                if _by_row(of_check):
                    letter = xl_col_to_name(len(_columns(of_check)))
                    counted = f"=COUNTA('{tab}'!{letter}2:{letter}{len(of_check) + 1})"
                    sheet.write_formula(row, place, counted, formats["number"], 0)
            elif place:
                writer.cell(sheet, row, place, check[column])


def _check_sheet(writer: _Writer, tab: str, rows: pd.DataFrame) -> None:
    """Write the findings of one check; where they name a row, with the columns that decide."""
    words, sheet = writer.shown.words, writer.sheet(tab)
    shown = rows.assign(
        table=rows["table"].map(writer.shown.table),
        done=[words[f"findings.action.{action}"] for action in rows["action"]],
    )
    columns = _columns(rows)
    if not _by_row(rows):
        writer.table(sheet, shown[columns])
        return
    shown = shown.reindex(columns=[*columns, *_DECIDE, _RECORD])
    writer.table(sheet, shown, own=_DECIDE, hidden=_RECORD)
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
