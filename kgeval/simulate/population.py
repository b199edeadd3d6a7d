"""The population: every unit of every kind, in each round, with all its answers and no fault.

Rows come round by round, so that numbers given to units go on from one round to the next and no
new person inherits a former person's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.form import Question
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.simulate.answer import Answer
from kgeval.simulate.draw import Scene, holds, stream
from kgeval.simulate.model import AREA, STUDY, Model, Unit

IDENTITY = "_unit"  # the same number for the same unit in every round
NUMBER = "number"  # of a unit within the one that it lies in, from 1
_ADDED = ("rid", "round", "area")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Simulated records: ``frames`` by table with every question, class ``direct`` too.

    ``units`` keeps the whole scaffolding (all columns, all units); ``seed`` and ``model`` say how
    they were made.
    """

    study: Study
    model: Model
    seed: int
    units: Mapping[str, pd.DataFrame]
    frames: Mapping[str, pd.DataFrame]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The clean tables: ``rid``, ``round``, ``area`` and the questions, none of class direct."""
        return {
            key: frame.drop(columns=[name for name in _direct(self.study.tables[key]) if name in frame])
            for key, frame in self.frames.items()
        }


def _direct(table: Table) -> list[str]:
    return [question.name for question in table.form.main_questions if question.personal == "direct"]


def populate(study: Study, model: Model, seed: int) -> Records:
    """Make the population of each round.

    Raises
    ------
    StudyError
        The model draws what a form forbids, or leaves a required question without an answer.
    """
    units: dict[str, pd.DataFrame] = {}
    for unit in model.units:
        units[unit.key] = _Making(study=study, model=model, seed=seed, unit=unit, units=units).frame()
    frames = {
        unit.key: _cut(units[unit.key], study.tables[unit.key])
        for unit in model.units
        if unit.key in study.tables
    }
    return Records(study=study, model=model, seed=seed, units=units, frames=frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """One unit in the making."""

    study: Study
    model: Model
    seed: int
    unit: Unit
    units: Mapping[str, pd.DataFrame]

    def frame(self) -> pd.DataFrame:
        rows = self._rows()
        questions = self._questions()
        for answer in self._answers(rows):
            rows[answer.name] = _typed(self._draw(answer, rows), questions.get(answer.name))
        if self.unit.absent is not None:
            rows = rows[~holds(self.unit.absent, rows)].reset_index(drop=True)
        table = self.study.tables.get(self.unit.key)
        if table is not None and table.round.always:
            rows = rows[rows["round"].eq(table.round.always)].reset_index(drop=True)
        return rows if table is None else self._as_asked(rows, table)

    def _draw(self, answer: Answer, rows: pd.DataFrame) -> pd.Series:
        rng = stream(self.seed, self.unit.key, answer.name)
        windows = {
            round_.key: _window(round_.starts, round_.ends, round_.year) for round_ in self.study.rounds
        }
        # the columns that it names, and no others: a frame of a hundred columns is slow to part
        needed = answer.words() | {"round", "area", IDENTITY}
        rows = rows[[name for name in rows if name in needed]]
        if not answer.keep:
            return answer.draw(Scene(rows=rows, rng=rng, units=self.units, windows=windows))
        first = rows.drop_duplicates(IDENTITY)
        drawn = answer.draw(Scene(rows=first, rng=rng, units=self.units, windows=windows))
        once = pd.Series(drawn.array, index=first[IDENTITY].to_numpy())
        return pd.Series(once.reindex(rows[IDENTITY].to_numpy()).array, index=rows.index)

    def _answers(self, rows: pd.DataFrame) -> list[Answer]:
        """Return the model's answers, then those that its lists give to questions it does not name."""
        named = {answer.name for answer in self.unit.answers}
        listed = [
            Answer(name=name, cases=(self.model.lists[question.list_name],))
            for name, question in self._questions().items()
            if name not in named and name not in rows and question.list_name in self.model.lists
        ]
        return [*self.unit.answers, *listed]

    def _questions(self) -> dict[str, Question]:
        table = self.study.tables.get(self.unit.key)
        return {} if table is None else {question.name: question for question in table.form.main_questions}

    # ---- which units there are

    def _rows(self) -> pd.DataFrame:
        parents = self._parents()
        if self.unit.where is not None:
            parents = parents[holds(self.unit.where, parents)].reset_index(drop=True)
        if self.unit.lasting == "new":
            places = np.repeat(np.arange(len(parents)), self._counts(parents))
            rows = parents.iloc[places].reset_index(drop=True)
            number = pd.Series(places).groupby(places).cumcount().to_numpy() + 1
            return rows.assign(**{IDENTITY: np.arange(len(rows)), NUMBER: number})
        return self._lasting(parents)

    def _lasting(self, parents: pd.DataFrame) -> pd.DataFrame:
        first = parents.drop_duplicates(IDENTITY)
        counts = pd.Series(self._counts(first), index=first[IDENTITY].to_numpy())
        per_row = counts.reindex(parents[IDENTITY]).to_numpy()
        places = np.repeat(np.arange(len(parents)), per_row)
        rows = parents.iloc[places].reset_index(drop=True)
        starts = (counts.cumsum() - counts).reindex(rows[IDENTITY]).to_numpy()
        within = np.arange(len(rows)) - np.repeat(np.cumsum(per_row) - per_row, per_row)
        slot = starts + within
        holder = slot * len(self.study.rounds) + self._changes(rows["round"], slot)
        return rows.assign(**{IDENTITY: pd.factorize(holder)[0], NUMBER: within + 1})

    def _changes(self, rounds: pd.Series, slot: np.ndarray) -> np.ndarray:
        """How often the holder of each slot has changed up to each round."""
        if self.unit.lasting == "same" or len(slot) == 0:
            return np.zeros(len(slot), dtype=int)
        rng = stream(self.seed, self.unit.key, "turnover")
        left = rng.random((int(slot.max()) + 1, len(self.study.rounds))) < self.unit.turnover
        left[:, 0] = False
        order = {round_.key: place for place, round_ in enumerate(self.study.rounds)}
        changes: np.ndarray = left.cumsum(axis=1)[slot, rounds.map(order).to_numpy()]
        return changes

    def _counts(self, parents: pd.DataFrame) -> np.ndarray:
        rng = stream(self.seed, self.unit.key, "count")
        scene = Scene(rows=parents, rng=rng, units=self.units, windows={})
        counts = self.unit.count.draw(scene).astype("float64").fillna(0).to_numpy()
        whole: np.ndarray = np.maximum(np.round(counts), 0).astype(int)
        return whole

    def _parents(self) -> pd.DataFrame:
        if self.unit.within not in (STUDY, AREA):
            return self.units[self.unit.within]
        areas = [area.code for area in self.study.areas] if self.unit.within == AREA else [""]
        rounds = [round_.key for round_ in self.study.rounds]
        return pd.DataFrame(
            [(key, area, number) for key in rounds for number, area in enumerate(areas)],
            columns=["round", "area", IDENTITY],
        ).astype({"round": "str", "area": "str"})

    # ---- what the form makes of the answers

    def _as_asked(self, rows: pd.DataFrame, table: Table) -> pd.DataFrame:
        """Blank what the skips do not ask, in the form's order, and hold the form's constraints."""
        today = max(round_.ends or date(round_.year, 12, 31) for round_ in self.study.rounds) + timedelta(
            days=1
        )
        if table.design.weight:  # in a population everybody stands for one
            rows = rows.assign(**{table.design.weight: 1.0})
        seen = raw_rounds(rows, table)
        faults = []
        for question in table.form.main_questions:
            if question.name in _ADDED:
                continue
            if question.name not in seen:  # nobody answers it: the column is there, and empty
                silent = pd.Series([None] * len(rows), index=rows.index, dtype="object")
                seen[question.name] = rows[question.name] = _typed(silent, question)
            asked = (
                np.ones(len(seen), dtype=bool)
                if question.relevant is None
                else holds(question.relevant, seen)
            )
            seen[question.name] = rows[question.name] = rows[question.name].where(asked)
            faults += _forbidden(question, seen, asked, today)
        if faults:
            raise StudyError([f"simulation of {self.unit.key}: {fault}" for fault in faults])
        return rows


