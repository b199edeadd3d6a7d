"""What a review of few data says: reasons in the study's own names, and nothing where nothing came in yet."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kgeval.evaluate import area_tests, change_indicators, estimate_indicators, judge, result_rows
from kgeval.plan.study import read_study
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
