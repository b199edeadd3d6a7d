"""Hold the cleaning of simulated files against the truth.

What share of the planted faults does it find, and does it change a clean cell wrongly?

    python benchmarks/faults.py surveys/kien_giang --seed 404

Simulates a study into a temporary folder, cleans it, and holds each cleaned cell against the true
answer. A fault counts as found when the cell (or row) has a finding or a line in the log, or when
the cleaned value is the true one; as recovered when the cleaned value is the true one.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kgeval.plan.study import read_study
from kgeval.prepare.clean import Cleaned, clean
from kgeval.prepare.receive import receive
from kgeval.simulate import simulate
from kgeval.simulate.cells import drafts
from kgeval.simulate.kobo import kobo_csv, plain_csv
from kgeval.simulate.plant import plant
from kgeval.simulate.population import Records
from kgeval.simulate.simulation import population, sample
from kgeval.simulate.workbook import district_workbook


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("study", type=Path)
    arguments.add_argument("--seed", type=int, default=404)
    chosen = arguments.parse_args()
    study = read_study(chosen.study)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        faults = simulate(study, out, seed=chosen.seed).faults
        cleaned = clean(receive(study, out).tables, study)
        truth = true_cells(sample(population(study, chosen.seed), chosen.seed), chosen.seed, out)
    cells = compare(cleaned, truth)
    print(_markdown(found(faults, cleaned, cells)))
    print()
    print(_markdown(damage(faults, cells)))


def true_cells(drawn: Records, seed: int, out: Path) -> pd.DataFrame:
    """Return file, row, rid, table, column and the true value of every delivered cell."""
    parts = []
    for draft in drafts(drawn):
        dirty, _ = plant(draft, drawn.study, drawn.model, seed)
        sheet = ""
        if draft.delivery.style == "workbook":
            rows: Any = district_workbook(dirty, drawn.model.letterhead, drawn.model.watermark).rows
            sheet = drawn.model.letterhead.sheet
        elif draft.delivery.style == "kobo":
            _, rows = kobo_csv(dirty, drawn.model.watermark, seed)
        else:
            _, rows = plain_csv(dirty, drawn.model.watermark)
        content = (out / draft.file).read_bytes()
        sha = hashlib.sha256(content).hexdigest()[:12]
        columns = [
            question.name
            for question in draft.questions
            if question.personal != "direct" and question.name in dirty.records and question.name != "round"
        ]
        wide = dirty.records[columns].copy()
        wide = wide.apply(_text).assign(row=[rows[record] for record in wide.index])
        long = wide.melt(id_vars="row", var_name="column", value_name="true")
        parts.append(
            long.assign(
                file=draft.file, table=draft.table.key, rid=sha + ":" + sheet + ":" + long["row"].astype(str)
            )
        )
    return pd.concat(parts, ignore_index=True)


def _text(answers: pd.Series) -> pd.Series:
    if answers.dtype.kind == "M":
        return answers.dt.strftime("%Y-%m-%d").fillna("")
    if answers.dtype.kind in "fiu" or str(answers.dtype) in ("Int64", "Float64"):
        return (
            answers.astype("Float64")
            .round(6)
            .map(lambda number: f"{number:.6f}", na_action="ignore")
            .astype("str")
            .fillna("")
        )
    return answers.astype("str").fillna("")


def compare(cleaned: Cleaned, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of the kept rows: truth beside the cleaned value."""
    parts = []
    for key, frame in cleaned.tables.items():
        columns = [name for name in frame if name not in ("rid", "round", "area")]
        wide = frame[columns].apply(_text).assign(rid=frame["rid"])
        parts.append(wide.melt(id_vars="rid", var_name="column", value_name="cleaned").assign(table=key))
    return truth.merge(pd.concat(parts), on=["table", "rid", "column"], how="inner")


def found(faults: pd.DataFrame, cleaned: Cleaned, cells: pd.DataFrame) -> pd.DataFrame:
    """Return per kind of fault: how many, how many can be found, found, recovered."""
    told = pd.concat(
        [cleaned.findings[["file", "row", "column"]], cleaned.corrections[["file", "row", "column"]]]
    )
    named = set(
        zip(told["file"], told["row"].astype("Int64").astype(str), told["column"].fillna(""), strict=True)
    )
    gone = set(zip(cleaned.rejected["file"], cleaned.rejected["row"].astype(str), strict=True))
    value = cells.set_index(["file", "row", "column"])[["true", "cleaned"]].to_dict("index")
    rows = []
    for fault in faults[~faults["fault"].isin(["total_row", "signature"])].itertuples():
        cell = value.get((fault.file, fault.row, fault.column))
        if fault.fault.endswith("duplicate"):
            is_found, is_right = (fault.file, str(fault.row)) in gone, False
        elif (fault.file, str(fault.row)) in gone:
            is_found, is_right = True, False
        else:
            is_right = cell is not None and cell["true"] == cell["cleaned"]
            is_found = is_right or (fault.file, str(fault.row), fault.column) in named
        rows.append((fault.fault, fault.findable == "yes", is_found, is_right))
    each = pd.DataFrame(rows, columns=["fault", "findable", "found", "recovered"])
    table = each.groupby("fault").agg(
        planted=("found", "size"),
        findable=("findable", "sum"),
        found=("found", "sum"),
        recovered=("recovered", "sum"),
    )
    table["findable_found"] = each[each["findable"]].groupby("fault")["found"].sum()
    table.loc["all"] = table.sum()
    table["share"] = (table["findable_found"] / table["findable"]).round(4)
    return table.reset_index()


def damage(faults: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return how many cells without a fault came out different from the truth, by column."""
    spoiled = set(zip(faults["file"], faults["row"], faults["column"], strict=True))
    clean = np.array(
        [key not in spoiled for key in zip(cells["file"], cells["row"], cells["column"], strict=True)]
    )
    wrong = cells[clean & cells["true"].ne(cells["cleaned"]).to_numpy()]
    by_column = wrong.groupby(["table", "column"]).agg(
        cells=("true", "size"), true=("true", "first"), cleaned=("cleaned", "first")
    )
    by_column.loc[("all", ""), "cells"] = len(wrong)
    by_column.loc[("of clean cells", ""), "cells"] = int(clean.sum())
    return by_column.reset_index()


def _markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * table.shape[1], *table.fillna("").astype(str).to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


if __name__ == "__main__":
    main()