def _window(starts: date | None, ends: date | None, year: int) -> tuple[date, date]:
    return starts or date(year, 1, 1), ends or date(year, 12, 31)


def _typed(answers: pd.Series, question: Question | None) -> pd.Series:
    """Return answers in the type that clean tables have (units' own columns: as drawn)."""
    if question is None:
        return answers
    if question.type == "integer":
        return answers.astype("Float64").round().astype("Int64")
    if question.type == "decimal":
        return answers.astype("float64")
    if question.type == "date":
        return answers.astype("datetime64[us]")
    return answers.astype("str").where(answers.notna())


def raw_rounds(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the rows as the form sees them: its own question on the round holds the raw value."""
    if not table.round.column:
        return rows.copy()
    raw: dict[str, str] = {}
    for text, key in table.round.values.items():  # noqa: PD011  a mapping, no frame
        raw.setdefault(key, text)  # of several spellings the first
    return rows.assign(**{table.round.column: rows["round"].map(raw).astype("str")})


def _forbidden(question: Question, seen: pd.DataFrame, asked: np.ndarray, today: date) -> list[str]:
    answers = seen[question.name]
    faults = []
    if question.required and (silent := int((asked & answers.isna().to_numpy()).sum())):
        faults.append(f"{question.name} is required, but {silent} of {len(seen)} records do not answer it")
    if question.constraint is not None:
        truth = question.constraint.truth(seen, current=answers, today=today)
        broken = int((truth.eq(other=False).fillna(value=False) & answers.notna()).sum())
        if broken:
            faults.append(
                f"{question.name}: {broken} of {len(seen)} answers break {question.constraint.text}"
            )
    return faults


def _cut(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table's frame: what its form asks, under the three columns that every table has."""
    names = [
        question.name
        for question in table.form.main_questions
        if question.name not in _ADDED and question.name in rows
    ]
    rids = [f"simulated:{table.key}:{number}" for number in range(1, len(rows) + 1)]
    head = pd.DataFrame({"rid": pd.Series(rids, dtype="str"), "round": rows["round"], "area": rows["area"]})
    return pd.concat([head, rows[names]], axis=1)
