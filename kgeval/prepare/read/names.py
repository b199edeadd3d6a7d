"""By which names a delivered column may call a question: its name, its labels, its path in the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgeval.prepare.decode.text import fold
from kgeval.prepare.read.units import unit_in_brackets, without_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kgeval.plan.form import Form

_JOINTS = re.compile(r"[\s_\-]+")
_TAGS = re.compile(r"<[^>]{0,60}>|\*\*|__")


def header_key(name: str) -> str:
    """Return the key under which two spellings of a column's name are the same.

    A line before the name is kept: ``_id`` is what Kobo adds to every export, ``id`` a question.

    >>> header_key(" GROUP ID ") == header_key("group_id"), header_key("_id") == header_key("id")
    (True, False)
    """
    bare = fold(_TAGS.sub("", name)).lstrip(":?.- ")
    return _JOINTS.sub("_", bare).rstrip("_:?. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionNames:
    """The questions of a form by each key that a column may have; ambiguous labels are left out."""

    by_key: Mapping[str, str]
    count: int

    @staticmethod
    def of(form: Form) -> QuestionNames:
        """Collect names first, so that a label never hides a name, then labels that name one question."""
        names = {header_key(question.name): question.name for question in form.questions}
        labels: dict[str, set[str]] = {}
        for question in form.questions:
            for label in (*question.label.values(), *map(without_unit, question.label.values())):
                if key := header_key(label):
                    labels.setdefault(key, set()).add(question.name)
        single = {key: next(iter(found)) for key, found in labels.items() if len(found) == 1}
        return QuestionNames(by_key={**single, **names}, count=len(form.questions))

    def find(self, column: str) -> str | None:
        """Return the question that a column's name stands for, with or without the groups before it."""
        whole = self._find(column)
        if whole is not None or unit_in_brackets(column) is None:
            return whole
        return self._find(without_unit(column))

    def _find(self, column: str) -> str | None:
        whole = self.by_key.get(header_key(column))
        if whole is not None:
            return whole
        for joint in ("/", ":", "."):  # Kobo, older exports, ODK Central through pandas
            if joint in column:
                last = self.by_key.get(header_key(column.rsplit(joint, 1)[1]))
                if last is not None:
                    return last
        if "-" in column:  # ODK Central: group-question
            parts = column.split("-")
            for start in range(1, len(parts)):
                found = self.by_key.get(header_key("-".join(parts[start:])))
                if found is not None:
                    return found
        return None

    def score(self, cells: Iterable[str] | Sequence[str]) -> int:
        """Return how many different questions a row's cells name."""
        return len({found for cell in cells if cell.strip() and (found := self.find(cell))})
