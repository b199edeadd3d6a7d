"""Estimates that need the records themselves (quantiles, variances), in the tidy rows of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from kgeval.estimate.breakdown import By, Domains, breakdowns
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.interval import check_level
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure, Operand, distinct
from kgeval.estimate.reason import join
from kgeval.estimate.records import Records, read_records
from kgeval.estimate.replicates import Replicates
from kgeval.estimate.tidy import COLUMNS, label_columns
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.weighted import Weighted, weigh
from kgeval.plan.sample import SampleDesign

COUNTS = ["n", "n_missing", "clusters", "strata"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents:
    """Who answered one question in one domain.

    Parameters
    ----------
    sample
        The whole sample.
    inside
        (records,) who counts in the domain and has answered.
    y, weight
        (answers,) answers and final weights of those inside.
    missing_weight
        Total weight of those who may count and have not answered.
    df, level
        Degrees of freedom (NaN: none) and confidence level.
    """

    sample: Weighted
    inside: Bools
    y: Floats
    weight: Floats
    missing_weight: float
    df: float
    level: float

    def variance_of_mean(self, z: Floats, remade: Callable[[Floats], float] | None = None) -> float:
        """Return the variance of the weighted mean of (answers,) values.

        ``remade`` makes the estimate from the weights of those inside, where replicate weights are at hand
        and the values themselves depend on the weights.
        """
        size = self.weight.sum()
        scores = np.zeros((len(self.inside), 1))
        scores[self.inside, 0] = self.weight * (z - self.weight @ z / size) / size

        def statistic(weight: Floats) -> Floats:
            own = weight[self.inside]
            if not own.sum():
                return np.array([np.nan])
            return np.array([own @ z / own.sum() if remade is None else remade(own)])

        return float(self.sample.covariance(scores, statistic)[0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One estimate from records; NaN is an absent number."""

    value: float
    se: float = np.nan
    low: float = np.nan
    high: float = np.nan
    missing_low: float = np.nan
    missing_high: float = np.nan
    interval_method: str = ""
    reason: str = ""


class Recordwise(Protocol):
    """Something that is estimated from the records of a domain."""

    @property
    def name(self) -> str:
        """Stands in the column ``indicator``."""

    @property
    def kind(self) -> str:
        """Stands in the column ``kind``."""

    @property
    def answer(self) -> Operand:
        """What each record answers, a number."""

    @property
    def counts(self) -> Operand | None:
        """Who counts; ``None``: everybody."""

    def estimate(self, respondents: Respondents) -> Found:
        """Estimate from one record or more."""


def estimate_recordwise(
    frame: pd.DataFrame,
    design: SampleDesign,
    asked: Sequence[Recordwise] | Recordwise,
    *,
    calibration: Calibration | None = None,
    replicates: Replicates | None = None,
    by: By = None,
    where: Operand | None = None,
    level: float = 0.95,
    df: DfRule | None = None,
    trim: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Estimate quantiles and variances in domains.

    Parameters
    ----------
    frame, design, by, where, level, df
        As in :func:`kgeval.estimate.estimates.estimate`.
    asked
        From :func:`kgeval.estimate.quantile.quantile` or
        :func:`kgeval.estimate.population_variance.population_variance`.
    calibration, replicates, trim
        As in :func:`kgeval.estimate.reweighted.estimate_reweighted`.

    Returns
    -------
    DataFrame
        The columns of :func:`kgeval.estimate.estimates.estimate`; ``deff`` is empty.
    """
    check_level(level)
    wanted, listed = breakdowns(by)
    things = list(asked) if isinstance(asked, Sequence) else [asked]
    measures = distinct(
        [Measure(name=one.name, kind="mean", answer=one.answer, counts=one.counts) for one in things]
    )
    sample = weigh(frame, design, calibration=calibration, replicates=replicates, trim=trim)
    records = read_records(frame, measures, wanted=wanted, where=where)
    rule = design.df if df is None else df
    frames = []
    for breakdown in wanted:
        found = records.domains(breakdown)
        rows = [
            _row(one, place, domain, sample=sample, records=records, found=found, rule=rule, level=level)
            for place, one in enumerate(things)
            for domain in range(len(found))
        ]
        labels = label_columns(breakdown, found.names, len(things), listed=listed)
        table = pd.DataFrame(rows, columns=["indicator", "kind", *COLUMNS]).astype(
            dict.fromkeys(COUNTS, "int64")
        )
        frames.append(
            pd.concat([table[["indicator", "kind"]], pd.DataFrame(labels), table[[*COLUMNS]]], axis=1)
        )
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _row(
    one: Recordwise,
    place: int,
    domain: int,
    *,
    sample: Weighted,
    records: Records,
    found: Domains,
    rule: DfRule,
    level: float,
) -> dict[str, object]:
    here = found.code == domain
    inside = records.answered(place) & here
    silent = records.possible(place) & here & ~inside
    first = sample.units.stages[0]
    clusters = np.unique(first.unit[sample.units.unit[inside]])
    asked = Respondents(
        sample=sample,
        inside=inside,
        y=records.answers[place].y[inside],
        weight=sample.weight[inside],
        missing_weight=float(sample.weight[silent].sum()),
        df=sample.degrees_of_freedom(inside, rule) if inside.any() else np.nan,
        level=level,
    )
    estimate = _estimated(one, asked, silent)
    alone = "one_cluster: one cluster cannot show a sampling error" if len(clusters) == 1 else ""
    limits = ("value", "se", "low", "high", "missing_low", "missing_high")
    return {
        **{name: getattr(estimate, name) for name in limits},
        "indicator": one.name,
        "kind": one.kind,
        "df": asked.df,
        "n": int(inside.sum()),
        "n_missing": int(silent.sum()),
        "clusters": len(clusters),
        "strata": len(np.unique(first.stratum[clusters])),
        "weighted_n": float(asked.weight.sum()),
        "deff": np.nan,
        "interval_method": estimate.interval_method,
        "confidence": level,
        "flag": "ok",
        "reason": join(*sample.notes, alone, estimate.reason, *found.notes),
    }


def _estimated(one: Recordwise, asked: Respondents, silent: Bools) -> Found:
    """Estimate from those who answered; without any, say whether there was somebody to ask."""
    if asked.weight.sum() > 0:
        return one.estimate(asked)
    code = "no_answers: nobody in this domain has answered"
    return Found(value=np.nan, reason=code if silent.any() else "empty_domain: nobody counts here")
