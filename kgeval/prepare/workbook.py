"""The findings as a workbook that somebody works through: one sheet a check, the row to look up beside it."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from kgeval.plan.form import Form
from kgeval.prepare.account import ROWS
from kgeval.prepare.assemble import Cleaned

Words = Mapping[str, Any]

_SEVERITY = ("error", "warning", "info")
_LOOK_UP = ("table", "file", "sheet", "row", "key", "column", "label", "seen", "action", "detail")
_DECIDE = ("decided_action", "new_value", "reason", "decided_by")
_DECISIONS = ["set", "blank", "reject", "accept_as_is"]
_WIDTHS = {
    "label": 44,
    "seen": 22,
    "detail": 34,
    "file": 28,
    "text": 90,
    "remedy": 60,
    "check": 32,
    "reason": 26,
}
_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed day: the same findings give the same bytes


def findings_workbook(cleaned: Cleaned, forms: Mapping[str, Form], *, lang: str = "vi") -> bytes:
    """Return the findings of a cleaning as an Excel file.

    Parameters
    ----------
    cleaned
        What cleaning left.
    forms
        The form of each table, for the wording of the questions.
    lang
        The language of headings and wordings: ``vi`` or ``en``.

    Returns
    -------
    bytes
        A workbook: what to read first, one sheet for each check (errors first), the notes on files,
        the rejected rows, the refused corrections and the accounts. Texts are never formulas.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(buffer, options)
    book.set_properties({"created": _MADE.replace(tzinfo=None), "title": words(lang)["text"]["title"]})
    writer = _Writer(book=book, words=words(lang), formats=_formats(book), names={})
    findings = _worded(cleaned.findings, forms, lang)
    to_see = findings.loc[findings["severity"] != "info"]
    checks = _summary(to_see, writer.words)
    _read_first(writer, checks)
    for check in checks["code"]:
        writer.table(writer.title(check), to_see.loc[to_see["check"] == check, list(_LOOK_UP)], decide=True)
    writer.table(writer.sheet("files"), _notes(findings, writer.title))
    writer.table(writer.sheet("rejected"), _rejected(cleaned, writer.title), decide=True)
    writer.table(writer.sheet("refused"), _refused(cleaned, writer.words))
    writer.table(writer.sheet("accounts"), cleaned.accounts[["table", "file", "sheet", "records", *ROWS]])
    book.close()
    return buffer.getvalue()


@cache
def words(lang: str) -> Words:
    """Return the workbook's words in a language."""
    text = files("kgeval.prepare").joinpath("resources", f"findings_{lang}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes frames as sheets with filters, frozen headings and columns for decisions."""

    book: Any
    words: Words
    formats: Mapping[str, Any]
    names: dict[str, int]  # how often a sheet's name was asked for

    def title(self, check: str) -> str:
        """Return what a check is called; a code that has no word goes by itself."""
        return str(self.words["check"].get(check, [check])[0])

    def sheet(self, name: str) -> str:
        return str(self.words["sheet"][name])

    def heading(self, column: str) -> str:
        return str(self.words["column"].get(column, column))

    def add(self, title: str) -> Any:
        """Add a sheet; Excel allows 31 letters, without some signs, and no name twice."""
        name = "".join(" " if letter in "[]:*?/\\" else letter for letter in title)[:31].strip()
        self.names[name.casefold()] = times = self.names.get(name.casefold(), 0) + 1
        sheet = self.book.add_worksheet(name if times == 1 else f"{name[:27]} ({times})")
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(self, title: str, rows: pd.DataFrame, *, decide: bool = False) -> None:
        """Write one frame as a sheet; without rows there is no sheet."""
        if rows.empty:
            return
        sheet = self.add(title)
        columns = [*rows.columns, *(_DECIDE if decide else ())]
        for place, column in enumerate(columns):
            mine = column in _DECIDE and place >= len(rows.columns)
            sheet.set_column(place, place, _WIDTHS.get(column, 14), self.formats["mine" if mine else "cell"])
            sheet.write_string(0, place, self.heading(column), self.formats["heading"])
        for number, row in enumerate(rows.itertuples(index=False), 1):
            for place, value in enumerate(row):
                self._cell(sheet, number, place, value)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if decide:
            where = len(rows.columns)
            sheet.data_validation(1, where, len(rows), where, {"validate": "list", "source": _DECISIONS})

    def _cell(self, sheet: Any, row: int, column: int, value: object) -> None:
        if value is None or value is pd.NA or value == "" or value != value:  # noqa: PLR0124 - NaN
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value[:32_000], self.formats["cell"])
        else:
            sheet.write_number(row, column, float(str(value)), self.formats["cell"])


