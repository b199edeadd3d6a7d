"""The charts of a conference: targets, each target by area, change, gaps, tiles, bullet."""

from __future__ import annotations

from kgeval.plan.area import WHOLE
from kgeval.present.charts.against_target import against_target
from kgeval.present.charts.bullet import bullet
from kgeval.present.charts.chart import Chart
from kgeval.present.charts.dumbbell import dumbbell
from kgeval.present.charts.gaps import gaps
from kgeval.present.charts.tiles import tiles
from kgeval.present.conference.judged import judged_changes, priorities
from kgeval.present.published import main
from kgeval.present.results import Results
from kgeval.present.style import SizeName

_FEW_AREAS = 4  # the whole counted: with so few a map says nothing that the chart does not


def charts(results: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return the charts of the whole."""
    study, lang, synthetic = results.study, results.lang, results.synthetic
    own, rows = results.of(WHOLE), main(results.endline)
    drawn = [
        *area_charts(own, size=size),
        bullet(own.endline, own.verdicts, study, lang, name="bullet", size=size, synthetic=synthetic),
        *charts_by_area(results, size=size),
    ]
    keys = priorities(results)
    if len(results.areas) > _FEW_AREAS:
        drawn += [
            tiles(
                rows[rows["indicator"] == key], results.verdicts, study, lang,
                name=f"tiles_{key.lower()}", size=size, synthetic=synthetic,
            )
            for key in keys
        ]  # fmt: skip
    several = rows[rows["indicator"].isin(keys)]
    drawn.append(gaps(several, results.verdicts, study, lang, name="gaps", size=size, synthetic=synthetic))
    return tuple(drawn)


def area_charts(own: Results, *, size: SizeName = "report") -> tuple[Chart, Chart]:
    """Return the charts of one area: its results against the targets, and what changed."""
    study, lang, synthetic = own.study, own.lang, own.synthetic
    return (
        against_target(
            own.endline, own.verdicts, study, lang, name="targets", size=size, synthetic=synthetic
        ),
        dumbbell(
            judged_changes(own), study, lang,
            estimates=own.estimates, name="change", size=size, synthetic=synthetic,
        ),
    )  # fmt: skip


def charts_by_area(results: Results, *, size: SizeName = "report") -> tuple[Chart, ...]:
    """Return one chart a priority, areas as rows."""
    rows = main(results.endline)
    return tuple(
        against_target(
            rows[rows["indicator"] == key], results.verdicts, results.study, results.lang,
            name=f"targets_{key.lower()}", size=size, synthetic=results.synthetic,
        )
        for key in priorities(results)
    )  # fmt: skip
