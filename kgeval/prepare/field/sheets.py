"""From the submissions of one table to the rows of each check, and what could not be run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from kgeval.prepare.check.window import interview_date
from kgeval.prepare.field.duplicates import duplicates
from kgeval.prepare.field.duration import durations
from kgeval.prepare.field.enumerator import RATES, enumerators
from kgeval.prepare.field.missing import missing
from kgeval.prepare.field.other_specify import other_texts
from kgeval.prepare.field.outlier import outliers, unjudged
from kgeval.prepare.field.parameters import Parameters
from kgeval.prepare.field.refusals import refusals
from kgeval.prepare.field.straight_line import straight_lines
from kgeval.prepare.field.submissions import PLACE, Submissions
from kgeval.prepare.field.time_of_day import odd_hours
from kgeval.prepare.field.versions import versions
from kgeval.prepare.journal import MASK

_OWN_GROUPS = ("round", "area", "enumerator")  # columns of every row; other groups are questions
_NUMBERS = frozenset({"integer", "int", "decimal", "range"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one sheet about one table; those with ``look`` (all, where there is none) are work."""

    table: str
    sheet: str
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A check that could not be run on a table (or a column, or a group of records): why, what it lacks.

    ``reason``: ``no_role`` (``field.toml`` does not say which column), ``not_delivered`` (no such
    column, file or record), ``personal`` (the column names persons), ``nothing_to_judge`` (no question
    of that kind), ``too_few``, ``no_spread``, ``cut_off`` (no ages on both sides), ``unreadable`` (moments,
    some or all, that are not written as one; the others are looked at).
    """

    check: str
    table: str
    reason: str
    what: str = ""
    group: str = ""


Said = Iterator[Rows | NotRun]


def said_of(subs: Submissions, parameters: Parameters, skip: frozenset[str]) -> Said:
    """Yield what every check of single tables says; ``skip`` are design columns, which no check judges."""
    yield from _duplicates(subs, parameters)
    yield from _missing(subs, parameters)
    yield from _refusals(subs, parameters)
    yield from _outliers(subs, parameters, skip)
    if subs.repeat:
        return
    for check in (_enumerators, _durations, _straight_lines, _other_texts, _versions, _odd_hours):
        yield from check(subs, parameters)


def located(rows: pd.DataFrame, subs: Submissions, rid: str = "rid") -> pd.DataFrame:
    """Return rows with the place in the delivered files, round, area and enumerator of their record."""
    place = subs.place.reindex(rows[rid])[[name for name in PLACE if name not in rows]]
    told = pd.concat([place.reset_index(drop=True), rows.reset_index(drop=True)], axis=1)
    if subs.roles.enumerator and "enumerator" not in told:
        told.insert(6, "enumerator", subs.enumerator.reindex(rows[rid]).to_numpy())
    return told.assign(table=subs.table)


def role_fault(subs: Submissions, check: str, *roles: str) -> NotRun | None:
    """Return why a check cannot be run for want of a column that plays a role; None: all are there."""
    for role in roles:
        name = getattr(subs.roles, role)
        if not name:
            return NotRun(check=check, table=subs.table, reason="no_role", what=role)
        if name in subs.withheld:
            return NotRun(check=check, table=subs.table, reason="personal", what=name)
        if subs.column(name) is None:
            return NotRun(check=check, table=subs.table, reason="not_delivered", what=name)
    return None


def _unreadable(subs: Submissions, check: str, *roles: str) -> Iterator[NotRun]:
    """Yield the columns of moments in which something stands that is read as none."""
    for role in roles:
        text = subs.role(role)
        given = text.notna() & (text.astype("str").str.strip() != "")
        if (given & subs.moment(role).isna()).any():
            yield NotRun(check=check, table=subs.table, reason="unreadable", what=getattr(subs.roles, role))


def _duplicates(subs: Submissions, parameters: Parameters) -> Said:
    if subs.identity.empty and not len(subs.identity.columns):
        if not subs.repeat:
            yield NotRun(check="duplicates", table=subs.table, reason="no_role", what="key")
        return
    answers = subs.delivered.drop(columns=[name for name in subs.identity if name in subs.delivered])
    found = duplicates(answers, subs.identity, parameters.duplicates)
    first = subs.place.reindex(found["first"])[["file", "sheet", "row"]].add_prefix("first_")
    found = pd.concat([found.drop(columns="first"), first.reset_index(drop=True)], axis=1)
    yield Rows(table=subs.table, sheet="duplicates", rows=located(found, subs))


def _by_round(subs: Submissions) -> Iterator[tuple[str, pd.Index]]:
    rounds = subs.groups["round"]
    yield from ((str(key), own.index) for key, own in rounds.groupby(rounds, sort=False))


def _missing(subs: Submissions, parameters: Parameters) -> Said:
    answered = subs.answers.copy()
    for name in subs.kinds:  # a don't-know that decoding left empty was an answer
        text = answered[name].astype("str")
        answered[name] = text.mask(text.isna() & (subs.kinds[name] != ""), subs.kinds[name])
    required = {q.name for q in subs.form.questions if q.required or q.required_if is not None}
    for key, rids in _by_round(subs):
        rows = missing(
            answered.loc[rids], subs.asked.loc[rids], required=required, withheld=subs.withheld,
            parameters=parameters.missing,
        )  # fmt: skip
        yield Rows(table=subs.table, sheet="missing", rows=rows.assign(table=subs.table, round=key))


def _refusals(subs: Submissions, parameters: Parameters) -> Said:
    if not len(subs.kinds.columns):
        yield NotRun(check="refusals", table=subs.table, reason="no_role", what="codes")
        return
    for key, rids in _by_round(subs):
        rows = refusals(subs.kinds.loc[rids], subs.asked.loc[rids], parameters.refusals)
        yield Rows(table=subs.table, sheet="refusals", rows=rows.assign(table=subs.table, round=key))


def _outliers(subs: Submissions, parameters: Parameters, skip: frozenset[str]) -> Said:
    wanted = parameters.outlier.variables
    if secret := sorted(subs.hidden.intersection(_group_columns(subs, parameters.outlier.by).values())):
        yield NotRun(check="outlier", table=subs.table, reason="personal", what=", ".join(secret))
        return
    names = [
        question.name
        for question in subs.form.questions
        if question.type in _NUMBERS
        and question.name in subs.answers
        and question.name not in subs.withheld | skip
        and (not wanted or question.name in wanted)
    ]
    if not names:
        yield NotRun(check="outlier", table=subs.table, reason="nothing_to_judge", what="number")
        return
    numbers = subs.answers[names].astype("float64")
    for name in set(names) & set(subs.kinds):  # a code is no quantity
        numbers[name] = numbers[name].where(subs.kinds[name] == "")
    groups = _groups(subs, parameters.outlier.by)
    found = outliers(numbers, groups, parameters.outlier, accepted=subs.accepted)
    private = found["column"].isin(list(subs.hidden))  # fences give the quartiles back, and both the mean
    masked = ("value", "min", "mean", "max", "low", "high")
    found = found.assign(**{name: found[name].astype(object).mask(private, MASK) for name in masked})
    asked = groups[[name for name in groups if name not in _OWN_GROUPS]].reindex(found["rid"])
    if len(asked.columns):
        found["group"] = [" ".join(answers) for answers in asked.to_numpy()]
    yield Rows(table=subs.table, sheet="outlier", rows=located(found, subs))
    for _, row in unjudged(numbers, groups, parameters.outlier).iterrows():
        reason, column, group = (str(row[name]) for name in ("reason", "column", "group"))
        yield NotRun(check="outlier", table=subs.table, reason=reason, what=column, group=group)


def _group_columns(subs: Submissions, names: tuple[str, ...]) -> dict[str, str]:
    """Return what makes groups, the round first (rounds are never mixed) → the question that says it.

    What the table does not have makes no groups in it.
    """
    own = dict.fromkeys(_OWN_GROUPS, "") | {"enumerator": subs.roles.enumerator}
    known = [name for name in names if name in own or name in subs.answers]
    return {name: own.get(name, name) for name in ["round", *known]}


def _groups(subs: Submissions, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the columns that make groups, as text."""
    groups = {
        name: subs.groups[name] if name in ("round", "area")
        else (subs.role(name) if name == "enumerator" else subs.answers[name]).astype("str").fillna("")
        for name in _group_columns(subs, names)
    }  # fmt: skip
    return pd.DataFrame(groups, index=subs.answers.index)


