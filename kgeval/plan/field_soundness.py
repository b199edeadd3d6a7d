"""Does ``field.toml`` name what is there? Tables, questions, codes, and columns that servers add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kgeval.plan.field_plan import FILE, Roles
from kgeval.plan.form import Form
from kgeval.plan.table import Table

if TYPE_CHECKING:
    from kgeval.plan.study import Study

# Columns that no form asks and exports hold: XLSForm's metadata, and those of ODK Central, Kobo (with a
# leading underscore) and SurveyCTO.
SERVER = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "duration",
     "SubmissionDate", "SubmitterName", "SubmitterID", "FormVersion", "ReviewState", "starttime", "endtime",
     "formdef_version", "submissiondate"}
)  # fmt: skip
_NUMBERS = frozenset({"integer", "int", "decimal", "range"})


def field_faults(study: Study) -> Iterator[str]:
    """Yield one line for every name in ``field.toml`` that stands nowhere, with the nearest known name."""
    yield from _code_faults(study)
    for key, roles in study.field_plan.tables.items():
        if key not in study.tables:
            yield f"{FILE} tables: the study has no table {key!r}{_near(key, study.tables)}"
        else:
            yield from _role_faults(study, roles, study.tables[key], f"{FILE} tables {key}")


def _role_faults(study: Study, roles: Roles, table: Table, where: str) -> Iterator[str]:
    form, asked = table.form, {question.name for question in table.form.questions}
    for role in ("enumerator", "start", "end", "version"):
        name = getattr(roles, role)
        if name and name not in asked and name not in SERVER and not name.startswith("_"):
            yield _no_question(where, role, name, asked | SERVER)
    if roles.end and not roles.start:
        yield f"{where}: 'end' needs 'start' beside it"
    names = {
        "consent": roles.consent.names if roles.consent else (),
        "age": roles.age.columns if roles.age else (),
        "digits": roles.digits,
        "other": (*roles.other, *roles.other.values()),
        **{f"grids {name}": questions for name, questions in roles.grids.items()},
    }
    for role, questions in names.items():
        yield from (_no_question(where, role, name, asked) for name in sorted(set(questions) - asked))
    yield from _kind_faults(roles, form, where)
    yield from _sample_faults(study, roles, asked, where)
    yield from _back_check_faults(roles, asked, where)


def _kind_faults(roles: Roles, form: Form, where: str) -> Iterator[str]:
    types = {question.name: question.type for question in form.questions}
    numbers = (*roles.digits, *((roles.age.months,) if roles.age and roles.age.months else ()))
    yield from (
        f"{where}: {name!r} is of type {types[name]}, and whole numbers are looked at"
        for name in numbers
        if name in types and types[name] not in _NUMBERS
    )
    yield from (
        f"{where} grids {key}: a grid has at least two questions"
        for key, questions in roles.grids.items()
        if len(set(questions)) < 2
    )
    chosen = {question.name for question in form.questions if question.choices}
    yield from (
        f"{where} other: {name!r} has no choices, so {text!r} cannot specify one"
        for text, name in roles.other.items()
        if name in types and name not in chosen
    )


def _sample_faults(study: Study, roles: Roles, asked: set[str], where: str) -> Iterator[str]:
    sample = roles.sample
    if sample is None:
        return
    complete = sample.complete.names if sample.complete else frozenset()
    for name in sorted({sample.by, *complete} - asked - {""}):
        yield _no_question(where, "sample", name, asked)
    if sample.table and sample.table not in study.tables:
        yield f"{where} sample: the study has no table {sample.table!r}{_near(sample.table, study.tables)}"
    elif sample.table:
        listed = {question.name for question in study.tables[sample.table].form.questions}
        if sample.list_by not in listed:
            yield _no_question(where, "sample list_by", sample.list_by, listed)


def _back_check_faults(roles: Roles, asked: set[str], where: str) -> Iterator[str]:
    if roles.back_check is None:
        return
    named = {*roles.back_check.types, *roles.back_check.okrange}
    yield from (_no_question(where, "back_check", name, asked) for name in sorted(named - asked))
    for name in sorted(roles.back_check.okrange.keys() - roles.back_check.types.keys()):
        yield f"{where} back_check okrange: {name!r} is not back-checked; give it a type"


def _code_faults(study: Study) -> Iterator[str]:
    known: dict[str, set[str]] = {}  # choice lists and questions, with their codes
    for table in study.tables.values():
        for name, choices in table.form.choices.items():
            known.setdefault(name, set()).update(choice.name for choice in choices)
        for question in table.form.questions:
            codes = {choice.name for choice in question.choices} | set(question.missing_codes)
            known.setdefault(question.name, set()).update(codes)
    for kind, by_name in study.field_plan.codes.items():
        for name, named in by_name.items():
            if name not in known:
                near = _near(name, known)
                yield f"{FILE} codes {kind}: {name!r} is no choice list and no question{near}"
                continue
            yield from (
                f"{FILE} codes {kind} {name}: {code!r} is none of its codes"
                for code in named
                if code not in known[name]
            )


def _no_question(where: str, role: str, name: str, known: Iterable[str]) -> str:
    return f"{where} {role}: there is no question {name!r}{_near(name, known)}"


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
