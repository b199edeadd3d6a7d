"""``research.toml``: the regressions and the specification curves that a study names beforehand.

The file is written before the answers are looked at. What it holds is fitted and printed whole, whatever
comes out; the first option of every choice of a curve is the main specification::

    [model.days_lost]                       # days of work lost, by what
    label = { vi = "…", en = "…" }
    table = "mothers"
    outcome = "${BM42}"                     # true or false for kind = "logistic"
    where = "${BM01} = 1"                   # who counts
    by = "round"                            # the same model again in each value of a column

    [[model.days_lost.term]]
    key = "night"
    label = { vi = "…", en = "…" }
    value = "${BM09} = 3"

    [curve.T2]                              # the curve of an indicator
    because = { vi = "…", en = "…" }        # why the first options are the main ones

    [[curve.T2.denominator]]                # who counts, as a variant of the indicator defines it
    variant = "main"
    label = { vi = "…", en = "…" }
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from kgeval.plan.expression import Expression
from kgeval.plan.indicator import MAIN
from kgeval.plan.toml import Block, read_toml

FILE = "research.toml"
# What may be chosen otherwise, in the order in which a curve shows it.
CHOICES = ("denominator", "success", "weight", "missing", "records")
WEIGHTS = ("design", "none")
MISSING = ("answered", "as_no", "as_yes")
Kind = Literal["linear", "logistic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that may go with the outcome: a number, or true and false."""

    key: str
    label: Mapping[str, str]
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One regression.

    Parameters
    ----------
    key, label
        Its name, and what its outcome is called in print.
    table, rounds
        Where the answers are; the rounds whose records are in the fit (empty: the last).
    outcome, kind
        What is explained; true or false for ``logistic``.
    where
        Who counts; ``None``: everybody.
    terms
        In the order of the table.
    by
        A column in whose values the model is fitted again; empty: none.
    weight
        A weight column instead of the design's; empty: the design's.
    cluster
        In a census: the column of the units that stand for others like them (``docs/method.md``).
    """

    key: str
    label: Mapping[str, str]
    table: str
    rounds: tuple[str, ...]
    outcome: Expression
    kind: Kind
    where: Expression | None
    terms: tuple[Term, ...]
    by: str
    weight: str
    cluster: str

    @property
    def expressions(self) -> dict[str, Expression]:
        """The expressions by which it is computed, by the key they have in the file."""
        parts = {"outcome": self.outcome, **{f"term {term.key}": term.value for term in self.terms}}
        return parts if self.where is None else {**parts, "where": self.where}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way of a choice; ``where`` leaves records out (choice ``records`` alone)."""

    key: str
    label: Mapping[str, str]
    where: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """All combinations of the choices of one share; the first option of each is the main one.

    Parameters
    ----------
    indicator
        Its key; ``denominator`` and ``success`` name its variants.
    because
        Why the main specification is the main one.
    choices
        Choice → options. A choice that the file does not name has one option.
    """

    indicator: str
    because: Mapping[str, str]
    choices: Mapping[str, tuple[Option, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Research:
    """Everything that ``research.toml`` says."""

    models: tuple[Model, ...] = ()
    curves: tuple[Curve, ...] = ()


def read_research(path: Path, languages: tuple[str, ...], faults: list[str]) -> Research:
    """Read ``research.toml``; an absent file means that nobody asked. Faults go to the list."""
    if not path.exists():
        return Research()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"model", "curve"})
    models, curves = top.block("model"), top.block("curve")
    read = (_model(models.block(key), key, languages) for key in models.content)
    return Research(
        models=tuple(model for model in read if model is not None),
        curves=tuple(_curve(curves.block(key), key, languages) for key in curves.content),
    )


def _model(block: Block, key: str, languages: tuple[str, ...]) -> Model | None:
    block.only({"label", "table", "rounds", "outcome", "kind", "where", "term", "by", "weight", "cluster"})
    outcome = block.expression("outcome") if block.need("outcome") else None
    terms = [term for one in block.blocks("term") if (term := _term(one, languages)) is not None]
    if not block.content.get("term"):
        block.fault("has no term; name what may go with the outcome: [[model.<key>.term]]")
    for twice, times in Counter(term.key for term in terms).items():
        if times > 1:
            block.fault(f"two terms are called {twice!r}; give each a key of its own")
    if outcome is None:
        return None
    return Model(
        key=key,
        label=block.words("label", languages),
        table=block.need("table"),
        rounds=block.texts("rounds"),
        outcome=outcome,
        kind=cast("Kind", block.choice("kind", ("linear", "logistic"), "linear")),
        where=block.expression("where"),
        terms=tuple(terms),
        by=block.text("by"),
        weight=block.text("weight"),
        cluster=block.text("cluster"),
    )


def _term(block: Block, languages: tuple[str, ...]) -> Term | None:
    block.only({"key", "label", "value"})
    value = block.expression("value") if block.need("value") else None
    key, label = block.need("key"), block.words("label", languages)
    return None if value is None else Term(key=key, label=label, value=value)


def _curve(block: Block, key: str, languages: tuple[str, ...]) -> Curve:
    block.only({"because", *CHOICES})
    choices = {name: _options(block, name, languages) for name in CHOICES}
    return Curve(indicator=key, because=block.words("because", languages), choices=choices)


def _options(block: Block, choice: str, languages: tuple[str, ...]) -> tuple[Option, ...]:
    named = "key" if choice == "records" else "variant"
    if choice in ("weight", "missing"):
        allowed = WEIGHTS if choice == "weight" else MISSING
        keys = block.texts(choice) or allowed[:1]
        for name in keys:
            if name not in allowed:
                block.fault(f"{choice} = {name!r} is none of {', '.join(allowed)}")
        return tuple(Option(key=name, label={}) for name in keys)
    options = []
    for one in block.blocks(choice):
        one.only({named, "label", "where"} if choice == "records" else {named, "label"})
        options.append(
            Option(key=one.need(named), label=one.words("label", languages), where=one.expression("where"))
        )
    return tuple(options) or (Option(key=MAIN, label={}),)
