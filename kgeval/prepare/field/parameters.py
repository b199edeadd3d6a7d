"""The parameters of the field checks: their defaults, and what a study declares otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from kgeval.errors import StudyError
from kgeval.plan.field_plan import FILE
from kgeval.plan.study import Study
from kgeval.prepare.field.back_check import BackCheckRates
from kgeval.prepare.field.duplicates import Duplicates
from kgeval.prepare.field.duration import Duration
from kgeval.prepare.field.enumerator import Enumerator
from kgeval.prepare.field.heaping import Heaping
from kgeval.prepare.field.missing import Missing
from kgeval.prepare.field.other_specify import OtherSpecify
from kgeval.prepare.field.outlier import Outlier
from kgeval.prepare.field.progress import Progress
from kgeval.prepare.field.refusals import Refusals
from kgeval.prepare.field.straight_line import StraightLine
from kgeval.prepare.field.time_of_day import TimeOfDay
from kgeval.prepare.field.versions import Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The parameters of each check; a block ``[parameters.<check>]`` of ``field.toml`` has its name."""

    duplicates: Duplicates = field(default_factory=Duplicates)
    missing: Missing = field(default_factory=Missing)
    refusals: Refusals = field(default_factory=Refusals)
    outlier: Outlier = field(default_factory=Outlier)
    enumerator: Enumerator = field(default_factory=Enumerator)
    duration: Duration = field(default_factory=Duration)
    straight_line: StraightLine = field(default_factory=StraightLine)
    progress: Progress = field(default_factory=Progress)
    other_specify: OtherSpecify = field(default_factory=OtherSpecify)
    versions: Versions = field(default_factory=Versions)
    heaping: Heaping = field(default_factory=Heaping)
    time_of_day: TimeOfDay = field(default_factory=TimeOfDay)
    back_check: BackCheckRates = field(default_factory=BackCheckRates)


def parameters(study: Study) -> Parameters:
    """Return the parameters that hold for a study's field checks.

    Raises
    ------
    StudyError
        With one line for every block, name or value that no check has.
    """
    faults: list[str] = []
    defaults = Parameters()
    known = [one.name for one in fields(Parameters)]
    made = {}
    for name, block in study.field_plan.parameters.items():
        where = f"{FILE} parameters"
        if name not in known:
            faults.append(f"{where}: there is no check {name!r}{_near(name, known)}")
            continue
        made[name] = _replaced(getattr(defaults, name), block, f"{where} {name}", faults)
    given = Parameters(**made)
    faults += _named(given.outlier, study)
    if faults:
        raise StudyError(faults)
    return given


def _named(outlier: Outlier, study: Study) -> list[str]:
    """Return one fault for each name in the outliers' parameters that is no question of any table."""
    asked = {question.name for table in study.tables.values() for question in table.form.questions}
    names = {
        "by": set(outlier.by) - {"round", "area", "enumerator"},
        "variables": set(outlier.variables),
        "combine": {name for block in outlier.combine for name in block},
    }
    return [
        f"{FILE} parameters outlier: {part} names {name!r}, which is no question"
        for part, found in names.items()
        for name in sorted(map(str, found - asked))
    ]


def _replaced(default: Any, block: Any, where: str, faults: list[str]) -> Any:
    known = [one.name for one in fields(default)]
    values = {}
    for name, said in block.items():
        if name not in known:
            faults.append(f"{where}: unknown parameter {name!r}{_near(name, known)}")
            continue
        value = _tuple(said)
        wanted = getattr(default, name)
        if not _fits(value, wanted) or (name == "combine" and not all(map(_is_tuple, value))):
            faults.append(f"{where}: {name} = {said!r} is no value for it (the default is {wanted!r})")
            continue
        values[name] = value
    if isinstance(default, Outlier) and values.get("method", "iqr") not in ("iqr", "sd"):
        faults.append(f"{where}: method is 'iqr' or 'sd', not {values.pop('method')!r}")
    return type(default)(**values)


def _fits(value: Any, default: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(default, tuple):
        if not isinstance(value, tuple):
            return False
        return all(_fits(part, default[0]) if default else _names(part) for part in value)
    if default is None or isinstance(default, int | float):
        whole = isinstance(default, int)
        return isinstance(value, int if whole else int | float) and value >= 0
    return isinstance(value, type(default))


def _names(value: Any) -> bool:
    return isinstance(value, str) or (_is_tuple(value) and all(isinstance(name, str) for name in value))


def _is_tuple(value: Any) -> bool:
    return isinstance(value, tuple)


def _tuple(value: Any) -> Any:
    return tuple(_tuple(part) for part in value) if isinstance(value, list) else value


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
