"""What goes with what: the regressions that a study names in ``research.toml``.

Each is fitted by :mod:`kgeval.estimate.regression` with the errors of the table's design. A coefficient says
how answers differ along with a term, the other terms alike; it names no cause. In a full count there is
nothing to infer about the units listed: there the units that a model names stand for others like them
(``inference = "process"``), each its own cluster, without finite correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.errors import DesignError, ParameterError
from kgeval.estimate.answers import condition, number, truth
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.contrast import NO_TEST, Joint
from kgeval.estimate.design_matrix import INTERCEPT, Term
from kgeval.estimate.few_clusters import FewClusters
from kgeval.estimate.regression import joint_regression, regress
from kgeval.estimate.regression_rows import ODDS
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.units import Bools, Floats
from kgeval.evaluate.multiplicity import with_adjusted_p
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.research import Model
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study
from kgeval.protect.disclose import profiles

Few = Literal["auto", "cr2", "none"]
# Below it clusters are few where they are unequal: Cameron & Miller (2015), *J. Hum. Resour.* 50, 317-372.
FEW = 50
COLUMNS = (
    "model", "table", "kind", "by", "by_value", "term", "estimate", "se", "low", "high", "df", "t", "p", "n",
    "n_missing", "clusters", "strata", "confidence", *ODDS, "few_clusters", "inference", "randomised", "flag",
    "reason",
)  # fmt: skip
DIFFERENCES = ("model", "by", "term", "groups", "statistic", "df", "df_error", "p")


def regressions(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    *,
    only: Sequence[str] = (),
    few_clusters: Few = "auto",
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit the models of a study, over all records and in each value of a model's ``by``.

    Parameters
    ----------
    tables
        Table key → clean and linked records of all areas.
    only
        Keys of models; none: all.
    few_clusters
        ``"auto"``: CR2 below ``FEW`` clusters.
    level
        Of the intervals.

    Returns
    -------
    DataFrame
        One row a coefficient with the columns ``COLUMNS``, then ``family_size, p_holm, p_bh`` over all
        terms of the fits over all records; ``flag`` is ``suppress`` where so few stand behind a
        coefficient that it would tell of them.

    Raises
    ------
    ParameterError
        The study has no such model.
    """
    models = _chosen(study, only)
    parts = [
        part
        for model in models
        if model.table in tables
        for part in _fits(study, model, tables[model.table], few_clusters, level)
    ]
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, "family_size", "p_holm", "p_bh"])
    rows = pd.concat(parts, ignore_index=True)
    tested = (rows["by"] == "") & (rows["term"] != INTERCEPT) & (rows["flag"] != SUPPRESS)
    judged = with_adjusted_p(rows.assign(p=rows["p"].where(tested)))
    return judged.assign(p=rows["p"])


def differences(
    study: Study, tables: Mapping[str, pd.DataFrame], *, only: Sequence[str] = ()
) -> pd.DataFrame:
    """Test whether a coefficient differs between the values of a model's ``by``.

    One regression holds every term in every value; the test is that all of a term's coefficients are
    alike (:meth:`kgeval.estimate.contrast.Joint.together`).

    Returns
    -------
    DataFrame
        One row a term of each model with ``by``: the columns ``DIFFERENCES``, then ``family_size``,
        ``p_holm`` and ``p_bh`` over all rows.
    """
    rows = [
        row
        for model in _chosen(study, only)
        if model.by and model.table in tables
        for row in _apart(study, model, tables[model.table])
    ]
    return with_adjusted_p(pd.DataFrame(rows, columns=list(DIFFERENCES)))


def _chosen(study: Study, only: Sequence[str]) -> tuple[Model, ...]:
    known = {model.key: model for model in study.research.models}
    for name in only:
        if name not in known:
            raise ParameterError(f"research.toml has no model {name!r}; it has {', '.join(known) or 'none'}")
    return tuple(known[name] for name in only) if only else tuple(known.values())


def _fits(
    study: Study, model: Model, records: pd.DataFrame, few: Few, level: float
) -> Iterator[pd.DataFrame]:
    frame, design = _sample(model, study, records)
    terms = [Term(name=term.key, value=term.value) for term in model.terms]
    who = _who(model, study, frame)
    fit = partial(regress, frame, design, model.outcome, terms, kind=model.kind, where=who, level=level)
    for by in dict.fromkeys(["", model.by]):
        method: FewClusters = "none" if few == "auto" else few
        rows = fit(by=by or None, few_clusters=method)
        if few == "auto" and bool((rows["clusters"] < FEW).any()):
            method = "cr2"
            rows = fit(by=by or None, few_clusters=method)
        values = [as_text(value) for value in rows[by]] if by else ""
        rows = rows.assign(
            model=model.key, table=model.table, by=by, by_value=values, few_clusters=method,
            inference="process" if study.tables[model.table].design.census else "design",
            randomised=rows["term"].isin(_drawn(model, study)),
        )  # fmt: skip
        yield _disclosed(rows, model, frame, who, by).reindex(columns=list(COLUMNS))


