"""The measures of the administrative format, read from ``resources/nd30.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

MM = 36000  # English metric units
POINT = 12700
TWIPS_IN_MM = 1440 / 25.4
MM_IN_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleSpec:
    """A paragraph style: points, except ``first_line`` in millimetres and ``line`` in lines."""

    size: float
    builtin: str = ""
    bold: bool = False
    italic: bool = False
    align: str = "left"
    before: float = 0
    after: float = 0
    first_line: float = 0
    line: float = 1
    exact: float = 0
    keep: bool = False
    colour: str = "000000"


@cache
def _content() -> dict[str, dict[str, Any]]:
    text = (files("kgeval.present") / "resources" / "nd30.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def measure(room: str, name: str) -> float:
    """Return one measure."""
    return float(_content()[room][name])


def family() -> str:
    """Return the typeface."""
    return str(_content()["type"]["family"])


@cache
def style_specs() -> dict[str, StyleSpec]:
    """Return the paragraph styles by their key."""
    return {key: StyleSpec(**given) for key, given in _content()["styles"].items()}


def text_width(*, wide: bool) -> float:
    """Return how many millimetres a line of text may take on a portrait or a landscape page."""
    across = measure("page", "height" if wide else "width")
    return across - measure("page", "left") - measure("page", "right")
