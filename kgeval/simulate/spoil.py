"""What faults do to cells: each function takes true texts and returns those that are handed in.

Missing stands for a cell that this fault cannot spoil, or would leave as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from kgeval.plan.form import Question
from kgeval.simulate.fault_site import FaultSite

Spoil = Callable[[pd.Series, Question, FaultSite, np.random.Generator], "pd.Series"]


def _map(cells: pd.Series, change: Callable[[str], str | None]) -> pd.Series:
    """Change each text; what cannot be changed, or stays the same, is missing."""
    changed = [change(text) for text in cells.tolist()]
    kept = [
        None if new is None or new == old else new for new, old in zip(changed, cells.tolist(), strict=True)
    ]
    return pd.Series(kept, index=cells.index, dtype="object")


def swap_day_and_month(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Swap day and month where both can be a month, as a spreadsheet of another country does."""

    def swap(text: str) -> str | None:
        year, month, day = text.split("-")
        return f"{year}-{day}-{month}" if int(day) <= 12 else None

    return _map(cells, swap)


def impossible_day(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Write the 31st of February of the same year."""
    return _map(cells, lambda text: f"31/02/{text[:4]}")


def year_only(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Keep the year alone."""
    return _map(cells, lambda text: text[:4])


def decimal_comma(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Write the decimal point as a comma."""
    return _map(cells, lambda text: text.replace(".", ","))


def thousands_dot(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Part the thousands with dots."""
    return _map(cells, lambda text: f"{int(text):,}".replace(",", ".") if len(text) > 3 else None)


def unit_word(key: str, scale: int, decimals: int) -> Spoil:
    """Return a spoiler that writes a number in ``scale`` with a word after it, where that is exact."""

    def spoil(cells: pd.Series, _: Question, site: FaultSite, rng: np.random.Generator) -> pd.Series:
        words = site.words.get(key, ())

        def write(text: str) -> str | None:
            steps, rest = divmod(int(text) * 10**decimals, scale)
            if rest or not words or int(text) < scale:
                return None
            number = f"{steps / 10**decimals:.{decimals}f}".removesuffix(".0").replace(".", ",")
            return words[int(rng.integers(len(words)))].format(number=number)

        return _map(cells, write)

    return spoil


def variant_of_place(cells: pd.Series, _: Question, site: FaultSite, rng: np.random.Generator) -> pd.Series:
    """Write a place by one of the spellings that the study knows of it."""
    known = {name: area for area in site.study.areas for name in (area.code, *area.label.values())}

    def write(text: str) -> str | None:
        aliases = known[text].aliases if text in known else ()
        return aliases[int(rng.integers(len(aliases)))] if aliases else None

    return _map(cells, write)


def decomposed(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Part letters and their marks (Unicode NFD), as some keyboards do."""
    return _map(cells, lambda text: unicodedata.normalize("NFD", text))


def spaced(cells: pd.Series, _: Question, __: FaultSite, rng: np.random.Generator) -> pd.Series:
    """Put a space at the end, a no-break space in front, or double a space."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: f"{text} ",
        lambda text: f"\u00a0{text}",
        lambda text: text.replace(" ", "  ", 1),
    )

    def write(text: str) -> str:
        return ways[int(rng.integers(len(ways)))](text)

    return _map(cells, write)


def shouted(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Write it in capitals."""
    return _map(cells, str.upper)


def missing_code(
    cells: pd.Series, question: Question, site: FaultSite, rng: np.random.Generator
) -> pd.Series:
    """Write a mark for "no answer" that the form does not know."""
    codes = [code for code in site.words.get("missing_code", ()) if code not in question.missing_codes]
    return _map(cells, lambda _: codes[int(rng.integers(len(codes)))] if codes else None)


def other_notation(
    cells: pd.Series, question: Question, site: FaultSite, _: np.random.Generator
) -> pd.Series:
    """Write the label for the code, or the code for the label."""
    language = site.draft.delivery.language
    label = {choice.name: choice.label[language] for choice in question.choices}
    if site.draft.delivery.notation == "labels":
        return _map(cells, {words: code for code, words in label.items()}.get)
    return _map(cells, label.get)


def answer_of_another(
    cells: pd.Series, question: Question, site: FaultSite, rng: np.random.Generator
) -> pd.Series:
    """Write what somebody else answered."""
    given = site.draft.cells[question.name]
    others = given[given.ne("")].tolist()
    if not others:
        return _map(cells, lambda _: None)
    return _map(cells, lambda _: others[int(rng.integers(len(others)))])


def out_of_range(cells: pd.Series, question: Question, site: FaultSite, _: np.random.Generator) -> pd.Series:
    """Return an answer ten or a hundred times too large, or negative: the first that the form forbids."""
    numbers = pd.to_numeric(cells).to_numpy(dtype="float64")
    spoiled: pd.Series = pd.Series(None, index=cells.index, dtype="object")
    for factor, shift in ((10, 0), (100, 0), (10, 1000), (-1, -1)):
        texts = [
            np.format_float_positional(number, trim="-") for number in (numbers * factor + shift).tolist()
        ]
        wild = pd.Series(texts, index=cells.index, dtype="str")
        fresh = site.broken(question, wild) & spoiled.isna().to_numpy()
        spoiled = spoiled.where(~fresh, wild)
    return spoiled


def old_prefix(cells: pd.Series, _: Question, site: FaultSite, __: np.random.Generator) -> pd.Series:
    """Write a telephone number with the prefix of before it was changed."""
    pairs = [pair.split("=") for pair in site.words.get("old_prefix", ())]

    def write(text: str) -> str | None:
        return next((old + text[len(new) :] for new, old in pairs if text.startswith(new)), None)

    return _map(cells, write)


def no_such_record(cells: pd.Series, _: Question, __: FaultSite, ___: np.random.Generator) -> pd.Series:
    """Point to a record that is not there."""
    return _map(cells, lambda text: text[:-3] + "999" if text[-3:].isdigit() else None)
