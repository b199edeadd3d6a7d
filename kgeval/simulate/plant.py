"""Planting: which cells and rows of a draft get which fault, and the list of all that was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.plan.study import Study
from kgeval.simulate.cells import DraftFile
from kgeval.simulate.draw import Mask, stream
from kgeval.simulate.fault import CELL_FAULTS, Fault
from kgeval.simulate.fault_site import FaultSite, site_of
from kgeval.simulate.model import Model

_TWICE = "its key stands twice in the file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One fault: in which record of the draft, which column ("" for the whole record), and what it did."""

    record: int
    column: str
    fault: str
    true_value: str
    delivered_value: str
    findable: bool
    why: str


def plant(
    draft: DraftFile, study: Study, model: Model, seed: int, spared: frozenset[tuple[str, str]] = frozenset()
) -> tuple[DraftFile, list[Planted]]:
    """Return the draft as it is handed in, with the list of its faults.

    ``spared`` are cells, by (rid, column), that keep their answer; their records are handed in once.
    Each fault hits a share of the cells (or records) in which it can happen, the rate that the model
    gives it; no cell is hit twice. Duplicated records stand somewhere below their original.
    """
    site = site_of(draft, study, model.words)
    cells = {name: draft.cells[name].to_numpy(dtype=object, copy=True) for name in draft.cells}
    rids = draft.records["rid"].tolist()
    touched = {name: np.array([(rid, name) in spared for rid in rids], dtype=bool) for name in cells}
    planted: list[Planted] = []
    for fault in CELL_FAULTS:
        rng = stream(seed, "fault", fault.name, draft.file)
        rate, only = model.dirt.get(fault.name, 0.0), model.only.get(fault.name)
        for question in _open_to(fault, site, only) if rate > 0 else ():
            # one draw a record, whatever stands in it: a further answer does not move the others' faults
            hit = (rng.random(len(draft.cells)) < rate) & ~touched[question.name]
            new = _spoil(fault, question, site, hit & fault.places(question, site), rng)
            for one in new:
                cells[one.column][one.record] = one.delivered_value
                touched[one.column][one.record] = True
            planted += new
    draft = replace(draft, cells=pd.DataFrame(cells, index=draft.cells.index).astype("str"))
    rng = stream(seed, "fault", "records", draft.file)
    once = draft.records["rid"].isin({rid for rid, _ in spared}).to_numpy()
    dirty, repeated = _repeat(draft, site, model.dirt, rng, once)
    return dirty, [*_masked(planted, draft), *repeated]


def _open_to(fault: Fault, site: FaultSite, only: Sequence[str] | None) -> Iterator[Question]:
    for question in site.draft.questions:
        if (only is None or question.name in only) and fault.fits(question, site):
            yield question


def _spoil(
    fault: Fault, question: Question, site: FaultSite, hit: Mask, rng: np.random.Generator
) -> list[Planted]:
    if not hit.any():
        return []
    true = site.draft.cells.loc[hit, question.name]
    spoiled = fault.spoil(true, question, site, rng).dropna().astype("str")
    verdicts = fault.judge(spoiled, question, site) if len(spoiled) else []
    found = zip(spoiled.index.tolist(), spoiled.tolist(), verdicts, strict=True)
    return [
        Planted(
            record=record, column=question.name, fault=fault.name, true_value=str(true[record]),
            delivered_value=text, findable=findable, why=why,
        )
        for record, text, (findable, why) in found
    ]  # fmt: skip


def _masked(planted: Sequence[Planted], draft: DraftFile) -> list[Planted]:
    """Blank the values of columns of class direct: a list of faults is no place for them."""
    direct = {question.name for question in draft.questions if question.personal == "direct"}
    return [
        replace(one, true_value="", delivered_value="") if one.column in direct else one for one in planted
    ]


def _repeat(
    draft: DraftFile, site: FaultSite, dirt: Mapping[str, float], rng: np.random.Generator, once: Mask
) -> tuple[DraftFile, list[Planted]]:
    """Hand some records in twice, a few of them with another answer."""
    number = len(draft.cells)
    chance = rng.random(number)
    exact = dirt.get("exact_duplicate", 0.0)
    repeats = chance < exact + dirt.get("conflicting_duplicate", 0.0)
    twice = np.flatnonzero(repeats & ~once).tolist()
    if not twice:
        return draft, []
    planted = [
        _exact(number + place)
        if chance[record] < exact
        else replace(_conflicting(record, draft, site, rng) or _exact(0), record=number + place)
        for place, record in enumerate(twice)
    ]
    copies = draft.cells.loc[twice].set_axis(range(number, number + len(twice)))
    for one in planted:
        if one.column:
            copies.loc[one.record, one.column] = one.delivered_value
    cells = pd.concat([draft.cells, copies])
    records = draft.records.loc[[*range(number), *twice]].set_axis(cells.index)
    # each copy stands somewhere between its original and the end of the file
    order = np.argsort(np.concatenate([np.arange(number), rng.uniform(twice, number) + 0.5]), kind="stable")
    return replace(draft, cells=cells.iloc[order], records=records.iloc[order]), planted


def _exact(record: int) -> Planted:
    return Planted(
        record=record, column="", fault="exact_duplicate", true_value="", delivered_value="",
        findable=True, why=_TWICE,
    )  # fmt: skip


def _conflicting(record: int, draft: DraftFile, site: FaultSite, rng: np.random.Generator) -> Planted | None:
    """Return a change of one answer of the record to one that somebody else gave, where there is one."""
    closed = site.fixed | site.drivers
    true = site.draft.cells.loc[record]
    open_to = [
        question.name
        for question in site.draft.questions
        if question.type in ("integer", "select_one")
        and question.name not in closed
        and true[question.name]
        and draft.cells.loc[record, question.name] == true[question.name]
    ]
    for name in rng.permutation(np.array(open_to, dtype=object)).tolist():
        given = site.draft.cells[name]
        others = sorted(set(given[given.ne("") & given.ne(true[name])]))
        if others:
            return Planted(
                record=record, column=name, fault="conflicting_duplicate", true_value=str(true[name]),
                delivered_value=others[int(rng.integers(len(others)))], findable=True, why=_TWICE,
            )  # fmt: skip
    return None
