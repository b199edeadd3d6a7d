"""Composites such as "quality-assured": three nested levels over dated rules, three-valued.

Source: ``docs/method.md``, "Composites".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from kgeval.plan.norm import Composite, Rule
from kgeval.plan.study import Round


def levels(
    composite: Composite, rules: Iterable[Rule], rounds: Iterable[Round], frame: pd.DataFrame
) -> dict[str, pd.Series]:
    """Return the columns of a composite's three nested levels, each ``boolean``.

    ``legal_only`` is being managed. ``standard`` asks besides for every legal rule that applies, for
    the given share of the other rules that apply and are known, and that no veto is violated.
    ``strict`` is standard with every core rule met. An unknown answer leaves a level unknown unless
    another one decides it.
    """
    rounds = tuple(rounds)
    met = [(rule, _met(rule, rounds, frame)) for rule in rules]
    managed = composite.managed.truth(frame)
    true = pd.Series(True, index=frame.index, dtype="boolean")
    legal, core, vetoes = true, true, true
    for rule, truth in met:
        legal = legal & truth if rule.legal else legal
        core = core & truth if rule.core else core
        vetoes = vetoes & truth if rule.veto else vetoes
    rest = [(_applies(rule, rounds, frame), truth) for rule, truth in met if not (rule.legal or rule.veto)]
    standard = managed & legal & vetoes & _share(rest, composite.share_of_rest, frame)
    return dict(zip(composite.columns, (managed, standard, standard & core), strict=True))


def _met(rule: Rule, rounds: tuple[Round, ...], frame: pd.DataFrame) -> pd.Series:
    """Return where the rule is met or does not apply."""
    return ~_applies(rule, rounds, frame) | rule.met.truth(frame)


def _applies(rule: Rule, rounds: tuple[Round, ...], frame: pd.DataFrame) -> pd.Series:
    rounds_in_force = [round_.key for round_ in rounds if _in_force(rule, round_)]
    in_force = frame["round"].isin(rounds_in_force).astype("boolean")
    return in_force if rule.applies is None else rule.applies.truth(frame) & in_force


def _in_force(rule: Rule, round_: Round) -> bool:
    first = round_.starts or date(round_.year, 1, 1)
    last = round_.ends or date(round_.year, 12, 31)
    return (rule.starts is None or rule.starts <= last) and (rule.ends is None or first <= rule.ends)


def _share(rest: list[tuple[pd.Series, pd.Series]], needed: float, frame: pd.DataFrame) -> pd.Series:
    """Return where enough of the known, applicable rules are met; unknown where none of them is known."""
    applicable = known = met = pd.Series(0, index=frame.index)
    for applies, truth in rest:
        asked = applies.fillna(value=True).astype(bool)
        applicable = applicable + asked
        known = known + (asked & truth.notna() & applies.notna())
        met = met + (asked & truth.fillna(value=False).astype(bool) & applies.notna())
    enough = (met >= needed * known - 1e-9).astype("boolean")  # 0.8 × 5 must not ask for five
    return enough.mask((known == 0) & (applicable > 0), pd.NA)
