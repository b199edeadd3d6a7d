"""``disruptions.toml``: what interrupted the phase (an epidemic, a flood), and which answers fall into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kgeval.plan.evaluation.reference import Reference, Tally, references, tally
from kgeval.plan.toml import Block, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time of interruption; a day that nobody has confirmed by a document is None and stays unknown."""

    label: Mapping[str, str]
    starts: date | None
    ends: date | None
    source: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Indicators whose question looks back ``months`` (0: at the day of the interview), and how they read."""

    indicators: tuple[Reference, ...]
    months: int
    reads: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """One interruption: its periods, what respondents say of it, what became of units, which windows it cuts.

    ``since`` is the first day that the study's own questions count from, ``until`` the last one where it is
    known.
    """

    key: str
    label: Mapping[str, str]
    since: date | None
    until: date | None
    periods: tuple[Period, ...]
    closure: Tally | None
    closure_unit: Mapping[str, str]
    outcomes: tuple[Reference, ...]
    windows: tuple[Window, ...]


def read_disruptions(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Disruption, ...]:
    """Read ``disruptions.toml``; an absent file means that nothing is known to have interrupted the phase."""
    if not path.exists():
        return ()
    top = Block(path.name, read_toml(path, faults), faults)
    return tuple(_disruption(top.block(key), key, languages) for key in top.content)


def _disruption(block: Block, key: str, languages: tuple[str, ...]) -> Disruption:
    block.only({"label", "since", "until", "period", "closure", "closure_unit", "outcomes", "window"})
    return Disruption(
        key=key,
        label=block.words("label", languages),
        since=block.day("since"),
        until=block.day("until"),
        periods=tuple(_period(one, languages) for one in block.blocks("period")),
        closure=tally(block.block("closure")),
        closure_unit=block.words("closure_unit", languages, needed="closure" in block.content),
        outcomes=references(block, "outcomes"),
        windows=tuple(_window(one, languages) for one in block.blocks("window")),
    )


def _period(block: Block, languages: tuple[str, ...]) -> Period:
    block.only({"label", "starts", "ends", "source"})
    return Period(
        label=block.words("label", languages),
        starts=block.day("starts"),
        ends=block.day("ends"),
        source=block.words("source", languages),
    )


def _window(block: Block, languages: tuple[str, ...]) -> Window:
    block.only({"indicators", "months", "reads"})
    return Window(
        indicators=references(block, "indicators"),
        months=block.take("months", int, 0),
        reads=block.words("reads", languages),
    )
