"""A file in the making: the records of one delivered file as the cells that a person would see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.plan.area import Area
from kgeval.plan.form import Question
from kgeval.plan.study import Round, Study
from kgeval.plan.table import Table
from kgeval.simulate.model import Delivery
from kgeval.simulate.population import Records, raw_rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """One file to be delivered.

    ``records`` are typed answers, one row a record; ``cells`` the same as texts (codes, ISO days,
    decimal points), empty where there is no answer; both share a range index that says nothing of
    the row a record will stand in. ``area`` and ``round`` are None where the file holds several;
    ``place`` and ``years`` are what its heading says.
    """

    file: str
    delivery: Delivery
    table: Table
    area: Area | None
    round: Round | None
    records: pd.DataFrame
    cells: pd.DataFrame
    place: Mapping[str, str]
    years: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions whose answers stand in the file, in the form's order."""
        return tuple(question for question in self.table.form.main_questions if question.name in self.cells)

    def as_asked(self) -> pd.DataFrame:
        """Return the records as the form sees them: its own question on the round holds the raw value."""
        return raw_rounds(self.records, self.table)

    def keys(self) -> pd.Series:
        """Return what each record is called by: the true answers to its form's key, joined."""
        names = [name for name in self.table.form.record_key if name in self.cells]
        texts = [
            self.records["round"] if name == self.table.round.column else _texts(self.records[name])
            for name in names
        ]
        empty = pd.Series("", index=self.records.index)
        return pd.concat(texts, axis=1).fillna("").agg(" ".join, axis=1) if texts else empty


def drafts(sample: Records) -> Iterator[DraftFile]:
    """Yield every file that the model's deliveries ask for, clean, in their order."""
    for delivery in sample.model.deliveries:
        table = sample.study.tables[delivery.table]
        frame = sample.frames[delivery.table]
        for area, round_ in _combinations(delivery, sample.study):
            here = np.ones(len(frame), dtype=bool)
            if area is not None:
                here &= frame["area"].eq(area.code).to_numpy()
            if round_ is not None:
                here &= frame["round"].eq(round_.key).to_numpy()
            if not here.any():
                continue
            records = frame[here].reset_index(drop=True)
            yield DraftFile(
                file=_name(delivery.file, area, round_), delivery=delivery, table=table, area=area,
                round=round_, records=records, cells=_cells(records, table, delivery),
                place=sample.study.whole if area is None else area.label,
                years=_years(sample.study, round_),
            )  # fmt: skip


def _years(study: Study, round_: Round | None) -> str:
    first, last = study.baseline.year, study.endline.year
    return f"{first}–{last}" if round_ is None else str(round_.year)


def _combinations(delivery: Delivery, study: Study) -> Iterator[tuple[Area | None, Round | None]]:
    by_area = "{area}" in delivery.file or "{code}" in delivery.file
    by_round = "{round}" in delivery.file or "{year}" in delivery.file
    for area in study.areas if by_area else (None,):
        for round_ in study.rounds if by_round else (None,):
            yield area, round_


def _name(pattern: str, area: Area | None, round_: Round | None) -> str:
    return pattern.format(
        area=area.key if area else "", code=area.code if area else "",
        year=round_.year if round_ else "", round=round_.key if round_ else "",
    )  # fmt: skip


def _cells(records: pd.DataFrame, table: Table, delivery: Delivery) -> pd.DataFrame:
    records = raw_rounds(records, table)
    columns = {}
    for question in table.form.main_questions:
        if question.name in delivery.leave_out:
            continue
        if question.name in records:
            columns[question.name] = _texts(records[question.name])
    cells = pd.DataFrame(columns, index=records.index).astype("str").fillna("")
    if delivery.notation == "labels":
        for question in table.form.main_questions:
            if question.type == "select_one" and question.name in cells:
                labels = {choice.name: choice.label[delivery.language] for choice in question.choices}
                cells[question.name] = cells[question.name].replace(labels)
    return cells


def _texts(answers: pd.Series) -> pd.Series:
    if answers.dtype.kind == "M":
        days: pd.Series = answers.dt.strftime("%Y-%m-%d")
        return days
    if answers.dtype == "str":
        return answers
    given = answers.dropna()
    if answers.dtype.kind == "f":  # no exponent, no more decimals than the number has
        texts = [np.format_float_positional(number, trim="-") for number in given.tolist()]
    else:
        texts = [str(answer) for answer in given.tolist()]
    return pd.Series(texts, index=given.index, dtype="str").reindex(answers.index)
