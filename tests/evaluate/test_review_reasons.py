"""The reasons of an area's rows name the columns of the study, not those that the computation adds."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from kgeval.evaluate import estimate_indicators
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
