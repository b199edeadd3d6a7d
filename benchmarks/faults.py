"""What becomes of planted faults, and of the cells that have none.

    python benchmarks/faults.py --seeds 3

Each seed writes the files of a simulated study with the faults of real files, receives and cleans them,
and holds every cell against the true answer. The list of faults is made by code that the cleaning does
not know. A fault is *repaired* where the clean value is the true one, *blanked* where the cell is set
aside, *rejected* where its row is, *reported* where the value stands but a finding or a line of the log
names it, else *missed*. A cell without a fault must keep its true value: whatever it is otherwise is
counted as damage.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from simulation_page import PAGE, machine_text, seeds_text, table_text, write_block

from kgeval.plan.study import Study, read_study
from kgeval.prepare.assemble import Cleaned
from kgeval.prepare.clean import clean
from kgeval.prepare.receive import receive
from kgeval.prepare.record import Delivered
from kgeval.simulate import population, sample, simulate
from kgeval.simulate.cells import DraftFile, drafts
from kgeval.simulate.disagreement import disagree, spared
from kgeval.simulate.fault import ROW_FAULTS
from kgeval.simulate.kobo import kobo_csv, plain_csv
from kgeval.simulate.plant import plant
from kgeval.simulate.population import Records
from kgeval.simulate.workbook import district_workbook

ROOT = Path(__file__).parents[1]
CELL = ["file", "row", "column"]
STRUCTURAL_FAULTS = ("total_row", "signature")  # rows that are no record; the workbook puts them there
FATES = ("repaired", "blanked", "rejected", "reported", "missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One seed: ``faults``, one row a planted fault with its ``fate``; ``cells`` and ``rows`` without one.

    ``cells`` has one row a cell of a kept record: ``CELL``, table, true, cleaned (nowhere printed),
    ``spoiled`` (a fault was planted here) and ``beside`` (one was planted elsewhere in its record).
    ``rows`` has one row a rejected record without a fault of its own: file, row, table, reason, ``twin``
    (another record has its key).
    """

    seed: int
    faults: pd.DataFrame
    cells: pd.DataFrame
    rows: pd.DataFrame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--study", type=Path, default=ROOT / "surveys" / "kien_giang")
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    parser.add_argument("--first", type=int, default=404, help="the first of them")
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    study = read_study(chosen.study)
    began = time.monotonic()
    trials = [try_seed(study, seed) for seed in range(chosen.first, chosen.first + chosen.seeds)]
    text = report(trials, seconds=time.monotonic() - began)
    print(text)
    write_block("faults", text, chosen.page)


def try_seed(study: Study, seed: int) -> Trial:
    """Simulate, receive, clean, and compare with the truth."""
    with tempfile.TemporaryDirectory() as folder:
        faults = simulate(study, folder, seed=seed).faults
        delivered = receive(study, Path(folder)).tables
        cleaned = clean(delivered, study)
    truth = true_cells(sample(population(study, seed), seed), seed)
    places = places_of(part for parts in delivered.values() for part in parts)
    cells = truth.merge(clean_cells(cleaned, places), on=["table", *CELL], how="inner")
    spoiled = faults[CELL].drop_duplicates().assign(spoiled=True)
    records = faults[["file", "row"]].drop_duplicates().assign(beside=True)
    cells = cells.merge(spoiled, on=CELL, how="left").merge(records, on=["file", "row"], how="left")
    marked = cells.assign(spoiled=cells["spoiled"].eq(other=True), beside=cells["beside"].eq(other=True))
    return Trial(
        seed=seed,
        faults=faults.assign(fate=fates(faults, cleaned, cells)),
        cells=marked.assign(wrong=marked["true"].ne(marked["cleaned"])),
        rows=lost_rows(faults, cleaned, places),
    )