def _day(subs: Submissions) -> pd.Series:
    """Return the day of each interview: its date of interview, or else the day on which it started."""
    name = interview_date(subs.form)
    day = subs.answers[name] if name and name in subs.answers else subs.moment("start")
    return day.astype("datetime64[us]").dt.normalize()


def _enumerators(subs: Submissions, parameters: Parameters) -> Said:
    if fault := role_fault(subs, "enumerator", "enumerator"):
        yield fault
        return
    shown = [name for name in subs.answers if name not in subs.withheld]
    empty = subs.asked[shown] & subs.answers[shown].isna()
    for name in set(shown) & set(subs.kinds):
        empty[name] &= subs.kinds[name] == ""
    counts = {kind: (subs.kinds == kind).sum(axis=1) for kind in RATES[1:]}
    told = pd.DataFrame(
        {
            "round": subs.groups["round"], "enumerator": subs.role("enumerator"), "consent": subs.consent,
            "asked": subs.asked[shown].sum(axis=1), "missing": empty.sum(axis=1), **counts,
            "minutes": subs.minutes, "version": subs.role("version"), "day": _day(subs),
        }
    ).dropna(subset=["enumerator"])  # fmt: skip
    rows = enumerators(told, parameters.enumerator)
    yield Rows(table=subs.table, sheet="enumerator", rows=rows.assign(table=subs.table))


