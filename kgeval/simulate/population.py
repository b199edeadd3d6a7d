"""The population: every unit of every kind, in each round, with all its answers and no fault.

An answer may use those drawn before it and those of the unit around it; a question that has the name
of an answer of the unit around it takes that answer.
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
from kgeval.plan.table import ADDED, Table
from kgeval.simulate.answer import Answer
from kgeval.simulate.draw import Scene, holds, stream
from kgeval.simulate.model import Model, Unit
from kgeval.simulate.presence import IDENTITY, unit_rows


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
    for unit in model.units:
        if unit.after:
            making = _Making(study=study, model=model, seed=seed, unit=unit, units=units)
            units[unit.key] = making.completed(units[unit.key])
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
        rows = unit_rows(self.unit, self.units, self.study, self.seed)
        questions = self._questions()
        for answer in self._answers(rows):
            rows[answer.name] = _typed(self._draw(answer, rows), questions.get(answer.name))
        if self.unit.absent is not None:
            rows = rows[~holds(self.unit.absent, rows)].reset_index(drop=True)
        table = self.study.tables.get(self.unit.key)
        if table is not None and table.round.always:
            rows = rows[rows["round"].eq(table.round.always)].reset_index(drop=True)
        return rows if table is None else self._as_asked(_placed(rows, table), table)

    def completed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the records with the answers that count records of units made later."""
        questions = self._questions()
        for answer in self.unit.after:
            rows = rows.assign(**{answer.name: _typed(self._draw(answer, rows), questions.get(answer.name))})
        table = self.study.tables.get(self.unit.key)
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
            if question.name in ADDED:
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


def _placed(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the records of a register in the areas that their own answers say."""
    rule = table.area
    if rule.spelled or not rule.column:
        return rows
    areas = {code: code for code in rows["area"].unique()} | dict(rule.values)
    said = rows[rule.column].map(areas)
    return rows.assign(area=said.fillna(rule.otherwise).astype("str"))


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
        if question.name not in ADDED and question.name in rows
    ]
    rids = [f"simulated:{table.key}:{number}" for number in range(1, len(rows) + 1)]
    head = pd.DataFrame({"rid": pd.Series(rids, dtype="str"), "round": rows["round"], "area": rows["area"]})
    return pd.concat([head, rows[names]], axis=1)
