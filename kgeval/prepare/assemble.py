"""Everything that cleaning leaves: the clean tables with their account, laid out and proved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from kgeval.plan.table import ADDED
from kgeval.prepare import journal
from kgeval.prepare.account import Fates, accounts, fates, prove, rows_of, with_totals
from kgeval.prepare.draft import Draft
from kgeval.prepare.log import LOG_COLUMNS, chain, log_hash
from kgeval.prepare.transcribe import Transcript

STRUCTURAL = ("rid", "file", "sheet", "row", "table", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """Everything that cleaning makes; mappings are by table key, frames are named by their row.

    Parameters
    ----------
    tables
        The clean tables: ``rid``, ``round``, ``area``, then the form's questions in their order,
        without those of class direct. RangeIndex.
    before_corrections
        The same records as decoding left them, before decided corrections and checks.
    restricted, set_aside
        By ``rid``: the answers of class direct; delivered columns that answer no question.
    apart
        Records of rounds that are none of the study's, laid out as ``tables``.
    findings
        ``journal.FINDINGS``.
    corrections, restricted_corrections
        The log (``log.LOG_COLUMNS``), chained; direct answers masked, and the masked lines in full.
    refused
        Decided corrections that did not land, with ``why``.
    rejected, restricted_rejected
        ``journal.REJECTED``: masked, and in full.
    structural
        Rows that are no records: rid, file, sheet, row, table, kind.
    accounts
        ``account.ACCOUNT``, one row a delivered sheet.
    log_hash
        Stands for the whole log.
    """

    tables: Mapping[str, pd.DataFrame]
    before_corrections: Mapping[str, pd.DataFrame]
    restricted: Mapping[str, pd.DataFrame]
    set_aside: Mapping[str, pd.DataFrame]
    apart: Mapping[str, pd.DataFrame]
    findings: pd.DataFrame
    corrections: pd.DataFrame
    restricted_corrections: pd.DataFrame
    refused: pd.DataFrame
    rejected: pd.DataFrame
    restricted_rejected: pd.DataFrame
    structural: pd.DataFrame
    accounts: pd.DataFrame
    log_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A table with its sheets and, by line, why decided corrections were refused."""

    draft: Draft
    transcripts: tuple[Transcript, ...]
    fate_of_corrections: pd.Series
    placed: bool  # whether the records have a round and an area


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be said of a table's records: made once, however many areas take their part."""

    lines: pd.DataFrame
    findings: pd.DataFrame
    rejected: pd.DataFrame
    restricted_rejected: pd.DataFrame


def told(work: Work) -> Told:
    """Lay out what was done to a table and found in it; proved: delivered text and log give the values.

    Raises
    ------
    ConservationError
        They do not.
    """
    lines = journal.log_lines(work.draft)
    prove(work.draft, lines)
    return Told(
        lines=lines,
        findings=journal.findings(work.draft),
        rejected=journal.rejected_rows(work.draft, restricted=False),
        restricted_rejected=journal.rejected_rows(work.draft, restricted=True),
    )


def conservation(cleaned: Cleaned) -> pd.DataFrame:
    """Return the accounts with their totals by table and in all, ready to print.

    Raises
    ------
    ConservationError
        A line does not add up: rows in = kept + rejected + structural (+ other areas, other rounds).
    """
    return with_totals(cleaned.accounts)


def assembled(
    works: Mapping[str, Work],
    said: Mapping[str, Told],
    corrections: pd.DataFrame | None,
    areas: frozenset[str] | None,
) -> Cleaned:
    """Draw up the account of the tables and lay them out, for some areas (their codes) or for all (None)."""
    where = {key: fates(work.draft, areas) for key, work in works.items()}
    lines = {key: _of_run(said[key].lines, where[key]) for key in works}
    masked = {key: journal.masked_lines(frame, works[key].draft.form) for key, frame in lines.items()}
    log = chain(_stack(masked.values(), LOG_COLUMNS))
    nothing_masked = all(masked[key] is lines[key] for key in lines)
    in_full = log if nothing_masked else chain(_stack(lines.values(), LOG_COLUMNS))
    return Cleaned(
        tables={key: _table(work, work.draft.answers, where[key].kept) for key, work in works.items()},
        before_corrections={
            key: _table(work, work.draft.decoded, where[key].kept) for key, work in works.items()
        },
        restricted={key: _restricted(work.draft, where[key].kept) for key, work in works.items()},
        set_aside={key: _aside(work.draft, where[key].kept) for key, work in works.items()},
        apart={key: _table(work, work.draft.answers, where[key].other_round) for key, work in works.items()},
        findings=_stack(
            (_of_run(said[key].findings, where[key]) for key in works),
            journal.FINDINGS,
        ),
        corrections=log,
        restricted_corrections=in_full.loc[_differ(in_full, log)].reset_index(drop=True),
        refused=_refused(works, corrections),
        rejected=_stack((_rejected(said[key].rejected, where[key]) for key in works), journal.REJECTED),
        restricted_rejected=_stack(
            (_rejected(said[key].restricted_rejected, where[key]) for key in works), journal.REJECTED
        ),
        structural=pd.concat([_structural(work) for work in works.values()], ignore_index=True),
        accounts=pd.concat(
            [accounts(work.draft, work.transcripts, where[key], lines[key]) for key, work in works.items()],
            ignore_index=True,
        ),
        log_hash=log_hash(log),
    )


