"""The words of a notebook's own cells in the language of its page.

Each cell has a heading in Vietnamese, then a sentence in English in italics, and sometimes more in
Vietnamese. A page in Vietnamese shows all of it; one in another language the English alone. Notebooks of
others are left as they are: nothing says that what stands behind their first words is not wanted.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

# a heading with a letter that English lacks, and a whole sentence: not "## Results" and "*Weighted* shares …"
_CELL = re.compile(r"(?P<marks>#+) [^\n]*[^\x00-\x7f][^\n]*\n+\*(?P<english>[^*\n]+\.)\*")


def in_language(notebook: Any, lang: str) -> Any:
    """Return a notebook whose headings are in a language; cells of another form stay as they are."""
    if lang == "vi":
        return notebook
    changed = deepcopy(notebook)
    for cell in changed.cells:
        if cell.cell_type == "markdown" and (found := _CELL.match(cell.source)):
            cell.source = _english(found["marks"], found["english"])
    return changed


def title_in(opening: str, lang: str) -> str:
    """Return the title that a notebook's first cell has in a language; "" where it is the Vietnamese one."""
    found = None if lang == "vi" else _CELL.match(opening)
    return _english("#", found["english"]).splitlines()[0].removeprefix("# ") if found else ""


def _english(marks: str, sentence: str) -> str:
    """Make a heading of a sentence, and a sentence of what stands behind its colon.

    >>> print(_english("##", "The areas side by side: sorted, not ranked."))
    ## The areas side by side
    <BLANKLINE>
    *Sorted, not ranked.*
    """
    head, colon, rest = sentence.partition(": ")
    if not colon:
        return f"{marks} {sentence.removesuffix('.')}"
    return f"{marks} {head}\n\n*{rest[:1].upper()}{rest[1:]}*"
