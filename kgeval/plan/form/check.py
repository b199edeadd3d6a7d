"""Is a form sound? Every fault at once, each with its row; beyond what pyxform looks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kgeval.plan.expression import Expression
from kgeval.plan.expression.tree import CURRENT
from kgeval.plan.form.judge import judge
from kgeval.plan.form.logic import arithmetic_on_codes, can_hold, ordered_codes, strange_codes
from kgeval.plan.form.model import Choice, Fault, Form, Level, Question
from kgeval.plan.form.types import METADATA

_UNSEEN = METADATA | {"calculate", "hidden", "xml-external", "csv-external"}  # nobody reads a label of these
_SELECTS = frozenset({"select_one", "select_multiple", "rank"})
_OTHER = frozenset({"other", "oth", "96", "996", "-96", "-666"})
_LOOKS_MISSING = frozenset({"dk", "dont_know", "refused", "refuse", "ref", "na", "r"})


def check_form(form: Form, *, path: Path | None = None, odk_validate: bool = False) -> list[Fault]:
    """Return every fault of a form, errors first, then in the order of the sheet.

    Parameters
    ----------
    form
        As read by ``read_form``.
    path
        Its file, where pyxform shall judge it too; its errors and warnings are given as its own.
    odk_validate
        Whether ODK Validate shall run as well (it needs Java).
    """
    faults = [*form.faults]
    for check in CHECKS:
        faults.extend(check(form))
    if path is not None:
        faults.extend(judge(path, odk_validate=odk_validate))
    rank = {"error": 0, "warning": 1, "note": 2}
    return sorted(
        faults, key=lambda fault: (rank[fault.level], fault.sheet != "survey", fault.sheet, fault.row)
    )


# -- what people read -------------------------------------------------------------------------------


def _labels(form: Form) -> Iterator[Fault]:
    """Every language of every label, hint and message: pyxform does not warn of a single empty cell."""
    for question in form.notes + form.questions:
        if question.type not in _UNSEEN and question.row:
            yield from _languages(form, "survey", question.row, "label", question.label, needed=True)
        yield from _languages(form, "survey", question.row, "hint", question.hint)
        yield from _languages(form, "survey", question.row, "constraint_message", question.constraint_message)
    for group in form.groups:
        yield from _languages(form, "survey", group.row, "label", group.label)
    for choice in (choice for listed in form.choices.values() for choice in listed):
        pictured = any(
            name.split("::")[0].lower() in {"image", "audio", "video"} for name in choice.attributes
        )
        yield from _languages(form, "choices", choice.row, "label", choice.label, needed=not pictured)


def _languages(
    form: Form, sheet: str, row: int, column: str, words: Mapping[str, str], *, needed: bool = False
) -> Iterator[Fault]:
    if not words and not needed:
        return
    for language in form.languages:
        if not words.get(language):
            yield Fault(
                sheet=sheet,
                row=row,
                column=f"{column}::{language}",
                reason="the cell is empty",
                remedy="translate it",
                check="language",
            )


def _messages(form: Form) -> Iterator[Fault]:
    for question in form.questions:
        if question.constraint is not None and not question.constraint_message:
            yield _of(
                question, "constraint_message", "a constraint without a message", "say what is allowed",
                check="message", level="warning",
            )  # fmt: skip


# -- names ------------------------------------------------------------------------------------------


def _names(form: Form) -> Iterator[Fault]:
    counted = Counter(question.name.lower() for question in form.questions)
    for question in form.questions:
        times = counted[question.name.lower()]
        if times > 1:
            reason = f"the name {question.name!r} stands {times} times (upper and lower case count as one)"
            yield _of(question, "name", reason, "rename all but one", check="name")


def _references(form: Form) -> Iterator[Fault]:
    rows = {question.name: question.row for question in form.questions}
    calculated = {question.name for question in form.questions if question.type == "calculate"}
    known = rows.keys() | {group.name for group in form.groups} | {CURRENT}
    for question, column, expression in _rules(form):
        for name in sorted(expression.names - known):
            if not name.startswith("last-saved#"):
                yield _of(
                    question, column, f"there is no question {name!r}", "correct the name", check="reference"
                )
        if column not in {"relevant", "choice_filter"}:
            continue
        for name in sorted(expression.names & rows.keys() - calculated):
            if rows[name] > question.row:
                reason = f"it refers to {name!r}, which is asked later (row {rows[name]})"
                yield _of(question, column, reason, "ask that first", check="order")
            elif name == question.name and column == "relevant":
                yield _of(question, column, "it refers to the question itself", "name another", check="order")


def _key(form: Form) -> Iterator[Fault]:
    questions = {question.name: question for question in form.questions}
    if not form.record_key:
        yield Fault(
            sheet="settings", row=2, column="key", reason="the form does not say what names one record",
            remedy="write the names of the questions that do", check="key",
        )  # fmt: skip
    for name in form.record_key:
        if name not in questions:
            yield Fault(
                sheet="settings", row=2, column="key", reason=f"there is no question {name!r}",
                remedy="correct the name", check="key",
            )  # fmt: skip
        elif questions[name].repeat:
            yield _of(
                questions[name],
                "name",
                "a key stands inside a repeat",
                "name the record by others",
                check="key",
            )
        elif not questions[name].required and questions[name].type != "calculate":
            yield _of(
                questions[name], "required", f"{name!r} names the record, and may be left empty",
                "make it required", check="key", level="warning",
            )  # fmt: skip


def _classes(form: Form) -> Iterator[Fault]:
    for question in form.questions:
        if not question.classified:
            yield _of(
                question, "class", f"{question.name!r} has no class: it counts as direct and is kept apart",
                "write direct, indirect, sensitive or none", check="class", level="warning",
            )  # fmt: skip


# -- choices ----------------------------------------------------------------------------------------


def _choice_lists(form: Form) -> Iterator[Fault]:
    used = {question.list_name for question in form.questions}
    marked_there = {  # codes that each question using the list marks itself
        name: set.intersection(*(set(q.missing_codes) for q in form.questions if q.list_name == name))
        for name in used
    }
    for name, listed in form.choices.items():
        marked = [f"{choice.name} ({choice.missing})" for choice in listed if choice.missing]
        others = [f"{choice.name} (other)" for choice in listed if choice.name.lower() in _OTHER]
        if marked or others:
            yield _list_fault(
                listed, f"the list {name!r} has {', '.join(marked + others)}", "", "codes", "note"
            )
        for choice in listed:
            known = choice.missing or choice.name in marked_there.get(name, ())
            if not known and _looks_missing(choice, listed):
                reason = f"the code {choice.name!r} of {name!r} looks like a non-answer"
                yield Fault(
                    sheet="choices", row=choice.row, column="missing", reason=reason,
                    remedy="if it is one, write dk, refused or na", check="codes", level="warning",
                )  # fmt: skip
        if name not in used:
            yield _list_fault(listed, f"no question uses the list {name!r}", "remove it", "codes", "note")


def _list_fault(listed: tuple[Choice, ...], reason: str, remedy: str, check: str, level: Level) -> Fault:
    return Fault(
        sheet="choices", row=listed[0].row, column="list_name", reason=reason, remedy=remedy, check=check,
        level=level,
    )  # fmt: skip


def _looks_missing(choice: Choice, listed: tuple[Choice, ...]) -> bool:
    code = choice.name.lower()
    if code in _LOOKS_MISSING:
        return True
    digits = code.lstrip("-")
    same = len(digits) > 1 and len(set(digits)) == 1 and digits[0] in "789"  # 77, 88, 99, 888, -999
    return same and (code.startswith("-") or int(digits) > len(listed))


# -- expressions ------------------------------------------------------------------------------------


def _rules(form: Form) -> Iterator[tuple[Question, str, Expression]]:
    """Yield every expression of a question with its column."""
    for question in form.questions + form.notes:
        columns = {
            "relevant": question.relevant,
            "required": question.required_if,
            "constraint": question.constraint,
            "calculation": question.calculation,
            "choice_filter": question.choice_filter,
        }
        yield from ((question, column, rule) for column, rule in columns.items() if rule is not None)


def _never(form: Form) -> Iterator[Fault]:
    questions = {question.name: question for question in form.questions}
    for question, column, expression in _rules(form):
        if column == "constraint" and not can_hold(expression, {**questions, CURRENT: question}):
            yield _of(question, column, "no answer can ever meet it", "correct the limits", check="never")
        if column == "relevant" and not can_hold(expression, questions):
            yield _of(
                question, column, "it can never be asked", "correct the skip, or remove the question",
                check="never", level="warning",
            )  # fmt: skip


def _codes(form: Form) -> Iterator[Fault]:
    selects = {question.name: question for question in form.questions if question.type in _SELECTS}
    for question, column, expression in _rules(form):
        asked = {**selects, CURRENT: question} if question.type in _SELECTS else selects
        for name in arithmetic_on_codes(expression, frozenset(asked)):
            reason = f"it calculates with the codes of {_named(name)}, which are names, not quantities"
            yield _of(question, column, reason, "write (${question} = code) for each", check="arithmetic")
        for name, code in strange_codes(expression, asked):
            yield _of(
                question, column, f"{_named(name)} has no choice {code!r}", "correct the code", check="code"
            )
        for name in ordered_codes(expression):
            if name in asked and asked[name].missing_codes:
                reason = f"it compares the codes of {_named(name)} by size, and some mean no answer"
                yield _of(question, column, reason, "exclude them", check="arithmetic", level="warning")


def _named(name: str) -> str:
    return "the question" if name == CURRENT else repr(name)


def _of(
    question: Question, column: str, reason: str, remedy: str, *, check: str, level: Level = "error"
) -> Fault:
    return Fault(
        sheet="survey",
        row=question.row,
        column=column,
        reason=reason,
        remedy=remedy,
        check=check,
        level=level,
    )


CHECKS: tuple[Callable[[Form], Iterator[Fault]], ...] = (
    _labels, _messages, _names, _references, _key, _classes, _choice_lists, _never, _codes,
)  # fmt: skip
