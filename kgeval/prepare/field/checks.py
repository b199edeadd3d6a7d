"""All field checks of a delivery: sheets of rows to look at, and what could not be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kgeval.plan.sample import stages
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.prepare import journal
from kgeval.prepare.clean import worked
from kgeval.prepare.draft import Draft
from kgeval.prepare.field.back_checked import back_check_said, read_back_checks
from kgeval.prepare.field.heaped import heaps_said
from kgeval.prepare.field.listed import progress_said
from kgeval.prepare.field.parameters import Parameters, parameters
from kgeval.prepare.field.rules import rules
from kgeval.prepare.field.sheets import NotRun, Rows, Said, said_of
from kgeval.prepare.field.submissions import Submissions, delivered_records, standing, submissions
from kgeval.prepare.receive import Delivery

# The sheets in the order of a day's work: wrong records, doubtful answers, who asked how, how far.
SHEETS = (
    "duplicates", "unlisted", "rules", "outlier", "duration", "time_of_day", "straight_line",
    "back_check_rates", "back_check", "back_check_unmatched", "other_specify", "missing", "refusals",
    "enumerator", "heaping", "digits", "versions", "progress", "pending",
)  # fmt: skip
OVERVIEW = ("check", "tables", "rows", "look")
NOT_RUN = ("check", "table", "reason", "what", "group")
_OF = {
    "unlisted": "progress", "pending": "progress", "digits": "heaping", "back_check_rates": "back_check",
    "back_check_unmatched": "back_check",
}  # fmt: skip
_FIRST = ("table", "round", "area", "file", "sheet", "row", "key", "enumerator")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChecks:
    """What the field checks found.

    Parameters
    ----------
    sheets
        Sheet → its rows, in the order of ``SHEETS``; each row has ``table`` and ``look`` (whether
        somebody should look at it). Only checks that were run have a sheet, also with no row.
    overview
        ``OVERVIEW``: one row a sheet: how many tables were checked, rows, and rows to look at.
    not_run
        ``NOT_RUN``: one row a check and table (or column, or group of records) that could not be run.
    submissions
        One row a table and round: ``records`` kept, of which the last ``day``.
    """

    sheets: Mapping[str, pd.DataFrame]
    overview: pd.DataFrame
    not_run: pd.DataFrame
    submissions: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What is looked at: the delivered folder, areas (None: all) and rounds."""

    data: Path
    areas: Sequence[str] | None
    rounds: Sequence[str]


def field_checks(
    delivery: Delivery,
    study: Study,
    data: Path,
    *,
    areas: Sequence[str] | None = None,
    rounds: Sequence[str] | None = None,
) -> FieldChecks:
    """Clean what was delivered and run every field check on it.

    Parameters
    ----------
    data
        The delivered folder, in which back-check files are looked for.
    areas
        The codes of the areas looked at; None: all.
    rounds
        The keys of the rounds looked at; None: all.

    Raises
    ------
    DataError
        As ``clean``, and of back-check files.
    StudyError
        ``field.toml`` sets a parameter that no check has.
    """
    given = parameters(study)
    works = worked(delivery.tables, study, corrections=delivery.corrections, in_field=True)
    look = _Looked(data=data, areas=areas, rounds=rounds or [one.key for one in study.rounds])
    subs = {
        key: submissions(
            work.draft,
            study.field_plan,
            rounds=look.rounds,
            areas=areas,
            date_order=study.tables[key].reading.date_order if key in study.tables else None,
        )
        for key, work in works.items()
    }
    said: list[Rows | NotRun] = []
    for key in study.tables:
        if key not in subs or subs[key].place.empty:
            said.append(NotRun(check="", table=key, reason="not_delivered", what="records"))
            continue
        said += _of_table(
            subs[key], study, given, look, draft=works[key].draft, sample=_list(subs[key], works)
        )
        said += _rules(works[key].draft, subs[key])
    for key in (key for key in subs if key not in study.tables):  # repeats
        said += said_of(subs[key], given, frozenset())
        said += _rules(works[key].draft, subs[key])
    return _together(said, subs)


