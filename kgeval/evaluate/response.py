"""Would a change be another if everybody had been met again? Response classes, weights, adjusted changes.

Only who could have answered counts: a unit that has closed, or a person who has left the trade, is no longer
of the population; that is an outcome (``events``). Respondents drawn anew are not followed: a mother whose
child has grown is not lost. Where clusters are followed, the last round's answers are raised for the
clusters that were lost; else each unit's own change is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kgeval.estimate.answers import answers, condition
from kgeval.estimate.codes import Codes, ordered_codes
from kgeval.estimate.interval import t_interval
from kgeval.estimate.measure import Measure, measure
from kgeval.estimate.response import Response, response
from kgeval.estimate.units import Bools, Floats
from kgeval.estimate.weighted import weigh
from kgeval.estimate.weights import weights
from kgeval.evaluate.attrition import followed
from kgeval.evaluate.comparison import asked_in_both
from kgeval.plan.indicator import MAIN
from kgeval.plan.panel import Panel
from kgeval.plan.sample import SampleDesign, stages
from kgeval.plan.study import Study
from kgeval.protect.disclose import profiles

GONE = ("closed", "converted", "suspended", "left")  # no longer of the population, so not missed
LEAST = 10  # units of a class: fewer give no rate, and would tell who refused
CLASSES = ("table", "response_class", "baseline", "found", "rate", "factor")
ADJUSTED = (
    "indicator", "variant", "table", "eligible", "n", "unadjusted", "adjusted", "se", "low", "high", "df",
    "shift", "inference", "comparable",
)  # fmt: skip
LEVEL = 0.95
_OTHERS = "\0"  # the class of all that are too small for one of their own; an empty text would be no class


def response_classes(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many of each response class were met again, and the factor of their weights.

    Returns
    -------
    DataFrame
        One row a class of each followed table that lost somebody, with the columns ``CLASSES``:
        ``response_class`` holds the values of the panel's ``classes`` joined by ``" * "``, empty where
        small classes were put together.
    """
    rows = []
    for panel, part in _panels(study, tables):
        for place, name in enumerate(part.names):
            own = part.records["klass"].to_numpy() == place
            first = own & part.response.first
            units = part.records.loc[first, panel.unit]
            met = part.records.loc[first & part.response.found, panel.unit]
            rows.append(
                {
                    "table": panel.table, "response_class": name, "baseline": units.nunique(),
                    "found": met.nunique(), "rate": 1 / float(part.response.factor[place]),
                    "factor": float(part.response.factor[place]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(CLASSES))


def adjusted_changes(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the change of each indicator before and after raising those met again for those who were not.

    Returns
    -------
    DataFrame
        One row a share or mean asked in both rounds of a table that lost somebody, with the columns
        ``ADJUSTED``; ``n`` units (answers of the last round, where clusters are followed) stand behind
        it. In a full count the errors speak of units like these (``inference = "process"``). Changes
        that cannot be compared, or behind which too few stand, are left out.
    """
    rows = []
    for panel, part in _panels(study, tables):
        for indicator in asked_in_both(study, panel.table):
            if indicator.variant == MAIN and indicator.comparable != "no":
                row = _adjusted(panel, part, measure(indicator))
                said = {"indicator": indicator.key, "comparable": indicator.comparable}
                rows += [] if row is None else [{**row, **said}]
    return pd.DataFrame(rows, columns=list(ADJUSTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The records of both rounds of one table with the response of their units."""

    records: pd.DataFrame
    design: SampleDesign
    census: bool
    clusters: bool
    names: tuple[str, ...]
    response: Response


def _panels(study: Study, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[Panel, _Part]]:
    first, last = study.baseline.key, study.endline.key
    for key, panel in study.panels.items():
        if key not in tables or not {first, last} <= set(tables[key]["round"]) or not panel.classes:
            continue
        part = _part(panel, tables[key], study)
        if part is not None:
            yield panel, part


def _part(panel: Panel, records: pd.DataFrame, study: Study) -> _Part | None:
    first, last = study.baseline.key, study.endline.key
    records = records[records["round"].isin([first, last]) & records[panel.unit].notna()]
    clusters = panel.unit in stages(study.tables[panel.table].design.cluster)
    if not clusters:
        records = records.drop_duplicates([panel.unit, "round"])
    units = followed(records, panel, first, last)
    units = units[units["found_first"] & ~units["fate"].isin(GONE)]
    if units["found_last"].nunique() < 2:
        return None  # nobody was lost, or everybody
    name = records[panel.unit].astype("str")
    inside, found = name.isin(units.index), name.isin(units.index[units["found_last"]])
    before = records[(records["round"] == first) & inside].drop_duplicates(panel.unit)
    said = pd.Series("", index=pd.Index(before[panel.unit].astype("str")))
    for place, column in enumerate(panel.classes):
        value = before[column].astype("str").fillna("?").replace("", "?").to_numpy()
        said = said + (" * " if place else "") + value
    sizes = said.value_counts()
    small = _small(sizes, said[said.index.isin(units.index[units["found_last"]])].value_counts())
    said = said.where(~said.isin(small), _OTHERS)
    klass, found_names = ordered_codes(name.map(said).where(inside))
    names = tuple("" if name == _OTHERS else str(name) for name in found_names)
    census = study.tables[panel.table].design.census
    design = SampleDesign(cluster=panel.unit) if census else study.tables[panel.table].design
    given = weights(records, design.weight)
    made = response(
        np.ones(len(records)) if given is None else given,
        first=(records["round"] == first).to_numpy(),
        found=found.to_numpy(),
        klass=klass,
    )
    frame = records.assign(klass=klass).reset_index(drop=True)
    return _Part(
        records=frame, design=design, census=census, clusters=clusters, names=names, response=made,
    )  # fmt: skip


def _small(sizes: pd.Series, met: pd.Series) -> list[object]:
    """Return the classes to be put together: those under ``LEAST``, then the next until there are enough."""
    ordered = sizes.sort_values(kind="stable")
    weak = [name for name in ordered.index if sizes[name] < LEAST or met.get(name, 0) == 0]
    rest = [name for name in ordered.index if name not in weak]
    while weak and rest and (sizes[weak].sum() < LEAST or met.reindex(weak).fillna(0).sum() == 0):
        weak.append(rest.pop(0))
    return weak


def _adjusted(panel: Panel, part: _Part, asked: Measure) -> dict[str, object] | None:
    given = answers(asked, part.records, condition(None, part.records))
    answered = given.answered()
    first = part.response.first
    if part.clusters:
        y, usable = given.y, answered & ~first
        own = part.response
        if not (answered & first).any():
            return None
    else:
        y, usable = _paired(part, panel, given.y, answered)
        if not (usable & (part.response.klass >= 0)).any():
            return None
        own = _asked(part, panel, usable, given.may_count())
    given_weight = weights(part.records, None if part.census else asked.weight)
    if given_weight is not None:  # the indicator's own, e.g. of a child drawn from several
        own = response(given_weight, first=own.first, found=own.found, klass=own.klass)
    n = int((usable & own.found & (own.klass >= 0)).sum())
    if n < profiles()["survey"].denominator:
        return None
    value, scores = own.mean(y, usable)
    here = usable & own.found & (own.klass >= 0)
    plain = _mean(y, own.weight, here)
    if part.clusters:
        before = answered & first
        level = _mean(given.y, own.weight, before)
        value, plain = value - level, plain - level
        scores = scores - _scores(given.y, own.weight, before)
    sample = weigh(part.records, part.design)
    variance = float(sample.covariance(scores[:, None], lambda _: np.array([value]))[0, 0])
    df = sample.degrees_of_freedom(here, part.design.df)
    se = float(np.sqrt(max(variance, 0.0)))
    limits = t_interval(np.array(value), np.array(se if se > 0 else np.nan), np.array(df), LEVEL)
    return {
        "variant": MAIN, "table": panel.table, "n": n,
        "eligible": int(part.records.loc[own.klass >= 0, panel.unit].nunique()),
        "unadjusted": plain, "adjusted": value, "se": se, "low": float(limits[0]), "high": float(limits[1]),
        "df": df, "shift": value - plain, "inference": "process" if part.census else "design",
    }  # fmt: skip


def _paired(part: _Part, panel: Panel, y: Floats, counted: Bools) -> tuple[Floats, Bools]:
    """Return each unit's own change on its last record, and where there is one."""
    partner = _partner(part, panel)
    usable = ~part.response.first & (partner >= 0) & counted & counted[partner]
    return np.where(usable, y - y[partner], 0.0), usable


def _partner(part: _Part, panel: Panel) -> Codes:
    """Return where each record's unit has its first record; -1: nowhere."""
    unit = pd.factorize(part.records[panel.unit].astype("str"))[0]
    before = np.full(int(unit.max()) + 1, -1)
    before[unit[part.response.first]] = np.flatnonzero(part.response.first)
    return np.asarray(before[unit], dtype=np.intp)


def _asked(part: _Part, panel: Panel, usable: Bools, possible: Bools) -> Response:
    """Return the response to one question.

    Who does not belong to its population in one of the rounds is not missed; who gave no answer is.
    """
    old, unit = part.response, pd.factorize(part.records[panel.unit].astype("str"))[0]
    paired = ~old.first & (_partner(part, panel) >= 0)
    inside = (old.klass >= 0) & ~np.isin(unit, unit[(old.first | paired) & ~possible])
    return _responded(old, np.where(inside, old.klass, -1), np.isin(unit, unit[usable & inside]))


def _responded(old: Response, klass: Codes, found: Bools) -> Response:
    """Return the response to one question; a class of which nobody answered joins the largest."""
    sizes = np.bincount(klass[(klass >= 0) & old.first], minlength=len(old.factor))
    met = np.bincount(klass[(klass >= 0) & old.first & found], minlength=len(old.factor))
    joined = np.where((met == 0)[klass] & (klass >= 0), int(np.argmax(np.where(met > 0, sizes, -1))), klass)
    codes, _ = ordered_codes(pd.Series(joined).where(joined >= 0))
    return response(old.weight, first=old.first, found=found, klass=codes)


def _mean(y: Floats, weight: Floats, here: Bools) -> float:
    return float(weight[here] @ y[here] / weight[here].sum())


def _scores(y: Floats, weight: Floats, here: Bools) -> Floats:
    raised = np.where(here, weight, 0.0)
    return np.asarray(raised * (y - _mean(y, weight, here)) / raised.sum())
