"""Figures with awkward names, many rows and nothing to show: readable, honest, the same bytes each time."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from kgeval.errors import ParameterError
from kgeval.present import against_target, against_target_by_area, dumbbell, save
from kgeval.present.layout import overlaps, width_of, wrapped
from tests.present.made_up import (
    change_row,
    estimate_row,
    indicator,
    made_up_study,
    results,
    verdict_row,
)

NAN = float("nan")


def endline(estimates: pd.DataFrame) -> pd.DataFrame:
    return estimates[estimates["round"] == "endline"]


@pytest.mark.parametrize(
    ("areas", "size", "suppressed", "lang"),
    [
        (1, "report", False, "vi"),
        (3, "slide", False, "en"),
        (6, "report", False, "vi"),
        (6, "slide", True, "vi"),
        (11, "report", True, "en"),
        (11, "slide", False, "vi"),
    ],
)
def test_no_text_overlaps_or_leaves_the_canvas(areas, size, suppressed, lang) -> None:
    study = made_up_study(areas)
    estimates, verdicts, changes = results(areas, suppressed=suppressed)
    given = {"size": size, "synthetic": True}
    drawn = (
        against_target(endline(estimates), verdicts, study, lang, **given),
        dumbbell(changes, study, lang, estimates=estimates, **given),
    )
    for chart in drawn:
        assert overlaps(chart.figure) == []
        assert chart.title
        assert chart.alt.endswith(".")


def test_the_checker_sees_what_is_wrong() -> None:
    from kgeval.present.charts.sheet import put

    study = made_up_study(3)
    estimates, verdicts, _ = results(3)
    chart = against_target(endline(estimates), verdicts, study, "vi")
    put(chart.figure, -0.2, 1.0, "outside", 10)
    put(chart.figure, 1.0, 1.0, "one", 10)
    put(chart.figure, 1.02, 1.0, "other", 10)
    faults = overlaps(chart.figure)
    assert any("outside the canvas: 'outside'" in fault for fault in faults)
    assert any("'one' and 'other'" in fault for fault in faults)


def test_rows_are_sorted_with_the_whole_last_and_the_unseen_before_it() -> None:
    rows = pd.DataFrame(
        [
            estimate_row(area="0", value=0.5),
            estimate_row(area="1", value=0.9),
            estimate_row(area="2", flag="suppress", value=0.99),
            estimate_row(area="all", value=0.7),
        ]
    )
    chart = against_target(rows, None, made_up_study(3), "vi")
    assert list(chart.data["area"]) == ["1", "0", "2", "all"]


def test_suppressed_values_are_in_no_part_of_a_chart() -> None:
    study = made_up_study(2)
    rows = pd.DataFrame([estimate_row(area="0", value=0.4321, flag="suppress"), estimate_row(area="1")])
    judged = pd.DataFrame([verdict_row(area="0"), verdict_row(area="1")])
    chart = against_target(rows, judged, study, "vi")
    files = save(chart)
    assert "–" in chart.alt
    for text in (
        chart.alt,
        chart.title,
        files["against_target.csv"].decode(),
        files["against_target.svg"].decode(),
    ):
        assert "43,2" not in text
        assert "0.4321" not in text
    row = pd.read_csv(io.BytesIO(files["against_target.csv"]), dtype={"area": str}).set_index("area").loc["0"]
    assert row[["value", "low", "high", "n"]].isna().all()
    assert row["outcome"] == "suppressed"


def test_the_twin_holds_the_unrounded_values() -> None:
    study = made_up_study(3)
    estimates, verdicts, _ = results(3)
    chart = against_target(endline(estimates), verdicts, study, "vi")
    read = pd.read_csv(io.BytesIO(save(chart)["against_target.csv"]), dtype={"area": str})
    expected = endline(estimates).set_index("area")["value"].loc[list(read["area"])]
    np.testing.assert_allclose(read["value"], expected)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "csv"])
def test_the_same_chart_gives_the_same_bytes(kind: str) -> None:
    study = made_up_study(3)
    estimates, verdicts, _ = results(3)
    one, other = (
        save(against_target(endline(estimates), verdicts, study, "vi"), formats=[kind]) for _ in range(2)
    )
    assert one == other
    assert b"matplotlib" not in next(iter(one.values()))[:4000].lower() or kind == "svg"


def test_titles_count_the_verdicts() -> None:
    study = made_up_study(3)
    rows = pd.DataFrame([estimate_row(area=str(n)) for n in range(3)])
    say = lambda *codes: against_target(  # noqa: E731
        rows,
        pd.DataFrame([verdict_row(area=str(n), statistical=code) for n, code in enumerate(codes)]),
        study,
        "vi",
    ).title.replace("\u00a0", " ")
    assert say("met", "met", "met") == "Bà mẹ được truyền thông: cả 3 địa bàn đạt chỉ tiêu 95%"
    assert say("not_met", "not_met", "not_met").endswith("cả 3 địa bàn chưa đạt chỉ tiêu 95%")
    assert say("met", "not_met", "unclear").endswith(
        "1/3 địa bàn đạt chỉ tiêu 95%; 1 chưa đạt; 1 chưa đủ cơ sở kết luận"
    )
    assert say("unclear", "unclear", "unclear").endswith(
        "3/3 địa bàn chưa đủ cơ sở kết luận so với chỉ tiêu 95%"
    )


def test_one_area_shows_its_targets_only() -> None:
    rows = pd.DataFrame(
        [
            estimate_row(),
            estimate_row(variant="direct"),
            estimate_row(indicator="M", kind="mean", value=3.0, low=2.0, high=4.0),
            estimate_row(indicator="C", kind="count", value=6.0),
        ]
    )
    judged = pd.DataFrame(
        [verdict_row(), verdict_row(variant="direct"), verdict_row(indicator="C", target=6.0)]
    )
    chart = against_target(rows, judged, made_up_study(1), "vi")
    assert list(zip(chart.data["indicator"], chart.data["variant"], strict=True)) == [("R", "main")]


def test_a_mean_is_drawn_on_its_own_scale() -> None:
    rows = pd.DataFrame(
        [
            estimate_row(indicator="M", kind="mean", area=str(n), value=12.5 + n, low=10.0, high=16.5)
            for n in range(3)
        ]
    )
    chart = against_target(rows, None, made_up_study(3), "vi")
    assert chart.title == "Số trẻ: 12,5 – 14,5"
    assert overlaps(chart.figure) == []


def test_by_area_makes_one_chart_an_indicator() -> None:
    study = made_up_study(3)
    estimates, verdicts, _ = results(3)
    charts = against_target_by_area(endline(estimates), verdicts, study, "vi")
    assert [chart.name for chart in charts] == ["against_target_R"]
    assert set(save(*charts)) == {f"against_target_R.{kind}" for kind in ("png", "svg", "csv")}


def test_what_is_not_comparable_is_named_and_not_drawn() -> None:
    study = made_up_study(2)
    study.indicators = (*study.indicators, indicator("W", short={"vi": "Tập huấn", "en": "Trained"}))
    rows = pd.DataFrame([change_row(), change_row(indicator="W", comparable="caution")])
    chart = dumbbell(rows, study, "vi")
    assert list(chart.data["indicator"]) == ["R"]
    assert any(
        "cần thận trọng khi so sánh: Tập huấn" in text.get_text().replace("\n", " ")
        for text in chart.figure.texts
    )


def test_a_change_is_hidden_where_one_round_is() -> None:
    estimates = pd.DataFrame([estimate_row(flag="suppress", round="baseline", area="1"), estimate_row()])
    both = pd.DataFrame([change_row(), change_row(area="1")])
    chart = dumbbell(both, made_up_study(2), "vi", estimates=estimates)
    hidden = chart.data.set_index("area").loc["1", ["from_value", "to_value", "difference", "low"]]
    assert hidden.isna().all()


def test_an_indicator_that_is_not_published_is_named_and_not_drawn() -> None:
    changes = pd.DataFrame([change_row(flag="suppress"), change_row(indicator="G", flag="")])
    chart = dumbbell(changes, made_up_study(1), "vi")
    assert chart.data["indicator"].tolist() == ["G"]
    words = " ".join(text.get_text() for text in chart.figure.findobj(Text)).replace("\n", " ")
    assert "Không vẽ vì không công bố" in words
    assert words.count("Bà mẹ được truyền thông") == 1


def test_nothing_to_draw_is_said() -> None:
    estimates, verdicts, changes = results(2)
    study = made_up_study(2)
    for chart in (
        against_target(estimates.iloc[:0], verdicts, study, "vi", synthetic=True),
        dumbbell(changes.iloc[:0], study, "vi", synthetic=True),
    ):
        assert chart.title == "Chưa có số liệu để vẽ"
        assert chart.data.empty
        assert overlaps(chart.figure) == []


def test_too_many_rows_for_a_hall_are_refused() -> None:
    estimates, verdicts, _ = results(20)
    with pytest.raises(ParameterError, match="at most 12 rows, got 21"):
        against_target(endline(estimates), verdicts, made_up_study(20), "vi", size="slide")


def test_two_indicators_in_several_areas_are_refused() -> None:
    estimates, verdicts, _ = results(2)
    both = pd.concat([endline(estimates), endline(estimates).assign(variant="direct")])
    with pytest.raises(ParameterError, match="one definition of one indicator"):
        against_target(both, verdicts, made_up_study(2), "vi")


def test_text_is_wrapped_by_its_width() -> None:
    lines = wrapped("một hai ba bốn năm sáu bảy tám", 10, 1.0)
    assert len(lines) > 1
    assert all(width_of(line, 10) <= 1.0 for line in lines)
    assert wrapped("a" * 300, 10, 1.0, most=2)[-1].endswith("…")
    assert wrapped("", 10, 1.0) == ("",)


def test_a_chart_displays_with_its_alternative_text() -> None:
    estimates, verdicts, _ = results(2)
    shown, about = against_target(endline(estimates), verdicts, made_up_study(2), "vi")._repr_mimebundle_()
    assert set(shown) == {"image/png", "text/plain"}
    assert about["image/png"]["alt"] == shown["text/plain"]
