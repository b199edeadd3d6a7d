"""Measures and colours, read from ``resources/style.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from kgeval.plan.indicator import Direction

SizeName = Literal["report", "slide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size of a figure: inches, except the fonts and lines, which are points."""

    width: float
    height: float
    dpi: int
    title: float
    subtitle: float
    axis: float
    label: float
    source: float
    row: float
    margin: float
    line: float
    marker: float
    whisker: float
    rows: int


@cache
def _content() -> dict[str, Any]:
    text = (files("kgeval.present") / "resources" / "style.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def size_of(name: SizeName) -> Size:
    """Return the measures of a size of figure."""
    return Size(**_content()["size"][name])


def colour(name: str) -> str:
    """Return a colour by its name."""
    return str(_content()["colour"][name])


def verdict_colour(verdict: str) -> str:
    """Return the colour of a verdict."""
    return str(_content()["verdict"][verdict]["colour"])


def verdict_marker(verdict: str) -> str:
    """Return the marker of a verdict; "" where nothing is drawn."""
    return str(_content()["verdict"][verdict]["marker"])


def change_colour(change: str, direction: Direction = "higher") -> str:
    """Return the colour of a change by its code: one for the wished direction, one against it.

    A clear change that nobody wished to go either way (``none``) is neither.
    """
    if change in ("up", "down") and direction != "higher":
        change = "neither" if direction == "none" else "down" if change == "up" else "up"
    return str(_content()["change"][change]["colour"])


def font() -> str:
    """Return the family that holds every Vietnamese letter and all markers."""
    return str(_content()["font"]["family"])
