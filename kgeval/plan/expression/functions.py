"""The supported functions: how many arguments each takes, and what it does to whole columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from kgeval.plan.expression import dates
from kgeval.plan.expression.columns import (
    Column,
    Dates,
    Floats,
    Mask,
    Numbers,
    Texts,
    Truths,
    certain,
    distinct_rows,
    known,
    mask_by_word,
    texts_by_word,
    texts_of,
    to_numbers,
    to_texts,
    to_truths,
)
from kgeval.plan.expression.matching import matches_whole

_ANY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What the grammar must know of a function.

    ``compute`` turns evaluated arguments into a column; it is None where the evaluator itself must
    look at the tree or at the frame (``if``, ``once``, ``position`` and their like). ``named`` are
    the arguments (from 0) that must be references.
    """

    fewest: int
    most: int
    compute: Callable[..., Column] | None = None
    named: tuple[int, ...] = ()

    @property
    def takes(self) -> str:
        """How many arguments, in words."""
        if self.most == self.fewest:
            return f"{self.fewest} argument{'' if self.fewest == 1 else 's'}"
        if self.most == _ANY:
            return f"{self.fewest} or more arguments"
        return f"{self.fewest} to {self.most} arguments"


# -- texts --------------------------------------------------------------------------------------


def _selected(answer: Column, choice: Column) -> Truths:
    """Whether a choice is among the answered ones: unanswered is the empty list, so never unknown."""
    answers, choices = to_texts(answer), to_texts(choice)
    if len(choices.codes) == 1:
        wanted = _only_word(choices)
        return certain(mask_by_word(answers, lambda word: wanted in word.split()))
    codes, pairs = distinct_rows((answers, choices))
    return certain(np.array([wanted in chosen.split() for chosen, wanted in pairs], dtype=bool)[codes])


def _only_word(constant: Texts) -> str:
    return str(constant.words[constant.codes[0]]) if constant.codes[0] >= 0 else ""


def _count_selected(answer: Column) -> Numbers:
    texts = to_texts(answer)
    return Numbers(np.array([*(len(word.split()) for word in texts.words), 0], dtype=np.float64)[texts.codes])


def _selected_at(answer: Column, place: Column) -> Texts:
    """Return the choice at a place, 0 being the first; no text where fewer were taken."""
    codes, pairs = distinct_rows((to_texts(answer), to_texts(place)))
    return texts_of(codes, [_word_at(chosen.split(), place) for chosen, place in pairs])


def _word_at(words: list[str], place: str) -> str:
    return words[int(place)] if place.isdecimal() and int(place) < len(words) else ""


def _normalize_space(value: Column) -> Texts:
    return texts_by_word(to_texts(value), lambda word: " ".join(word.split()))


def _string_length(value: Column) -> Numbers:
    texts = to_texts(value)
    return Numbers(np.array([*map(len, texts.words), 0], dtype=np.float64)[texts.codes])


def _regex(value: Column, pattern: Column) -> Truths:
    texts = to_texts(value)  # the grammar has seen to it that the pattern is a literal
    found = np.append(matches_whole(texts.words, _only_word(to_texts(pattern))), False)[texts.codes]
    return Truths(found, known(texts) & ~found)


def _concat(*values: Column) -> Texts:
    """Join texts; an unanswered one is empty, as on the tablet."""
    codes, combinations = distinct_rows([to_texts(value) for value in values])
    return texts_of(codes, ["".join(parts) for parts in combinations])


def _about_two(test: Callable[[str, str], bool]) -> Callable[[Column, Column], Truths]:
    def compute(value: Column, part: Column) -> Truths:
        codes, pairs = distinct_rows((to_texts(value), to_texts(part)))
        answered = np.array([bool(first and second) for first, second in pairs], dtype=bool)
        found = np.array([test(first, second) for first, second in pairs], dtype=bool)
        return Truths((answered & found)[codes], (answered & ~found)[codes])

    return compute


def _substr(value: Column, start: Column, end: Column | None = None) -> Texts:
    """Cut out characters from ``start`` (0 is the first) up to, without, ``end``; negative from the end."""
    texts = to_texts(value)
    starts = to_numbers(start)
    ends = np.array([np.inf]) if end is None else to_numbers(end)
    if len(starts) == len(ends) == 1:
        if np.isnan(starts[0]) or np.isnan(ends[0]):
            return texts_by_word(texts, lambda _: "")
        return texts_by_word(texts, lambda word: word[_cut(starts[0], word) : _cut(ends[0], word)])
    parts = (texts, to_texts(Numbers(starts)), to_texts(Numbers(np.where(np.isinf(ends), 1e9, ends))))
    codes, rows = distinct_rows(parts)
    cut = [
        word[_cut(float(first), word) : _cut(float(last), word)] if first and last else ""
        for word, first, last in rows
    ]
    return texts_of(codes, cut)


def _cut(place: float, word: str) -> int:
    return int(np.clip(place + len(word) if place < 0 else place, 0, len(word)))


def _string(value: Column) -> Texts:
    return to_texts(value)


# -- numbers ------------------------------------------------------------------------------------


def finite(values: Floats) -> Numbers:
    """Return numbers of which those without a value (division by zero, overflow) are unknown."""
    return Numbers(np.where(np.isfinite(values), values, np.nan))


def _number(value: Column) -> Numbers:
    return Numbers(to_numbers(value))


def _int(value: Column) -> Numbers:
    return Numbers(np.trunc(to_numbers(value)))


def _round(value: Column, digits: Column | None = None) -> Numbers:
    """Round half up (XPath 1.0, section 4.4), to a number of decimal digits as in ODK."""
    values = to_numbers(value)
    if digits is None:
        return Numbers(np.floor(values + 0.5))
    scale = np.power(10.0, np.clip(to_numbers(digits), -300, 300))
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(np.floor(values * scale + 0.5) / scale)


