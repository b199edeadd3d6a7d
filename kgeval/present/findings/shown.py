"""Findings, rejected rows and refused corrections in the words of the people who look them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.form import Form, Question
from kgeval.present.labels import Labels
from kgeval.present.reference.rule import in_words

MASK = "•"
_SHOWN = frozenset({"none", "indirect"})  # classes of questions whose answers stand in findings
_SKIPS = frozenset({"SKIP_BROKEN", "SKIP_UNANSWERED", "SKIP_UNKNOWN", "SKIP_NOT_JUDGED"})
_RULES = _SKIPS | {"LOGIC"}


class Account(Protocol):
    """What cleaning left, as far as the workbook tells of it (``prepare.Cleaned``)."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The clean tables."""

    @property
    def findings(self) -> pd.DataFrame:
        """What was found."""

    @property
    def rejected(self) -> pd.DataFrame:
        """The rejected rows."""

    @property
    def refused(self) -> pd.DataFrame:
        """The decided corrections that did not land."""

    @property
    def accounts(self) -> pd.DataFrame:
        """One row a delivered sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The words of one language for one study: ``names`` are those of its tables."""

    forms: Mapping[str, Form]
    names: Mapping[str, str]
    words: Labels

    def check(self, code: str) -> str:
        """Return what a check is called, short enough for a tab where such a name is given."""
        tab = f"findings.tab.{code}"
        return self.words[tab] if tab in self.words else self.words.one_of("check", code)

    def remedy(self, code: str) -> str:
        """Return what a person does about a finding."""
        return self.words.one_of("findings.remedy", code)

    def table(self, key: object) -> str:
        """Return a table's name; a repeat goes by its own key."""
        return self.names.get(str(key), str(key))

    def question(self, table: object, name: object) -> Question | None:
        """Return the question that a finding is about, if it is about one."""
        form = self.forms.get(str(table))
        known = {question.name: question for question in form.questions} if form is not None else {}
        return known.get(str(name))


def findings(account: Account, shown: Shown) -> pd.DataFrame:
    """Return the findings with the question's wording, the rule in words and the answers it looks at.

    Columns as ``Account.findings``, with ``label``, ``others`` (the other answers of the rule) and
    ``pointer`` (rows to look at beside it); ``table`` stays the key.
    """
    frame = account.findings.fillna({"row": pd.NA}).reset_index(drop=True)
    asked = [
        shown.question(table, column) for table, column in zip(frame["table"], frame["column"], strict=True)
    ]
    frame["label"] = [_label(question, shown) for question in asked]
    pairs = zip(frame["check"], frame["detail"].fillna(""), asked, strict=True)
    frame["detail"] = [said_behind(check, detail, question, shown) for check, detail, question in pairs]
    frame["others"] = _others(frame, asked, account.tables, shown)
    beside = account.rejected[["rid", "reason", "pointer"]].rename(columns={"reason": "check"})
    frame = frame.merge(beside, on=["rid", "check"], how="left")
    frame["pointer"] = _rows_beside(frame, shown.words)
    return frame


def rejected(account: Account, shown: Shown) -> pd.DataFrame:
    """Return the rejected rows: why, where, the rows to look at beside them, and their whole text."""
    rows = account.rejected.copy()
    rows["check"] = [shown.check(reason) for reason in rows["reason"]]
    rows["table"] = rows["table"].map(shown.table)
    rows["pointer"] = _rows_beside(rows, shown.words)
    return rows[["check", "table", "file", "sheet", "row", "pointer", "text"]]


def refused(account: Account, shown: Shown) -> pd.DataFrame:
    """Return the decided corrections that did not land, with why; a personal value is not repeated."""
    rows = account.refused.reindex(
        columns=["table", "file", "row", "key", "column", "expects_raw", "action", "new_value", "why"]
    ).fillna("")
    private = [
        _private(table, column, shown) for table, column in zip(rows["table"], rows["column"], strict=True)
    ]
    for name in ("expects_raw", "new_value"):
        rows[name] = rows[name].mask(pd.Series(private, index=rows.index) & (rows[name] != ""), MASK)
    rows["table"] = rows["table"].map(shown.table)
    rows["action"] = [_word(shown.words, "findings.decision", action) for action in rows["action"]]
    rows["why"] = [_word(shown.words, "findings.why", why) for why in rows["why"]]
    return rows


