"""Rows of the sheets to a form: every question, choice, skip and constraint, or a fault that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kgeval.errors import ExpressionError
from kgeval.plan.expression import Expression, parse
from kgeval.plan.form.cells import Cells
from kgeval.plan.form.headers import Header, header, language, languages
from kgeval.plan.form.model import Choice, Content, Fault, Form, Group, Personal, Question
from kgeval.plan.form.sheets import Row, Sheets, read_sheets
from kgeval.plan.form.types import RowType, row_type

UNNAMED = "default"  # the language of a plain `label` column where the settings name none
_CLASSES: Mapping[str, Personal] = {
    "direct": "direct",
    "restricted": "restricted",
    "indirect": "indirect",
    "sensitive": "sensitive",
    "none": "none",
}
_CONTENTS: Mapping[str, Content] = {"phone": "phone", "identity": "identity"}
_LISTED = ("list_name", "name", "label", "missing")
_TRUTHS = {"yes": "true()", "true": "true()", "no": "false()", "false": "false()"}  # pyxform's aliases
MISSING_KINDS = frozenset({"dk", "refused", "na"})


def read_form(path: str | Path) -> Form:
    """Read a questionnaire: an XLSForm as ``.xlsx``, ``.xls``, ``.csv`` or in Markdown tables.

    A form that pyxform refuses is read as well; what is not understood stands in ``faults``.

    Raises
    ------
    DataError
        The file cannot be read as a form at all.
    """
    path = Path(path)
    sheets = read_sheets(path)
    settings = _settings(sheets)
    tongue = language(settings.get("default_language", "")) or UNNAMED
    faults = list(sheets.faults)
    choices = _choices(sheets, "choices", tongue, faults)
    external = _choices(sheets, "external_choices", tongue, faults)
    survey = _Survey(choices=choices, external=external, tongue=tongue, faults=faults)
    for row in sheets.rows["survey"]:
        survey.take(row)
    survey.close()
    return Form(
        key=settings.get("form_id") or path.stem,
        title=settings.get("form_title") or settings.get("form_id") or path.stem,
        version=settings.get("version", ""),
        default_language=tongue,
        languages=_languages(sheets, tongue),
        questions=tuple(survey.questions),
        notes=tuple(survey.notes),
        groups=tuple(survey.groups),
        choices={**external, **choices},
        record_key=_record_key(settings.get("key", ""), {question.name for question in survey.questions}),
        settings=settings,
        faults=tuple(faults),
    )


def _settings(sheets: Sheets) -> dict[str, str]:
    rows = sheets.rows.get("settings", ())
    if not rows:
        return {}
    return {header(column).name: cell.strip() for column, cell in rows[0].cells.items()}


def _record_key(text: str, names: set[str]) -> tuple[str, ...]:
    """Return the names in the setting ``key``, apart by commas or by spaces that are no part of a name."""
    found: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        found += [part] if part in names else part.split()
    return tuple(found)


def _languages(sheets: Sheets, tongue: str) -> tuple[str, ...]:
    columns = [column for sheet in ("survey", "choices") for column in sheets.columns.get(sheet, ())]
    named = languages(columns)
    plain = any(header(column) == Header("label", "") for column in columns)
    return tuple(dict.fromkeys((*((tongue,) if plain or not named else ()), *named)))


# -- choices ----------------------------------------------------------------------------------------


def _choices(sheets: Sheets, sheet: str, tongue: str, faults: list[Fault]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for row in sheets.rows.get(sheet, ()):
        cells = Cells(row, tongue)
        list_name, name = cells.plain("list_name"), cells.plain("name")
        if not list_name or not name:
            absent = "name" if list_name else "list_name"
            faults.append(_fault(sheet, row, absent, f"the choice has no {absent}", "fill the cell"))
            continue
        kind = cells.plain("missing").lower()
        if kind and kind not in MISSING_KINDS:
            reason = f"{kind!r} is no kind of non-answer"
            faults.append(_fault(sheet, row, "missing", reason, "write dk, refused or na"))
        lists.setdefault(list_name, []).append(
            Choice(
                name=name,
                label=cells.words("label"),
                missing=kind,
                attributes=cells.others(_LISTED),
                row=row.number,
            )
        )
    return {name: tuple(listed) for name, listed in lists.items()}


# -- the survey sheet -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Survey:
    """The walk down the survey sheet: which groups are open, what was read so far."""

    choices: Mapping[str, tuple[Choice, ...]]
    external: Mapping[str, tuple[Choice, ...]]
    tongue: str
    faults: list[Fault]
    open: list[Group] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[Question] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def take(self, row: Row) -> None:
        cells = Cells(row, self.tongue)
        written = cells.plain("type")
        if not written:
            if cells.plain("name") or cells.plain("label"):
                self.fault(row, "type", "the row has no type", "give it one, or empty the row")
            return
        if cells.plain("disabled").lower() in {"yes", "true", "true()"}:
            return
        kind = row_type(written)
        if kind.role == "begin":
            self._begin(row, cells, kind)
        elif kind.role == "end":
            self._end(row, kind)
        else:
            self._ask(row, cells, kind)

    def close(self) -> None:
        for group in self.open:
            self.faults.append(
                Fault(
                    sheet="survey",
                    row=group.row,
                    column="type",
                    reason=f"the {group.kind} {group.name!r} is not closed",
                    remedy=f"add end_{group.kind}",
                )
            )

    def _begin(self, row: Row, cells: Cells, kind: RowType) -> None:
        group = Group(
            name=cells.plain("name"),
            kind="repeat" if kind.type == "repeat" else "group",
            label=cells.words("label"),
            relevant=self._expression(row, "relevant", cells.plain("relevant")),
            count=self._expression(row, "repeat_count", cells.plain("repeat_count")),
            groups=tuple(outer.name for outer in self.open),
            row=row.number,
        )
        if not group.name:
            self.fault(row, "name", f"the {group.kind} has no name", "give it one")
        self.open.append(group)
        self.groups.append(group)

    def _end(self, row: Row, kind: RowType) -> None:
        if self.open and self.open[-1].kind == kind.type:
            self.open.pop()
        else:
            opened = (
                f"the {self.open[-1].kind} {self.open[-1].name!r} is open" if self.open else "nothing is open"
            )
            self.fault(row, "type", f"end of a {kind.type}, but {opened}", "pair every begin with its end")

    def _ask(self, row: Row, cells: Cells, kind: RowType) -> None:
        name = cells.plain("name")
        if not name and kind.role == "question":
            self.fault(row, "name", "the question has no name", "give it one")
            name = f"row_{row.number}"
        if not kind.known:
            self.fault(row, "type", f"XLSForm has no type {kind.type!r}", "it is read as a text")
        required, required_if = self._required(row, cells)
        listed = self._listed(row, kind)
        question = Question(
            name=name,
            type=kind.type,
            list_name=kind.list_name,
            label=cells.words("label"),
            hint=cells.words("hint"),
            required=required,
            required_if=required_if,
            relevant=self._relevant(row, cells),
            constraint=self._expression(row, "constraint", cells.plain("constraint")),
            constraint_message=cells.words("constraint_message"),
            calculation=self._expression(row, "calculation", cells.plain("calculation")),
            choice_filter=self._expression(row, "choice_filter", cells.plain("choice_filter")),
            personal=self._class(row, cells),
            groups=tuple(group.name for group in self.open),
            repeat=next((group.name for group in reversed(self.open) if group.kind == "repeat"), ""),
            row=row.number,
            choices=listed,
            missing_codes=_missing_codes(cells, listed),
            default=cells.plain("default"),
            content=self._content(row, cells),
            recall=cells.plain("recall"),
            source=cells.plain("source"),
            classified=bool(cells.plain("class")),
        )
        if kind.role == "note":
            self.notes.append(question)
            return
        self.questions.append(question)
        if kind.other:
            self.questions.append(_specify_other(question))

    def _listed(self, row: Row, kind: RowType) -> tuple[Choice, ...]:
        if kind.type not in {"select_one", "select_multiple", "rank"}:
            return ()
        listed = (self.external if kind.external else self.choices).get(kind.list_name, ())
        from_file = "." in kind.list_name or kind.list_name.startswith("${")
        if not listed and not from_file:
            self.fault(
                row, "type", f"there is no choice list {kind.list_name!r}", "add it to the sheet choices"
            )
        if kind.other and listed and all(choice.name != "other" for choice in listed):
            return (*listed, Choice(name="other", label=dict.fromkeys(listed[0].label, "Other")))
        return listed

    def _required(self, row: Row, cells: Cells) -> tuple[bool, Expression | None]:
        written = cells.plain("required")
        if written.lower() in {"", "no", "false", "false()"}:
            return False, None
        if written.lower() in {"yes", "true", "true()"}:
            return True, None
        return False, self._expression(row, "required", written)

    def _class(self, row: Row, cells: Cells) -> Personal:
        written = cells.plain("class").lower()
        if written and written not in _CLASSES:
            self.fault(
                row,
                "class",
                f"{written!r} is no class; it counts as direct",
                f"write one of {', '.join(_CLASSES)}",
            )
        return _CLASSES.get(written, "direct")

    def _content(self, row: Row, cells: Cells) -> Content:
        written = cells.plain("content").lower()
        if written and written not in _CONTENTS:
            self.fault(
                row,
                "content",
                f"{written!r} is nothing that a text is known to hold; it is read as any text",
                f"write one of {', '.join(_CONTENTS)}",
            )
        return _CONTENTS.get(written, "")

    def _relevant(self, row: Row, cells: Cells) -> Expression | None:
        """Join the question's own skip with those of the groups around it."""
        own = self._expression(row, "relevant", cells.plain("relevant"))
        return all_of([*(group.relevant for group in self.open), own])

    def _expression(self, row: Row, column: str, text: str) -> Expression | None:
        if not text:
            return None
        try:
            return parse(_TRUTHS.get(text.lower(), text), choice_filter=column == "choice_filter")
        except ExpressionError as error:
            self.fault(
                row, column, f"{error.reason} at character {error.position + 1}", "correct the expression"
            )
            return None

    def fault(self, row: Row, column: str, reason: str, remedy: str) -> None:
        self.faults.append(_fault("survey", row, column, reason, remedy))


