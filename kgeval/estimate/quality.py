"""May this number be shown? The presentation standards of ``standards.toml``, estimate by estimate."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from kgeval.errors import DesignError
from kgeval.estimate.reason import Texts, blank, say
from kgeval.estimate.units import Bools, Floats
from kgeval.plan.flag import SUPPRESS

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One presentation standard.

    Parameters
    ----------
    name, source
        The profile's key and where the standard was published.
    kinds
        Kinds of measure that it judges.
    rules
        Tried in order; the first that holds decides the flag.
    shown
        Tried on what the rules leave shown.
    deff_of_equal_answers
        The design effect that it takes where all answers are equal; ``None``: ours.
    """

    name: str
    source: str
    kinds: tuple[str, ...]
    rules: tuple[Rule, ...]
    shown: tuple[Rule, ...]
    deff_of_equal_answers: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a standard looks at; every array is (measures, domains).

    ``low`` and ``high`` are the 95 % Korn-Graubard limits of a share, whatever interval is printed;
    ``effective`` is its effective sample size n*.
    """

    kinds: Sequence[str]
    value: Floats
    se: Floats
    low: Floats
    high: Floats
    df: Floats
    n: Floats
    effective: Floats

    def quantity(self, name: str) -> Floats:
        """Return what a rule compares with its limit; NaN where it is not defined."""
        width = self.high - self.low
        quantities: dict[str, Callable[[], Floats]] = {
            "n": lambda: self.n,
            "effective_n": lambda: self.effective,
            "width": lambda: width,
            "relative_width": lambda: _over(width, self.value),
            "relative_width_of_complement": lambda: _over(width, 1 - self.value),
            "df": lambda: self.df,
            "events": lambda: np.round(self.n * np.minimum(self.value, 1 - self.value), 9),
            "cv": lambda: _over(self.se, np.abs(self.value)),
        }
        return quantities[name]()


def _over(above: Floats, below: Floats) -> Floats:
    """Divide; something over zero is infinite."""
    found = np.full_like(above, np.inf)
    np.divide(above, below, out=found, where=below != 0)
    return np.where(np.isnan(above), np.nan, found)


@cache
def standards() -> Mapping[str, Standard]:
    """Read every standard once."""
    text = resources.files("kgeval.estimate").joinpath("standards.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return {name: _standard(name, content) for name in content}


def _standard(name: str, content: Mapping[str, Any]) -> Standard:
    block = {**content.get(content[name].get("like", ""), {}), **content[name]}
    return Standard(
        name=name,
        source=block.get("source", ""),
        kinds=tuple(block["kinds"]),
        rules=tuple(block["rule"]),
        shown=tuple(block["shown"]),
        deff_of_equal_answers=block.get("deff_of_equal_answers"),
    )


def standard(name: str) -> Standard:
    """Return a standard by its key."""
    if name not in standards():
        raise DesignError(f"no presentation profile {name!r}; choose one of {', '.join(standards())}")
    return standards()[name]


def judge(by: Standard, seen: Seen, reason: Texts) -> Texts:
    """Return the flag of every estimate; the rule that decided is added to ``reason``."""
    flags = blank(seen.value.shape, "ok")
    if not by.kinds:
        return flags
    judged = np.array([[kind in by.kinds] for kind in seen.kinds], dtype=bool) & ~np.isnan(seen.value)
    open_cases = judged.copy()
    for rule in by.rules:
        hit = open_cases & _holds(rule, seen)
        flags[hit] = rule["flag"]
        open_cases &= ~hit
        if rule["flag"] != "ok":
            say(reason, hit, f"{by.name}: {_words(rule)}")
    shown = judged & (flags != SUPPRESS)
    for rule in by.shown:
        hit = shown & _holds(rule, seen)
        flags[hit] = rule["flag"]
        say(reason, hit, f"{by.name}: {_words(rule)}")
    return flags


def _holds(rule: Rule, seen: Seen) -> Bools:
    found = seen.quantity(rule["quantity"])
    if rule.get("undefined"):
        return np.isnan(found)
    slack = 1e-12  # a width of 0.30 computed as 0.2999999999999999 is 0.30
    comparisons: dict[str, Callable[[float], Bools]] = {
        "below": lambda limit: found < limit - slack,
        "above": lambda limit: found > limit + slack,
        "at_least": lambda limit: found >= limit - slack,
        "at_most": lambda limit: found <= limit + slack,
    }
    held = [compare(rule[key]) for key, compare in comparisons.items() if key in rule]
    return np.asarray(np.logical_and.reduce(held), dtype=bool)


def _words(rule: Rule) -> str:
    if rule.get("undefined"):
        return f"{rule['quantity']} is not defined"
    limits = [f"{key.replace('_', ' ')} {rule[key]:g}" for key in rule if key not in {"quantity", "flag"}]
    return f"{rule['quantity']} {' and '.join(limits)}"
