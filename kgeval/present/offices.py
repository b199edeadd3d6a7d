"""Sentences about the offices: who has reported, what was spent, how far the forms agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import choice_label
from kgeval.present.labels import labels
from kgeval.present.numbers import Numbers
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_MILLION = 1e6
_OPEN = ("differ", "left_only", "right_only")


def reports_text(reports: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return how many have reported, and how many of those that were bound did so in time."""
    due = study.programme.reports
    if due is None or reports.empty:
        return Text(paragraphs=())
    words, numbers = labels(lang), Numbers(lang=lang)

    def named(part: pd.DataFrame) -> str:
        return ", ".join(choice_label(study, due.table, due.agency, code, lang) for code in part["agency"])

    absent, bound = reports[reports["received"].isna()], reports[reports["bound"]]
    in_time = int((bound["status"] == "on_time").sum())
    behind = bound[bound["status"] == "late"]
    missing = words.fill("reports.said.missing", names=named(absent)) if len(absent) else ""
    late = words.fill("reports.said.late", names=named(behind)) if len(behind) else ""
    said = [
        words.fill(
            "reports.said.received", count=numbers.count(len(reports) - len(absent)),
            all=numbers.count(len(reports)), missing=missing,
        ),
        words.fill(
            "reports.said.bound", all=numbers.count(len(bound)), date=numbers.date(due.before),
            count=numbers.count(in_time), late=late,
        ),
    ]  # fmt: skip
    return Text(paragraphs=tuple(said if len(bound) else said[:1]))


def funding_text(funding: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return what was spent, against the estimate where there is one."""
    plan = study.programme.budget
    if plan is None or funding.empty:
        return Text(paragraphs=())
    words, numbers = labels(lang), Numbers(lang=lang)
    whole = funding[funding["by"] == ""].iloc[0]
    sources = funding[funding["by"] == "source"]
    others = sources[sources["available"].isna()]
    said = [
        words.fill(
            "funding.said.spent", date=numbers.date(study.data_as_of),
            spent=numbers.number(whole["spent"] / _MILLION, 1),
        )
    ]  # fmt: skip
    if pd.notna(whole["execution"]):
        said.append(
            words.fill(
                "funding.said.execution", available=numbers.number(whole["available"] / _MILLION, 1),
                execution=numbers.percent(whole["execution"]),
            )
        )  # fmt: skip
    if len(others):
        names = (choice_label(study, plan.table, plan.source, code, lang) for code in others["by_value"])
        said.append(
            words.fill(
                "funding.said.others", names=", ".join(names),
                spent=numbers.number(others["spent"].sum() / _MILLION, 1),
            )
        )  # fmt: skip
    return Text(paragraphs=tuple(said))


def agreement_text(checked: pd.DataFrame, lang: str) -> Text:
    """Return how many of the compared contents agree, differ, or cannot be concluded."""
    if checked.empty:
        return Text(paragraphs=())
    words, numbers = labels(lang), Numbers(lang=lang)
    gaps = checked["status"].isin(_OPEN)
    by_check = checked.assign(gap=gaps, unknown=checked["status"] == "unknown").groupby("check")
    differ, unknown = by_check["gap"].any(), by_check["unknown"].any()
    counts = {
        "checks": len(differ), "agree": int((~differ & ~unknown).sum()), "differ": int(differ.sum()),
        "unknown": int((~differ & unknown).sum()),
    }  # fmt: skip
    said = (
        words.fill("agreement.said", **{name: numbers.count(count) for name, count in counts.items()}),
        words.fill(
            "agreement.figures", pairs=numbers.count(len(checked)), gaps=numbers.count(int(gaps.sum()))
        ),
    )
    return Text(paragraphs=said)
