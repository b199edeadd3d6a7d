"""The real trial through the same rooms as any study, against R survey (tests/golden/wash_benefits.R)."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from kgeval.evaluate import change_indicators, compare_changes, estimate_indicators, regressions
from kgeval.plan.study import Study, read_study
from kgeval.prepare import conservation, link, receive
from kgeval.prepare.clean import clean_areas
from tests.conftest import SHARED, needs

ROOT = Path(__file__).parents[1]
DATA = SHARED / "real" / "wash_benefits"
GOLDEN = Path(__file__).parent / "golden" / "wash_benefits.csv"
COMPARISON = GOLDEN.with_name("wash_comparison.csv")
MODELS = GOLDEN.with_name("wash_models.csv")
ROUNDS = {"round0": "baseline", "round2": "endline"}

pytestmark = needs(DATA)


@cache
def study() -> Study:
    return read_study(ROOT / "surveys" / "wash_benefits")


@cache
def households() -> dict[str, pd.DataFrame]:
    """Clean tables of all arms, each cleaned by itself as the notebooks do."""
    delivery = receive(study(), DATA)
    parts = clean_areas(delivery.tables, study(), study().areas)
    for part in parts:
        conservation(part)
    whole = pd.concat([part.tables["households"] for part in parts], ignore_index=True)
    return link(study(), {"households": whole})


def golden() -> pd.DataFrame:
    return pd.read_csv(GOLDEN, skipinitialspace=True)


def test_every_household_of_both_rounds_is_kept_and_the_midline_set_apart() -> None:
    kept = households()["households"]["round"].value_counts()
    assert kept.to_dict() == {"baseline": 5551, "endline": 4639}


@pytest.mark.parametrize("area", ["all", *(area.code for area in study().areas)] if DATA.is_dir() else [])
def test_levels_and_changes_equal_r_survey(area: str) -> None:
    chosen = study().area(area)
    estimates = estimate_indicators(study(), households(), chosen).set_index(["indicator", "round"])
    changes = change_indicators(study(), households(), chosen).set_index("indicator")
    compared = 0
    for row in golden()[golden()["area"] == area].itertuples():
        if row.stat == "change":
            found = changes.loc[row.indicator]
            assert found["difference"] == pytest.approx(row.value, rel=1e-8)
            assert found["correlation"] == pytest.approx(row.correlation, rel=1e-8)
        else:
            found = estimates.loc[(row.indicator, ROUNDS[row.stat])]
            assert found["value"] == pytest.approx(row.value, rel=1e-8)
            assert found["n"] == row.n
        assert found["se"] == pytest.approx(row.se, rel=1e-8)
        assert found["df"] == 630
        compared += 1
    assert compared == 22  # seven outcomes in two rounds with their change, one without a baseline


def test_the_outcome_without_a_baseline_has_a_level_and_no_change() -> None:
    estimates = estimate_indicators(study(), households(), None)
    changes = change_indicators(study(), households(), None)
    assert set(estimates.loc[estimates["indicator"] == "freechl", "round"]) == {"endline"}
    assert "freechl" not in set(changes["indicator"])


def test_changes_against_the_control_arm_equal_r_survey() -> None:
    found = compare_changes(study(), households()).set_index(["indicator", "group"])
    golden = pd.read_csv(COMPARISON)
    assert len(golden) == len(found) == 42  # seven outcomes with a baseline, six arms
    for row in golden.itertuples():
        ours = found.loc[(row.indicator, row.group)]
        assert ours["difference"] == pytest.approx(row.difference, rel=1e-8, abs=1e-10)
        assert ours["se"] == pytest.approx(row.se, rel=1e-8)
        assert ours["n"] == row.n
        assert ours["df"] == 630
        assert ours["randomised"]


def test_models_of_the_arms_equal_r_survey() -> None:
    rows = regressions(study(), households())
    outcomes = {"hwss": "soap", "latseal": "seal"}
    arms = {"(Intercept)": "(intercept)", "Handwashing": "handwashing", "Nutrition": "nutrition",
            "Nutrition + WSH": "nutrition_wsh", "Sanitation": "sanitation", "WSH": "wsh",
            "Water": "water"}  # fmt: skip
    found = rows.set_index(["model", "term"])
    golden = pd.read_csv(MODELS)
    assert len(golden) == len(rows) == 14
    for row in golden.itertuples():
        ours = found.loc[(outcomes[row.outcome], arms[row.arm])]
        assert ours["estimate"] == pytest.approx(row.estimate, rel=1e-8)
        assert ours["se"] == pytest.approx(row.se, rel=1e-8)
        assert ours["n"] == row.n
        assert ours["df"] == 630 + 1 - 7
        assert ours["few_clusters"] == "none"
        assert ours["randomised"] == (row.arm != "(Intercept)")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_still_gives_the_golden_comparison() -> None:
    script = COMPARISON.with_suffix(".R")
    has_survey = subprocess.run(
        ["Rscript", "-e", "stopifnot(requireNamespace('survey', quietly = TRUE))"],
        capture_output=True,
        check=False,
    )
    if has_survey.returncode:
        pytest.skip("R has no package survey")
    done = subprocess.run(
        ["Rscript", str(script), str(DATA)], capture_output=True, text=True, check=True, timeout=120
    )
    now, then = pd.read_csv(StringIO(done.stdout)), pd.read_csv(COMPARISON)
    pd.testing.assert_frame_equal(now, then, rtol=1e-9, atol=1e-12)