def all_of(conditions: Iterable[Expression | None]) -> Expression | None:
    """Return the condition that holds where all hold; None where there is none."""
    given = [condition for condition in conditions if condition is not None]
    if len(given) < 2:
        return given[0] if given else None
    return parse(" and ".join(f"({condition.text})" for condition in given))


def _missing_codes(cells: Cells, listed: tuple[Choice, ...]) -> tuple[str, ...]:
    marked = (choice.name for choice in listed if choice.missing)
    return tuple(dict.fromkeys((*cells.plain("missing").split(), *marked)))


def _specify_other(question: Question) -> Question:
    """Return the text that ``or_other`` asks for, named as pyxform names it."""
    chosen = parse(f"selected(${{{question.name}}}, 'other')")
    return replace(
        question,
        name=f"{question.name}_other",
        type="text",
        list_name="",
        label=dict.fromkeys(question.label, "Specify other."),
        hint={},
        required=False,
        relevant=all_of([question.relevant, chosen]),
        constraint=None,
        constraint_message={},
        choice_filter=None,
        choices=(),
        missing_codes=(),
    )


def _fault(sheet: str, row: Row, column: str, reason: str, remedy: str) -> Fault:
    return Fault(sheet=sheet, row=row.number, column=column, reason=reason, remedy=remedy)
