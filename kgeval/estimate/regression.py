"""Linear and logistic regression of survey answers, with the covariance of the sample design.

The fit is statsmodels' weighted least squares or binomial model; its covariance is that of the totals of
the linearised scores w (y − μ) x (X'WX)⁻¹ over clusters in strata (Binder 1983, *Int. Stat. Rev.* 51,
279-292; R ``survey``'s ``svyglm``), or what calibration, replicates or few clusters make of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from kgeval.errors import DesignError
from kgeval.estimate.breakdown import By, breakdowns, code_levels, domains
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.contrast import Joint
from kgeval.estimate.design_matrix import DesignMatrix, Term, design_matrix, independent
from kgeval.estimate.few_clusters import FewClusters, correct
from kgeval.estimate.interval import check_level, t_interval
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Operand, condition, number, truth
from kgeval.estimate.model_fit import Kind, NoFit, fit
from kgeval.estimate.reason import join
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.tidy import label_columns
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.weighted import Weighted, weigh
from kgeval.plan.sample import SampleDesign

COLUMNS = (
    "term", "estimate", "se", "low", "high", "df", "t", "p", "n", "n_missing", "clusters", "strata",
    "confidence", "reason",
)  # fmt: skip
EXACT = 1e-10  # a standard error below this part of the answers is rounding
ODDS = ("odds_ratio", "odds_low", "odds_high")


def regress(
    frame: pd.DataFrame,
    design: SampleDesign,
    outcome: Operand,
    terms: Sequence[str | Term],
    *,
    kind: Kind = "linear",
    by: By = None,
    where: Operand | None = None,
    level: float = 0.95,
    df: DfRule | None = None,
    few_clusters: FewClusters = "none",
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
) -> pd.DataFrame:
    """Regress an answer on terms, in each domain of a sample.

    Parameters
    ----------
    frame
        One row a record; *all* records of the sample, not only those of a domain.
    design
        Its sample design.
    outcome
        A column's name, an expression or an array; true or false (1 or 0) for ``logistic``.
    terms
        What explains it; an intercept is added. Each is a column's name (numbers have one slope; texts
        a coefficient for each value but the first), an expression, ``"name = expression"`` or
        :func:`kgeval.estimate.design_matrix.levels` of a column. An interaction is a product:
        ``"effect = ${supported} * ${endline}"``.
    kind
        ``"linear"`` or ``"logistic"``.
    by, where
        As in :func:`kgeval.estimate.estimates.estimate`; each domain has a regression of its own.
    level
        Confidence level.
    df
        ``"domain"``: clusters − strata of the records in the fit, + 1 − coefficients; ``"design"``: the
        same of the whole sample (both as R's ``svyglm``); a number is taken as it is.
    few_clusters
        ``"cr2"``: residuals and degrees of freedom corrected for few clusters.
    calibration, replicates
        As in :func:`kgeval.estimate.reweighted.estimate_reweighted`.

    Returns
    -------
    DataFrame
        ``outcome, kind``, the breakdown's columns, then :data:`COLUMNS`, one row a coefficient; for
        ``logistic`` the estimates are log odds ratios and :data:`ODDS` follow. A term that cannot be
        told from the others has no estimate and a reason.

    Raises
    ------
    DesignError, DataError, ExpressionError
        The design, a term or an answer cannot be used.

    Examples
    --------
    >>> groups = pd.DataFrame({"group": range(6), "supported": [0, 1] * 3, "read": [1, 3, 2, 5, 0, 4]})
    >>> rows = regress(groups, SampleDesign(cluster="group"), "read", ["supported"])
    >>> rows[["term", "estimate", "df"]].round(3).values.tolist()
    [['(intercept)', 1.0, 4.0], ['supported', 3.0, 4.0]]
    """
    request = _Request(kind=kind, level=level, df=design.df if df is None else df, few_clusters=few_clusters)
    sample = weigh(frame, design, calibration=calibration, replicates=replicates)
    problem = _problem(frame, outcome, terms, where, kind)
    wanted, listed = breakdowns(by)
    coded = code_levels(frame, wanted)
    pieces = []
    for breakdown in wanted:
        found = domains(coded, breakdown, coded.codes, problem.possible)
        parts = [
            _rows(_fit(sample, problem, found.code == place, request), problem, request)
            for place in range(len(found))
        ]
        names = [name for name, part in zip(found.names, parts, strict=True) for _ in range(len(part))]
        labels = label_columns(found.breakdown, names, 1, listed=listed)
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_columns(kind))
        pieces.append(pd.concat([pd.DataFrame(labels, index=rows.index), rows], axis=1))
    table = pd.concat(pieces, ignore_index=True) if len(pieces) > 1 else pieces[0]
    table.insert(0, "outcome", outcome if isinstance(outcome, str) else "")
    table.insert(1, "kind", kind)
    return table


def joint_regression(
    frame: pd.DataFrame,
    design: SampleDesign,
    outcome: Operand,
    terms: Sequence[str | Term],
    *,
    kind: Kind = "linear",
    where: Operand | None = None,
    df: DfRule | None = None,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
) -> Joint:
    """Return the coefficients of one regression with their covariance, for contrasts of them.

    Parameters are those of :func:`regress`; terms that cannot be told from the others are left out.
    """
    request = _Request(kind=kind, level=0.95, df=design.df if df is None else df, few_clusters="none")
    sample = weigh(frame, design, calibration=calibration, replicates=replicates)
    problem = _problem(frame, outcome, terms, where, kind)
    found = _fit(sample, problem, np.ones(len(frame), dtype=bool), request)
    if found.covariance is None:
        raise DesignError(f"the regression has no coefficients with an error: {found.reason}")
    return Joint(
        names=tuple(name for name, kept in zip(problem.matrix.names, found.kept, strict=True) if kept),
        values=found.estimates[found.kept],
        covariance=found.covariance,
        df=float(found.df[found.kept].min()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is asked for, in every domain."""

    kind: Kind
    level: float
    df: DfRule
    few_clusters: FewClusters

    def __post_init__(self) -> None:
        if self.kind not in {"linear", "logistic"}:
            raise DesignError(f"no regression {self.kind!r}; choose linear or logistic")
        if self.few_clusters not in {"none", "cr2"}:
            raise DesignError(f"no correction {self.few_clusters!r} for few clusters; choose none or cr2")
        check_level(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """The records' answers and terms; ``member`` and ``possible`` say who counts and who may count."""

    y: Floats
    known: Bools
    member: Bools
    possible: Bools
    matrix: DesignMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The coefficients of one domain, NaN where there is none; ``covariance`` is of those ``kept``."""

    estimates: Floats
    kept: Bools
    covariance: Floats | None
    df: Floats
    n: int
    n_missing: int
    clusters: int
    strata: int
    reason: str


def _problem(
    frame: pd.DataFrame, outcome: Operand, terms: Sequence[str | Term], where: Operand | None, kind: Kind
) -> _Problem:
    answer = frame[outcome] if isinstance(outcome, str) and outcome in frame.columns else outcome
    named = outcome if isinstance(outcome, str) else "the outcome"
    read = truth if kind == "logistic" else number
    y, answered = read(answer, frame, name=named)
    who = condition(where, frame)
    everybody = np.ones(len(frame), dtype=bool)
    matrix = design_matrix(frame, terms)
    return _Problem(
        y=y,
        known=matrix.known if answered is None else matrix.known & answered,
        member=everybody if who.sure is None else who.sure,
        possible=everybody if who.possible is None else who.possible,
        matrix=matrix,
    )


def _fit(sample: Weighted, problem: _Problem, here: Bools, request: _Request) -> _Found:
    """Fit one domain."""
    inside = problem.known & problem.member & here & (sample.weight != 0)
    first = sample.units.stages[0]
    clusters = np.unique(first.unit[sample.units.unit[inside]])
    size = len(problem.matrix.names)
    nothing = _Found(
        estimates=np.full(size, np.nan),
        kept=np.zeros(size, dtype=bool),
        covariance=None,
        df=np.full(size, np.nan),
        n=int(inside.sum()),
        n_missing=int((problem.possible & here & ~inside).sum()),
        clusters=len(clusters),
        strata=len(np.unique(first.stratum[clusters])),
        reason="",
    )
    if not inside.any():
        return replace(nothing, reason="no_answers: nobody in this domain has answered and every term")
    columns, y, weight = problem.matrix.columns[inside], problem.y[inside], sample.weight[inside]
    kept = independent(columns, np.abs(weight))
    columns = columns[:, kept]
    try:
        model = fit(request.kind, columns, y, weight)
    except NoFit:
        words = "a term predicts the answer without error, so no coefficient is finite"
        return replace(nothing, reason=f"separation: {words}")
    estimates = nothing.estimates.copy()
    estimates[kept] = model.coefficients
    working, own_df = model.working, None
    if request.few_clusters == "cr2":
        corrected = correct(columns, model.working, first.unit[sample.units.unit[inside]])
        working, own_df = corrected.residuals, corrected.df
    scores = np.zeros((len(inside), int(kept.sum())))
    scores[inside] = model.scores(columns, working)

    def refitted(weights: Floats) -> Floats:
        own = weights[inside]
        try:
            return fit(request.kind, columns[own != 0], y[own != 0], own[own != 0]).coefficients
        except (NoFit, np.linalg.LinAlgError):
            return np.full(columns.shape[1], np.nan)

    covariance = sample.covariance(scores, refitted)
    df = np.full(size, np.nan)
    df[kept] = _freedom(sample, inside, request, int(kept.sum())) if own_df is None else own_df
    note = "" if own_df is None else "few_clusters: CR2 with Satterthwaite degrees of freedom"
    return replace(nothing, estimates=estimates, kept=kept, covariance=covariance, df=df, reason=note)


def _freedom(sample: Weighted, inside: Bools, request: _Request, coefficients: int) -> float:
    """Clusters − strata + 1 − coefficients; a given number as it is; NaN below 1."""
    found = sample.degrees_of_freedom(inside, request.df)
    if isinstance(request.df, str):
        found = found + 1 - coefficients
    return found if found >= 1 else np.nan


def _columns(kind: Kind) -> list[str]:
    return [*COLUMNS, *(ODDS if kind == "logistic" else ())]


def _rows(found: _Found, problem: _Problem, request: _Request) -> pd.DataFrame:
    """Lay out one row a coefficient."""
    estimate = found.estimates
    variance = np.full_like(estimate, np.nan)
    if found.covariance is not None:
        variance[found.kept] = np.maximum(np.diag(found.covariance), 0.0)
    exact = np.sqrt(variance) <= EXACT * np.maximum(np.abs(estimate), np.nanmax(np.abs(problem.y), initial=0))
    se = np.where(exact, 0.0, np.sqrt(variance))
    usable = (se > 0) & (found.df > 0)
    se = np.where(np.isnan(found.df), np.nan, se)
    low, high, t, p = (np.full_like(estimate, np.nan) for _ in range(4))
    low[usable], high[usable] = t_interval(estimate[usable], se[usable], found.df[usable], request.level)
    t[usable] = estimate[usable] / se[usable]
    p[usable] = 2 * special.stdtr(found.df[usable], -np.abs(t[usable]))
    rows = pd.DataFrame(
        {
            "term": problem.matrix.names, "estimate": estimate, "se": se, "low": low, "high": high,
            "df": found.df, "t": t, "p": p, "n": found.n, "n_missing": found.n_missing,
            "clusters": found.clusters, "strata": found.strata, "confidence": request.level,
            "reason": _reasons(found, exact),
        }
    )  # fmt: skip
    if request.kind == "logistic":
        rows = rows.assign(odds_ratio=_exp(estimate), odds_low=_exp(low), odds_high=_exp(high))
    return rows


def _exp(values: Floats) -> Floats:
    return np.exp(np.clip(values, -700.0, 700.0))


def _reasons(found: _Found, exact: Bools) -> list[str]:
    alone = found.covariance is not None and not found.kept.all()
    words = "collinear: this term cannot be told from those before it"
    return [
        join(
            found.reason,
            words if alone and not kept else "",
            "no_df: too few clusters for so many coefficients" if kept and np.isnan(df) else "",
            "no_variance: the fit is exact, so there is no interval" if kept and none else "",
        )
        for kept, df, none in zip(found.kept, found.df, exact, strict=True)
    ]
