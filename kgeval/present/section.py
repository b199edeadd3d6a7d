"""A part of a page whose heading stands only where there is something below it.

Notebooks are one text for all studies. What a study has no data for must leave no empty heading behind,
so the headings of such parts are printed by code, together with what they head.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.charts.chart import Chart
from kgeval.present.labels import labels
from kgeval.present.prose import Text
from kgeval.present.tables.spec import TableSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    Part = TableSpec | Text | Chart | pd.DataFrame | Sequence["Part"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """A heading, a line on what stands below it, and the parts that hold something; all or nothing.

    It displays itself part by part, so that a chart stays a picture. An empty ``heading``: nothing at all.
    ``level`` 1 heads a part of the page, 2 a section of it.
    """

    heading: str
    about: str
    parts: tuple[object, ...]
    level: int = 2

    def __bool__(self) -> bool:
        return bool(self.heading)

    def _repr_html_(self) -> str:
        """Return the heading alone; the parts display themselves."""
        if not self:
            return ""
        about = f"<p><em>{escape(self.about)}</em></p>" if self.about else ""
        return f"<h{self.level}>{escape(self.heading)}</h{self.level}>{about}"

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if self:
            display(HTML(self._repr_html_()), *self.parts)  # type: ignore[no-untyped-call]


def section(name: str, *parts: Part, lang: str, level: int = 2) -> Headed:
    """Return the parts under their heading, or nothing where no part holds anything.

    Parameters
    ----------
    name
        The heading is the label ``section.<name>.title``, the line below it ``section.<name>.about``.
    parts
        Tables, sentences, charts, lists of them; a part that holds nothing is left out. A frame decides
        whether there is anything (it is not shown: use it to print a heading above cells that follow);
        a note alone is no reason for a heading.
    lang
        Language of the heading.
    level
        1 for a part of the page, 2 for a section of it.
    """
    kept = [part for part in _flat(parts) if holds(part)]
    if all(isinstance(part, Text) and part.kind == "note" for part in kept):
        return Headed(heading="", about="", parts=())
    words, about = labels(lang), f"section.{name}.about"
    return Headed(
        heading=words[f"section.{name}.title"],
        about=str(words.words.get(about, "")),
        parts=tuple(part for part in kept if not isinstance(part, pd.DataFrame)),
        level=level,
    )


def holds(part: Part) -> bool:
    """Return whether a part has anything to show: a row, a paragraph, something drawn."""
    match part:
        case None:
            return False
        case TableSpec():
            return not part.cells.empty
        case Text():
            return bool(part.paragraphs)
        case Chart():
            return not part.data.empty
        case pd.DataFrame():
            return not part.empty
    return any(holds(one) for one in part)


def _flat(parts: Sequence[Part]) -> list[Part]:
    """Take lists apart; what displays itself stays whole."""
    found: list[Part] = []
    for part in parts:
        found += _flat(part) if isinstance(part, list | tuple) else [part]
    return found
