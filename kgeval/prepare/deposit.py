"""Cleaned tables and their account into the store, as the outputs' contract lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from kgeval.plan.study import GUARDED, Study
from kgeval.prepare.assemble import Cleaned
from kgeval.prepare.receive import Delivery
from kgeval.store import Provenance, Store, fingerprint, versions


def provenance(study: Study, delivery: Delivery, area: str) -> Provenance:
    """Return what the clean tables of an area (its code, or ``all``) are made of."""
    inputs = {
        sheet.source.file: sheet.source.sha256 for sheets in delivery.tables.values() for sheet in sheets
    }
    return Provenance(
        study=study.key,
        study_sha256=fingerprint(study.folder),
        inputs=inputs,
        parameters={"area": area},
        versions=versions(),
    )


def deposit(
    store: Store,
    folder: str,
    cleaned: Cleaned,
    made_of: Provenance,
    *,
    guarded: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Path, ...]:
    """Write everything that cleaning left below ``folder`` (the area's key, or ``all``).

    What identifies persons, and what tells of a child in danger, goes to ``restricted/``, which only its
    owner may open.

    Parameters
    ----------
    guarded
        Table → the questions of class restricted (``Study.guarded``): their answers lie in
        ``restricted/<table>_guarded`` beside the record's ``rid``, and in no clean table.

    Returns
    -------
    tuple of Path
        The clean tables' files.
    """
    made_of = Provenance(
        **{**made_of.as_dict(), "parameters": {**made_of.parameters, "log_hash": cleaned.log_hash}}
    )
    apart = {key: [name for name in names if name in cleaned.tables[key]]
             for key, names in (guarded or {}).items() if key in cleaned.tables}  # fmt: skip
    paths = tuple(
        store.write(f"{folder}/clean/{key}", table.drop(columns=apart.get(key, [])), made_of)
        for key, table in cleaned.tables.items()
    )
    for key, names in apart.items():
        store.write(f"{folder}/restricted/{key}{GUARDED}", cleaned.tables[key][["rid", *names]], made_of)
    for key, table in cleaned.before_corrections.items():
        store.write(f"{folder}/before_corrections/{key}", table.drop(columns=apart.get(key, [])), made_of)
    for key, table in cleaned.apart.items():
        if len(table):
            store.write(f"{folder}/apart/{key}", table.drop(columns=apart.get(key, [])), made_of)
    for name in ("findings", "corrections", "rejected", "structural", "refused"):
        store.write(f"{folder}/{name}", getattr(cleaned, name), made_of)
    store.write(f"{folder}/accounts", cleaned.accounts, made_of)
    for key, table in cleaned.restricted.items():
        store.write(f"{folder}/restricted/{key}", table, made_of)
    for key, table in cleaned.set_aside.items():
        store.write(f"{folder}/restricted/{key}_set_aside", _unique(table), made_of)
    store.write(f"{folder}/restricted/corrections", cleaned.restricted_corrections, made_of)
    store.write(f"{folder}/restricted/rejected", cleaned.restricted_rejected, made_of)
    return paths


def _unique(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns set aside under names that differ: files may repeat a column's name."""
    times: dict[str, int] = {}
    names = []
    for name in map(str, table.columns):
        times[name] = times.get(name, 0) + 1
        names.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return table.set_axis(names, axis=1).reset_index(drop=True)
