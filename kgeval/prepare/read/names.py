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
# written by the tools of collection, answered by nobody; names that start with _ are Kobo's
METADATA = frozenset(
    {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username",
     "audit", "instanceid", "meta_instanceid", "meta_instancename", "instancename", "formhub_uuid",
     "submissiondate", "key", "parent_key", "submitterid", "submittername", "attachmentspresent",
     "attachmentsexpected", "status", "reviewstate", "edits", "formversion", "set_of", "version"}
)  # fmt: skip
_GROUP_JOINTS = ("/", ":", ".", "-")  # Kobo, older exports, ODK Central through pandas, ODK Central
_TAGS = re.compile(r"<[^>]{0,60}>|\*\*|__")


def header_key(name: str) -> str:
    """Return the key under which two spellings of a column's name are the same.

    A line before the name is kept: ``_id`` is what Kobo adds to every export, ``id`` a question.

    >>> header_key(" GROUP ID ") == header_key("group_id"), header_key("_id") == header_key("id")
    (True, False)
    """
    bare = fold(_TAGS.sub("", name)).lstrip(":?.- ")
    return _JOINTS.sub("_", bare).rstrip("_:?. ")


def is_metadata(column: str) -> bool:
    """Return whether a column holds what the tool of collection writes, and nobody answers."""
    return header_key(column) in METADATA or column.startswith(("_", "meta/", "__"))


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
        for joint in _GROUP_JOINTS:
            parts = column.split(joint)
            for start in range(1, len(parts)):  # the longest name first: it may hold the joint itself
                found = self.by_key.get(header_key(joint.join(parts[start:])))
                if found is not None:
                    return found
        return None

    def score(self, cells: Iterable[str] | Sequence[str]) -> int:
        """Return how many different questions a row's cells name."""
        return len({found for cell in cells if cell.strip() and (found := self.find(cell))})