def _sample(model: Model, study: Study, records: pd.DataFrame) -> tuple[pd.DataFrame, SampleDesign]:
    """Return the records of all rounds, and the design that the model's errors come from."""
    design = study.tables[model.table].design
    if design.census:
        design = SampleDesign(cluster=model.cluster)
    if model.weight:
        design = replace(design, weight=model.weight)
    return nest_in_rounds(records.reset_index(drop=True), design, "round")


def _who(model: Model, study: Study, frame: pd.DataFrame) -> Floats:
    """Return 1 for each record that is in the fit, NaN for who may be, 0 for everybody else."""
    rounds = model.rounds or (study.endline.key,)
    asked: Floats = frame["round"].isin(rounds).to_numpy().astype(np.float64)
    who = condition(model.where, frame)
    if who.sure is None or who.possible is None:
        return asked
    return np.where(asked == 1, np.where(who.sure, 1.0, np.where(who.possible, np.nan, 0.0)), 0.0)


def _drawn(model: Model, study: Study) -> list[str]:
    """Return the terms that tell sides apart which were drawn by lot."""
    comparison = study.comparisons.get(model.table)
    if comparison is None or not comparison.randomised:
        return []
    return [term.key for term in model.terms if comparison.column in term.value.names]


def _disclosed(rows: pd.DataFrame, model: Model, frame: pd.DataFrame, who: Floats, by: str) -> pd.DataFrame:
    """Flag the coefficients behind which so few stand that they would tell of them."""
    least, side = profiles()["survey"].denominator, profiles()["sensitive"].numerator
    values, known = (truth if model.kind == "logistic" else number)(model.outcome, frame)
    fitted = (who == 1) & (True if known is None else known)
    terms = {}
    for term in model.terms:
        terms[term.key], known = number(term.value, frame)
        fitted &= True if known is None else known
    yes_or_no = dict(terms)
    if model.kind == "logistic":
        yes_or_no[INTERCEPT] = values
    home = frame[by].map(as_text, na_action="ignore").to_numpy() if by else np.full(len(frame), "")
    said = []
    for value, name, n in zip(rows["by_value"], rows["term"], rows["n"], strict=True):
        here = fitted & (home == value)
        everybody = bool(model.kind == "logistic" and _scarce(values, here, side))
        few = name in yes_or_no and _scarce(yes_or_no[name], here, side)
        rule = f"fewer than {least} answers" if n < least else ""
        rule = rule or (f"fewer than {side} answers on one side" if everybody or few else "")
        said.append(f"disclosure: {rule}" if rule else "")
    found = pd.Series(said, index=rows.index, dtype="str")
    joined = found.where(rows["reason"].eq("") | found.eq(""), found + "; " + rows["reason"])
    return rows.assign(
        flag=np.where(found != "", SUPPRESS, "ok"), reason=joined.where(found != "", rows["reason"])
    )


def _scarce(values: Floats, here: Bools, least: int) -> bool:
    """Whether a yes/no has fewer than ``least`` records on a side; a number never has."""
    seen = values[here]
    if not np.isin(seen, [0.0, 1.0]).all():
        return False
    yes = int(seen.sum())
    return 0 < min(yes, len(seen) - yes) < least


def _apart(study: Study, model: Model, records: pd.DataFrame) -> Iterator[dict[str, object]]:
    frame, design = _sample(model, study, records)
    who = _who(model, study, frame)
    home = frame[model.by].map(as_text, na_action="ignore")
    values = sorted(home[who == 1].dropna().unique())
    inside = {value: (home == value).to_numpy(dtype=np.float64) for value in values}
    terms = [Term(name=value, value=inside[value]) for value in values[1:]]
    for term in model.terms:
        given, known = number(term.value, frame, name=term.key)
        own = given if known is None else np.where(known, given, np.nan)
        terms.append(Term(name=term.key, value=own))
        terms += [Term(name=f"{term.key} {value}", value=own * inside[value]) for value in values[1:]]
    found: Joint | None = None
    if len(values) > 1:
        with suppress(DesignError):  # a group in which a term predicts without error: there is no test
            found = joint_regression(frame, design, model.outcome, terms, kind=model.kind, where=who)
    for term in model.terms:
        test, names = NO_TEST, [f"{term.key} {value}" for value in values[1:]]
        if found is not None and names and set(names) <= set(found.names):
            test = found.together(np.stack([np.array(found.names) == name for name in names]).astype(float))
        yield {
            "model": model.key, "by": model.by, "term": term.key, "groups": len(values),
            "statistic": test.statistic, "df": test.df, "df_error": test.df_error, "p": test.p,
        }  # fmt: skip
