"""Distances of calibration: how far a weight may move, as a function g = F(x'λ) of the linear predictor.

Source: Deville & Särndal (1992), *JASA* 87, 376-382, cases 1 (linear), 2 (raking), 6 (logit), 7 (bounded
linear).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kgeval.errors import DesignError
from kgeval.estimate.units import Floats

Kind = Literal["linear", "raking", "logit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """One distance.

    Parameters
    ----------
    kind
        ``linear``, ``raking`` or ``logit``.
    low, high
        Limits of g, the new weight over the old; logit needs both finite.
    """

    kind: Kind
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        if not self.low < 1 < self.high:
            raise DesignError(
                f"calibration bounds are limits of new weight / old weight around 1, e.g. (0.5, 2), not "
                f"({self.low:g}, {self.high:g})"
            )
        if self.kind == "logit" and not (np.isfinite(self.low) and np.isfinite(self.high)):
            raise DesignError("logit calibration needs two finite bounds, e.g. (0.5, 2)")

    @property
    def bounded(self) -> bool:
        """Whether the weights cannot move freely."""
        return bool(np.isfinite(self.low) or np.isfinite(self.high))

    def ratio(self, u: Floats) -> tuple[Floats, Floats]:
        """Return g = F(u) and its derivative."""
        if self.kind == "logit":
            return self._logit(u)
        free = 1 + u if self.kind == "linear" else np.exp(np.minimum(u, 700.0))
        slope = np.ones_like(u) if self.kind == "linear" else free
        inside = (free > self.low) & (free < self.high)
        return np.clip(free, self.low, self.high), np.where(inside, slope, 0.0)

    def _logit(self, u: Floats) -> tuple[Floats, Floats]:
        low, high = self.low, self.high
        steep = (high - low) / ((1 - low) * (high - 1))
        rising = np.exp(np.clip(steep * u, -700.0, 700.0))
        below, above = high - 1, (1 - low) * rising
        ratio = (low * below + high * above) / (below + above)
        return ratio, (high - low) * steep * below * above / (below + above) ** 2
