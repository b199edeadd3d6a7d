"""Tables of what the offices did, spent and reported: register, reports, funding, reported shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.answers import choice_label
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgeval.plan.study import Study

_MILLION = 1e6
Cell = tuple[str, object]


def register_table(register: pd.DataFrame, study: Study, lang: str, *, area: str = WHOLE) -> TableSpec:
    """Return the activities of one area (or the whole) by task and type; persons beside attendances."""
    words, numbers = labels(lang), Numbers(lang=lang)
    if register.empty:
        return table_of("register", words["register.title"], [], [])
    plan = study.programme.register
    own = register[register["area"] == area]
    rows: list[dict[str, Cell]] = []
    notes = [words["register.note"]]
    for row in own.to_dict("records"):
        # more persons than attendances cannot be: the register itself is wrong there
        wrong = row["persons"] > row["attendances"] and not row["attendances_unknown"]
        told = {
            name: (numbers.number(row[name], 0) + _mark(row[f"{name}_unknown"], words), row[name])
            for name in ("persons", "attendances")
        }
        rows.append(
            {
                "type": (choice_label(study, plan.table, plan.type, row["type"], lang) if plan else "", None),
                "activities": (numbers.number(row["activities"], 0), row["activities"]),
                "persons": (told["persons"][0] + ("*" if wrong else ""), row["persons"]),
                "attendances": told["attendances"],
                "cost": (numbers.number(row["cost"] / _MILLION, 1), row["cost"]),
                "period": (_period(row["first"], row["last"], numbers), None),
            }
        )
        if wrong and words["register.wrong"] not in notes:
            notes.append(words["register.wrong"])
    groups = [choice_label(study, plan.table, plan.task, task, lang) if plan else "" for task in own["task"]]
    numbered = [f"{task}. {label}" for task, label in zip(own["task"], groups, strict=True)]
    columns = _columns(
        words, "register", ("type", "left"), ("activities", "right"), ("persons", "right"),
        ("attendances", "right"), ("cost", "right"), ("period", "left"),
    )  # fmt: skip
    return table_of(
        "register", words["register.title"], columns, rows, groups=numbered, notes=notes if rows else []
    )


def reports_table(reports: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return which agencies have reported, when, and whether in time where a deadline binds them."""
    words, numbers = labels(lang), Numbers(lang=lang)
    if reports.empty:
        return table_of("reports", words["reports.title"], [], [])
    due = study.programme.reports
    rows: list[dict[str, Cell]] = [
        {
            "agency": (choice_label(study, due.table, due.agency, row["agency"], lang) if due else "", None),
            "received": (
                numbers.date(row["received"].date())
                if pd.notna(row["received"])
                else words["numbers.absent"],
                None,
            ),
            "due": (
                words.fill("reports.before", date=numbers.date(due.before))
                if due and row["bound"]
                else words["reports.unbound"],
                None,
            ),
            "status": (words[f"reports.status.{row['status']}"], None),
        }
        for row in reports.to_dict("records")
    ]
    notes = [words.fill("reports.note", document=due.document)] if due and rows else []
    columns = _columns(
        words, "reports", *((name, "left") for name in ("agency", "received", "due", "status"))
    )
    return table_of("reports", words["reports.title"], columns, rows, notes=notes)


def funding_table(funding: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return plan against spending by source, year and cost line, in millions."""
    words, numbers = labels(lang), Numbers(lang=lang)
    if funding.empty:
        return table_of("funding", words["funding.title"], [], [])
    plan = study.programme.budget
    names = {"source": plan.source, "year": plan.year, "line": plan.line} if plan else {}
    rows: list[dict[str, Cell]] = []
    for row in funding.to_dict("records"):
        label = (
            words["table.total"]
            if not row["by"]
            else choice_label(study, plan.table, names[row["by"]], row["by_value"], lang)
            if plan
            else ""
        )
        money = {
            name: (numbers.number(row[name] / _MILLION, 1), row[name])
            for name in ("estimate", "adjustment", "spent", "left", "settled", "in_kind")
        }
        execution = (
            words["funding.no_estimate"] if pd.isna(row["execution"]) else numbers.percent(row["execution"])
        )
        rows.append({"item": (label, None), **money, "execution": (execution, row["execution"])})
    open_ = int(funding.loc[funding["by"] == "", "unsettled_lines"].sum()) if len(funding) else 0
    notes = [words["funding.unit"], words["funding.note"]]
    notes += [words.fill("funding.unsettled", count=numbers.count(open_))] if open_ else []
    columns = _columns(
        words, "funding", ("item", "left"), ("estimate", "right"), ("adjustment", "right"),
        ("spent", "right"), ("execution", "right"), ("left", "right"), ("settled", "right"),
        ("in_kind", "right"),
    )  # fmt: skip
    groups = [words[f"funding.by.{by or 'all'}"] for by in funding["by"]]
    return table_of(
        "funding", words["funding.title"], columns, rows, groups=groups, notes=notes if rows else []
    )


def reported_shares_table(reported: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the shares that the offices report, beside what the survey found."""
    words = labels(lang)
    if reported.empty:
        return table_of("reported_shares", words["reported_shares.title"], [], [])
    plan = {one.key: one for one in study.crosschecks.reported}
    order = [one.key for one in study.crosschecks.reported]
    reported = reported.iloc[reported["reported"].map(order.index).sort_values(kind="stable").index]
    rows: list[dict[str, Cell]] = []
    for row in reported.to_dict("records"):
        indicator = study.indicator(row["indicator"])
        measure = Measure(kind=indicator.kind, lang=lang)
        counts = [measure.numbers.number(row[name], 0) for name in ("numerator", "denominator")]
        shown = " / ".join(counts) if plan[row["reported"]].per else counts[0]
        rows.append(
            {
                "source": (word_of(plan[row["reported"]].label, lang), None),
                "place": (study.area_label(row["area"], lang), None),
                "counts": (shown, None),
                "reported": (measure.value(row["value"]), row["value"]),
                "surveyed": (measure.value(row["surveyed"]), row["surveyed"]),
                "interval": (measure.range(row["low"], row["high"]), None),
                "agrees": (words[f"reported_shares.agrees.{row['agrees'] or 'none'}"], None),
            }
        )
    columns = _columns(
        words, "reported_shares", ("source", "left"), ("place", "left"), ("counts", "right"),
        ("reported", "right"), ("surveyed", "right"), ("interval", "right"), ("agrees", "left"),
    )  # fmt: skip
    groups = [word_of(study.indicator(key).short, lang) for key in reported["indicator"]]
    notes = [words["reported_shares.note"]] if rows else []
    return table_of(
        "reported_shares", words["reported_shares.title"], columns, rows, groups=groups, notes=notes
    )


def _mark(unknown: int, words: Labels) -> str:
    """Return the mark of a sum in which some answers are missing."""
    return f" {words.fill('register.unknown', count=unknown)}" if unknown else ""


def _period(first: object, last: object, numbers: Numbers) -> str:
    if not (isinstance(first, pd.Timestamp) and isinstance(last, pd.Timestamp)):
        return labels(numbers.lang)["numbers.absent"]
    months = [f"{day.month:02d}/{day.year}" for day in (first, last)]
    return months[0] if months[0] == months[1] else " – ".join(months)


def _columns(words: Labels, room: str, *wanted: tuple[str, Align]) -> Sequence[Column]:
    return [Column(key=key, heading=words[f"{room}.column.{key}"], align=align) for key, align in wanted]
