"""The faults of real files: what each does to a cell, where it can happen, and whether it can be found.

Nothing here is known to the cleaning, and nothing of the cleaning is known here: both stand on the
form alone. A fault that leaves a possible answer cannot be found by anyone, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.simulate import spoil
from kgeval.simulate.draw import Mask
from kgeval.simulate.fault_site import NUMBERS, FaultSite

Judge = Callable[[pd.Series, Question, FaultSite], "list[tuple[bool, str]]"]
Fits = Callable[[Question, FaultSite], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of single cells.

    ``fits`` says in which questions it happens; ``spoil`` makes the delivered texts (missing where
    it cannot); ``judge`` says of each whether it can be found, and why. ``unasked``: it fills cells
    that nobody was to fill, instead of spoiling answers.
    """

    name: str
    fits: Fits
    spoil: spoil.Spoil
    judge: Judge
    unasked: bool = False

    def places(self, question: Question, site: FaultSite) -> Mask:
        """Return the records in which it can happen to this question."""
        filled: Mask = site.draft.cells[question.name].to_numpy(dtype=object) != ""
        if not self.unasked:
            return filled
        if question.relevant is None:
            return np.zeros(len(filled), dtype=bool)
        asked = question.relevant.truth(site.seen)
        unasked: Mask = asked.eq(other=False).fillna(value=False).to_numpy(dtype=bool)
        return ~filled & unasked


# ---- can it be found?


def _notation(text: str) -> Judge:
    return lambda spoiled, question, site: [(True, text)] * len(spoiled)  # noqa: ARG005


def _by_constraint(spoiled: pd.Series, question: Question, site: FaultSite) -> list[tuple[bool, str]]:
    return [
        (True, "breaks the form's constraint") if broken else (False, "is a possible answer")
        for broken in site.broken(question, spoiled).tolist()
    ]


def _by_day(spoiled: pd.Series, question: Question, site: FaultSite) -> list[tuple[bool, str]]:
    verdicts = _by_constraint(spoiled, question, site)
    dates = [other.name for other in site.draft.questions if other.type == "date"]
    if question.name != dates[0]:
        return verdicts
    windows = {round_.key: (round_.starts, round_.ends) for round_ in site.study.rounds}
    rounds = site.draft.records.loc[spoiled.index, "round"].tolist()
    days = [date.fromisoformat(text) for text in spoiled.tolist()]
    for place, (day, round_key) in enumerate(zip(days, rounds, strict=True)):
        starts, ends = windows[round_key]
        if (starts and day < starts) or (ends and day > ends):
            verdicts[place] = (True, "lies outside the fieldwork of its round")
    return verdicts


def _by_code(spoiled: pd.Series, question: Question, site: FaultSite) -> list[tuple[bool, str]]:
    if question.type == "select_one":
        codes = {choice.name for choice in question.choices}
        return [
            (False, "is a code of the list") if text in codes else (True, "is no code of the list")
            for text in spoiled.tolist()
        ]
    verdicts = _by_constraint(spoiled, question, site)
    numbers = pd.to_numeric(spoiled, errors="coerce").notna().tolist()
    return [
        verdict if is_number else (True, "is no number")
        for verdict, is_number in zip(verdicts, numbers, strict=True)
    ]


def _by_wording(spoiled: pd.Series, question: Question, _: FaultSite) -> list[tuple[bool, str]]:
    coded = question.type != "text" or question.constraint is not None
    verdict = (
        (True, "holds spaces that do not belong there")
        if coded
        else (False, "is free text, which stays as it is")
    )
    return [verdict] * len(spoiled)


# ---- where it can happen


def _free(question: Question, site: FaultSite) -> bool:
    """Whether a slip can happen here that costs this one answer and no other."""
    return question.name not in site.fixed | site.drivers and question.personal != "direct"


def _numeric(question: Question, site: FaultSite) -> bool:
    return question.type in NUMBERS and _free(question, site)


def _whole(question: Question, site: FaultSite) -> bool:
    return question.type == "integer" and _free(question, site)


