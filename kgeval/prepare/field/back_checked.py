"""The back-check files of a table: read with its own form, paired with the interviews they repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from kgeval.plan.field_plan import BackCheck
from kgeval.plan.form import Form
from kgeval.plan.table import Table
from kgeval.prepare import plain
from kgeval.prepare.clean import clean_table
from kgeval.prepare.field.back_check import comparison, error_rates
from kgeval.prepare.field.parameters import Parameters
from kgeval.prepare.field.sheets import NotRun, Rows, Said, located
from kgeval.prepare.field.submissions import Submissions, unordered
from kgeval.prepare.journal import MASK
from kgeval.prepare.read import read
from kgeval.prepare.receive import matching
from kgeval.prepare.transcribe import Notation


@dataclass(frozen=True, slots=True, kw_only=True)
class BackChecks:
    """The delivered back-checks of one table.

    ``answers`` (index ``rid``) are typed, with the direct ones; ``place`` says file and row of each;
    ``checker`` who asked again (missing where unknown).
    """

    answers: pd.DataFrame
    place: pd.DataFrame
    checker: pd.Series


def read_back_checks(data: Path, table: Table, declared: BackCheck) -> BackChecks | None:
    """Read the back-check files of a table; None where none was delivered.

    Raises
    ------
    DataError
        A file cannot be taken as it is, or names no record.
    """
    form = _in_part(table.form, declared)
    reading = table.reading
    sheets = [
        sheet
        for path in matching(data, declared.files)
        for sheet in read(path, root=data, form=form, encoding=reading.encoding, delimiter=reading.delimiter)
    ]
    if not sheets:
        return None
    notation = Notation(decimal=reading.decimal, date_order=reading.date_order)  # type: ignore[arg-type]
    cleaned = clean_table(sheets, form, table=table.key, notation=notation, essential="identity")
    open_, closed, aside = (
        getattr(cleaned, part)[table.key].set_index("rid") for part in ("tables", "restricted", "set_aside")
    )
    answers = open_.join(closed)
    files = {sheet.source.rid(0).rsplit(":", 1)[0]: sheet.source.file for sheet in sheets}
    where = answers.index.to_series().str.rsplit(":", n=1)
    checker = answers.get(declared.checker, aside.get(declared.checker))
    return BackChecks(
        answers=answers,
        place=pd.DataFrame({"back_file": where.str[0].map(files), "back_row": where.str[1].astype("int64")}),
        checker=pd.Series(pd.NA, index=answers.index, dtype="str")
        if checker is None
        else checker.astype("str"),
    )


def back_check_said(
    subs: Submissions, table: Table, back: BackChecks | None, parameters: Parameters
) -> Iterator[Rows | NotRun]:
    """Yield the comparison, the error rates, and the back-checks that repeat no interview."""
    declared = subs.roles.back_check
    if declared is None:
        yield NotRun(check="back_check", table=subs.table, reason="no_role", what="back_check")
        return
    if back is None:
        files = ", ".join(declared.files)
        yield NotRun(check="back_check", table=subs.table, reason="not_delivered", what=files)
        return
    yield from _compared(subs, table, declared, back, parameters)


def _compared(
    subs: Submissions, table: Table, declared: BackCheck, back: BackChecks, parameters: Parameters
) -> Said:
    pairs = _pairs(subs, table, back)
    first = unordered(subs.answers, subs.form)
    again = unordered(back.answers, subs.form)
    for name in sorted(set(declared.types) - set(first) | set(declared.types) - set(again)):
        yield NotRun(check="back_check", table=subs.table, reason="not_delivered", what=name)
    found = comparison(first, again, pairs.dropna(), declared.types, declared.okrange)
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
    lost = back.place.loc[pairs.index[pairs.isna()]].reset_index(drop=True)
    yield Rows(table=subs.table, sheet="back_check_unmatched", rows=lost.assign(table=subs.table))


def _pairs(subs: Submissions, table: Table, back: BackChecks) -> pd.Series:
    """Return the ``rid`` of the interview that each back-check repeats, in the latest round that has it."""
    keys = [name for name in subs.form.record_key if name in back.answers and name in subs.answers]
    if not set(table.key_columns) <= set(keys):
        return pd.Series(pd.NA, index=back.answers.index, dtype="str")
    by = [_key(subs.answers, keys), _key(back.answers, keys)]
    latest = pd.Series(subs.answers.index, index=by[0]).groupby(level=0).last()
    return by[1].map(latest).astype("str")


def _key(answers: pd.DataFrame, keys: list[str]) -> pd.Series:
    parts = [plain.plain(answers[name]).fillna("") for name in keys]
    return parts[0].str.cat(pd.concat(parts[1:], axis=1), sep="\x1f") if len(parts) > 1 else parts[0]


def _text(values: pd.Series) -> pd.Series:
    said = [
        value.date().isoformat() if isinstance(value, pd.Timestamp) else value
        for value in values.where(values.notna(), None)
    ]
    return pd.Series(said, index=values.index, dtype=object)


def _in_part(form: Form, declared: BackCheck) -> Form:
    """Return the form as a back-check asks it: only the key is required, and no skip can be judged."""
    asked = {*form.record_key, *declared.types, declared.checker}
    questions = tuple(
        replace(question, required=question.name in form.record_key and question.name != "", required_if=None,
                relevant=None)
        for question in form.questions
        if question.name in asked and not question.repeat
    )  # fmt: skip
    return replace(form, questions=questions)
