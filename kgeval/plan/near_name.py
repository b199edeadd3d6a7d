"""The known name that a mistyped one most likely means: letters, case, marks or a letter too many."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to one that is not known; ``None`` where none is near.

    Examples
    --------
    >>> near_name("Tinh", ["tỉnh", "xã"]), near_name("clustr", ["cluster"]), near_name("z", ["weight"])
    ('tỉnh', 'cluster', None)
    """
    plain: dict[str, str] = {}
    for one in known:
        plain.setdefault(_plain(one), one)
    near = get_close_matches(_plain(name), plain, n=1)
    return plain[near[0]] if near else None


def meant(name: str, known: Iterable[str]) -> str:
    """Return the words that offer the near name, to stand before a remedy; empty where none is near.

    Examples
    --------
    >>> meant("clustr", ["cluster"])
    "did you mean 'cluster'? "
    """
    near = near_name(name, known)
    return "" if near is None else f"did you mean {near!r}? "


def _plain(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d").strip())
    return "".join(part for part in parts if not unicodedata.combining(part))