def true_cells(drawn: Records, seed: int) -> pd.DataFrame:
    """Return the true answer of every delivered cell: ``table``, ``CELL``, ``true`` (text, empty: none).

    A figure in which two forms disagree is no fault of its cell: what the office wrote is true here.
    """
    frames, made = disagree(drawn.frames, drawn.study, drawn.model.disagreements, seed)
    drawn, keep = replace(drawn, frames=frames), spared(made)
    parts = []
    for draft in drafts(drawn):
        dirty, _ = plant(draft, drawn.study, drawn.model, seed, keep)
        rows = _rows(dirty, drawn, seed)
        names = [question.name for question in dirty.questions if question.name != dirty.table.round.column]
        wide = dirty.records[["round", "area", *names]].apply(as_text)
        parts.append(_long(wide.assign(row=[rows[record] for record in wide.index]), "true", draft.table.key))
        parts[-1]["file"] = draft.file
    return pd.concat(parts, ignore_index=True)


def _rows(dirty: DraftFile, drawn: Records, seed: int) -> Mapping[int, int]:
    """Return the row in which each record of a delivered file stands."""
    if dirty.delivery.style == "workbook":
        return district_workbook(dirty, drawn.model.letterhead, drawn.model.watermark).rows
    if dirty.delivery.style == "kobo":
        return kobo_csv(dirty, drawn.model.watermark, seed)[1]
    return plain_csv(dirty, drawn.model.watermark)[1]


def places_of(sheets: Iterable[Delivered]) -> pd.DataFrame:
    """Return where each record stands: ``rid``, ``file``, ``row``."""
    parts = [
        sheet.rows.rename("row").rename_axis("rid").reset_index().assign(file=sheet.source.file)
        for sheet in sheets
    ]
    return pd.concat(parts, ignore_index=True).astype({"row": "int64"})


