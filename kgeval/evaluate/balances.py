"""The balance tables that a study asks for: sides of a comparison, and those met again beside the others.

Both look at the first round, before anything could have changed. Lines behind which fewer than ten of a side
stand are left out: they would tell of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from kgeval.evaluate.attrition import followed
from kgeval.evaluate.balance import COLUMNS, balance
from kgeval.evaluate.comparison import described, sides_of
from kgeval.evaluate.response import GONE
from kgeval.plan.study import Study
from kgeval.protect.disclose import profiles

BALANCE = ("table", "what", "group", *COLUMNS, "joint_f", "joint_df", "joint_df_error", "joint_p")
SIDES, STAYERS = "sides", "stayers"


def balances(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare baseline characteristics: of the sides of each comparison, and of who was met again.

    Returns
    -------
    DataFrame
        One row a table, ``what`` (``sides`` or ``stayers``), group and characteristic, with the columns
        ``BALANCE``; the reference is the comparison side, or those met again. ``joint_…`` is the test that
        all characteristics of the block are alike, missing in a full count.
    """
    parts = [*_of_sides(study, tables), *_of_stayers(study, tables)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(BALANCE))


def _of_sides(study: Study, tables: Mapping[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    for key, comparison in study.comparisons.items():
        sides = sides_of(study, tables, comparison)
        if sides is None or not comparison.balance:
            continue
        first = (sides.records["round"] == study.baseline.key).to_numpy()
        records = sides.records[first].reset_index(drop=True)
        for place, group in enumerate(sides.groups, start=1):
            side = pd.Series(sides.side[first]).map({0: 0.0, place: 1.0})
            yield from _rows(study, key, records, side, comparison.balance, named=(SIDES, group))


def _of_stayers(study: Study, tables: Mapping[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    first, last = study.baseline.key, study.endline.key
    for key, panel in study.panels.items():
        if key not in tables or not panel.columns or not {first, last} <= set(tables[key]["round"]):
            continue
        units = followed(tables[key], panel, first, last)
        units = units[units["found_first"] & ~units["fate"].isin(GONE)]
        records = tables[key][tables[key]["round"] == first].reset_index(drop=True)
        gone = records[panel.unit].astype("str").map(~units["found_last"]).astype("Float64")
        yield from _rows(study, key, records, gone, panel.columns, named=(STAYERS, STAYERS))


def _rows(
    study: Study,
    table: str,
    records: pd.DataFrame,
    side: pd.Series,
    columns: tuple[str, ...],
    *,
    named: tuple[str, str],
) -> Iterator[pd.DataFrame]:
    if not {0, 1} <= set(side.dropna()):
        return
    design = described(study.tables[table].design)
    found = balance(records, design, side, study.tables[table].form, columns)
    least = profiles()["sensitive"].numerator
    rows = found.rows[found.rows[["n_reference", "n_group"]].min(axis=1) >= least]
    if not rows.empty:
        yield rows.assign(
            table=table, what=named[0], group=named[1], joint_f=found.test.statistic, joint_df=found.test.df,
            joint_df_error=found.test.df_error, joint_p=found.test.p,
        ).reindex(columns=list(BALANCE))  # fmt: skip