def _dated(question: Question, site: FaultSite) -> bool:
    return question.type == "date" and _free(question, site)


def _chosen(question: Question, site: FaultSite) -> bool:
    return question.type == "select_one" and question.name not in site.fixed and not _is_place(question, site)


def _is_place(question: Question, site: FaultSite) -> bool:
    """Whether the question's choices are the study's areas."""
    codes = {choice.name for choice in question.choices}
    return question.type == "select_one" and codes == {area.code for area in site.study.areas}


def _worded(question: Question, site: FaultSite) -> bool:
    labelled = site.draft.delivery.notation == "labels" and _chosen(question, site)
    return labelled or (question.type == "text" and _free(question, site))


def _labelled(question: Question, site: FaultSite) -> bool:
    return site.draft.delivery.notation == "labels" and _chosen(question, site)


def _points(question: Question, site: FaultSite) -> bool:
    """Whether the answer names a record of another table."""
    named = {
        column.lookup.by for column in site.study.norms.derived
        if column.lookup is not None and column.table == site.draft.table.key
    }  # fmt: skip
    return question.name in named and _free(question, site)


def _phone(question: Question, site: FaultSite) -> bool:
    return question.personal == "direct" and bool(
        site.draft.cells[question.name].str.fullmatch(r"0\d{9,10}").any()
    )


def _fractional(question: Question, site: FaultSite) -> bool:
    return question.type == "decimal" and _free(question, site)


def _coded(question: Question, site: FaultSite) -> bool:
    return _numeric(question, site) or (_chosen(question, site) and _free(question, site))


def _skippable(question: Question, site: FaultSite) -> bool:
    return question.type in ("integer", "select_one") and _free(question, site)


def _fault(name: str, fits: Fits, how: spoil.Spoil, judge: Judge | str, *, unasked: bool = False) -> Fault:
    """Return a fault; a text in place of a judge says why it can always be found."""
    known = _notation(judge) if isinstance(judge, str) else judge
    return Fault(name=name, fits=fits, spoil=how, judge=known, unasked=unasked)


CELL_FAULTS: tuple[Fault, ...] = (
    _fault("date_swap", _dated, spoil.swap_day_and_month, _by_day),
    _fault("impossible_date", _dated, spoil.impossible_day, "is no day of the calendar"),
    _fault("year_only", _dated, spoil.year_only, "is no full day"),
    _fault("decimal_comma", _fractional, spoil.decimal_comma, "is written with a comma"),
    _fault("thousands_dot", _whole, spoil.thousands_dot, "is written with dots"),
    _fault("number_with_word", _whole, spoil.unit_word("number_with_word", 1, 0), "holds a word"),
    _fault("unit_thousand", _whole, spoil.unit_word("unit_thousand", 1000, 0), "holds a unit"),
    _fault("unit_million", _whole, spoil.unit_word("unit_million", 1_000_000, 1), "holds a unit"),
    _fault("place_variant", _is_place, spoil.variant_of_place, "is a spelling of the place"),
    _fault("nfd", _worded, spoil.decomposed, "is decomposed Unicode"),
    _fault("spaces", _worded, spoil.spaced, _by_wording),
    _fault("capitals", _labelled, spoil.shouted, "is no label to the letter"),
    _fault("missing_code", _coded, spoil.missing_code, _by_code),
    _fault("other_notation", _chosen, spoil.other_notation, "is a label for a code, or a code for a label"),
    _fault("broken_skip", _skippable, spoil.answer_of_another, "answers what was not asked", unasked=True),
    _fault("out_of_range", _numeric, spoil.out_of_range, _by_constraint),
    _fault("old_phone", _phone, spoil.old_prefix, "has a prefix that was replaced"),
    _fault("no_such_record", _points, spoil.no_such_record, "names a record that is not there"),
)
# Faults of whole records; `plant` knows how.
ROW_FAULTS = ("exact_duplicate", "conflicting_duplicate")


def known_faults() -> tuple[str, ...]:
    """Return the name of every fault that ``[dirt]`` can give a rate."""
    return (*(fault.name for fault in CELL_FAULTS), *ROW_FAULTS)
