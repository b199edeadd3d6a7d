"""The official table of targets: plan, result as reported and as surveyed, percent of the target, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.indicator import MAIN
from kgeval.present.labels import labels
from kgeval.present.tables.results import targets_table
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def official_table(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    place: str = "",
    reported: Mapping[str, str] | None = None,
) -> TableSpec:
    """Return the table that a steering committee expects.

    Parameters
    ----------
    estimates, verdicts
        Results frames of one area.
    study
        Gives the words of the targets.
    lang
        Language of the words.
    place
        The area's printed name.
    reported
        What the agencies reported for the main definition of an indicator, as it is printed, by the
        indicator's key; an absent one is an ellipsis to fill in. None: no such column.
    """
    words = labels(lang)
    given = targets_table(estimates, verdicts, study, lang, place=place)
    keys = _keys(estimates, verdicts)
    cells = given.cells.to_dict("records")
    numbers = given.numbers.to_dict("records")
    rows = [
        {
            "number": (str(at), None),
            "target": (cell["target_label"], None),
            "plan": (cell["plan"], number["plan"]),
            "reported": ((reported or {}).get(key, words["word.to_fill"]), None),
            "surveyed": (cell["done"], number["done"]),
            "percent": (cell["percent_of_target"], number["percent_of_target"]),
            "verdict": (cell["official"], None),
            "basis": (cell["statistical"], None),
        }
        for at, (key, cell, number) in enumerate(zip(keys, cells, numbers, strict=True), 1)
    ]
    wanted = ["number", "target", "plan", "reported", "surveyed", "percent", "verdict", "basis"]
    if reported is None:
        wanted.remove("reported")
    left = {"target", "verdict", "basis"}
    columns = [
        Column(key=key, heading=words[f"official.{key}"], align="left" if key in left else "center")
        for key in wanted
    ]
    note = words["official.note" if reported is not None else "caveat.two_verdicts"]
    return table_of(
        "official", words["official.title"] + (f" – {place}" if place else ""), columns, rows,
        subtitle=given.subtitle, notes=[note, *given.notes[1:]] if rows else given.notes,
    )  # fmt: skip


def _keys(estimates: pd.DataFrame, verdicts: pd.DataFrame) -> list[str]:
    """Return the indicators of the table's rows, in its order."""
    judged = verdicts[(verdicts["variant"] == MAIN) & verdicts["target"].notna()]
    pairs = set(zip(judged["indicator"], judged["area"], strict=True))
    rows = estimates[(estimates["variant"] == MAIN) & (estimates["by"].fillna("") == "")]
    return [key for key, area in zip(rows["indicator"], rows["area"], strict=True) if (key, area) in pairs]
