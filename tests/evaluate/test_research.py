"""Regressions that a study names equal the estimate room's own; curves hold every combination of choices."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import ParameterError
from kgeval.estimate.design_matrix import Term as Column
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import share
from kgeval.estimate.regression import regress
from kgeval.evaluate import curves, differences, option_ranges, regressions, specifications
from kgeval.evaluate.research import FEW
from kgeval.plan.expression import parse
from kgeval.plan.research import CHOICES, Curve, Model, Option, Research, Term
from kgeval.plan.sample import SampleDesign
from tests.evaluate import small
from tests.present import made_up

DESIGN = SampleDesign(weight="weight", cluster="hamlet", stratum="area")


def mothers(records: int = 300, seed: int = 2) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    hamlet = draw.integers(0, 20, records)
    frame = pd.DataFrame(
        {
            "round": np.where(draw.random(records) < 0.8, "endline", "baseline"),
            "area": (hamlet % 2 + 1).astype(str),
            "hamlet": hamlet.astype(str),
            "weight": draw.uniform(1, 4, records),
            "age": draw.integers(18, 40, records).astype(float),
            "worker": (draw.random(records) < 0.5).astype(int).astype(str),
            "group": draw.choice(["a", "b"], records),
        }
    )
    chance = 0.3 + 0.3 * (frame["worker"] == "1") + 0.05 * (hamlet % 4)
    known = draw.random(records) < 0.95
    reads = (draw.random(records) < chance).astype(int).astype(str)
    return frame.assign(reads=pd.Series(reads).where(known, None))


def model(**changes: Any) -> Model:
    given: dict[str, Any] = {
        "key": "reading", "label": small.WORDS, "table": "groups", "rounds": (),
        "outcome": parse("${reads} = 1"), "kind": "logistic", "where": parse("${age} >= 20"),
        "terms": (
            Term(key="worker", label=small.WORDS, value=parse("${worker} = 1")),
            Term(key="age", label=small.WORDS, value=parse("${age}")),
        ),
        "by": "", "weight": "", "cluster": "",
    }  # fmt: skip
    return Model(**(given | changes))


def study(*models: Model, curves: tuple[Curve, ...] = (), design: SampleDesign = DESIGN) -> Any:
    indicators = (
        made_up.indicator("reads", table="groups", succeeds=parse("${reads} = 1")),
        made_up.indicator("reads", "older", table="groups", succeeds=parse("${reads} = 1"),
                          counts=parse("${age} >= 30")),
        made_up.indicator("reads", "never", table="groups", succeeds=parse("${reads} = 2")),
    )  # fmt: skip
    found = small.study(*indicators, design=design)
    found.research = Research(models=models, curves=curves)
    found.indicator = lambda key, variant="main": next(
        one for one in indicators if (one.key, one.variant) == (key, variant)
    )
    return found


def curve(**choices: tuple[Option, ...]) -> Curve:
    plain = {
        "denominator": ("main", "older"), "success": ("main", "never"), "weight": ("design", "none"),
        "missing": ("answered", "as_no", "as_yes"), "records": ("all",),
    }  # fmt: skip
    usual = {name: tuple(Option(key=key, label={}) for key in keys) for name, keys in plain.items()}
    return Curve(indicator="reads", because=small.WORDS, choices=usual | choices)


def test_a_model_is_the_regression_of_the_estimate_room_on_the_last_round() -> None:
    frame = mothers()
    rows = regressions(study(model()), {"groups": frame}, few_clusters="none")
    terms = [Column(name="worker", value="${worker} = 1"), Column(name="age", value="${age}")]
    where = "${age} >= 20 and ${round} = 'endline'"
    own = regress(frame, DESIGN, "${reads} = 1", terms, kind="logistic", where=where)
    for name in ("estimate", "se", "low", "high", "df", "n", "n_missing", "clusters", "odds_ratio"):
        np.testing.assert_allclose(rows[name].astype(float), own[name].astype(float), rtol=1e-12)
    assert rows["term"].tolist() == ["(intercept)", "worker", "age"]
    assert set(rows["flag"]) == {"ok"}


def test_few_clusters_get_corrected_errors_and_the_family_is_all_terms() -> None:
    frame = mothers()
    assert frame["hamlet"].nunique() < FEW
    rows = regressions(study(model(), model(key="again")), {"groups": frame})
    assert set(rows["few_clusters"]) == {"cr2"}
    own = regress(frame, DESIGN, "${reads} = 1", ["worker = ${worker} = 1", "age"], kind="logistic",
                  where="${age} >= 20 and ${round} = 'endline'", few_clusters="cr2")  # fmt: skip
    np.testing.assert_allclose(rows["se"][:3], own["se"], rtol=1e-12)
    tested = rows[rows["term"] != "(intercept)"]
    assert set(tested["family_size"]) == {4.0}
    assert (tested["p_holm"] >= tested["p"]).all()
    assert rows.loc[rows["term"] == "(intercept)", "p_holm"].isna().all()


def test_a_full_count_speaks_of_units_like_its_own() -> None:
    frame = mothers()
    census = study(model(cluster="hamlet"), design=SampleDesign(census=True))
    rows = regressions(census, {"groups": frame}, few_clusters="none")
    own = regress(frame, SampleDesign(cluster="hamlet"), "${reads} = 1", ["worker = ${worker} = 1", "age"],
                  kind="logistic", where="${age} >= 20 and ${round} = 'endline'")  # fmt: skip
    np.testing.assert_allclose(rows["se"], own["se"], rtol=1e-12)
    assert set(rows["inference"]) == {"process"}


def test_groups_are_fitted_by_themselves_and_one_test_holds_them_together() -> None:
    frame = mothers()
    with_groups = study(model(by="group"))
    rows = regressions(with_groups, {"groups": frame}, few_clusters="none")
    assert rows["by_value"].tolist() == [""] * 3 + ["a"] * 3 + ["b"] * 3
    at = rows[rows["term"] == "worker"].set_index("by_value")["estimate"]
    test = differences(with_groups, {"groups": frame}).set_index("term").loc["worker"]
    product = [Column(name="worker", value="${worker} = 1"), Column(name="age", value="${age}"),
               Column(name="b", value="${group} = 'b'"),
               Column(name="worker b", value="(${worker} = 1) * (${group} = 'b')"),
               Column(name="age b", value="${age} * (${group} = 'b')")]  # fmt: skip
    where = "${age} >= 20 and ${round} = 'endline'"
    own = regress(frame, DESIGN, "${reads} = 1", product, kind="logistic", where=where)
    own = own.set_index("term").loc["worker b"]
    assert own["estimate"] == pytest.approx(at["b"] - at["a"], rel=1e-6)
    assert test["statistic"] == pytest.approx(own["t"] ** 2, rel=1e-9)
    assert test["p"] == pytest.approx(own["p"], rel=1e-9)


def test_a_term_that_decides_in_one_group_leaves_no_test() -> None:
    frame = mothers()
    decided = (frame["group"] == "a") & frame["reads"].notna()
    frame["reads"] = frame["reads"].mask(decided, frame["worker"])
    found = differences(study(model(by="group")), {"groups": frame})
    assert found["p"].isna().all()
    rows = regressions(study(model(by="group")), {"groups": frame})
    assert rows.loc[rows["by_value"] == "a", "reason"].str.contains("separation").all()
    assert rows.loc[rows["by_value"] == "b", "estimate"].notna().all()


def test_what_would_tell_of_a_few_is_flagged() -> None:
    frame = mothers()
    rare = Term(key="rare", label=small.WORDS, value=parse("${age} >= 34 and ${hamlet} = '3'"))
    rows = regressions(study(model(terms=(*model().terms, rare))), {"groups": frame}).set_index("term")
    assert rows.loc["rare", "flag"] == "suppress"
    assert rows.loc["rare", "reason"].startswith("disclosure: fewer than 10")
    assert rows.loc["worker", "flag"] == "ok"
    assert np.isnan(rows.loc["rare", "p_holm"])
    few = regressions(study(model()), {"groups": frame.head(20)})
    assert set(few["flag"]) == {"suppress"}


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParameterError, match="no model 'other'; it has reading"):
        regressions(study(model()), {"groups": mothers()}, only=["other"])
    assert regressions(study(), {"groups": mothers()}).empty


def test_the_first_specification_is_the_main_one_and_equals_the_estimate() -> None:
    frame = mothers()
    specs = specifications(study(curves=(curve(),)), {"groups": frame})
    assert len(specs) == 2 * 2 * 2 * 3
    assert specs.loc[specs["main"], "spec"].tolist() == [0]
    assert len(specs[list(CHOICES)].drop_duplicates()) == len(specs)
    own = estimate(frame, DESIGN, share("reads", "${reads} = 1"), by="round", profile="nchs")
    own = own[own["round"] == "endline"].iloc[0]
    for name in ("value", "se", "low", "high", "df", "n", "n_missing"):
        assert specs[name][0] == pytest.approx(own[name], rel=1e-12), name


def test_unknown_answers_are_left_out_or_taken_as_no_or_yes() -> None:
    frame = mothers()
    specs = specifications(study(curves=(curve(),)), {"groups": frame})
    bare = specs[
        (specs["denominator"] == "main") & (specs["success"] == "main") & (specs["weight"] == "none")
    ]
    at = bare.set_index("missing")["value"]
    last = frame[frame["round"] == "endline"]
    yes, unknown, size = (last["reads"] == "1").sum(), last["reads"].isna().sum(), len(last)
    assert at["as_no"] == pytest.approx(yes / size)
    assert at["as_yes"] == pytest.approx((yes + unknown) / size)
    assert at["answered"] == pytest.approx(yes / (size - unknown))


def test_a_curve_counts_what_it_shows_and_says_where_the_target_lies() -> None:
    frame = mothers()
    asked = study(curves=(curve(),))
    specs = specifications(asked, {"groups": frame})
    options, whole = option_ranges(specs), curves(asked, specs).iloc[0]
    assert set(options["choice"]) == {"denominator", "success", "weight", "missing"}  # records has one option
    assert (options.groupby("choice")["specs"].sum() == len(specs)).all()
    shown = specs[specs["flag"] != "suppress"]
    assert (whole["shown"], whole["specs"]) == (len(shown), len(specs))
    assert whole["lowest"] == shown["value"].min()
    main = specs[specs["main"]].iloc[0]
    assert whole[["main", "main_low", "main_high"]].tolist() == main[["value", "low", "high"]].tolist()
    assert whole["reaching"] == (shown["value"] >= 0.95).sum()
    withheld = specs.assign(flag="suppress")
    assert curves(asked, withheld).iloc[0]["shown"] == 0
    assert np.isnan(curves(asked, withheld).iloc[0]["main"])


def test_records_can_be_left_out() -> None:
    frame = mothers()
    kept = (Option(key="all", label={}), Option(key="old", label={}, where=parse("${age} >= 25")))
    only = curve(
        records=kept,
        denominator=(Option(key="main", label={}),),
        success=(Option(key="main", label={}),),
        weight=(Option(key="none", label={}),),
        missing=(Option(key="answered", label={}),),
    )
    specs = specifications(study(curves=(only,)), {"groups": frame}).set_index("records")
    last = frame[(frame["round"] == "endline") & (frame["age"] >= 25)]
    assert specs.loc["old", "n"] == last["reads"].notna().sum()


def test_sides_drawn_by_lot_are_marked() -> None:
    drawn = study(model())
    side = small.comparison(column="worker", randomised=True)
    drawn.comparisons = {"groups": side}
    rows = regressions(drawn, {"groups": mothers()}).set_index("term")
    assert rows["randomised"].to_dict() == {"(intercept)": False, "worker": True, "age": False}
    drawn.comparisons = {"groups": replace(side, randomised=False)}
    assert not regressions(drawn, {"groups": mothers()})["randomised"].any()


def test_a_study_without_models_and_curves_has_empty_frames() -> None:
    bare = SimpleNamespace(research=Research(), comparisons={})
    assert differences(bare, {}).empty
    assert specifications(bare, {}).empty