def _stack(frames: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    filled = [frame.loc[:, list(columns)] for frame in frames if len(frame)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})


def _of_run(frame: pd.DataFrame, where: Fates) -> pd.DataFrame:
    """Return what is about this run: lines of its records and of whole sheets."""
    return frame.loc[~frame["rid"].isin(where.other_area)]


def _table(work: Work, values: pd.DataFrame, rids: pd.Index) -> pd.DataFrame:
    """Lay records out as a clean table: all questions of the form but the direct ones."""
    form = work.draft.form
    public = [
        question.name
        for question in form.questions
        if question.repeat == work.draft.repeat and question.name not in {*journal.direct(form), *ADDED}
    ]
    answers = rows_of(work.draft.select(public, values), rids)
    head = {"rid": pd.Series(rids, index=rids, dtype="str")}
    if work.placed:
        head |= {name: work.draft.placed[name].reindex(rids) for name in ("round", "area")}
    if work.draft.parents is not None:
        head["parent"] = work.draft.parents.reindex(rids)
    table = answers.set_axis(pd.RangeIndex(len(answers)), axis=0)
    for place, (name, column) in enumerate(head.items()):
        table.insert(place, name, column.array)
    return table


def _restricted(draft: Draft, kept: pd.Index) -> pd.DataFrame:
    names = [name for name in draft.answers.columns if name in journal.direct(draft.form)]
    return draft.answers.loc[kept, names].rename_axis("rid").reset_index()


def _aside(draft: Draft, kept: pd.Index) -> pd.DataFrame:
    return rows_of(draft.aside, kept).rename_axis("rid").reset_index(allow_duplicates=True)


def _rejected(rows: pd.DataFrame, where: Fates) -> pd.DataFrame:
    return rows.loc[rows["rid"].isin(where.rejected)]


def _structural(work: Work) -> pd.DataFrame:
    """Return the rows that are no records; their text (signatures!) stays out of it."""
    parts = []
    for transcript in work.transcripts:
        source = transcript.delivered.source
        rows = transcript.delivered.structural[["row", "kind"]].rename_axis("rid").reset_index()
        parts.append(rows.assign(file=source.file, sheet=source.sheet, table=work.draft.table))
    return pd.concat(parts, ignore_index=True).loc[:, list(STRUCTURAL)]


def _refused(works: Mapping[str, Work], corrections: pd.DataFrame | None) -> pd.DataFrame:
    """Return the decided corrections that landed in no table, with why.

    A line without a table is tried on each: it is refused where none took it, for the reason that
    says most (a table in which the record was found knows better than one in which it was not).
    """
    if corrections is None or corrections.empty:
        return pd.DataFrame({"why": pd.Series(dtype="str")})
    fates_ = pd.DataFrame({key: work.fate_of_corrections for key, work in works.items()})
    fates_ = fates_.reindex(corrections.index)
    landed = (fates_ == "").any(axis=1)
    why = fates_.apply(_telling, axis=1)
    return corrections.assign(why=why).loc[~landed].reset_index(drop=True)


def _telling(reasons: pd.Series) -> str:
    given = [reason for reason in reasons if isinstance(reason, str)]
    return next((reason for reason in given if reason != "unknown_row"), "unknown_row")


def _differ(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    values = ["key", "raw_value", "new_value", "expects_raw"]
    return (one[values] != other[values]).any(axis=1)
