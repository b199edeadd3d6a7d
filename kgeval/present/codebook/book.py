"""What a codebook is printed from: its entries, the names of the tables, and how answers are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kgeval.plan.codebook import Entry
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything that the codebook of one study says.

    Parameters
    ----------
    title
        Of the study.
    lang
        Language of the words; labels are shown in all of ``languages``.
    languages
        The study's languages.
    entries
        As ``plan.codebook.codebook`` returns them.
    tables, rounds
        The printed names, by key.
    distribution
        As ``protect.distribution`` returns it; None before any data.
    synthetic, banner
        As for ``page.index_page``.
    """

    title: str
    lang: str
    languages: tuple[str, ...]
    entries: tuple[Entry, ...]
    tables: Mapping[str, str]
    rounds: Mapping[str, str]
    distribution: pd.DataFrame | None = None
    synthetic: bool = False
    banner: str = ""
    _by_question: Mapping[tuple[str, str], list[dict[str, Any]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        rows = self.distribution.to_dict("records") if self.distribution is not None else ()
        for row in rows:
            found.setdefault((row["table"], row["question"]), []).append({str(k): v for k, v in row.items()})
        object.__setattr__(self, "_by_question", found)

    def of_table(self, key: str) -> tuple[Entry, ...]:
        """Return the entries of one table."""
        return tuple(entry for entry in self.entries if entry.table == key)

    def answers(self, entry: Entry) -> list[dict[str, Any]]:
        """Return the rows of the distribution that are about this column."""
        return self._by_question.get((entry.table, entry.name), [])

    def section(self, entry: Entry) -> str:
        """Return the headings that a column stands under."""
        return " › ".join(filter(None, (word_of(part, self.lang) for part in entry.section)))

    def kind(self, entry: Entry) -> str:
        """Return the type in words."""
        return labels(self.lang).one_of("answer_type", entry.type)

    def shown(self, row: Mapping[str, Any]) -> str:
        """Return one value of a distribution as printed; a dash where it is withheld."""
        numbers = Numbers(lang=self.lang)
        value = row["value"]
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return numbers.number(None)
        if row["kind"] == "share":
            return numbers.percent(value)
        if row["kind"] == "date":
            return numbers.date(_EPOCH + timedelta(days=round(value)))
        return numbers.exact(value, 1)
