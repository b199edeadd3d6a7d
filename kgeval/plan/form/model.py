"""What a form asks: its questions with their rules, its choices, its groups and repeats, its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kgeval.errors import ParameterError
from kgeval.plan.expression import Expression

Personal = Literal["direct", "restricted", "indirect", "sensitive", "none"]
Content = Literal["", "phone", "identity"]
Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a choice list.

    ``missing`` says what kind of non-answer it is (``dk``, ``refused``, ``na``), empty for an answer.
    ``attributes`` are the further columns of the choices sheet, which choice filters name.
    """

    name: str
    label: Mapping[str, str]
    missing: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question (or one note) of a form.

    ``relevant`` is the effective skip: its own and those of the groups around it. ``required`` holds
    for every record, ``required_if`` under a condition. ``groups`` are the enclosing groups from the
    outside in, repeats among them; ``repeat`` is the innermost repeat, empty in the main record.
    ``missing_codes`` are the codes that mean "no answer" for this question. ``row`` counts the rows
    of the survey sheet, of which the first holds the column names.
    """

    name: str
    type: str
    list_name: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    hint: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    required_if: Expression | None = None
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Mapping[str, str] = field(default_factory=dict)
    calculation: Expression | None = None
    choice_filter: Expression | None = None
    personal: Personal = "direct"
    groups: tuple[str, ...] = ()
    repeat: str = ""
    row: int = 0
    choices: tuple[Choice, ...] = ()
    missing_codes: tuple[str, ...] = ()
    default: str = ""
    content: Content = ""  # what a text holds, so that it can be read; a column of its own
    recall: str = ""  # the period that is asked about, e.g. "12 months"; a column of its own
    source: str = ""
    classified: bool = False  # whether the form says the class; without, it counts as direct

    @property
    def path(self) -> str:
        """The name with its groups, as ODK and Kobo write it in exports: ``group/question``."""
        return "/".join((*self.groups, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of questions, or a repeat; ``groups`` are those around it."""

    name: str
    kind: Literal["group", "repeat"]
    label: Mapping[str, str]
    relevant: Expression | None
    count: Expression | None
    groups: tuple[str, ...]
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a form that is wrong, or that a person should know.

    ``row`` 0 concerns the whole sheet. ``check`` is the stable name of the rule. An ``error`` makes
    answers wrong or lost, a ``warning`` may, a ``note`` only tells.
    """

    sheet: str
    row: int
    column: str
    reason: str
    remedy: str
    check: str = "understood"
    level: Level = "error"

    def __str__(self) -> str:
        """Return one line: where, what, and the remedy."""
        where = (
            self.sheet
            + (f" row {self.row}" if self.row else "")
            + (f", {self.column}" if self.column else "")
        )
        return f"{where}: {self.reason}" + (f"; {self.remedy}" if self.remedy else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A questionnaire.

    ``questions`` are those that hold an answer, in the form's order; ``notes`` only show text.
    ``choices`` are all lists, used or not. ``record_key`` are the questions that name one record
    (``key`` in the settings sheet). ``faults`` is what could not be understood while reading.
    """

    key: str
    title: str
    version: str
    default_language: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    notes: tuple[Question, ...]
    groups: tuple[Group, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    record_key: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    _by_name: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Reversed, so that of two questions of one name the first is found.
        by_name = {question.name: question for question in reversed(self.questions)}
        object.__setattr__(self, "_by_name", by_name)

    def question(self, name: str) -> Question:
        """Return the question with this name.

        Raises
        ------
        ParameterError
            The form has no such question.
        """
        if name not in self._by_name:
            raise ParameterError(f"the form {self.key!r} has no question {name!r}")
        return self._by_name[name]

    @property
    def guarded(self) -> tuple[str, ...]:
        """The questions of class restricted: their answers stay in the restricted store."""
        return tuple(question.name for question in self.questions if question.personal == "restricted")

    @property
    def repeats(self) -> tuple[Group, ...]:
        """The groups that are repeats."""
        return tuple(group for group in self.groups if group.kind == "repeat")

    @property
    def main_questions(self) -> tuple[Question, ...]:
        """The questions of the main record, outside every repeat."""
        return tuple(question for question in self.questions if not question.repeat)

    def choice_labels(self, language: str) -> dict[str, dict[str, str]]:
        """Return question, code, label in a language: what ``jr:choice-name`` looks up."""
        return {
            question.name: {choice.name: choice.label.get(language, "") for choice in question.choices}
            for question in self.questions
            if question.choices
        }
