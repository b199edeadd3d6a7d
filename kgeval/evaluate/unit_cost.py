"""What one unit cost, and whose money it was."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.evaluate.tally import chosen, total
from kgeval.plan.expression import Expression
from kgeval.plan.study import Study

ROW = ("cost", "source", "spent", "units", "per_unit", "reason")
ALL = ""  # the source that stands for all sources together


def unit_costs(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the spending on each purpose over its units, by source of the money and together.

    Parameters
    ----------
    tables
        Table key → clean records of all areas.

    Returns
    -------
    One row a cost and source with the columns ``ROW``; ``cost`` is the number in ``costs.toml``. ``reason``
    is ``no_spending`` or ``no_units`` where there is no unit cost.
    """
    rows = []
    for number, cost in enumerate(study.evaluation.costs):
        units = total(cost.units, tables)
        records = chosen(cost.spent, tables)
        spending = _by_source(records, cost.spent.sums, cost.paid_by)
        for source, spent in spending.items():
            reason = "no_spending" if pd.isna(spent) else "" if units > 0 else "no_units"
            per_unit = spent / units if not reason else float("nan")
            rows.append(
                {"cost": number, "source": source, "spent": spent, "units": units, "per_unit": per_unit,
                 "reason": reason}
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(ROW))


def _by_source(records: pd.DataFrame, sums: Expression | None, paid_by: str) -> dict[str, float]:
    if records.empty or sums is None:
        return {ALL: float("nan")}
    money = sums.values(records).astype("float64")
    together = {ALL: float(money.sum(min_count=1))}
    by_source = money.groupby(records[paid_by].fillna("unknown"), sort=True).sum()
    return together | {str(source): float(spent) for source, spent in by_source.items()}
