"""A table's ages and numbers, looked at for heaps and last digits."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from kgeval.prepare.field.heaping import digits, heaps
from kgeval.prepare.field.parameters import Parameters
from kgeval.prepare.field.sheets import NotRun, Rows, Said
from kgeval.prepare.field.submissions import Submissions

_BETWEEN = "\x1f"


def heaps_said(subs: Submissions, parameters: Parameters) -> Said:
    """Yield heaps and last digits of each round, and in it of each enumerator."""
    heaping, age = parameters.heaping, subs.roles.age
    numbers: dict[str, pd.Series] = {}
    if age is None:
        yield NotRun(check="heaping", table=subs.table, reason="no_role", what="age")
    elif personal := [name for name in age.columns if name in subs.withheld]:
        yield NotRun(check="heaping", table=subs.table, reason="personal", what=personal[0])
    elif absent := [name for name in age.columns if subs.column(name) is None]:
        yield NotRun(check="heaping", table=subs.table, reason="not_delivered", what=absent[0])
    else:
        months = subs.answers[age.months] if age.months else completed_months(
            subs.answers[age.birth], subs.answers[age.on]
        )  # fmt: skip
        name = age.months or age.birth
        numbers[name] = months.astype("float64").rename(name)
        known = numbers[name].dropna()
        for at in heaping.at:
            if known.empty or known.min() > at - heaping.reach or known.max() < at + heaping.reach:
                yield NotRun(check="heaping", table=subs.table, reason="cut_off", what=f"{name}: {at}")
    for group in _heaping_groups(subs):
        for series in numbers.values():
            yield Rows(table=subs.table, sheet="heaping", rows=_of_group(heaps(series, group, heaping), subs))
        for name in dict.fromkeys([*numbers, *subs.roles.digits]):
            if name in subs.withheld or (name not in numbers and name not in subs.answers):
                continue
            series = numbers[name] if name in numbers else subs.answers[name].rename(name)
            yield Rows(table=subs.table, sheet="digits", rows=_of_group(digits(series, group, heaping), subs))


def _heaping_groups(subs: Submissions) -> Iterator[pd.Series]:
    """Yield the groups: each round, and in it each enumerator."""
    rounds = subs.groups["round"]
    yield rounds + _BETWEEN
    if subs.roles.enumerator:
        yield (rounds + _BETWEEN + subs.role("enumerator")).dropna()


def _of_group(rows: pd.DataFrame, subs: Submissions) -> pd.DataFrame:
    parts = rows["group"].astype("str").str.split(_BETWEEN, n=1, expand=True).reindex(columns=[0, 1])
    return rows.drop(columns="group").assign(table=subs.table, round=parts[0], enumerator=parts[1].fillna(""))


def completed_months(birth: pd.Series, on: pd.Series) -> pd.Series:
    """Return the completed months from one day to another; missing where one is.

    >>> day = lambda text: pd.Series(pd.to_datetime([text]))
    >>> completed_months(day("2018-01-31"), day("2019-01-30")).tolist()
    [11.0]
    """
    months = 12 * (on.dt.year - birth.dt.year) + (on.dt.month - birth.dt.month)
    complete = months - (on.dt.day < birth.dt.day)
    known: pd.Series = complete.where(birth.notna() & on.notna()).astype("float64")
    return known
