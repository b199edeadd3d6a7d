"""What one unit cost and whose money it was; a cost that cannot be said has its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import choice_labels
from kgeval.present.labels import labels
from kgeval.present.measure import number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def costs_table(costs: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return spending, units and cost per unit, by source of the money and together.

    Parameters
    ----------
    costs
        As ``evaluate.unit_costs`` returns them.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    rows, groups = [], []
    for row in costs.to_dict("records"):
        plan = study.evaluation.costs[row["cost"]]
        spent, units, per_unit = (number_of(row, name) for name in ("spent", "units", "per_unit"))
        rows.append(
            {
                "source": (_source(study, row, lang), None),
                "spent": (numbers.number(spent, 0), spent),
                "units": (numbers.number(units, 0), units),
                "per_unit": (numbers.number(per_unit, 0), per_unit),
                "note": (
                    words[f"costs.{row['reason']}"]
                    if row["reason"]
                    else word_of(plan.caution, lang)
                    if not row["source"]
                    else "",
                    None,
                ),
            }
        )
        groups.append(
            words.fill("costs.group", label=word_of(plan.label, lang), unit=word_of(plan.unit, lang))
        )
    sides: list[tuple[str, Align]] = [
        ("source", "left"), ("spent", "right"), ("units", "right"), ("per_unit", "right"), ("note", "left"),
    ]  # fmt: skip
    columns = [Column(key=key, heading=words[f"costs.column.{key}"], align=align) for key, align in sides]
    return table_of(
        "costs",
        words["costs.title"],
        columns,
        rows,
        groups=groups,
        notes=[words["costs.money"]] if rows else [],
    )


def _source(study: Study, row: dict[object, object], lang: str) -> str:
    """Return the words of a source of money: the answer's label in the form of the spending."""
    if not row["source"]:
        return labels(lang)["costs.together"]
    cost = study.evaluation.costs[int(str(row["cost"]))]
    named = choice_labels(study, cost.spent.table, cost.paid_by, lang)
    return named.get(str(row["source"]), labels(lang)["costs.unknown_source"])
