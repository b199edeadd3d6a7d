"""Gaps, bullet, cascade, forest, tiles: what they draw, what they refuse, nothing overlapping."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kgeval import present as show
from kgeval.errors import ParameterError
from kgeval.present.charts.gaps import with_gaps
from kgeval.present.layout import overlaps
from tests.present.made_up import (
    NAMES,
    census_row,
    estimate_row,
    indicator,
    made_up_study,
    results,
    verdict_row,
)

NAN = float("nan")
SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def endline(areas: int, *, suppressed: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    estimates, verdicts, _ = results(areas, suppressed=suppressed)
    return estimates[estimates["round"] == "endline"], verdicts


def effects() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": NAMES,
            "value": [0.5, 1.2, 2.3, 0.9, NAN, 4.0],
            "low": [0.3, 1.05, 1.5, 0.5, NAN, 1.2],
            "high": [0.8, 1.4, 3.4, 1.6, NAN, 12.0],
            "n": [100] * 6,
        }
    )


@pytest.mark.parametrize("size", ["report", "slide"])
@pytest.mark.parametrize("suppressed", [False, True])
def test_nothing_overlaps(size, suppressed) -> None:
    study = made_up_study(11)
    estimates, verdicts = endline(11, suppressed=suppressed)
    whole = estimates[estimates["area"] == "all"]
    given = {"size": size, "synthetic": True}
    about = show.Forest(what="Được truyền thông", measure="Tỷ số chênh", ratio=True)
    for chart in (
        show.gaps(estimates, verdicts, study, "vi", **given),
        show.bullet(whole, verdicts, study, "vi", **given),
        show.cascade(whole, [("R", "main"), ("R", "main")], study, "vi", **given),
        show.tiles(estimates, verdicts, study, "vi", **given),
        show.forest(effects(), about, "vi", **given),
    ):
        assert overlaps(chart.figure) == [], chart.name
        assert chart.title
        assert not chart.data.empty


def test_a_gap_is_good_to_the_right_whatever_the_direction() -> None:
    study = made_up_study(2)
    study.indicators = (*study.indicators, indicator("L", direction="lower"))
    estimates = pd.DataFrame(
        [
            estimate_row(value=0.96, low=0.93, high=0.98),
            estimate_row(indicator="L", value=0.2, low=0.1, high=0.3),
        ]
    )
    verdicts = pd.DataFrame([verdict_row(), verdict_row(indicator="L", target=0.25)])
    rows = with_gaps(show.publish(estimates, verdicts, study, "vi")).set_index("indicator")
    np.testing.assert_allclose(
        rows.loc["R", ["gap", "gap_low", "gap_high"]].astype(float), [0.01, -0.02, 0.03]
    )
    np.testing.assert_allclose(
        rows.loc["L", ["gap", "gap_low", "gap_high"]].astype(float), [0.05, -0.05, 0.15]
    )


def test_a_census_gap_is_bounded_by_what_is_unknown() -> None:
    estimates, verdicts = pd.DataFrame([census_row()]), pd.DataFrame([verdict_row(indicator="G", target=0.8)])
    rows = with_gaps(show.publish(estimates, verdicts, made_up_study(1), "vi"))
    np.testing.assert_allclose(rows[["gap_low", "gap_high"]].astype(float).iloc[0], [0.0, 0.05], atol=1e-12)


def test_bars_of_several_areas_are_refused() -> None:
    estimates, verdicts = endline(3)
    with pytest.raises(ParameterError, match="one area"):
        show.bullet(estimates, verdicts, made_up_study(3), "vi")


def test_a_cascade_names_its_greatest_loss() -> None:
    study = made_up_study(1)
    study.indicators = tuple(
        indicator(key, short={"vi": f"Bước {key}", "en": f"Step {key}"}) for key in ("A", "B", "C")
    )
    rows = [estimate_row(indicator=key, value=value) for key, value in (("A", 0.9), ("B", 0.5), ("C", 0.45))]
    steps = [("A", "main"), ("B", "main"), ("C", "main")]
    chart = show.cascade(pd.DataFrame(rows), steps, study, "vi")
    assert (
        chart.title.replace("\u00a0", " ") == "Bến Đò: mất nhiều nhất ở bước “Bước B”, −40,0 điểm phần trăm"
    )
    np.testing.assert_allclose(chart.data["drop"], [NAN, -0.4, -0.05])
    with pytest.raises(ParameterError, match="one population"):
        show.cascade(pd.DataFrame([*rows, census_row()]), [*steps, ("G", "main")], _with_groups(study), "vi")


def _with_groups(study):
    study.indicators = (*study.indicators, indicator("G", unit={"vi": "nhóm", "en": "groups"}))
    return study


def test_a_forest_counts_what_clearly_differs() -> None:
    about = show.Forest(what="X", measure="Tỷ số chênh", ratio=True)
    assert show.forest(effects(), about, "vi").title == "X: 4/6 kết quả khác 1 rõ rệt"
    with pytest.raises(ParameterError, match="above 0"):
        show.forest(effects().assign(low=-1.0), about, "vi")
    with pytest.raises(ParameterError, match="1 to 40 rows"):
        show.forest(effects().iloc[:0], about, "vi")


def test_tiles_keep_their_places() -> None:
    estimates, verdicts = endline(3)
    places = {"0": (0, 0), "1": (1, 0), "2": (0, 1)}
    chart = show.tiles(estimates, verdicts, made_up_study(3), "vi", places=places)
    assert (
        dict(zip(chart.data["area"], zip(chart.data["row"], chart.data["column"], strict=True), strict=True))
        == places
    )
    with pytest.raises(ParameterError, match="no tile is placed for area 2"):
        show.tiles(estimates, verdicts, made_up_study(3), "vi", places={"0": (0, 0), "1": (1, 0)})


def test_boundaries_of_the_user() -> None:
    estimates, verdicts = endline(2)
    square = tuple(tuple(point) for point in SQUARE)
    boundaries = {"0": (square,), "1": (tuple((x + 1, y) for x, y in square),)}
    chart = show.tiles(estimates, verdicts, made_up_study(2), "vi", boundaries=boundaries)
    assert overlaps(chart.figure) == []
    assert any(text.get_text().startswith("1. Bến Đò") for axes in chart.figure.axes for text in axes.texts)
    with pytest.raises(ParameterError, match="the boundaries lack area 1"):
        show.tiles(estimates, verdicts, made_up_study(2), "vi", boundaries={"0": (square,)})


def test_more_areas_than_a_chart_holds_make_pages() -> None:
    estimates, verdicts = endline(14)
    study = made_up_study(14)
    given = {"size": "slide", "synthetic": True}
    for draw in (show.against_target, show.gaps):
        drawn = [draw(estimates, verdicts, study, "vi", page=page, **given) for page in (1, 2)]
        assert [chart.title[-5:] for chart in drawn] == ["(1/2)", "(2/2)"]
        assert [list(chart.data["area"].drop_duplicates())[-1] for chart in drawn] == ["all", "all"]
        seen = [area for chart in drawn for area in chart.data["area"] if area != "all"]
        assert sorted(seen) == sorted(map(str, range(14)))
        assert [overlaps(chart.figure) for chart in drawn] == [[], []]
