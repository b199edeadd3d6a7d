"""The back-check files of a table: read with its own form, held against the interviews they repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from kgeval.plan.area import Area
from kgeval.plan.field_plan import BackCheck
from kgeval.plan.form import Form
from kgeval.plan.table import Table
from kgeval.prepare.clean import clean_table
from kgeval.prepare.draft import Draft
from kgeval.prepare.field.back_check import comparison, error_rates
from kgeval.prepare.field.back_pairs import area_column, pairs
from kgeval.prepare.field.parameters import Parameters
from kgeval.prepare.field.sheets import NotRun, Rows, Said, located
from kgeval.prepare.field.submissions import Submissions, unordered
from kgeval.prepare.journal import MASK, masked
from kgeval.prepare.read import match_columns, read
from kgeval.prepare.receive import matching
from kgeval.prepare.record import Delivered
from kgeval.prepare.transcribe import Notation


@dataclass(frozen=True, slots=True, kw_only=True)
class BackChecks:
    """The delivered back-checks of one table.

    ``answers`` (index ``rid``) are typed, with the direct ones; ``place`` says file and row of each;
    ``checker`` who asked again (missing where unknown, or where the column is not to be shown).
    ``rejected`` are the rows that cleaning could not keep: ``back_file``, ``back_row``, ``reason``.
    """

    answers: pd.DataFrame
    place: pd.DataFrame
    checker: pd.Series
    rejected: pd.DataFrame


def read_back_checks(
    data: Path, table: Table, declared: BackCheck, places: tuple[Area, ...] = ()
) -> BackChecks | None:
    """Read the back-check files of a table; None where none was delivered.

    ``places`` are the study's areas, for a column that spells their names.

    Raises
    ------
    DataError
        A file cannot be taken as it is, or names no record.
    """
    form = _in_part(table, declared)
    reading = table.reading
    sheets = [
        sheet
        for path in matching(data, declared.files)
        for sheet in read(path, root=data, form=form, encoding=reading.encoding, delimiter=reading.delimiter)
    ]
    if not sheets:
        return None
    notation = Notation(
        decimal=reading.decimal,  # type: ignore[arg-type]
        date_order=reading.date_order,  # type: ignore[arg-type]
        places=places,
        place_columns=frozenset({table.area.column} if table.area.spelled else ()),
    )
    area = area_column(table.area)
    if area not in form.record_key and _answered_throughout(sheets, form, area):
        form = replace(form, record_key=(*form.record_key, area))  # one key in two areas is no contradiction
    cleaned = clean_table(sheets, form, table=table.key, notation=notation, essential="identity")
    open_, closed, aside = (
        getattr(cleaned, part)[table.key].set_index("rid") for part in ("tables", "restricted", "set_aside")
    )
    answers = open_.join(closed).filter(sorted(_asked_again(sheets, form)))
    files = {sheet.source.rid(0).rsplit(":", 1)[0]: sheet.source.file for sheet in sheets}
    where = answers.index.to_series().str.rsplit(":", n=1)
    secret = declared.checker in masked(table.form)
    checker = None if secret else answers.get(declared.checker, aside.get(declared.checker))
    rejected = cleaned.rejected[["file", "row", "reason"]]
    return BackChecks(
        answers=answers,
        place=pd.DataFrame({"back_file": where.str[0].map(files), "back_row": where.str[1].astype("int64")}),
        checker=pd.Series(pd.NA, index=answers.index, dtype="str")
        if checker is None
        else checker.astype("str"),
        rejected=rejected.rename(columns={"file": "back_file", "row": "back_row"}),
    )


def back_check_said(
    subs: Submissions,
    table: Table,
    back: BackChecks | None,
    parameters: Parameters,
    *,
    draft: Draft,
    rounds: Sequence[str],
) -> Iterator[Rows | NotRun]:
    """Yield the comparison, the error rates, and the back-checks that are held against no interview.

    ``subs`` are the interviews that are looked at, ``draft`` those of all areas and of the study's
    ``rounds``: what repeats an interview that is not looked at is not without one.
    """
    declared = subs.roles.back_check
    if declared is None:
        yield NotRun(check="back_check", table=subs.table, reason="no_role", what="back_check")
        return
    if back is None:
        files = ", ".join(declared.files)
        yield NotRun(check="back_check", table=subs.table, reason="not_delivered", what=files)
        return
    if declared.checker in subs.withheld:
        yield NotRun(check="back_check", table=subs.table, reason="personal", what=declared.checker)
    yield from _compared(subs, pairs(draft, rounds, table, back.answers), declared, back, parameters)


def _compared(
    subs: Submissions, paired: pd.DataFrame, declared: BackCheck, back: BackChecks, parameters: Parameters
) -> Said:
    first = unordered(subs.answers, subs.form)
    again = unordered(back.answers, subs.form)
    for name in sorted(set(declared.types) - set(first) | set(declared.types) - set(again)):
        yield NotRun(check="back_check", table=subs.table, reason="not_delivered", what=name)
    looked_at = paired.loc[paired["rid"].isin(first.index), "rid"]
    found = comparison(first, again, looked_at, declared.types, declared.okrange)
    found = found.merge(back.place.rename_axis("back_rid").reset_index(), on="back_rid", how="left")
    found["back_checker"] = back.checker.reindex(found["back_rid"]).to_numpy()
    enumerator = subs.role("enumerator").reindex(found["rid"]).reset_index(drop=True)
    rates = error_rates(
        found, {"enumerator": enumerator, "back_checker": found["back_checker"]}, parameters.back_check
    )
    yield Rows(table=subs.table, sheet="back_check_rates", rows=rates.assign(table=subs.table))
    secret = found["column"].isin(list(subs.hidden))
    shown = {
        name: _text(found[name]).mask(secret & found[name].notna(), MASK) for name in ("value", "back_value")
    }
    found = found.assign(**shown, look=found["differs"]).drop(columns="back_rid")
    yield Rows(table=subs.table, sheet="back_check", rows=located(found, subs))
    alone = back.place.join(paired.loc[paired["rid"].isna(), "reason"], how="inner")
    lost = pd.concat([alone, back.rejected], ignore_index=True)
    lost["look"] = lost["reason"] != "EXACT_DUPLICATE"  # the same row again says nothing new
    yield Rows(table=subs.table, sheet="back_check_unmatched", rows=lost.assign(table=subs.table))


def _text(values: pd.Series) -> pd.Series:
    said = [
        value.date().isoformat() if isinstance(value, pd.Timestamp) else value
        for value in values.where(values.notna(), None)
    ]
    return pd.Series(said, index=values.index, dtype=object)


def _answered_throughout(sheets: Sequence[Delivered], form: Form, question: str) -> bool:
    """Return whether every row of every sheet has an answer to a question."""
    records = [sheet for sheet in sheets if not sheet.repeat]
    columns = [match_columns(sheet, form).columns.get(question) for sheet in records]
    return all(
        column is not None and sheet.records[column].notna().all()
        for column, sheet in zip(columns, records, strict=True)
    )


def _asked_again(sheets: Sequence[Delivered], form: Form) -> frozenset[str]:
    """Return the questions that have a column in some sheet."""
    found = [match_columns(sheet, form) for sheet in sheets if not sheet.repeat]
    return frozenset(name for one in found for name in (*one.columns, *one.parts))


def _in_part(table: Table, declared: BackCheck) -> Form:
    """Return the form as a back-check asks it: only the key is required, and no skip can be judged."""
    form = table.form
    asked = {*form.record_key, *declared.types, declared.checker, area_column(table.area)}
    questions = tuple(
        replace(question, required=question.name in form.record_key and question.name != "", required_if=None,
                relevant=None)
        for question in form.questions
        if question.name in asked and not question.repeat
    )  # fmt: skip
    return replace(form, questions=questions)