def _over(combine: Callable[[Floats, Floats], Floats]) -> Callable[..., Numbers]:
    def compute(*values: Column) -> Numbers:
        return finite(reduce(combine, map(to_numbers, values)))

    return compute


def _each(compute: Callable[[Floats], Floats]) -> Callable[[Column], Numbers]:
    return lambda value: Numbers(compute(to_numbers(value)))


def _pow(base: Column, exponent: Column) -> Numbers:
    with np.errstate(all="ignore"):
        return finite(np.power(to_numbers(base), to_numbers(exponent)))


def _count(*values: Column) -> Numbers:
    """Return how many of the arguments are answered."""
    return Numbers(reduce(np.add, [known(value).astype(np.float64) for value in values]))


# -- choosing -----------------------------------------------------------------------------------


def choose(yes: Mask, no: Mask, then: Column, otherwise: Column) -> Column:
    """Return ``then`` where yes, ``otherwise`` where no, unknown elsewhere.

    Columns of two kinds meet as texts, numbers and truths as numbers.
    """
    match then, otherwise:
        case Truths(), Truths():
            return Truths((yes & then.yes) | (no & otherwise.yes), (yes & then.no) | (no & otherwise.no))
        case Dates(), Dates():
            nat = np.datetime64("NaT", "us")
            return Dates(np.where(yes, then.moments, np.where(no, otherwise.moments, nat)))
        case ((Numbers() | Truths()), (Numbers() | Truths())):
            return Numbers(np.where(yes, to_numbers(then), np.where(no, to_numbers(otherwise), np.nan)))
        case _:
            first, second = to_texts(then), to_texts(otherwise)
            moved = np.where(second.codes >= 0, second.codes + len(first.words), -1)
            codes = np.where(yes, first.codes, np.where(no, moved, -1)).astype(np.intp)
            return texts_of(codes, [*first.words, *second.words])


def coalesce(first: Column, *rest: Column) -> Column:
    """Return the first answer that is there, row by row."""
    found = first
    for column in rest:
        answered = known(found)
        found = choose(answered, ~answered, found, column)
    return found


def negate(value: Column) -> Truths:
    """Return yes for no and no for yes."""
    truths = to_truths(value)
    return Truths(truths.no, truths.yes)


def _truth(value: bool) -> Callable[[], Truths]:
    return lambda: certain(np.array([value]))


def _boolean_from_string(value: Column) -> Truths:
    texts = to_texts(value)
    yes = mask_by_word(texts, lambda word: word in {"1", "true"})
    return Truths(yes, known(texts) & ~yes)


FUNCTIONS: Mapping[str, Function] = {
    # choices
    "selected": Function(fewest=2, most=2, compute=_selected),
    "count-selected": Function(fewest=1, most=1, compute=_count_selected),
    "selected-at": Function(fewest=2, most=2, compute=_selected_at),
    "jr:choice-name": Function(fewest=2, most=2),
    # logic
    "not": Function(fewest=1, most=1, compute=negate),
    "true": Function(fewest=0, most=0, compute=_truth(True)),
    "false": Function(fewest=0, most=0, compute=_truth(False)),
    "boolean": Function(fewest=1, most=1, compute=to_truths),
    "boolean-from-string": Function(fewest=1, most=1, compute=_boolean_from_string),
    "if": Function(fewest=3, most=3),
    "coalesce": Function(fewest=2, most=_ANY),
    "once": Function(fewest=1, most=1),
    # texts
    "regex": Function(fewest=2, most=2, compute=_regex),
    "string": Function(fewest=1, most=1, compute=_string),
    "string-length": Function(fewest=1, most=1, compute=_string_length),
    "concat": Function(fewest=1, most=_ANY, compute=_concat),
    "contains": Function(fewest=2, most=2, compute=_about_two(lambda text, part: part in text)),
    "starts-with": Function(fewest=2, most=2, compute=_about_two(str.startswith)),
    "ends-with": Function(fewest=2, most=2, compute=_about_two(str.endswith)),
    "normalize-space": Function(fewest=1, most=1, compute=_normalize_space),
    "substr": Function(fewest=2, most=3, compute=_substr),
    # numbers
    "number": Function(fewest=1, most=1, compute=_number),
    "int": Function(fewest=1, most=1, compute=_int),
    "round": Function(fewest=1, most=2, compute=_round),
    "abs": Function(fewest=1, most=1, compute=_each(np.abs)),
    "floor": Function(fewest=1, most=1, compute=_each(np.floor)),
    "ceiling": Function(fewest=1, most=1, compute=_each(np.ceil)),
    "pow": Function(fewest=2, most=2, compute=_pow),
    "min": Function(fewest=1, most=_ANY, compute=_over(np.minimum)),
    "max": Function(fewest=1, most=_ANY, compute=_over(np.maximum)),
    "sum": Function(fewest=1, most=_ANY, compute=_over(np.add)),
    "count": Function(fewest=1, most=_ANY, compute=_count),
    # dates
    "today": Function(fewest=0, most=0),
    "now": Function(fewest=0, most=0),
    "date": Function(fewest=1, most=1, compute=dates.date),
    "date-time": Function(fewest=1, most=1, compute=dates.date_time),
    "decimal-date-time": Function(fewest=1, most=1, compute=dates.decimal_date_time),
    "format-date": Function(fewest=2, most=2, compute=dates.format_date),
    "format-date-time": Function(fewest=2, most=2, compute=dates.format_date),
    # repeats
    "position": Function(fewest=1, most=1),
    "index": Function(fewest=0, most=0),  # SurveyCTO's word for position(..)
    "indexed-repeat": Function(fewest=3, most=3, named=(0, 1)),
}