def notes(frame: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """Return one row a kind of note and sheet, with how often it was noted and where first."""
    noted = frame.loc[frame["severity"] == "info"]
    noted = noted.assign(check=[shown.check(code) for code in noted["check"]])
    grouped = noted.groupby(["check", "file", "sheet"], sort=False, dropna=False)
    return grouped.agg(count=("rid", "size"), row=("row", "min"), column=("column", "first")).reset_index()


def _private(table: str, column: str, shown: Shown) -> bool:
    """Return whether a column's values stay out of sight; a column that no form has is not trusted."""
    asked = [shown.question(key, column) for key in ([table] if table in shown.forms else shown.forms)]
    return all(question is None for question in asked) or any(
        question.personal not in _SHOWN for question in asked if question is not None
    )


def _word(words: Labels, room: str, code: str) -> str:
    """Return the word for a code, or the code where there is none."""
    return str(words.words.get(f"{room}.{code}", code))


def _label(question: Question | None, shown: Shown) -> str:
    return question.label.get(shown.words.lang, "") if question is not None else ""


def said_behind(check: str, detail: str, question: Question | None, shown: Shown) -> str:
    """Return what is behind a finding: the form's own message, the rule in words, or a known remark."""
    if check in _RULES and question is not None:
        rule = _rule(check, question)
        said = question.constraint_message.get(shown.words.lang, "") if check == "LOGIC" else ""
        if said or rule is None:
            return said
        form = next(form for form in shown.forms.values() if question in form.questions)
        read = in_words(rule, form.choice_labels(shown.words.lang), shown.words.lang)
        return shown.words.fill("findings.asked_if", rule=read) if check in _SKIPS else read
    if check == "LINK_UNMATCHED":
        return shown.table(detail)
    return _word(shown.words, "findings.remark", detail)


def _rule(check: str, question: Question) -> Expression | None:
    return question.relevant if check in _SKIPS else question.constraint


def _others(
    frame: pd.DataFrame,
    asked: list[Question | None],
    tables: Mapping[str, pd.DataFrame],
    shown: Shown,
) -> list[str]:
    """Return, for findings of a rule between answers, the other answers that it looks at."""
    involved = frame["check"].isin(list(_RULES))
    records = {
        key: tables[str(key)].set_index("rid")
        for key in frame.loc[involved, "table"].unique()
        if key in tables
    }
    said = []
    for check, table, rid, question in zip(frame["check"], frame["table"], frame["rid"], asked, strict=True):
        rule = _rule(check, question) if check in _RULES and question is not None else None
        record = records.get(table)
        if rule is None or question is None or record is None or rid not in record.index:
            said.append("")
            continue
        names = [name for name in sorted(rule.names) if name in record and name != question.name]
        said.append("; ".join(f"{name} = {_answer(record, rid, table, name, shown)}" for name in names))
    return said


def _answer(record: pd.DataFrame, rid: str, table: str, name: str, shown: Shown) -> str:
    question, answer = shown.question(table, name), record.loc[[rid], name].dropna()
    if answer.empty:
        return shown.words["findings.unanswered"]
    if question is not None and question.personal not in _SHOWN:
        return MASK
    value = answer.iloc[0]
    text = value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)
    meant = [
        choice.label.get(shown.words.lang, "")
        for choice in (question.choices if question is not None else ())
        if choice.name in text.split()
    ]
    return f"{text} “{', '.join(meant)}”" if any(meant) else text


def _rows_beside(frame: pd.DataFrame, words: Labels) -> list[str]:
    """Return the rows that ``pointer`` names (record ids), as people find them: file, sheet, row."""
    files = {
        rid.rsplit(":", 1)[0]: (file, sheet)
        for rid, file, sheet in zip(frame["rid"], frame["file"], frame["sheet"].fillna(""), strict=True)
    }
    said = []
    for rid, pointer in zip(frame["rid"], frame["pointer"].fillna(""), strict=True):
        own, parts = rid.rsplit(":", 1)[0], []
        for other in _record_ids(pointer):
            sheet, _, row = other.rpartition(":")
            if other == rid or not row.isdigit():
                continue
            where = () if sheet == own else files.get(sheet, ())
            parts.append(", ".join([*filter(None, where), words.fill("findings.row", row=row)]))
        said.append("; ".join(parts))
    return said


def _record_ids(pointer: str) -> list[str]:
    """Split record ids written one behind the other; a sheet's name in them may hold spaces."""
    ids: list[str] = []
    for part in pointer.split(" "):
        if ids and not ids[-1].rpartition(":")[2].isdigit():
            ids[-1] = f"{ids[-1]} {part}"
        elif part:
            ids.append(part)
    return ids
