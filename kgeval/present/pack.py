"""The conference pack: every file that people take away, and the checks that it must pass.

The same results give the same bytes in every file; a pack that does not pass is not written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from kgeval.errors import UserError
from kgeval.plan.area import WHOLE
from kgeval.present.boundaries import Boundaries
from kgeval.present.charts.chart import Chart, save, twin
from kgeval.present.check import (
    figure_faults,
    honest_faults,
    number_faults,
    office_faults,
    page_faults,
)
from kgeval.present.conference import area_report, charts, deck
from kgeval.present.conference.books import tables
from kgeval.present.conference.front import front_page, report_name
from kgeval.present.handout import handout
from kgeval.present.labels import labels
from kgeval.present.results import Results

FORMATS = ("png", "svg", "pdf", "csv")
Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]  # as ``map``; over processes as well


class PackError(UserError):
    """The pack does not pass its checks; ``faults`` holds one line a fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("the pack does not pass its checks, nothing was written: " + "; ".join(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """Files of a pack, the charts that they show (without their figures), what is wrong with the figures."""

    files: dict[str, bytes]
    drawn: tuple[Chart, ...] = ()
    faults: tuple[str, ...] = ()


def pack(
    results: Results,
    accounts: pd.DataFrame,
    *,
    areas: Iterable[str] = (),
    boundaries: Boundaries | None = None,
    formats: Iterable[str] = FORMATS,
    spread: Spread = map,
) -> dict[str, bytes]:
    """Return every file of the conference pack by its path.

    Parameters
    ----------
    results
        The results of a review run.
    accounts
        The accounts of the data.
    areas
        Areas that get a report of their own besides the whole; none: all.
    boundaries
        The areas' boundaries for the map; None: a schema of tiles.
    formats
        The formats of charts.
    spread
        Makes the parts of the pack: ``map``, or its like over several processes. The bytes are the same.

    Raises
    ------
    PackError
        Whatever ``kgeval.present.check`` finds, all at once.
    """
    wanted, kinds = tuple(areas) or results.areas, tuple(formats)
    parts = [  # the longest first
        partial(_projected, results, kinds, boundaries),
        partial(_printed, results, kinds, boundaries, report=WHOLE in wanted),
        *(partial(_report, results, area) for area in wanted if area != WHOLE),
        partial(_to_hand_out, results, accounts, boundaries),
    ]
    made: list[_Made] = list(spread(_do, parts))
    drawn = made[1].drawn
    files = {name: content for one in made for name, content in one.files.items()}
    titles = {chart.name: chart.title for chart in drawn}
    files["index.html"] = front_page(results, wanted, titles, files).encode("utf-8")
    found = [*(fault for one in made for fault in one.faults), *_said_faults(drawn, results, files)]
    if found:
        raise PackError(dict.fromkeys(found))
    return dict(sorted(files.items()))


def faults(drawn: Iterable[Chart], results: Results, files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with a pack: one line a fault; ``drawn`` are the charts of one size."""
    drawn = tuple(drawn)
    return [*figure_faults(drawn, results), *_said_faults(drawn, results, files)]


def manifest(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the sha256 of each file by its path."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _said_faults(drawn: tuple[Chart, ...], results: Results, files: Mapping[str, bytes]) -> list[str]:
    return [
        *number_faults(files, drawn, results),
        *honest_faults(files, drawn, results),
        *office_faults(files, results),
        *page_faults(files, results),
    ]


def _do(part: Callable[[], _Made]) -> _Made:
    return part()


def _projected(results: Results, kinds: tuple[str, ...], boundaries: Boundaries | None) -> _Made:
    """Make what is projected: the charts of the hall's size and the slides."""
    drawn = charts(results, size="slide", boundaries=boundaries)
    files = {f"charts/hall/{name}": content for name, content in save(*drawn, formats=kinds).items()}
    files["slides.pptx"] = deck(results, drawn)
    return _Made(files=files, drawn=_bare(drawn), faults=tuple(figure_faults(drawn, results)))


def _printed(
    results: Results, kinds: tuple[str, ...], boundaries: Boundaries | None, *, report: bool
) -> _Made:
    """Make what is printed of the whole: the charts of the report's size, in words too, and the report."""
    drawn = charts(results, boundaries=boundaries)
    files = {f"charts/{name}": content for name, content in save(*drawn, formats=kinds).items()}
    rows = [[chart.name, chart.title, chart.alt] for chart in drawn]
    files["alt_texts.csv"] = twin(pd.DataFrame(rows, columns=["chart", "title", "alt"]))
    if report:
        files[report_name(results, WHOLE)] = area_report(results, WHOLE, drawn)
    return _Made(files=files, drawn=_bare(drawn), faults=tuple(figure_faults(drawn, results)))


def _report(results: Results, area: str) -> _Made:
    return _Made(files={report_name(results, area): area_report(results, area)})


def _to_hand_out(results: Results, accounts: pd.DataFrame, boundaries: Boundaries | None) -> _Made:
    page = handout(results, boundaries=boundaries, file=labels(results.lang)["handout.file"])
    return _Made(files={"tables.xlsx": tables(results, accounts), "page.html": page.encode("utf-8")})


def _bare(drawn: Iterable[Chart]) -> tuple[Chart, ...]:
    return tuple(replace(chart, figure=None, pictures={}) for chart in drawn)