def _of_table(
    subs: Submissions,
    study: Study,
    given: Parameters,
    look: _Looked,
    *,
    draft: Draft,
    sample: pd.DataFrame | None,
) -> Said:
    table = study.tables[subs.table]
    yield from said_of(subs, given, _design(table))
    yield from heaps_said(subs, given)
    present = [key for key in look.rounds if (subs.place["round"] == key).any()]
    listed = subs.roles.sample.table if subs.roles.sample is not None else ""
    secret = journal.hidden(study.tables[listed].form) if listed else frozenset()
    yield from progress_said(subs, sample, present, given, areas=look.areas, hidden=secret)
    declared = subs.roles.back_check
    back = read_back_checks(look.data, table, declared, study.areas) if declared is not None else None
    yield from back_check_said(
        subs, table, back, given, draft=draft, rounds=[one.key for one in study.rounds]
    )


def _design(table: Table) -> frozenset[str]:
    """Return the columns that the office fills in: no interview could make outliers of them."""
    design = table.design
    columns = {*table.key_columns, table.round.column, table.area.column, design.weight or ""}
    return frozenset(columns | {*stages(design.cluster), *stages(design.stratum), *stages(design.population)})


def _list(subs: Submissions, works: Mapping[str, object]) -> pd.DataFrame | None:
    """Return the records of a table's sample list, whatever their round and area."""
    declared = subs.roles.sample
    work = works.get(declared.table) if declared is not None else None
    if work is None:
        return None
    draft: Draft = work.draft  # type: ignore[attr-defined]
    records = draft.decoded.loc[delivered_records(draft)]  # also if listed twice
    return standing(records, draft.answers).join(draft.placed["area"])


def _rules(draft: Draft, subs: Submissions) -> Iterator[Rows]:
    found = rules(journal.findings(draft))
    found = found.loc[found["rid"].isin(subs.answers.index)]
    placed = subs.place.reindex(found["rid"])[["round", "area"]].reset_index(drop=True)
    found = pd.concat([found.reset_index(drop=True), placed], axis=1)
    found["key"] = subs.place["key"].reindex(found["rid"]).to_numpy()  # masked where it is here
    if subs.roles.enumerator:
        found["enumerator"] = subs.role("enumerator").reindex(found["rid"]).to_numpy()
    yield Rows(table=subs.table, sheet="rules", rows=found.rename(columns={"check": "rule"}))


def _together(said: Sequence[Rows | NotRun], subs: Mapping[str, Submissions]) -> FieldChecks:
    sheets, overview = {}, []
    for name in SHEETS:
        parts = [part.rows for part in said if isinstance(part, Rows) and part.sheet == name]
        if not parts:
            continue
        sheets[name] = _stacked(parts)
        tables = {part.table for part in said if isinstance(part, Rows) and part.sheet == name}
        look = int(sheets[name]["look"].sum())
        overview.append({"check": name, "tables": len(tables), "rows": len(sheets[name]), "look": look})
    not_run = [{name: getattr(part, name) for name in NOT_RUN} for part in said if isinstance(part, NotRun)]
    return FieldChecks(
        sheets=sheets,
        overview=pd.DataFrame(overview, columns=list(OVERVIEW)),
        not_run=pd.DataFrame(not_run, columns=list(NOT_RUN), dtype="str"),
        submissions=_counts(subs),
    )


def _stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)] or [parts[0]]
    columns = list(dict.fromkeys(str(name) for part in filled for name in part))
    ordered = [name for name in _FIRST if name in columns]
    ordered += [name for name in columns if name not in (*_FIRST, "look", "rid", "severity")]
    rows = pd.concat([part.astype(object) for part in filled], ignore_index=True)
    look = (
        rows["look"].fillna(value=True).astype(bool) if "look" in rows else pd.Series(True, index=rows.index)
    )
    rows = rows.reindex(columns=ordered).assign(look=look, rid=rows.get("rid", ""))
    for name in [name for name in ("first", "last") if name in rows]:  # days, not moments
        rows[name] = pd.to_datetime(rows[name]).dt.strftime("%Y-%m-%d")
    return rows.sort_values("look", ascending=False, kind="stable", ignore_index=True)


def _counts(subs: Mapping[str, Submissions]) -> pd.DataFrame:
    parts = [
        one.groups.groupby("round", sort=False).size().rename("records").reset_index().assign(table=key)
        for key, one in subs.items()
    ]
    return pd.concat(parts, ignore_index=True)[["table", "round", "records"]]
