"""What a review of few data says: reasons in the study's own names, and nothing where nothing came in yet."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kgeval.estimate.measure import share
from kgeval.evaluate import area_tests, change_indicators, estimate_indicators, judge, result_rows
from kgeval.evaluate.like_areas import one_sided
from kgeval.plan.study import read_study
from kgeval.present.change_text import change_sentence
from kgeval.present.published import publish_changes
from tests.evaluate.test_correction_effect import ROOT, households


def test_a_missing_breakdown_names_the_breakdown_alone() -> None:
    study = read_study(ROOT / "surveys" / "wash_benefits")
    asked = [replace(one, breakdowns=(("hwss",),)) if one.key == "hwsws" else one for one in study.indicators]
    study = replace(study, indicators=tuple(asked))
    records = households(study)
    records["hwss"] = records["hwss"].mask(pd.Series(records.index % 9 == 0))
    for area in (study.areas[0], None):
        found = estimate_indicators(study, {"households": records}, area)
        said = set(found.loc[found["by"] == "hwss", "reason"])
        assert said == {"breakdown_missing: records without hwss belong to none of these rows"}


def test_an_area_and_a_round_that_did_not_come_in_yet_are_no_error() -> None:
    study = read_study(ROOT / "surveys" / "wash_benefits")
    records = households(study)  # all of the first area
    tables = {"households": records[records["round"] == "endline"]}
    for area in study.areas[:2]:
        estimates = estimate_indicators(study, tables, area)
        changes = change_indicators(study, tables, area, estimates)
        assert estimates.empty == (area != study.areas[0])
        assert changes.empty
        assert "flag" in changes
        assert len(result_rows(study, estimates, changes, judge(study, estimates))) == (
            len(estimates[estimates["round"] == "endline"])
        )
        assert area_tests(changes)["p"].empty


def test_a_change_of_unlike_areas_says_so() -> None:
    study = read_study(ROOT / "surveys" / "wash_benefits")
    first, other = study.areas[0], study.areas[1]
    records = households(study)
    beside = records.assign(area=other.code, clusterid="b" + records["clusterid"].astype("str"))
    late = beside[beside["round"] == "endline"]
    whole = change_indicators(study, {"households": pd.concat([records, late])}, None)
    plain = whole[whole["by"] == ""]
    assert plain["reason"].str.contains(f"unlike_areas: {other.code} answered in one round only").all()
    assert set(plain["comparable"]) == {"caution"}
    row = plain.iloc[0]
    indicator = study.indicator(row["indicator"], row["variant"])
    said = change_sentence(row, indicator=indicator, place="x", rounds={}, lang="en")
    assert "Compare with caution: an area answered in one of the two rounds only" in said
    shown = publish_changes(plain, study, "vi")
    assert shown["comparable_reason"].str.contains("có địa bàn chỉ có số liệu ở một trong hai đợt").all()
    alike = change_indicators(study, {"households": pd.concat([records, beside])}, None)
    assert not alike["reason"].str.contains("unlike_areas").any()
    assert set(alike["comparable"]) == {"yes"}
    single = change_indicators(study, {"households": pd.concat([records, late])}, first)
    assert not single["reason"].str.contains("unlike_areas").any()


@pytest.mark.parametrize(
    ("private", "ok", "unlike"), [(0, 1, {}), (1, None, {"s": ("2",)}), (None, 1, {"s": ("2",)})]
)
def test_an_area_where_nobody_counts_was_asked_all_the_same(private, ok, unlike) -> None:
    records = pd.DataFrame({
        "area": ["1", "1", "2", "2"], "round": ["before", "after"] * 2,
        "private": [1, 1, private, 1], "ok": [1, 0, ok, 0],
    })  # fmt: skip
    asked = share("s", "${ok} = 1", counts="${private} = 1")
    assert one_sided(records, [asked], start="before", end="after") == unlike