def clean_cells(cleaned: Cleaned, places: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of the kept records: ``table``, ``CELL``, ``cleaned``; those of class direct too."""
    parts = []
    for key, frame in cleaned.tables.items():
        wide = frame.merge(cleaned.restricted[key], on="rid", validate="one_to_one")
        texts = wide.drop(columns="rid").apply(as_text).assign(rid=wide["rid"])
        placed = texts.merge(places, on="rid", validate="one_to_one").drop(columns="rid")
        parts.append(_long(placed, "cleaned", key))
    return pd.concat(parts, ignore_index=True)


def _long(wide: pd.DataFrame, value: str, table: str) -> pd.DataFrame:
    fixed = [name for name in ("file", "row") if name in wide]
    return wide.melt(id_vars=fixed, var_name="column", value_name=value).assign(table=table)


def as_text(answers: pd.Series) -> pd.Series:
    """Return answers as texts that are equal where the answers are; empty where there is none."""
    if answers.dtype.kind == "M":
        return answers.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    if answers.dtype.kind in "fiu":
        numbers = answers.astype("Float64").round(6)
        return numbers.map(lambda number: f"{number:.6f}", na_action="ignore").astype("str").fillna("")
    return answers.astype("str").fillna("")


def fates(faults: pd.DataFrame, cleaned: Cleaned, cells: pd.DataFrame) -> list[str]:
    """Return what became of each fault, one of ``FATES``.

    A fault in a row that was rejected for another reason counts as found only where it was named.
    """
    gone = _pairs(cleaned.rejected)
    structural = _pairs(cleaned.structural)
    said = _named([cleaned.findings, cleaned.corrections])
    value = cells.set_index(CELL)[["true", "cleaned"]].to_dict("index")
    found = []
    for fault in faults.itertuples():
        place = fault.file, int(fault.row)
        cell = value.get((*place, fault.column))
        named = (*place, fault.column) in said
        if fault.fault in STRUCTURAL_FAULTS:
            fate = "repaired" if place in structural else "missed"
        elif fault.fault in ROW_FAULTS:
            fate = "rejected" if place in gone else "missed"
        elif cell is None:
            fate = "rejected" if place in gone and named else "missed"
        elif cell["true"] == cell["cleaned"]:
            fate = "repaired"
        elif not named:
            fate = "missed"
        else:
            fate = "blanked" if cell["cleaned"] == "" else "reported"
        found.append(fate)
    return found


def _pairs(frame: pd.DataFrame) -> set[tuple[str, int]]:
    known = frame[frame["row"].notna() & frame["row"].ne("")]
    return set(zip(known["file"], known["row"].astype("int64"), strict=True))


def _named(frames: Sequence[pd.DataFrame]) -> set[tuple[str, int, str]]:
    """Return file, row and column of everything that a finding or a line of the log names."""
    told = pd.concat([frame[CELL] for frame in frames])
    told = told[told["row"].notna() & told["row"].ne("")]
    return set(zip(told["file"], told["row"].astype("int64"), told["column"].fillna(""), strict=True))


def lost_rows(faults: pd.DataFrame, cleaned: Cleaned, places: pd.DataFrame) -> pd.DataFrame:
    """Return the rejected records that have no fault: file, row, table, reason, twin.

    A record has a twin where its rejection points to a record that was planted as its duplicate.
    """
    own = _pairs(faults)
    planted = _pairs(faults[faults["fault"].isin(ROW_FAULTS)])
    place = dict(zip(places["rid"], zip(places["file"], places["row"], strict=True), strict=True))
    rejected = cleaned.rejected.astype({"row": "int64"})
    innocent = [pair not in own for pair in zip(rejected["file"], rejected["row"], strict=True)]
    rows = rejected[innocent]
    twin = [
        any(place.get(rid) in planted for rid in pointer.split()) for pointer in rows["pointer"].fillna("")
    ]
    return rows.assign(twin=twin)[["file", "row", "table", "reason", "twin"]].astype({"twin": bool})


def report(trials: Sequence[Trial], *, seconds: float) -> str:
    """Return the block of the page."""
    faults = pd.concat([trial.faults for trial in trials], ignore_index=True)
    return "\n\n".join(
        [
            f"Seeds {seeds_text([trial.seed for trial in trials])}, in {seconds:.0f} s ({machine_text()}).",
            table_text(by_kind(faults)),
            "Faults that cannot be found, and why:",
            table_text(not_findable(faults)),
            "Cells and records without a fault:",
            table_text(damage(trials)),
        ]
    )


def by_kind(faults: pd.DataFrame) -> pd.DataFrame:
    """Count, for each kind of fault, how many can be found, are found, and what became of them all."""
    findable = faults["findable"].eq("yes")
    counted = pd.DataFrame(
        {
            "fault": faults["fault"],
            "planted": 1,
            "findable": findable.astype(int),
            "found": (findable & faults["fate"].ne("missed")).astype(int),
            **{fate: faults["fate"].eq(fate).astype(int) for fate in FATES[:-1]},
            "missed though findable": (findable & faults["fate"].eq("missed")).astype(int),
        }
    )
    table = counted.groupby("fault", as_index=False).sum()
    total = table.drop(columns="fault").sum().to_frame().T.assign(fault="all")
    table = pd.concat([table, total[table.columns]], ignore_index=True)
    share = table["found"] / table["findable"].where(table["findable"] > 0)
    table.insert(4, "share found", share.astype("float64"))
    return table


def not_findable(faults: pd.DataFrame) -> pd.DataFrame:
    """Count the faults that leave a possible answer, by kind and reason."""
    hidden = faults[faults["findable"].ne("yes")]
    return hidden.groupby(["fault", "why"], as_index=False).agg(
        planted=("fate", "size"), undone=("fate", lambda fate: int(fate.eq("repaired").sum()))
    )


def damage(trials: Sequence[Trial]) -> pd.DataFrame:
    """Count, for each seed, what was done to cells and records that had no fault."""
    rows = []
    for trial in trials:
        cells = trial.cells[~trial.cells["spoiled"]]
        rows.append(
            {
                "seed": trial.seed,
                "cells without a fault": len(cells),
                "changed wrongly": int((cells["wrong"] & ~cells["beside"]).sum()),
                "changed wrongly, another cell of the record faulty": int(
                    (cells["wrong"] & cells["beside"]).sum()
                ),
                "records set aside with their twin": int(trial.rows["twin"].sum()),
                "records lost without a fault": int((~trial.rows["twin"]).sum()),
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