def _durations(subs: Submissions, parameters: Parameters) -> Said:
    if fault := role_fault(subs, "duration", "start", "end"):
        yield fault
        return
    unread = list(_unreadable(subs, "duration", "start", "end"))
    yield from unread
    if unread and subs.minutes.isna().all():
        return
    agreed = subs.consent.fillna(value=True).astype(bool)  # without consent an interview is over soon
    found = durations(subs.minutes.loc[agreed], subs.groups[["round"]], parameters.duration)
    yield Rows(table=subs.table, sheet="duration", rows=located(found, subs))


def _straight_lines(subs: Submissions, parameters: Parameters) -> Said:
    if not subs.roles.grids:
        yield NotRun(check="straight_line", table=subs.table, reason="no_role", what="grids")
        return
    grids = {
        name: [question for question in questions if question not in subs.withheld]
        for name, questions in subs.roles.grids.items()
    }
    names = {name for questions in grids.values() for name in questions if name in subs.answers}
    answers = subs.answers[sorted(names)].astype("str")
    for name in names & set(subs.kinds):
        answers[name] = answers[name].fillna(subs.kinds[name].where(subs.kinds[name] != ""))
    found = straight_lines(answers, grids, subs.groups[["round"]], parameters.straight_line)
    secret = {name for name, questions in grids.items() if subs.hidden & set(questions)}
    found = found.assign(value=found["value"].mask(found["grid"].isin(list(secret)), MASK))
    yield Rows(table=subs.table, sheet="straight_line", rows=located(found, subs))


def _other_texts(subs: Submissions, parameters: Parameters) -> Said:
    check = "other_specify"
    if not subs.roles.other:
        yield NotRun(check=check, table=subs.table, reason="no_role", what="specify")
        return
    for name in (name for name in subs.roles.other if name not in subs.answers):
        yield NotRun(check=check, table=subs.table, reason="not_delivered", what=name)
    labels = subs.form.choice_labels(subs.form.default_language)
    found = other_texts(
        subs.answers, subs.roles.other, labels, withheld=subs.hidden, parameters=parameters.other_specify
    )
    yield Rows(table=subs.table, sheet=check, rows=located(found, subs))


def _versions(subs: Submissions, parameters: Parameters) -> Said:
    if fault := role_fault(subs, "versions", "version"):
        yield fault
        return
    told = pd.DataFrame(
        {"round": subs.groups["round"], "version": subs.role("version"),
         "enumerator": subs.role("enumerator"), "day": _day(subs)}
    )  # fmt: skip
    rows = versions(told, subs.form.version, parameters.versions)
    yield Rows(table=subs.table, sheet="versions", rows=rows.assign(table=subs.table))


def _odd_hours(subs: Submissions, parameters: Parameters) -> Said:
    if fault := role_fault(subs, "time_of_day", "start"):
        yield fault
        return
    started = subs.moment("start")
    unread = list(_unreadable(subs, "time_of_day", "start"))
    yield from unread
    if unread and started.isna().all():
        return
    found = odd_hours(started, parameters.time_of_day)
    yield Rows(table=subs.table, sheet="time_of_day", rows=located(found, subs))
