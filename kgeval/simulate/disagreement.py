"""Disagreements between forms: figures that two offices would report differently, planted one by one.

A fault (``fault.py``) spoils how an answer is written, and cleaning must find it. A disagreement is a
well-written answer that another form contradicts: only holding the forms against each other finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.errors import StudyError
from kgeval.plan.expression import Expression
from kgeval.plan.study import Study
from kgeval.plan.toml import Block
from kgeval.simulate.draw import holds, stream

COLUMNS = ("check", "table", "round", "area", "key", "column", "true_value", "delivered_value", "rid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Other answers in ``take`` records of a table where ``where`` holds.

    ``answers`` gives the new answer of each column from the record's true ones; ``check`` is the key of
    the study's cross-check that must list it.
    """

    check: str
    table: str
    answers: Mapping[str, Expression]
    where: Expression | None
    take: int


def read_disagreement(block: Block, study: Study) -> Disagreement:
    """Read one ``[[disagreements]]`` of the model."""
    block.only({"check", "table", "set", "where", "take"})
    table, answers = block.need("table"), block.block("set")
    asked = study.tables[table].form.main_questions if table in study.tables else ()
    unknown = sorted(set(answers.content) - {question.name for question in asked})
    if unknown or not answers.content:
        lacking = ", ".join(unknown) or "?"
        block.fault(f"'set' gives answers to questions of table {table!r}; it has no {lacking}")
    parsed = {column: answers.expression(column) for column in answers.content}
    return Disagreement(
        check=block.need("check"),
        table=table,
        answers={column: expression for column, expression in parsed.items() if expression is not None},
        where=block.expression("where"),
        take=block.take("take", int, 1),
    )


def disagree(
    frames: Mapping[str, pd.DataFrame], study: Study, planned: Sequence[Disagreement], seed: int
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the tables with the disagreements in them, and the list of these (``COLUMNS``)."""
    changed = dict(frames)
    rows: list[dict[str, object]] = []
    for number, one in enumerate(planned):
        frame = changed[one.table]
        places = _places(frame, one, stream(seed, "disagreement", f"{one.check} {number}"))
        key = list(study.tables[one.table].key_columns)
        for column, expression in one.answers.items():
            said = frame[column].copy()
            said.iloc[places] = expression.values(frame.iloc[places]).astype("Float64").astype("Int64").array
            changed[one.table] = changed[one.table].assign(**{column: said})
            rows += [
                {
                    "check": one.check, "table": one.table, "key": " ".join(map(str, record[key])),
                    "round": record["round"], "area": record["area"], "column": column,
                    "true_value": record[column], "delivered_value": new, "rid": record["rid"],
                }
                for (_, record), new in zip(frame.iloc[places].iterrows(), said.iloc[places], strict=True)
            ]  # fmt: skip
    return changed, pd.DataFrame(rows, columns=list(COLUMNS))


def _places(frame: pd.DataFrame, one: Disagreement, rng: np.random.Generator) -> np.ndarray:
    open_to = frame[list(one.answers)].notna().all(axis=1).to_numpy(dtype=bool)
    if one.where is not None:
        open_to = open_to & holds(one.where, frame)
    places = np.flatnonzero(open_to)
    if len(places) < one.take:
        raise StudyError([f"disagreement {one.check}: {len(places)} records of {one.table} can take it"])
    return np.sort(rng.choice(places, size=one.take, replace=False))


def spared(made: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return the (rid, column) that no fault may hit: a planted disagreement stays one."""
    return frozenset(zip(made["rid"], made["column"], strict=True))
