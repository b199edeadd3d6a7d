"""Two versions of a form, question by question, and what that means for an indicator's change.

The same indicator in baseline and endline is comparable only where its questions were: the same
words, choices, skips, limits and recall period. What differs is named; a person decides what to do,
and the mark travels to every table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, cast

import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.form import Choice, Form, Question

Verdict = Literal["yes", "caution", "no"]
ASPECTS = ("type", "wording", "recall", "choices", "missing", "skip", "constraint", "calculation")
RANK: Mapping[Verdict, int] = {"yes": 0, "caution": 1, "no": 2}
_SAME_KIND = (
    frozenset({"integer", "decimal"}),
    frozenset({"date", "datetime"}),
    frozenset({"text", "calculate"}),
)


class Measured(Protocol):
    """An indicator, of which only its expressions matter here."""

    @property
    def counts(self) -> Expression | None: ...  # noqa: D102
    @property
    def succeeds(self) -> Expression | None: ...  # noqa: D102
    @property
    def value(self) -> Expression | None: ...  # noqa: D102
    @property
    def per(self) -> Expression | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparability:
    """Whether an indicator's change can be read as a change; ``reason`` names each question and aspect."""

    verdict: Verdict
    reason: str


def compare(first: Form, second: Form) -> pd.DataFrame:
    """Compare two forms, question by question.

    Returns
    -------
    pandas.DataFrame
        One row a question of either form, in the order of the second, those only in the first last:
        ``question``, ``first_row``, ``second_row`` (0 where absent), one column an aspect (``same``,
        or what changed), ``verdict`` (``yes``, ``caution``, ``no``) and ``reason`` (the aspects that
        changed).
    """
    before = {question.name: question for question in first.questions}
    after = {question.name: question for question in second.questions}
    shared = tuple(language for language in first.languages if language in second.languages)
    rows = [_compared(before.get(name), after.get(name), shared) for name in dict.fromkeys((*after, *before))]
    columns = ["question", "first_row", "second_row", *ASPECTS, "verdict", "reason"]
    return pd.DataFrame(rows, columns=columns)


def comparable(
    indicator: Measured,
    comparison: pd.DataFrame,
    *,
    derived: Mapping[str, Iterable[str]] | None = None,
) -> Comparability:
    """Judge one indicator by the questions that it stands on.

    Parameters
    ----------
    indicator
        Its expressions say which questions it needs.
    comparison
        As returned by ``compare``.
    derived
        The names that each derived column is computed from; they are followed to the questions.
        Names that neither form asks (round, area) do not count.
    """
    questions = comparison.set_index("question")
    parts = (indicator.counts, indicator.succeeds, indicator.value, indicator.per)
    named = {name for part in parts if part is not None for name in part.names}
    used = questions.loc[[name for name in questions.index if name in _followed(named, derived or {})]]
    changed = used[used["verdict"] != "yes"]
    verdicts = cast("list[Verdict]", changed["verdict"].tolist())
    return Comparability(
        verdict=max(verdicts, key=lambda verdict: RANK[verdict], default="yes"),
        reason="; ".join(f"{name}: {row['reason']}" for name, row in changed.iterrows()),
    )


def _followed(names: Iterable[str], derived: Mapping[str, Iterable[str]]) -> set[str]:
    found, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(derived.get(name, ()))
    return found


# -- one question -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Difference:
    verdict: Verdict
    seen: str


_SAME = _Difference("yes", "same")


def _compared(
    first: Question | None, second: Question | None, languages: tuple[str, ...]
) -> dict[str, object]:
    if first is None or second is None:
        only = "second" if first is None else "first"
        found = dict.fromkeys(ASPECTS, _Difference("no", f"only in the {only}"))
        reason, verdict = f"only in the {only} form", "no"
    else:
        found = _differences(first, second, languages)
        changed = {aspect: difference for aspect, difference in found.items() if difference is not _SAME}
        reason = ", ".join(f"{aspect} ({difference.seen})" for aspect, difference in changed.items())
        verdict = max((difference.verdict for difference in found.values()), key=lambda v: RANK[v])
    asked = second or first
    return {
        "question": asked.name if asked else "",
        "first_row": first.row if first else 0,
        "second_row": second.row if second else 0,
        **{aspect: difference.seen for aspect, difference in found.items()},
        "verdict": verdict,
        "reason": reason,
    }


