"""What a user can act on, apart from bugs.

Every error that a user can mend is a ``UserError`` whose text is one line: the rule, what was
seen, and the remedy. It never carries the value of a personal column. The command turns it into
its exit code; anything else that escapes is a bug (exit code 70).
"""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """The input is wrong and the user can mend it (exit code 2)."""

    exit_code = 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole from another process: the text and what is said beside it."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[UserError], args: tuple[Any, ...], about: dict[str, Any]) -> UserError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(about)
    return error


class StudyError(UserError):
    """The study's definition is not sound; ``faults`` holds one line a fault, all at once."""

    def __init__(self, faults: list[str] | tuple[str, ...]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class ExpressionError(UserError):
    """An expression that cannot be read: ``position`` counts characters of ``text`` from 0."""

    def __init__(self, reason: str, *, text: str, position: int) -> None:
        self.reason, self.text, self.position = reason, text, position
        # Line breaks become spaces, one for one: the message stays on one line, the position true.
        shown = "".join(letter if letter.isprintable() else " " for letter in _around(text, position))
        super().__init__(f"{_short(reason)} at character {position + 1} of: {shown}")


_SHOWN = 400  # characters of an expression that a message shows; a line to read, not a page


def _around(text: str, position: int) -> str:
    """Return the text, or of a long one what stands around a position."""
    if len(text) <= _SHOWN:
        return text
    start = max(0, min(position - _SHOWN // 2, len(text) - _SHOWN))
    end = start + _SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _short(reason: str) -> str:
    return reason if len(reason) <= _SHOWN else f"{reason[:_SHOWN]}…"


class DataError(UserError):
    """A delivered file that cannot be taken as it is.

    Parameters
    ----------
    code
        The fault's stable name, e.g. ``"ENCODING_UNDECLARED"``; tests and accounts use it.
    message
        What was seen, without any cell value of a personal column.
    hint
        The remedy, a sentence to act on.
    file, sheet, row, column
        Where; ``row`` is the row's number as the user's own program shows it (the first is 1).
    declarable
        Whether the file can be taken as it is once something is declared of it: its encoding, its
        sheet, its header row, that its macros are known.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str,
        file: str = "",
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        declarable: bool = False,
    ) -> None:
        self.code, self.hint, self.declarable = code, hint, declarable
        self.file, self.sheet, self.row, self.column = file, sheet, row, column
        where = [file] if file else []
        where += [f"sheet {sheet!r}"] if sheet else []
        where += [f"row {row}"] if row is not None else []
        where += [f"column {column!r}"] if column else []
        super().__init__(f"{', '.join(where) or 'data'}: {message} [{code}]; {hint}")


class DesignError(UserError):
    """The sample design cannot carry the estimate that is asked for."""


class ParameterError(UserError):
    """A parameter that no notebook declares, or of a wrong type."""


class DisclosureError(UserError):
    """A publication would give somebody away (exit code 3)."""

    exit_code = 3


class PersonalDataError(UserError):
    """An output holds an answer that identifies a person (exit code 10)."""

    exit_code = 10


class BusyError(UserError):
    """Another run writes to the same place, or the disk is full (exit code 4)."""

    exit_code = 4