def _formats(book: Any) -> dict[str, Any]:
    return {
        "cell": book.add_format({"valign": "top", "text_wrap": True}),
        "mine": book.add_format({"valign": "top", "text_wrap": True, "bg_color": "#FFF4CC", "border": 1,
                                 "border_color": "#D9D9D9"}),
        "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1,
                                    "bg_color": "#F2F2F2"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }  # fmt: skip


def _worded(findings: pd.DataFrame, forms: Mapping[str, Form], lang: str) -> pd.DataFrame:
    """Add the wording of the question that each finding is about, and what was done in words."""
    labels = {
        (table, question.name): question.label.get(lang, "")
        for table, form in forms.items()
        for question in form.questions
    }
    asked = zip(findings["table"], findings["column"], strict=True)
    label = pd.Series([labels.get(pair, "") for pair in asked], index=findings.index, dtype="str")
    return findings.assign(label=label, action=findings["action"].map(words(lang)["action"]))


def _summary(findings: pd.DataFrame, said: Words) -> pd.DataFrame:
    """Return one row a check, the gravest and most frequent first."""
    grouped = findings.groupby("check", sort=False)
    frame = (
        pd.DataFrame(
            {
                "severity": grouped["severity"].agg(lambda found: min(found, key=_SEVERITY.index)),
                "count": grouped.size(),
                "records": grouped["rid"].nunique(),
            }
        )
        .rename_axis("code")
        .reset_index()
    )
    frame["rank"] = frame["severity"].map(_SEVERITY.index)
    frame = frame.sort_values(["rank", "count", "code"], ascending=[True, False, True], ignore_index=True)
    named = frame["code"].map(lambda code: said["check"].get(code, [code, ""]))
    return frame.assign(
        check=[name for name, _ in named],
        remedy=[remedy for _, remedy in named],
        severity=frame["severity"].map(said["severity"]),
    )


def _read_first(writer: _Writer, checks: pd.DataFrame) -> None:
    sheet = writer.add(writer.sheet("read_first"))
    sheet.write_string(0, 0, writer.words["text"]["title"], writer.formats["title"])
    for row, name in enumerate(("how", "actions", "hidden"), 1):
        sheet.merge_range(row, 0, row, 4, writer.words["text"][name], writer.formats["cell"])
        sheet.set_row(row, 32)
    columns = ["check", "severity", "count", "records", "remedy"]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column, 11))
        sheet.write_string(5, place, writer.heading(column), writer.formats["heading"])
    for row, line in enumerate(checks[columns].itertuples(index=False), 6):
        for place, value in enumerate(line):
            writer._cell(sheet, row, place, value)


def _notes(findings: pd.DataFrame, title: Callable[[str], str]) -> pd.DataFrame:
    """Return one row a kind of note and sheet, with how often it was noted and where first."""
    notes = findings.loc[findings["severity"] == "info"]
    notes = notes.assign(check=[title(check) for check in notes["check"]])
    grouped = notes.groupby(["check", "file", "sheet"], sort=False)
    return grouped.agg(count=("rid", "size"), row=("row", "min"), column=("column", "first")).reset_index()


def _rejected(cleaned: Cleaned, title: Callable[[str], str]) -> pd.DataFrame:
    rows = cleaned.rejected.assign(check=[title(reason) for reason in cleaned.rejected["reason"]])
    return rows[["check", "table", "file", "sheet", "row", "pointer", "text"]]


def _refused(cleaned: Cleaned, said: Words) -> pd.DataFrame:
    wanted: Iterable[str] = (
        "table",
        "file",
        "row",
        "key",
        "column",
        "expects_raw",
        "new_value",
        "action",
        "why",
    )
    rows = cleaned.refused.reindex(columns=list(wanted)).fillna("")
    return rows.assign(why=rows["why"].map(said["why"]).fillna(rows["why"]))
