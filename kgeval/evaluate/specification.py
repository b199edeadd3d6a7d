"""The specification curve: a share under every combination of choices that could have been made otherwise.

Who counts, what succeeds, with or without weights, how unknown answers are taken, which records are left
out: each choice is reasonable, so a reader must see what it moves. The main specification is named in
``research.toml`` before the answers are looked at; the others are no evidence for or against it, they show
how far a conclusion hangs on choices. Source: Simonsohn, Simmons & Nelson (2020), *Nat. Hum. Behav.* 4,
1208-1214 (their descriptive curve; their joint test under the null has no counterpart for a single share).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from kgeval.estimate.answers import answers, condition
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure, measure
from kgeval.estimate.rounds import nest_in_rounds
from kgeval.estimate.units import Floats
from kgeval.plan.area import WHOLE
from kgeval.plan.expression import Expression
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.plan.research import CHOICES, Curve
from kgeval.plan.study import Study
from kgeval.protect.disclose import disclose

COLUMNS = (
    "indicator", "round", "spec", "main", *CHOICES, "value", "se", "low", "high", "df", "n", "n_missing",
    "clusters", "interval_method", "target", "flag", "reason",
)  # fmt: skip
OPTIONS = ("indicator", "choice", "option", "specs", "shown", "lowest", "median", "highest")
CURVES = (
    "indicator", "specs", "shown", "main", "main_low", "main_high", "lowest", "median", "highest", "target",
    "reaching", "surely", "surely_not",
)  # fmt: skip
_PROFILE = "nchs"  # as for the results: an unreliable share is not drawn
_TAKEN = {"as_no": 0.0, "as_yes": 1.0}  # what unknown answers count as


def specifications(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Estimate every combination of the choices of every curve of a study, for the whole.

    Parameters
    ----------
    tables
        Table key → clean and linked records of all areas.

    Returns
    -------
    DataFrame
        One row a specification with the columns ``COLUMNS``: ``spec`` numbers them within an indicator
        in the order of the choices, ``main`` marks the one named beforehand, ``flag`` is ``suppress``
        where the value is not reliable or would say too much about a few.
    """
    parts = [
        _curve(study, curve, tables[table])
        for curve in study.research.curves
        if (table := study.indicator(curve.indicator).table) in tables
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def option_ranges(specs: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest, median and highest value under each option of each choice: what moves the number.

    Returns
    -------
    DataFrame
        One row an option of a choice that has several, with the columns ``OPTIONS``.
    """
    rows = []
    for indicator, part in specs.groupby("indicator", sort=False):
        for choice in CHOICES:
            options = list(dict.fromkeys(part[choice]))
            for option in options if len(options) > 1 else []:
                own = part[part[choice] == option]
                rows.append({"indicator": indicator, "choice": choice, "option": option, **_range(own)})
    return pd.DataFrame(rows, columns=list(OPTIONS))


def curves(study: Study, specs: pd.DataFrame) -> pd.DataFrame:
    """Return what each curve says as a whole.

    Returns
    -------
    DataFrame
        One row an indicator with the columns ``CURVES``: the main value beside the range of all that may
        be shown; ``reaching`` counts those on the good side of the target, ``surely`` and ``surely_not``
        those whose interval lies on one side of it.
    """
    rows = []
    for indicator, part in specs.groupby("indicator", sort=False):
        shown = part[(part["flag"] != SUPPRESS) & part["value"].notna()]
        main, target = shown[shown["main"]], float(part["target"].iloc[0])
        limits = [float(main[name].iloc[0]) if len(main) else np.nan for name in ("value", "low", "high")]
        lower = study.indicator(str(indicator)).direction == "lower"
        good, bad = ("high", "low") if lower else ("low", "high")
        sign = -1 if lower else 1
        tolerance = 1e-9
        rows.append(
            {
                "indicator": indicator, **dict(zip(("main", "main_low", "main_high"), limits, strict=True)),
                **_range(part), "target": target,
                "reaching": int((sign * (shown["value"] - target) >= -tolerance).sum()),
                "surely": int((sign * (shown[good] - target) >= -tolerance).sum()),
                "surely_not": int((sign * (shown[bad] - target) < -tolerance).sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(CURVES))


def _range(part: pd.DataFrame) -> dict[str, float]:
    shown = part.loc[part["flag"] != SUPPRESS, "value"].dropna()
    known = len(shown) > 0
    return {
        "specs": len(part), "shown": len(shown),
        "lowest": float(shown.min()) if known else np.nan,
        "median": float(shown.median()) if known else np.nan,
        "highest": float(shown.max()) if known else np.nan,
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spec:
    """One specification: option keys by choice."""

    number: int
    options: Mapping[str, str]

    @property
    def main(self) -> bool:
        return self.number == 0  # the first option of every choice

    @property
    def name(self) -> str:
        return str(self.number)


def _specs(curve: Curve) -> list[_Spec]:
    ways = product(*(curve.choices[choice] for choice in CHOICES))
    return [
        _Spec(number=number, options={choice: one.key for choice, one in zip(CHOICES, way, strict=True)})
        for number, way in enumerate(ways)
    ]


def _curve(study: Study, curve: Curve, records: pd.DataFrame) -> pd.DataFrame:
    main = study.indicator(curve.indicator)
    table = study.tables[main.table]
    round_key = study.endline.key if not main.rounds else main.rounds[-1]
    frame, design = nest_in_rounds(records.reset_index(drop=True), table.design, "round")
    parts, specs = [], _specs(curve)
    for weight in dict.fromkeys(spec.options["weight"] for spec in specs):
        own = [spec for spec in specs if spec.options["weight"] == weight]
        bare = weight == "none"
        asked = list(
            _measures(study, curve, own, frame, round_key=round_key, weight=None if bare else main.weight)
        )
        rows = estimate(
            frame,
            replace(design, weight=None) if bare else design,
            asked,
            profile="none" if design.census else _PROFILE,
        )
        choices = pd.DataFrame([spec.options for spec in own], columns=list(CHOICES))
        about = pd.DataFrame({"spec": [spec.number for spec in own], "main": [spec.main for spec in own]})
        parts.append(pd.concat([rows.drop(columns="indicator"), choices, about], axis=1))
    target = main.target_in(WHOLE)
    rows = pd.concat(parts, ignore_index=True).sort_values("spec", ignore_index=True)
    rows = rows.assign(
        indicator=curve.indicator, variant=MAIN, round=round_key, area=WHOLE, by="", by_value="",
        target=np.nan if target is None else target,
    )  # fmt: skip
    return disclose(rows, study)[list(COLUMNS)]


def _measures(
    study: Study,
    curve: Curve,
    specs: list[_Spec],
    frame: pd.DataFrame,
    *,
    round_key: str,
    weight: str | None,
) -> Iterator[Measure]:
    here = (frame["round"] == round_key).to_numpy()
    exclusions = {option.key: option.where for option in curve.choices["records"]}
    known: dict[tuple[str, str, str], tuple[Floats, Floats]] = {}
    for spec in specs:
        key = (spec.options["denominator"], spec.options["success"], spec.options["records"])
        if key not in known:
            indicator = study.indicator(curve.indicator, key[0])
            other = study.indicator(curve.indicator, key[1])
            merged = replace(indicator, succeeds=other.succeeds)
            known[key] = _answers(merged, frame, exclusions[key[2]], here)
        answer, counts = known[key]
        if spec.options["missing"] in _TAKEN:  # who may count is counted too
            taken = _TAKEN[spec.options["missing"]]
            answer = np.where(np.isnan(answer) | np.isnan(counts), taken, answer)
            counts = np.where(np.isnan(counts), 1.0, counts)
        yield Measure(name=spec.name, kind="share", answer=answer, counts=counts, weight=weight)


def _answers(
    indicator: Indicator, frame: pd.DataFrame, kept: Expression | None, here: np.ndarray
) -> tuple[Floats, Floats]:
    """Return each record's answer and membership: 1, 0, NaN for what is not known."""
    found = answers(measure(indicator), frame, condition(kept, frame))
    answer = found.y if found.known is None else np.where(found.known, found.y, np.nan)
    unsure = np.where(found.may_count(), np.nan, 0.0)
    counts = np.where(here, np.where(found.members(), 1.0, unsure), 0.0)
    return answer, counts
