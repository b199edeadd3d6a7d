"""A whole simulation: the files that field staff would send, their faults, and the truth behind them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.study import Study
from kgeval.simulate.cells import DraftFile, drafts
from kgeval.simulate.disagreement import disagree, spared
from kgeval.simulate.kobo import kobo_csv, plain_csv
from kgeval.simulate.model import Model
from kgeval.simulate.plant import Planted, plant
from kgeval.simulate.population import Records, populate
from kgeval.simulate.read_model import read_model
from kgeval.simulate.sample import draw_sample
from kgeval.simulate.truth import true_values
from kgeval.simulate.workbook import district_workbook
from kgeval.store import SYNTHETIC, made_by_simulation, write_whole

FAULT_COLUMNS = (
    "file", "sheet", "row", "key", "table", "column", "fault", "true_value", "delivered_value", "findable",
    "why",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What a simulation wrote: the ``paths``, true values, faults and disagreements, one row each."""

    paths: tuple[Path, ...]
    truth: pd.DataFrame
    faults: pd.DataFrame
    disagreements: pd.DataFrame


def population(study: Study, seed: int) -> Records:
    """Return the population of each round that the study's model makes of a seed.

    ``.tables`` holds clean tables (``rid``, ``round``, ``area``, then the form's questions) of every
    unit; where the study's design has a weight, it is 1.

    Raises
    ------
    StudyError
        The model is not sound, or draws what a form forbids.
    """
    return populate(study, read_model(study), seed)


def sample(population: Records, seed: int) -> Records:
    """Return the sample that the study's model draws from a population; ``.tables`` as above, weighted."""
    return draw_sample(population, seed)


def simulate(study: Study, out: str | Path, *, seed: int, faults: bool = True) -> Simulated:
    """Write a simulated data folder: deliveries, what is true and what was spoilt, the mark of simulation.

    Parameters
    ----------
    study
        With a ``simulation.toml`` in its folder.
    out
        A folder that is new, empty, or holds an earlier simulation, which it replaces.
    seed
        The same seed gives the same bytes.
    faults
        Whether the faults of real files are planted.

    Raises
    ------
    ParameterError
        The folder holds files that no simulation made.
    StudyError
        The model is not sound.
    """
    out = Path(out)
    _clear(out)
    with pd.option_context("mode.string_storage", "python"):  # many small tables: see kgeval.store.text
        return _written(study, out, seed, faults=faults)


def _written(study: Study, out: Path, seed: int, *, faults: bool) -> Simulated:
    model = read_model(study)
    people = populate(study, model, seed)
    drawn = draw_sample(people, seed)
    frames, disagreements = disagree(drawn.frames, study, model.disagreements, seed)
    drawn = replace(drawn, frames=frames)
    files, planted = _deliveries(drawn, model, seed, faults=faults, keep=spared(disagreements))
    truth = true_values(people)
    tables = {"truth.csv": _csv(truth), "faults.csv": _csv(planted)}
    if len(disagreements):
        tables["disagreements.csv"] = _csv(disagreements.drop(columns="rid"))
    mark = _mark(study, model, seed, files, tables)
    paths = []
    # the mark first: whatever stops the writing, what lies there is marked
    for name, content in {SYNTHETIC: mark, **files, **tables}.items():
        write_whole(out / name, content, durable=False)
        paths.append(out / name)
    return Simulated(paths=tuple(paths), truth=truth, faults=planted, disagreements=disagreements)


def _deliveries(
    drawn: Records, model: Model, seed: int, *, faults: bool, keep: frozenset[tuple[str, str]]
) -> tuple[dict[str, bytes], pd.DataFrame]:
    files: dict[str, bytes] = {}
    rows: list[dict[str, Any]] = []
    for clean in drafts(drawn):
        draft, planted = plant(clean, drawn.study, model, seed, keep) if faults else (clean, [])
        sheet = ""
        structural: Sequence[tuple[int, str, str]] = ()
        if draft.delivery.style == "workbook":
            layout = district_workbook(draft, model.letterhead, model.watermark)
            content, places = layout.content, layout.rows
            sheet, structural = model.letterhead.sheet, layout.structural
        elif draft.delivery.style == "kobo":
            content, places = kobo_csv(draft, model.watermark, seed)
        else:
            content, places = plain_csv(draft, model.watermark)
        files[draft.file] = content
        rows += _listed(planted, draft, sheet, places)
        if faults:
            rows += [
                {"file": draft.file, "sheet": sheet, "row": row, "table": draft.table.key, "fault": kind,
                 "delivered_value": text, "findable": "yes", "why": "is no record"}
                for row, kind, text in structural
            ]  # fmt: skip
    return files, pd.DataFrame(rows, columns=list(FAULT_COLUMNS)).fillna("")


def _listed(
    planted: Iterable[Planted], draft: DraftFile, sheet: str, places: Mapping[int, int]
) -> list[dict[str, Any]]:
    keys = draft.keys()
    rows = [
        {
            "file": draft.file, "sheet": sheet, "row": places[one.record], "key": keys[one.record],
            "table": draft.table.key, "column": one.column, "fault": one.fault, "true_value": one.true_value,
            "delivered_value": one.delivered_value, "findable": "yes" if one.findable else "no",
            "why": one.why,
        }
        for one in planted
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["row"], row["column"]))


def _csv(frame: pd.DataFrame) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(["" if pd.isna(value) else value for value in row])
    return text.getvalue().encode("utf-8")


def _mark(study: Study, model: Model, seed: int, files: Iterable[str], answers: Iterable[str]) -> bytes:
    lines = [model.watermark, f"study = {study.key}", f"seed = {seed}"]
    lines += [*(f"file = {name}" for name in files), *(f"answer = {name}" for name in answers)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _clear(out: Path) -> None:
    """Take an earlier simulation away; refuse where anything else lies."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ParameterError(f"{out.name} is a file; name a folder")
    made = {SYNTHETIC} | made_by_simulation(out)
    others = sorted(
        path.name for path in out.iterdir() if path.name not in made and not path.name.startswith(".")
    )
    if others:
        raise ParameterError(
            f"{out.name} holds {others[0]!r} and {len(others) - 1} other entries that no simulation made; "
            "choose a new or empty folder, so that simulated and real data never mix"
        )
    for name in sorted(made - {SYNTHETIC}):
        (out / Path(name).name).unlink(missing_ok=True)
