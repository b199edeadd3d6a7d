"""One answer of the model: how it is drawn, in which cases, and whether it lasts from round to round."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.toml import Block
from kgeval.simulate.choices import read_chance, read_choose, read_deal, read_several
from kgeval.simulate.dial import Dial, Settings, read_dial
from kgeval.simulate.draw import Draw, Scene, holds
from kgeval.simulate.numbers import DISTRIBUTIONS, number_reader
from kgeval.simulate.tally import read_tally
from kgeval.simulate.words import Text, read_compute, read_day, read_hour, read_identity, read_pick, read_text

_WORD = re.compile(r"[^\W\d]\w*")
Reader = Callable[[Block, Settings], Draw]

READERS: Mapping[str, tuple[Reader, frozenset[str]]] = {
    "chance": (read_chance, frozenset({"icc", "cluster", "between_rounds", "even"})),
    "choose": (read_choose, frozenset({"even"})),
    "several": (read_several, frozenset({"otherwise"})),
    "deal": (read_deal, frozenset()),
    "text": (read_text, frozenset()),
    "id": (read_identity, frozenset({"within", "start"})),
    "compute": (read_compute, frozenset()),
    "pick": (read_pick, frozenset()),
    "tally": (read_tally, frozenset()),
    "day": (read_day, frozenset()),
    "hour": (read_hour, frozenset()),
    **{name: (number_reader(name), frozenset({"low", "high", "step"})) for name in DISTRIBUTIONS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A draw for the records where ``when`` holds (None: for all that are left)."""

    when: Expression | None
    draw: Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answers of one column.

    The first case that holds draws; where none does, nobody answers. ``keep``: one answer for a
    unit, the same in every round. ``answered`` is the share that answers at all.
    """

    name: str
    cases: tuple[Case, ...]
    keep: bool = False
    answered: Dial | None = None

    def words(self) -> frozenset[str]:
        """Return every word of its definition, the columns that it needs among them."""
        return frozenset(_words(self.cases) | _words(self.answered))

    def draw(self, scene: Scene) -> pd.Series:
        """Return one answer a record of the scene."""
        parts = [case.draw(scene.only(here)) for case, here in self._shares(scene) if here.any()]
        whole = pd.concat(parts) if parts else pd.Series(dtype="str")
        if self.answered is not None:
            silent = scene.rng.random(len(scene.rows)) >= self.answered.on(scene.rows)
            whole = whole.drop(scene.rows.index[silent], errors="ignore")
        return whole.reindex(scene.rows.index)

    def _shares(self, scene: Scene) -> Iterator[tuple[Case, np.ndarray]]:
        left = np.ones(len(scene.rows), dtype=bool)
        for case in self.cases:
            here = left if case.when is None else left & holds(case.when, scene.rows)
            left = left & ~here
            yield case, here


def _words(part: object) -> set[str]:
    if isinstance(part, str):
        return set(_WORD.findall(part))
    if isinstance(part, Expression):
        return set(part.names)
    if isinstance(part, Mapping):
        return {word for item in part.items() for word in _words(item)}
    if isinstance(part, tuple):
        return {word for item in part for word in _words(item)}
    if is_dataclass(part):
        return {word for one in fields(part) for word in _words(getattr(part, one.name))}
    return set()


def read_answer(where: Block, name: str, settings: Settings) -> Answer:
    """Read the answer ``name`` of a block: a constant, one draw, or a list of cases.

    ``"1"`` · ``{ chance = 0.6, keep = true }`` · ``[{ when = "…", chance = 0.9 }, { chance = 0.2 }]`` ·
    ``{ cases = […], keep = true, answered = 0.9 }``
    """
    content = where.content[name]
    if isinstance(content, str):
        return Answer(name=name, cases=(Case(when=None, draw=Text(texts=(content,))),))
    listed = {"cases": content} if isinstance(content, list) else content
    if not isinstance(listed, dict):
        where.fault(f"{name!r} must be a text, a draw or a list of cases")
        return Answer(name=name, cases=())
    block = Block(f"{where.where} {name}", listed, where.faults)
    common = {"keep", "answered"}
    if "cases" in listed:
        block.only({"cases"} | common)
        cases = tuple(_case(part, settings, frozenset({"when"})) for part in block.blocks("cases"))
    else:
        cases = (_case(block, settings, frozenset({"when"} | common)),)
    return Answer(
        name=name,
        cases=cases,
        keep=bool(block.take("keep", bool, False)) or "id" in listed,  # an identity lasts
        answered=read_dial(block, "answered", settings) if "answered" in listed else None,
    )


def _case(block: Block, settings: Settings, common: frozenset[str]) -> Case:
    kinds = [kind for kind in READERS if kind in block.content]
    if len(kinds) != 1:
        block.fault(f"says how to draw, exactly one of: {', '.join(READERS)}")
        return Case(when=None, draw=Text(texts=("",)))
    reader, options = READERS[kinds[0]]
    block.only({kinds[0]} | options | common)
    return Case(when=block.expression("when"), draw=reader(block, settings))
