"""The clean tables and the account of the whole study, put together from those of its areas.

Each area's run looks at every record; what belongs to no area (a record whose area cannot be read)
stands in the account of each. Put together it stands once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.prepare.account import CELLS, conserved
from kgeval.prepare.log import chain
from kgeval.store import Provenance, Store

_SHEET = ["file", "sheet", "table"]
_CHAIN = ["seq", "prev_hash", "this_hash"]


def deposit_whole(
    store: Store, tables: Sequence[str], area_keys: Sequence[str], made_of: Provenance
) -> pd.DataFrame:
    """Write ``all/clean``, findings, corrections, rejected and accounts; return the accounts.

    Each is made of the areas' parts that were read for it and before it.

    Parameters
    ----------
    tables, area_keys
        The study's table keys and the folders of its areas; an area without a part is left out, its
        records stay ``other_area`` in the account.

    Raises
    ------
    ConservationError
        The areas' accounts do not add up to the delivered records.
    """
    for table in tables:
        if store.anywhere(f"clean/{table}", area_keys):  # an optional table may not have been delivered
            records = store.gather(f"clean/{table}", area_keys)
            store.write(f"{WHOLE}/clean/{table}", records, replace(made_of, inputs=dict(store.seen)))
    findings = store.gather("findings", area_keys).drop_duplicates(ignore_index=True)
    rejected = store.gather("rejected", area_keys).drop_duplicates(ignore_index=True)
    lines = store.gather("corrections", area_keys).drop(columns=_CHAIN).drop_duplicates(ignore_index=True)
    accounts = together(store.gather("accounts", area_keys), rejected)
    for name, frame in (
        ("findings", findings), ("rejected", rejected), ("corrections", chain(lines)), ("accounts", accounts),
    ):  # fmt: skip
        store.write(
            f"{WHOLE}/{name}", frame.reset_index(drop=True), replace(made_of, inputs=dict(store.seen))
        )
    return accounts


def together(parts: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """Return one account a delivered sheet from the accounts of the areas.

    Parameters
    ----------
    parts
        The areas' accounts, one below the other.
    rejected
        The areas' rejected records, each named once.

    Raises
    ------
    ConservationError
        More records are accounted for than were delivered, or the cells do not add up.
    """
    sheets = parts.groupby(_SHEET, sort=False, dropna=False)
    added = ["kept", "cells", *CELLS]
    account = sheets[[column for column in parts if column not in _SHEET]].first()
    account[added] = sheets[added].sum()
    account["rejected"] = rejected.groupby(_SHEET, dropna=False)["rid"].nunique()
    account["rejected"] = account["rejected"].fillna(0).astype("int64")
    settled = account[["kept", "rejected", "structural", "other_round"]].sum(axis=1)
    account["other_area"] = (account["records"] - settled).clip(lower=0)
    return conserved(account.reset_index()[list(parts.columns)])