def _differences(first: Question, second: Question, languages: tuple[str, ...]) -> dict[str, _Difference]:
    return {
        "type": _type(first, second),
        "wording": _wording(first, second, languages),
        "recall": _recall(first, second, languages),
        "choices": _choices(first.choices, second.choices, languages),
        "missing": _rule(sorted(first.missing_codes), sorted(second.missing_codes), "codes of non-answers"),
        "skip": _expression(first.relevant, second.relevant),
        "constraint": _expression(first.constraint, second.constraint),
        "calculation": _expression(first.calculation, second.calculation),
    }


def _type(first: Question, second: Question) -> _Difference:
    if first.type == second.type:
        return _SAME
    alike = any({first.type, second.type} <= kind for kind in _SAME_KIND)
    return _Difference("caution" if alike else "no", f"{first.type} became {second.type}")


def _wording(first: Question, second: Question, languages: tuple[str, ...]) -> _Difference:
    changed = [
        language
        for language in languages
        if _plain(first.label.get(language, "")) != _plain(second.label.get(language, ""))
    ]
    return _Difference("caution", f"changed in {', '.join(changed)}") if changed else _SAME


def _recall(first: Question, second: Question, languages: tuple[str, ...]) -> _Difference:
    """Compare the periods asked about: the column ``recall``, else the numbers that the question says."""
    if _plain(first.recall) != _plain(second.recall):
        return _Difference("no", f"{first.recall or 'none'} became {second.recall or 'none'}")
    for language in languages:
        before, after = (re.findall(r"\d+", question.label.get(language, "")) for question in (first, second))
        if before != after:
            return _Difference(
                "no", f"{' '.join(before) or 'no number'} became {' '.join(after) or 'no number'}"
            )
    return _SAME


def _choices(
    first: tuple[Choice, ...], second: tuple[Choice, ...], languages: tuple[str, ...]
) -> _Difference:
    before = {choice.name: choice for choice in first}
    after = {choice.name: choice for choice in second}
    moved = [code for code in before.keys() & after.keys() if _means_another(before[code], after, languages)]
    if moved:
        return _Difference("no", f"codes changed their meaning: {', '.join(sorted(moved))}")
    removed = [code for code in before if code not in after]
    added = [code for code in after if code not in before]
    reworded = [
        code
        for code in before
        if code in after
        and any(not _same_label(before[code], after[code], language) for language in languages)
    ]
    seen = [
        f"{what} {', '.join(codes)}"
        for what, codes in (("removed", removed), ("added", added), ("reworded", reworded))
        if codes
    ]
    if not seen:
        return _SAME
    return _Difference(
        "no" if before and after and not before.keys() & after.keys() else "caution", "; ".join(seen)
    )


def _means_another(choice: Choice, listed: Mapping[str, Choice], languages: tuple[str, ...]) -> bool:
    """Return whether a code's label now stands at another code."""
    return any(
        choice.label.get(language)
        and not _same_label(choice, listed[choice.name], language)
        and any(_same_label(choice, other, language) for other in listed.values())
        for language in languages
    )


def _same_label(first: Choice, second: Choice, language: str) -> bool:
    return _plain(first.label.get(language, "")) == _plain(second.label.get(language, ""))


def _expression(first: Expression | None, second: Expression | None) -> _Difference:
    if first is None or second is None:
        if first is second:
            return _SAME
        return _Difference("caution", "added" if first is None else "removed")
    return _SAME if first.node == second.node else _Difference("caution", "changed")


def _rule(first: object, second: object, what: str) -> _Difference:
    return _SAME if first == second else _Difference("caution", f"{what} changed")


def _plain(text: str) -> str:
    """Return a text without what does not change its meaning: case, spaces, punctuation, its encoding."""
    letters = re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text).casefold())
    return " ".join(letters.split())
