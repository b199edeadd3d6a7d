"""Text that a notebook shows: the title of a page, sentences about results, fixed caveats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.plan.flag import SUPPRESS
from kgeval.present.answers import round_labels
from kgeval.present.caveat import CHANGE, caveats, change_caveat
from kgeval.present.change_text import change_sentence
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import raised
from kgeval.present.published import main, plain
from kgeval.present.text import sentence

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_KEYS = ("indicator", "variant", "area")
_LEAD = re.compile(r"[^.:]{1,60}[.:](?= )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Paragraphs of plain text that display themselves; what stands in them is never read as markup.

    ``kind`` is ``findings``, ``led`` (each paragraph led by its first words, up to ". " or ": "), ``note``,
    ``title`` or ``warning``: how a page sets them.
    """

    paragraphs: tuple[str, ...]
    kind: str = "findings"

    def __str__(self) -> str:
        return "\n".join(self.paragraphs)

    def _repr_html_(self) -> str:
        set_in = "".join(f"<p>{self._set(paragraph)}</p>" for paragraph in self.paragraphs)
        return f'<div class="kg-{self.kind}">{set_in}</div>' if set_in else ""

    def _set(self, paragraph: str) -> str:
        lead = _LEAD.match(paragraph) if self.kind == "led" else None
        if lead is None:
            return escape(paragraph)
        return f"<strong>{escape(lead[0])}</strong>{escape(paragraph[lead.end() :])}"


def title(place: str, *, study: Study, lang: str, synthetic: bool = False) -> Text:
    """Return the head of a page: the place, the study, its phase, and what every page must say.

    The watermark stands first where the data are simulated, then the study's own banner.
    """
    words = labels(lang)
    as_of = (
        words.fill("page.as_of", date=Numbers(lang=lang).date(study.data_as_of)) if study.data_as_of else ""
    )
    warnings = (words["caveat.synthetic"] if synthetic else "", word_of(study.banner, lang))
    about = (word_of(study.title, lang), raised(word_of(study.phase, lang)), as_of)
    return Text(paragraphs=tuple(part for part in (place, *about, *warnings) if part), kind="title")


def sentences(estimates: pd.DataFrame, verdicts: pd.DataFrame | None, study: Study, lang: str) -> Text:
    """Return one paragraph a row of ``estimates``; the first with an interval explains it."""
    judged = {} if verdicts is None else {_key(row): row for row in verdicts.to_dict("records")}
    said, explained = [], False
    for row in plain(estimates).to_dict("records"):
        has_interval = isinstance(row["low"], float) and pd.notna(row["low"]) and row["flag"] != SUPPRESS
        said.append(
            sentence(
                row,
                judged.get(_key(row)) if row["round"] == study.endline.key else None,
                indicator=study.indicator(row["indicator"], row["variant"]),
                place=study.area_label(row["area"], lang),
                lang=lang,
                first=has_interval and not explained,
            )
        )
        explained = explained or has_interval
    return Text(paragraphs=tuple(said))


def target_sentences(estimates: pd.DataFrame, verdicts: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return one paragraph a target: the main definitions that have a verdict."""
    judged = set(zip(*(verdicts[key] for key in _KEYS), strict=True))
    keys = zip(*(estimates[key] for key in _KEYS), strict=True)
    # As a mask and not as a list: an empty list would choose no columns.
    with_target = estimates[pd.Series([key in judged for key in keys], index=estimates.index, dtype=bool)]
    return sentences(main(with_target), verdicts, study, lang)


def change_sentences(changes: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return one paragraph a change of a main definition, and that a change has no cause here."""
    rounds = round_labels(study, lang)
    said = [
        change_sentence(
            row,
            indicator=study.indicator(row["indicator"], row["variant"]),
            place=study.area_label(row["area"], lang),
            rounds=rounds,
            lang=lang,
        )
        for row in main(plain(changes)).to_dict("records")
    ]
    return Text(paragraphs=(*said, change_caveat(study, lang, changes["indicator"])) if said else ())


def limits(study: Study, lang: str) -> Text:
    """Return what every review says of its data: of samples, full counts, changes."""
    return Text(paragraphs=caveats(study, lang, ("sample", "census", CHANGE)), kind="note")


def note(*names: str, lang: str) -> Text:
    """Return fixed phrases of the label file, e.g. ``"caveat.sample"``."""
    return Text(paragraphs=tuple(labels(lang)[name] for name in names), kind="note")


def absent_areas(places: Sequence[str], lang: str) -> Text:
    """Return the warning that areas are missing from all totals; nothing where none is missing."""
    said = (labels(lang).fill("table.absent_areas", places=", ".join(places)),) if places else ()
    return Text(paragraphs=said, kind="warning")


def _key(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return tuple(str(row[key]) for key in _KEYS)
