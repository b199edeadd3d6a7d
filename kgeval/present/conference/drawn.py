"""The charts of a conference: of the whole, of the areas side by side, and what lies behind them."""

from __future__ import annotations

from collections.abc import Iterator

from kgeval.plan.area import WHOLE
from kgeval.present.boundaries import Boundaries
from kgeval.present.charts.against_target import against_target
from kgeval.present.charts.bullet import bullet
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.dumbbell import dumbbell, rows_to_draw
from kgeval.present.charts.gaps import gaps
from kgeval.present.charts.tiles import tiles
from kgeval.present.conference.behind import cascade_chart, forest_chart
from kgeval.present.conference.judged import judged_changes, judged_shares, priorities, single_areas
from kgeval.present.published import main
from kgeval.present.reading_order import pages_of
from kgeval.present.results import Results
from kgeval.present.style import SizeName, size_of


def charts(
    results: Results, *, size: SizeName = "report", boundaries: Boundaries | None = None
) -> tuple[Chart, ...]:
    """Return every chart of a conference, in one size.

    Parameters
    ----------
    results
        All areas of a run.
    size
        ``"report"`` or ``"slide"``. More areas than a chart of this size can show make more charts.
    boundaries
        The areas' boundaries for the map of verdicts; None: a schema of tiles.
    """
    study, lang, synthetic = results.study, results.lang, results.synthetic
    own = results.of(WHOLE)
    return (
        *area_charts(own, size=size),
        bullet(own.endline, own.verdicts, study, lang, name="bullet", size=size, synthetic=synthetic),
        *charts_by_area(results, size=size),
        *_maps(results, size, boundaries),
        *_gaps(results, size),
        *cascade_chart(results, size=size),
        *forest_chart(results, size=size),
    )


def area_charts(own: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return the charts of one area: its results against the targets, then what changed."""
    study, lang, synthetic = own.study, own.lang, own.synthetic
    most, compared = size_of(size).rows, judged_changes(own)
    targets = (
        against_target(
            own.endline, own.verdicts, study, lang,
            name=_named("targets", page), page=page, size=size, synthetic=synthetic,
        )
        for page in pages_of(len(judged_shares(own)), most)
    )  # fmt: skip
    changes = (
        dumbbell(
            compared, study, lang,
            estimates=own.estimates, name=_named("change", page), page=page, size=size, synthetic=synthetic,
        )
        for page in pages_of(len(rows_to_draw(compared, study, lang, own.estimates)[0]), most)
    )  # fmt: skip
    return (*targets, *changes)


def charts_by_area(results: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return the charts of each priority, areas as rows."""
    rows = main(results.endline)
    return tuple(
        against_target(
            rows[rows["indicator"] == key], results.verdicts, results.study, results.lang,
            name=_named(f"targets_{key.lower()}", page), page=page, size=size, synthetic=results.synthetic,
        )
        for key in priorities(results)
        for page in _pages(results, size)
    )  # fmt: skip


def tile_places(results: Results) -> dict[str, tuple[int, int]] | None:
    """Return row and column of the tile of each area, where the study places all that have results."""
    given = results.study.report.get("tiles", {})
    placed = {str(code): (int(at[0]), int(at[1])) for code, at in given.items()}
    return placed if placed and set(single_areas(results)) <= set(placed) else None


def _maps(results: Results, size: SizeName, boundaries: Boundaries | None) -> Iterator[Chart]:
    """Draw where each verdict holds: after the charts with the intervals, never instead of them."""
    rows = main(results.endline)
    if len(single_areas(results)) > 1:
        for key in priorities(results):
            yield tiles(
                rows[rows["indicator"] == key], results.verdicts, results.study, results.lang,
                places=tile_places(results), boundaries=boundaries, name=f"tiles_{key.lower()}",
                size=size, synthetic=results.synthetic,
            )  # fmt: skip


def _gaps(results: Results, size: SizeName) -> Iterator[Chart]:
    rows = main(results.endline)
    several = rows[rows["indicator"].isin(priorities(results))]
    for page in _pages(results, size):
        yield gaps(
            several, results.verdicts, results.study, results.lang,
            name=_named("gaps", page), page=page, size=size, synthetic=results.synthetic,
        )  # fmt: skip


def _pages(results: Results, size: SizeName) -> range:
    return pages_of(len(single_areas(results)), size_of(size).rows - 1)


def _named(name: str, page: int) -> str:
    return name if page == 1 else f"{name}_{page}"
