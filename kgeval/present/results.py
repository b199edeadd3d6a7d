"""The results that a review run leaves, with what is needed to print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.published import plain, withheld_changes

if TYPE_CHECKING:
    from kgeval.plan.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Estimates, changes and verdicts of all areas, in one language; ``synthetic`` asks for the watermark.

    ``concluded`` holds, by an area's code, the frames that its notebook left beside its results.
    """

    estimates: pd.DataFrame
    changes: pd.DataFrame
    verdicts: pd.DataFrame
    study: Study
    lang: str
    synthetic: bool
    concluded: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", withheld_changes(self.changes, self.estimates))

    @property
    def endline(self) -> pd.DataFrame:
        """The plain estimates of the last round."""
        rows = plain(self.estimates)
        return rows[rows["round"] == self.study.endline.key]

    @property
    def areas(self) -> tuple[str, ...]:
        """The codes that have results, in the study's order, the whole last."""
        there = set(self.estimates["area"])
        return tuple(code for code in (*(area.code for area in self.study.areas), WHOLE) if code in there)

    def of(self, area: str) -> Results:
        """Return the results of one area."""
        frames = {
            name: getattr(self, name)[getattr(self, name)["area"] == area]
            for name in ("estimates", "changes", "verdicts")
        }
        concluded = {code: kept for code, kept in self.concluded.items() if code == area}
        return replace(self, **frames, concluded=concluded)

    def told(self, name: str) -> pd.DataFrame | None:
        """Return a frame that the notebook of this one area left; None where there is none."""
        kept = [frames[name] for frames in self.concluded.values() if name in frames]
        return kept[0] if len(kept) == 1 and len(self.concluded) == 1 else None

    def place(self, area: str) -> str:
        """Return the printed name of an area."""
        return self.study.area_label(area, self.lang)
