"""A model that is asked for by parameters, beside those that the study names in ``research.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from kgeval.errors import ParameterError
from kgeval.plan.expression import parse
from kgeval.plan.research import Model, Term
from kgeval.plan.research_soundness import research_faults
from kgeval.plan.study import Study

ASKED = "asked"


def with_model(
    study: Study,
    *,
    table: str,
    outcome: str,
    terms: Sequence[str],
    kind: Literal["linear", "logistic"] = "linear",
    cluster: str = "",
) -> Study:
    """Return the study with one more model, called ``asked``; the study itself where no outcome is given.

    Parameters
    ----------
    table
        The table's key.
    outcome, terms
        Expressions, as in ``research.toml``; they are their own labels.
    kind
        ``"linear"`` or ``"logistic"``.
    cluster
        In a full count: the column of the units that stand for others like them.

    Raises
    ------
    ParameterError
        No term, or a name that the study does not have.
    ExpressionError
        An expression cannot be read.
    """
    if not outcome:
        return study
    if not terms or kind not in {"linear", "logistic"}:
        raise ParameterError("a model needs at least one term, and kind 'linear' or 'logistic'")
    model = Model(
        key=ASKED,
        label=dict.fromkeys(study.languages, outcome),
        table=table,
        rounds=(),
        outcome=parse(outcome),
        kind=kind,
        where=None,
        terms=tuple(
            Term(key=f"term {place}", label=dict.fromkeys(study.languages, text), value=parse(text))
            for place, text in enumerate(terms, start=1)
        ),
        by="",
        weight="",
        cluster=cluster,
    )
    others = [one for one in study.research.models if one.key != ASKED]
    found = replace(study, research=replace(study.research, models=(*others, model)))
    faults = [fault for fault in research_faults(found) if f"model {ASKED}:" in fault]
    if faults:
        raise ParameterError("; ".join(fault.split(": ", 1)[1] for fault in faults))
    return found
