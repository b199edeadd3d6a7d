"""The rows of the field checks in words: tables, rounds, areas, questions, choices, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.study import Study
from kgeval.present.findings.shown import Shown, said_behind
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of

# Columns that mean another thing on another sheet: (sheet, column) -> its name there.
_NAMED = {
    ("missing", "share"): "share_missing", ("versions", "share"): "share_version",
    ("straight_line", "share"): "share_same", ("straight_line", "value"): "same_value",
    ("straight_line", "n"): "n_records", ("progress", "share"): "share_received",
    ("heaping", "share"): "share_heap", ("digits", "share"): "share_digit", ("outlier", "value"): "seen",
    ("other_specify", "value"): "text", ("duration", "n"): "n_records", ("versions", "first"): "first_day",
    ("versions", "last"): "last_day", ("enumerator", "first"): "first_day",
    ("enumerator", "last"): "last_day", ("back_check", "value"): "first_value",
    ("back_check", "differs"): "compares", ("back_check_rates", "different"): "errors",
    ("back_check_rates", "compared"): "asked_again",
    ("enumerator", "other"): "other_answer", ("refusals", "other"): "other_answer",
    ("enumerator", "mean"): "mean_minutes", ("enumerator", "median"): "median_minutes",
    ("duration", "median"): "median_minutes", ("duration", "low"): "low_minutes",
    ("duration", "high"): "high_minutes", ("outlier", "n"): "n_group",
}  # fmt: skip
_CODED = ("kind", "priority", "fault", "by")  # columns of codes with words of their own


class Checked(Protocol):
    """What the field checks left (``prepare.field.FieldChecks``)."""

    @property
    def sheets(self) -> Mapping[str, pd.DataFrame]:
        """Sheet → its rows."""

    @property
    def overview(self) -> pd.DataFrame:
        """One row a sheet: check, tables, rows, look."""

    @property
    def not_run(self) -> pd.DataFrame:
        """One row a check and table that could not be run: check, table, reason, what."""

    @property
    def submissions(self) -> pd.DataFrame:
        """One row a table and round: records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """The words of one language for one study."""

    study: Study
    shown: Shown

    @property
    def words(self) -> Labels:
        """The words of the language."""
        return self.shown.words

    def check(self, sheet: str) -> str:
        """Return what a check is called, short enough for a tab."""
        return self.words[f"field.tab.{sheet}"] if sheet else self.words["field.tab.all"]

    def round(self, key: object) -> str:
        """Return a round's name."""
        named = {one.key: word_of(one.label, self.words.lang) for one in self.study.rounds}
        return named.get(str(key), str(key))

    def area(self, code: object) -> str:
        """Return an area's name; no code is the whole."""
        text = str(code)
        if text in ("", WHOLE):
            return word_of(self.study.whole, self.words.lang)
        named = {one.code: word_of(one.label, self.words.lang) for one in self.study.areas}
        return named.get(text, text)

    def coded(self, code: object) -> str:
        """Return the word for a code of a check, or the code where there is none."""
        return str(self.words.words.get(f"field.word.{code}", code))

    def unpaired(self, code: object) -> str:
        """Return why a back-check is held against no interview; a code of cleaning has its own name."""
        name = f"field.unpaired.{code}"
        return self.words[name] if name in self.words else self.shown.check(str(code))


def field_words(study: Study, lang: str) -> FieldWords:
    """Return the words of one language for a study's field checks."""
    shown = Shown(
        forms={key: table.form for key, table in study.tables.items()},
        names={key: word_of(table.label, lang) for key, table in study.tables.items()},
        words=labels(lang),
    )
    return FieldWords(study=study, shown=shown)


def told(sheet: str, rows: pd.DataFrame, words: FieldWords) -> pd.DataFrame:
    """Return the rows of a sheet in words, its columns in their order; the tables' keys become names."""
    frame, shown = rows.copy(), words.shown
    if "column" in frame:
        asked = [shown.question(*pair) for pair in zip(frame["table"], frame["column"], strict=True)]
        label = [one.label.get(words.words.lang, "") if one is not None else "" for one in asked]
        frame.insert(list(frame.columns).index("column") + 1, "label", label)
    if sheet == "rules":
        cells = zip(frame["rule"], frame["detail"].fillna(""), asked, strict=True)
        frame["detail"] = [said_behind(rule, detail, one, shown) for rule, detail, one in cells]
        frame["rule"] = frame["rule"].map(shown.check)
        frame["done"] = frame.pop("action").map(lambda code: words.words[f"findings.action.{code}"])
    if sheet == "other_specify":
        frame["choices"] = [
            _choices(words, *pair) for pair in zip(frame["table"], frame["parent"], strict=True)
        ]
    if sheet == "straight_line":
        frame["grid"] = [_grid(words, *pair) for pair in zip(frame["table"], frame["grid"], strict=True)]
    for name in (name for name in _CODED if name in frame):
        frame[name] = frame[name].map(words.coded)
    if sheet == "enumerator":
        listed = frame["differs"].str.split(", ")
        frame["differs"] = [", ".join(map(words.coded, filter(None, codes))) for codes in listed]
    if sheet == "back_check_unmatched":
        frame["reason"] = frame["reason"].map(words.unpaired)
    if sheet == "back_check":
        frame["differs"] = [words.coded("yes" if differs else "no") for differs in frame["differs"]]
    frame["look"] = [words.words["field.look"] if look else "" for look in frame["look"]]
    for name, word in (("table", shown.table), ("round", words.round), ("area", words.area)):
        if name in frame:
            frame[name] = frame[name].map(word, na_action="ignore")
    return frame.rename(columns={old: new for (of, old), new in _NAMED.items() if of == sheet})


def overview(checked: Checked, words: FieldWords) -> pd.DataFrame:
    """Return one row a sheet: key, check, tables, rows, look, and what to do."""
    frame = checked.overview.rename(columns={"check": "key"})
    frame.insert(1, "check", frame["key"].map(words.check))
    return frame.assign(remedy=[words.words[f"field.todo.{key}"] for key in frame["key"]])


def not_run(checked: Checked, words: FieldWords) -> pd.DataFrame:
    """Return one row a check and reason: check, reason, tables (and their keys), and what it is about."""
    rows = checked.not_run
    general = rows["reason"].isin(["no_role", "nothing_to_judge"])  # said of several tables in one line
    what = [words.coded(name) if coded else name for coded, name in zip(general, rows["what"], strict=True)]
    tables = rows["table"].map(words.shown.table)
    frame = pd.DataFrame(
        {
            "check": rows["check"].map(words.check),
            "reason": [words.words[f"field.reason.{reason}"] for reason in rows["reason"]],
            "tables": tables.where(rows["group"] == "", tables + " (" + rows["group"] + ")"),
            "keys": rows["table"], "what": what, "line": tables.where(~general, "") + rows["group"],
        }
    )  # fmt: skip
    grouped = frame.groupby(["check", "reason", "line"], sort=False)
    listed = {
        name: [", ".join(dict.fromkeys(said)) for _, said in grouped[name]]
        for name in ("tables", "keys", "what")
    }
    return pd.DataFrame([key[:2] for key, _ in grouped], columns=["check", "reason"]).assign(**listed)


def _grid(words: FieldWords, table: str, name: str) -> str:
    questions = words.study.field_plan.roles(table).grids[name]
    return f"{name} ({questions[0]} … {questions[-1]})"


def _choices(words: FieldWords, table: str, parent: str) -> str:
    question = words.shown.question(table, parent)
    offered = question.choices if question is not None else ()
    return "; ".join(f"{one.name} {one.label.get(words.words.lang, '')}".strip() for one in offered)
