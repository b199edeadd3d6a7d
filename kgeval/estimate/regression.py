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

from kgeval.errors import DesignError
from kgeval.estimate.answers import condition, number, truth
from kgeval.estimate.breakdown import By, breakdowns, code_levels, domains
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.contrast import Joint
from kgeval.estimate.design_matrix import DesignMatrix, Term, design_matrix, independent
from kgeval.estimate.few_clusters import FewClusters, correct
from kgeval.estimate.interval import check_level
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Operand
from kgeval.estimate.model_fit import Kind, NoFit, fit
from kgeval.estimate.regression_rows import Fitted, coefficient_rows, columns_of
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.tidy import label_columns
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.weighted import Weighted, weigh
from kgeval.plan.sample import SampleDesign


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
        ``outcome, kind``, the breakdown's columns, then :data:`kgeval.estimate.regression_rows.COLUMNS`,
        one row a coefficient; for ``logistic`` the estimates are log odds ratios and ``ODDS`` follow. A term
        that cannot be told from the others has no estimate and a reason.

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
            coefficient_rows(_fit(sample, problem, found.code == place, request), kind, level)
            for place in range(len(found))
        ]
        names = [name for name, part in zip(found.names, parts, strict=True) for _ in range(len(part))]
        labels = label_columns(found.breakdown, names, 1, listed=listed)
        rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns_of(kind))
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


def _fit(sample: Weighted, problem: _Problem, here: Bools, request: _Request) -> Fitted:
    """Fit one domain."""
    inside = problem.known & problem.member & here & (sample.weight != 0)
    nothing = _unfitted(sample, problem, here, inside)
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
    working, note = model.working, ""
    df = np.full(len(kept), np.nan)
    if request.few_clusters == "cr2":
        corrected = correct(columns, working, sample.units.stages[0].unit[sample.units.unit[inside]])
        working, df[kept] = corrected.residuals, corrected.df
        note = "few_clusters: CR2 with Satterthwaite degrees of freedom"
    else:
        df[kept] = _freedom(sample, inside, request, int(kept.sum()))
    scores = np.zeros((len(inside), int(kept.sum())))
    scores[inside] = model.scores(columns, working)

    def refitted(weights: Floats) -> Floats:
        own = weights[inside]
        try:
            return fit(request.kind, columns[own != 0], y[own != 0], own[own != 0]).coefficients
        except (NoFit, np.linalg.LinAlgError):
            return np.full(columns.shape[1], np.nan)

    covariance = sample.covariance(scores, refitted)
    return replace(nothing, estimates=estimates, kept=kept, covariance=covariance, df=df, reason=note)


def _unfitted(sample: Weighted, problem: _Problem, here: Bools, inside: Bools) -> Fitted:
    """Count who stands behind a domain's coefficients, before there are any."""
    names, first = problem.matrix.names, sample.units.stages[0]
    clusters = np.unique(first.unit[sample.units.unit[inside]])
    return Fitted(
        names=tuple(names),
        largest=float(np.nanmax(np.abs(problem.y), initial=0)),
        estimates=np.full(len(names), np.nan),
        kept=np.zeros(len(names), dtype=bool),
        covariance=None,
        df=np.full(len(names), np.nan),
        n=int(inside.sum()),
        n_missing=int((problem.possible & here & ~inside).sum()),
        clusters=len(clusters),
        strata=len(np.unique(first.stratum[clusters])),
        reason="",
    )


def _freedom(sample: Weighted, inside: Bools, request: _Request, coefficients: int) -> float:
    """Clusters − strata + 1 − coefficients; a given number as it is; NaN below 1."""
    found = sample.degrees_of_freedom(inside, request.df)
    if isinstance(request.df, str):
        found = found + 1 - coefficients
    return found if found >= 1 else np.nan
