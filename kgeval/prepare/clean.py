"""Clean tables with the full account of what was delivered: the steps, in their order.

Columns become questions and text becomes answers (``transcribe``); records get their round and area
(``place``); decided corrections are replayed (``decide``); then the checks (``check``) set aside
what cannot be, and the account is drawn up and proved (``account``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, cast

import pandas as pd

from kgeval.errors import DataError
from kgeval.plan.area import WHOLE, Area
from kgeval.plan.form import Form
from kgeval.plan.sample import stages
from kgeval.plan.study import Study
from kgeval.plan.table import Table
from kgeval.prepare.assemble import Cleaned, Work, assembled, told
from kgeval.prepare.check.constraint import limits, logic
from kgeval.prepare.check.design import undesigned
from kgeval.prepare.check.duplicate import duplicates
from kgeval.prepare.check.extent import extent
from kgeval.prepare.check.key import keyless
from kgeval.prepare.check.pointer import pointers
from kgeval.prepare.check.required import required
from kgeval.prepare.check.skip import skips
from kgeval.prepare.check.spacing import spacing, trimmed
from kgeval.prepare.check.unreadable import unreadable
from kgeval.prepare.check.waves import waves
from kgeval.prepare.check.window import window
from kgeval.prepare.decide import decide
from kgeval.prepare.draft import Draft, draft
from kgeval.prepare.place import place, unplaced
from kgeval.prepare.record import Delivered
from kgeval.prepare.repeat import joined, parents_of, repeat_of
from kgeval.prepare.transcribe import DateOrder, Decimal, Notation, Transcript, transcribe

Essential = Literal["required", "identity"]


def clean(
    delivered: Mapping[str, Sequence[Delivered]],
    study: Study,
    *,
    area: Area | None = None,
    corrections: pd.DataFrame | None = None,
    today: date | None = None,
) -> Cleaned:
    """Clean the delivered sheets of a study and keep one area, or the whole.

    Parameters
    ----------
    delivered
        The sheets of each table, by table key.
    study
        What was asked, where and when.
    area
        The area to keep; None: the whole study.
    corrections
        ``corrections.csv`` as text; None: none was decided.
    today
        The day that ``today()`` in the forms' expressions stands for; None: unknown, so that no
        result depends on the day of the run.

    Raises
    ------
    DataError
        A sheet is not of its form, or has no record with a key.
    """
    return clean_areas(delivered, study, [area], corrections=corrections, today=today)[0]


def clean_areas(
    delivered: Mapping[str, Sequence[Delivered]],
    study: Study,
    areas: Sequence[Area | None],
    *,
    corrections: pd.DataFrame | None = None,
    today: date | None = None,
) -> list[Cleaned]:
    """Clean once and take several areas (None: the whole), in the order given; else as ``clean``.

    Every record is looked at whatever the area, so that the runs of the areas and of the whole
    decide alike.
    """
    works = worked(delivered, study, corrections=corrections, today=today)
    said = {key: told(work) for key, work in works.items()}
    return [assembled(works, said, corrections, _kept_in(study, area)) for area in areas]


def worked(
    delivered: Mapping[str, Sequence[Delivered]],
    study: Study,
    *,
    corrections: pd.DataFrame | None = None,
    today: date | None = None,
    in_field: bool = False,
) -> dict[str, Work]:
    """Take every step of cleaning but the account: table key → the table with all that was done to it.

    In the study's order; a table's repeats stand behind it. Arguments and errors as ``clean``; ``in_field``
    keeps records without weight, cluster or stratum: the interview was made, and an office may add them.
    """
    works: dict[str, Work] = {}  # the tables themselves
    repeats: dict[str, dict[str, Work]] = {}  # of each table
    for key in _in_order_of_links(study):
        if delivered.get(key):
            neighbours = {name: work.draft for name, work in works.items()}
            works[key] = _study_table(
                delivered[key],
                study.tables[key],
                study,
                neighbours=neighbours,
                corrections=corrections,
                today=today,
                in_field=in_field,
            )
            repeats[key] = _repeats(delivered[key], works[key], today)
    drafts = {key: work.draft for key, work in works.items()}
    ordered: dict[str, Work] = {}
    for key in filter(works.__contains__, study.tables):
        ordered[key] = replace(works[key], draft=drafts[key].after(pointers(study, drafts, key)))
        ordered |= repeats[key]
    return ordered


def _kept_in(study: Study, area: Area | None) -> frozenset[str] | None:
    """Return the areas whose records an area's run keeps; None: all.

    What belongs to no single area (a provincial office's report) is kept once: in the run of the
    study's first area.
    """
    if area is None:
        return None
    return frozenset({area.code, WHOLE}) if area == study.areas[0] else frozenset({area.code})


def clean_table(
    delivered: Sequence[Delivered],
    form: Form,
    *,
    table: str = "",
    corrections: pd.DataFrame | None = None,
    notation: Notation | None = None,
    today: date | None = None,
    essential: Essential = "required",
) -> Cleaned:
    """Clean sheets of one form, without a study: the tables have no round and no area.

    Parameters
    ----------
    essential
        Which answers a record cannot be kept without once they were delivered unreadable:
        those of all ``required`` questions, or those of its ``identity`` (the key) only.
    """
    table = table or form.key
    _key_is_asked(form)
    transcripts = _transcripts(delivered, form, form.record_key, notation)
    work = draft(table, form, transcripts, key_columns=form.record_key)
    work, fate = _decided(work, corrections)
    needed = set(form.record_key)
    if essential == "required":
        needed |= {question.name for question in form.questions if question.required}
    work = _checked(work, needed, today)
    main = Work(draft=work, transcripts=transcripts, fate_of_corrections=fate, placed=False)
    works = {table: main} | _repeats(delivered, main, today)
    return assembled(works, {key: told(work) for key, work in works.items()}, corrections, None)


def _study_table(
    delivered: Sequence[Delivered],
    table: Table,
    study: Study,
    *,
    neighbours: Mapping[str, Draft],
    corrections: pd.DataFrame | None,
    today: date | None,
    in_field: bool,
) -> Work:
    reading = table.reading
    notation = Notation(
        decimal=cast("Decimal | None", reading.decimal),
        date_order=cast("DateOrder | None", reading.date_order),
        places=study.areas,
        place_columns=frozenset({table.area.column} if table.area.spelled else ()),
    )
    transcripts = _transcripts(delivered, table.form, table.key_columns, notation)
    work = draft(table.key, table.form, transcripts, key_columns=table.key_columns)
    work = place(work, table, study, neighbours)  # so that a correction can name its record's round
    work, fate = _decided(work, corrections)
    work = place(work, table, study, neighbours)
    work = work.after(unplaced(work, table))
    design = _design_columns(table)
    work = _checked(work, _identity(table), today, ids=design, needed=() if in_field else design)
    if not table.round.always:  # a register that spans the phase has no fieldwork of its own
        work = work.after(window(work, study.rounds))
    work = work.after(waves(work, study.panels.get(table.key), [round_.key for round_ in study.rounds]))
    return Work(draft=work, transcripts=transcripts, fate_of_corrections=fate, placed=True)


def _transcripts(
    delivered: Sequence[Delivered], form: Form, key_columns: Sequence[str], notation: Notation | None
) -> tuple[Transcript, ...]:
    _all_different(delivered)
    transcripts = tuple(
        transcribe(sheet, form, key_columns=key_columns, notation=notation)
        for sheet in delivered
        if not repeat_of(sheet, form)
    )
    for transcript in transcripts:
        _has_keys(transcript, key_columns)
    return transcripts


def _repeats(delivered: Sequence[Delivered], main: Work, today: date | None) -> dict[str, Work]:
    """Clean the records of the table's repeats; each is a table of its own, named ``<table>_<repeat>``."""
    form = main.draft.form
    sheets: dict[str, list[Delivered]] = {}
    for sheet in delivered:
        if name := repeat_of(sheet, form):
            sheets.setdefault(name, []).append(sheet)
    works = {}
    for name, own in sheets.items():
        transcripts = tuple(transcribe(sheet, form, repeat=name) for sheet in own)
        work = draft(f"{main.draft.table}_{name}", form, transcripts, repeat=name)
        work = joined(work, main.draft, parents_of(transcripts, main.transcripts))
        work = _checked(work, set(), today)
        works[work.table] = Work(
            draft=work,
            transcripts=transcripts,
            fate_of_corrections=pd.Series(dtype="str"),
            placed=main.placed,
        )
    return works


def _all_different(delivered: Sequence[Delivered]) -> None:
    """Refuse a file that comes twice, under one name or two: its records would have one identity."""
    first: dict[tuple[str, str], str] = {}
    for source in (sheet.source for sheet in delivered):
        identity = (source.sha256, source.sheet)
        if identity in first:
            raise DataError(
                "SAME_FILE_TWICE",
                f"it is, byte for byte, the file {first[identity]!r} again",
                hint="remove one of them",
                file=source.file,
                sheet=source.sheet,
            )
        first[identity] = source.file


def _key_is_asked(form: Form) -> None:
    """Refuse a form whose key is no question: duplicates would pass as records of their own."""
    known = {question.name for question in form.questions}
    for name in form.record_key:
        if name not in known:
            raise DataError(
                "KEY_UNKNOWN",
                "the form's settings name a key that is no question of the form",
                hint="correct the name in the column 'key' of the sheet settings",
                column=name,
            )


def _has_keys(transcript: Transcript, key_columns: Sequence[str]) -> None:
    """Refuse a sheet in which no record at all can be told from another."""
    for column in key_columns:
        if column in transcript.answers and len(transcript.answers) and transcript.text[column].isna().all():
            source = transcript.delivered.source
            raise DataError(
                "KEY_MISSING",
                "the column that names the records is empty throughout",
                hint="fill in the records' keys, or name another key in the form's settings",
                file=source.file,
                sheet=source.sheet,
                column=column,
            )


def _decided(work: Draft, corrections: pd.DataFrame | None) -> tuple[Draft, pd.Series]:
    if corrections is None or corrections.empty:
        return work, pd.Series(dtype="str")
    named = corrections["table"].fillna("") if "table" in corrections else pd.Series("", corrections.index)
    return decide(work, corrections.loc[named.isin(["", work.table])])


def _checked(
    work: Draft,
    essential: set[str],
    today: date | None,
    *,
    ids: Sequence[str] = (),
    needed: Sequence[str] = (),
) -> Draft:
    work = work.after(spacing(work))
    work = work.after(trimmed(work, ids))
    work = work.after(limits(work, today=today))
    work = work.after(unreadable(work, essential))
    work = work.after(keyless(work))
    work = work.after(undesigned(work, needed))
    work = work.after(duplicates(work))
    work = work.after(skips(work, today=today))
    work = work.after(logic(work, today=today))
    work = work.after(required(work, today=today))
    return work.after(extent(work))


def _identity(table: Table) -> set[str]:
    """Return the questions that say which record it is, where, when and with what weight."""
    columns = {*table.key_columns, table.round.column, table.area.column, table.area.prefix}
    return {*columns, *_design_columns(table)} - {""}


def _design_columns(table: Table) -> list[str]:
    design = table.design
    columns = (design.weight or "", *stages(design.cluster), *stages(design.stratum))
    return [column for column in columns if column]


def _in_order_of_links(study: Study) -> list[str]:
    """Return the tables so that one whose area comes from another stands after it."""
    ordered: list[str] = []
    waiting = list(study.tables)
    while waiting:
        ready = [
            key for key in waiting if (link := study.tables[key].area.link) is None or link[0] not in waiting
        ] or waiting  # links in a circle: their records stay unplaced and say so
        ordered += ready
        waiting = [key for key in waiting if key not in ready]
    return ordered
