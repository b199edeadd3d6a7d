"""The domains of a change: each with its place in both rounds, and the frame of one row a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.estimate.breakdown import Domains
from kgeval.estimate.codes import Codes
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure
from kgeval.estimate.tidy import label_columns
from kgeval.estimate.units import Floats

COLUMNS = (
    "from_round", "to_round", "from_value", "to_value", "difference", "se", "low", "high", "df",
    "correlation", "se_independent", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which change is asked for."""

    column: str
    start: object
    end: object
    level: float
    df: DfRule
    person: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The domains of a breakdown, each with its place in both rounds (−1: not in that round).

    ``names`` holds each domain's value of each breakdown column; ``before`` and ``after`` its place
    among the (round, breakdown) domains; ``home`` leads back, (round, breakdown) domain → domain.
    """

    breakdown: tuple[str, ...]
    names: tuple[tuple[object, ...], ...]
    before: Codes
    after: Codes
    home: Codes

    def take(self, values: Floats, places: Codes) -> Floats:
        """Pick (measures, domains) values; NaN where a domain is not in that round."""
        return np.where(places >= 0, values[:, places], np.nan)


def pair_domains(found: Domains, request: Request) -> Pairs:
    """Find the two rounds of every domain."""
    tails = list(dict.fromkeys(value[1:] for value in found.names))
    order = {tail: place for place, tail in enumerate(tails)}
    places = {
        "before": np.full(len(tails), -1, dtype=np.intp),
        "after": np.full(len(tails), -1, dtype=np.intp),
    }
    home = np.empty(len(found), dtype=np.intp)
    for place, value in enumerate(found.names):
        home[place] = order[value[1:]]
        places["before" if value[0] == request.start else "after"][home[place]] = place
    return Pairs(breakdown=found.breakdown[1:], names=tuple(tails), home=home, **places)


def change_frame(
    measures: Sequence[Measure],
    request: Request,
    pairs: Pairs,
    content: dict[str, np.ndarray],
    *,
    listed: bool,
) -> pd.DataFrame:
    """Lay (measures, domains) columns out as one row a change."""
    size = len(pairs.names)
    columns: dict[str, object] = {
        "indicator": [one.name for one in measures for _ in range(size)],
        "kind": [one.kind for one in measures for _ in range(size)],
        **label_columns(pairs.breakdown, pairs.names, len(measures), listed=listed),
        "from_round": request.start,
        "to_round": request.end,
        **{name: values.ravel() for name, values in content.items()},
    }
    return pd.DataFrame(columns)
