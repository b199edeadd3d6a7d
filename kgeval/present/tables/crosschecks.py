"""Tables of forms held against each other: how often they agree, and every disagreement.

A disagreement about a single group shows its id and the gap alone: its figures stand in the results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.present.answers import choice_label, round_labels
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.crosscheck import Crosscheck
    from kgeval.plan.study import Study

_STATUSES = ("agree", "differ", "one_sided", "unknown")


def crosschecks_table(checked: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return, for each pair of forms, how many figures were compared and how they compare."""
    words, numbers = labels(lang), Numbers(lang=lang)
    if checked.empty:
        return table_of("crosschecks", words["crosschecks.title"], [], [])
    status = checked["status"].replace({"left_only": "one_sided", "right_only": "one_sided"})
    plan = {check.key: check for check in study.crosschecks.checks}
    rows = []
    for key, part in status.groupby(checked["check"], sort=False):
        counts = {name: int((part == name).sum()) for name in _STATUSES}
        rows.append(
            {
                "check": (word_of(plan[str(key)].label, lang), None),
                "compared": (numbers.number(len(part), 0), len(part)),
                **{name: (numbers.number(count, 0), count) for name, count in counts.items()},
            }
        )
    wanted: list[tuple[str, Align]] = [("check", "left"), ("compared", "right")]
    wanted += [(name, "right") for name in _STATUSES]
    notes = [words["crosschecks.note"]] if rows else []
    return table_of("crosschecks", words["crosschecks.title"], _columns(words, *wanted), rows, notes=notes)


def disagreements_table(
    checked: pd.DataFrame, study: Study, lang: str, *, of_groups: bool | None = None
) -> TableSpec:
    """Return every disagreement, the figures of both forms, and what to do.

    ``of_groups`` takes those about single groups only, or all the others; None: all.
    """
    words, rounds = labels(lang), round_labels(study, lang)
    if checked.empty:
        return table_of("disagreements", words["crosschecks.disagreements"], [], [])
    plan = {check.key: check for check in study.crosschecks.checks}
    differing = checked[checked["status"].isin(["differ", "left_only", "right_only"])]
    if of_groups is not None:
        differing = differing[[plan[key].of_groups == of_groups for key in differing["check"]]]
    rows, groups = [], []
    for row in differing.to_dict("records"):
        check = plan[row["check"]]
        rows.append(
            {
                "where": (_where(check, row, study, lang), None),
                "round": (rounds[row["round"]], None),
                "left": (_side(check, row, "left", lang), None if check.of_groups else row["left"]),
                "right": (_side(check, row, "right", lang), None if check.of_groups else row["right"]),
                "difference": (_gap(row, words), row["difference"]),
            }
        )
        groups.append(word_of(check.label, lang))
    keys: list[tuple[str, Align]] = [
        ("where", "left"), ("round", "left"), ("left", "left"), ("right", "left"), ("difference", "right"),
    ]  # fmt: skip
    remedies = [word_of(plan[key].remedy, lang) for key in dict.fromkeys(differing["check"])]
    notes = [words["crosschecks.groups"]] if any(plan[key].of_groups for key in differing["check"]) else []
    return table_of(
        "disagreements",
        words["crosschecks.disagreements"],
        _columns(words, *keys),
        rows,
        groups=groups,
        notes=[*notes, *dict.fromkeys(filter(None, remedies))],
    )


def _where(check: Crosscheck, row: dict[Any, Any], study: Study, lang: str) -> str:
    if not row["key"]:
        return study.area_label(row["area"], lang)
    if check.names:
        parts = [*str(row["key"]).split(" * "), *[""] * len(check.names)]
        named = zip(check.names, parts, strict=False)
        return ", ".join(
            choice_label(study, check.right.table, name, code.strip(), lang) for name, code in named
        )
    try:
        return study.area_label(row["key"], lang)
    except ParameterError:  # a group's id
        return str(row["key"])


def _side(check: Crosscheck, row: dict[Any, Any], side: str, lang: str) -> str:
    words, numbers = labels(lang), Numbers(lang=lang)
    label = word_of((check.left if side == "left" else check.right).label, lang)
    if row["status"] == f"{'right' if side == 'left' else 'left'}_only":
        return words.fill("crosschecks.no_record", label=label)
    if check.of_groups:
        return label
    value, low, high = (row[f"{side}{part}"] for part in ("", "_low", "_high"))
    if pd.isna(value):
        figure = numbers.range(low, high, decimals=0)
    elif pd.isna(low):
        figure = numbers.number(value, 0)
    else:
        figure = f"{numbers.number(value, 0)} ({numbers.range(low, high, decimals=0)})"
    return f"{label}: {figure}"


def _gap(row: dict[Any, Any], words: Labels) -> str:
    if row["status"] != "differ":
        return words["crosschecks.one_form"]
    return Numbers(lang=words.lang).number(row["difference"], 0, sign=True)


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    return [Column(key=key, heading=words[f"crosschecks.column.{key}"], align=align) for key, align in wanted]
