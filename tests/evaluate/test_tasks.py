"""The plan line by line, reports, funding, register, and forms held against each other."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kgeval.evaluate.crosscheck import crosscheck, disagreements
from kgeval.evaluate.funding import funding
from kgeval.evaluate.register import register
from kgeval.evaluate.reported import reported
from kgeval.evaluate.reports import reports
from kgeval.evaluate.review import estimate_indicators
from kgeval.evaluate.shortlist import shortlist
from kgeval.evaluate.task import plan_lines
from kgeval.evaluate.tasks import task_results
from kgeval.plan.study import Study, read_study
from kgeval.prepare import link
from kgeval.present.tables.plan import plan_table
from kgeval.simulate import population, sample
from kgeval.simulate.disagreement import disagree

FOLDER = Path(__file__).parents[2] / "surveys" / "kien_giang"
SEED = 11


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(FOLDER)


@pytest.fixture(scope="module")
def made(study: Study) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], pd.DataFrame]:
    """Clean and linked tables: without a disagreement, with the planted ones, and the list of these."""
    drawn = sample(population(study, SEED), SEED)
    frames, planted = disagree(drawn.frames, study, drawn.model.disagreements, SEED)
    spoiled = replace(drawn, frames=frames)
    return link(study, drawn.tables), link(study, spoiled.tables), planted


@pytest.fixture(scope="module")
def tables(
    made: tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    return made[0]


@pytest.fixture(scope="module")
def estimates(study: Study, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return estimate_indicators(study, tables, None)


def test_every_line_of_the_file_stands_in_the_frame_and_on_the_page(
    study: Study, estimates: pd.DataFrame
) -> None:
    file = tomllib.loads((FOLDER / "plan.toml").read_text(encoding="utf-8"))
    lines = plan_lines(study, estimates)
    assert list(dict.fromkeys(lines["line"])) == [line["key"] for line in file["line"]]
    required = {f"II.{n}" for n in range(1, 5)} | {f"V.{n}" for n in range(1, 9)}
    parts = {line.rsplit(".", 1)[0] for line in lines["line"]}
    assert required <= set(lines["line"])
    assert {"III.1", "III.2", "III.3", "III.4", "III.6", "IV"} <= parts
    table = plan_table(lines, estimates, pd.DataFrame(), study, "vi")
    assert len(table.cells) == len(file["line"])
    assert (table.cells["result"].str.len() > 5).all()


def test_without_registers_each_line_says_why_it_has_no_figure(
    study: Study, tables: dict[str, pd.DataFrame]
) -> None:
    registers = {"activities", "agencies", "budget", "checklist"}
    few = {key: frame for key, frame in tables.items() if key not in registers}
    found = estimate_indicators(study, few, None)
    lines = plan_lines(study, found)
    assert list(dict.fromkeys(lines["line"])) == [line.key for line in study.programme.lines]
    silent = {line.key: line.silent["vi"] for line in study.programme.lines}
    table = plan_table(lines, found, pd.DataFrame(), study, "vi")
    for cells in table.cells.to_dict("records"):
        key = cells["text"].split(" ")[0].removesuffix(".")
        if not lines.loc[lines["line"] == key, "answered"].any():
            assert cells["result"].startswith(silent[key])
    assert set(task_results(study, few, found, None)) == {"results/plan", "results/crosschecks"}


def test_a_study_without_a_plan_has_no_results_of_tasks(study: Study, estimates: pd.DataFrame) -> None:
    bare = replace(study, programme=type(study.programme)(), crosschecks=type(study.crosschecks)())
    assert task_results(bare, {}, estimates, None) == {}


def test_the_deadline_is_strict_and_binds_those_it_names(
    study: Study, tables: dict[str, pd.DataFrame]
) -> None:
    status = reports(study, tables).set_index("agency")["status"]
    assert status[["CT", "RG", "HT"]].tolist() == ["on_time", "on_time", "late"]  # received on the very day
    assert status["LDTBXH"] == "not_received"  # no deadline binds it: no verdict
    without = tables["agencies"][tables["agencies"]["agency"] != "CT"]
    assert reports(study, tables | {"agencies": without}).set_index("agency")["status"]["CT"] == "missing"


def test_no_percentage_without_an_estimate_and_an_empty_adjustment_is_nothing(study: Study) -> None:
    budget = pd.DataFrame(
        {
            "KP01": ["2019", "2019", "2020"], "KP03": ["2", "5", "2"], "KP02": ["1", "1", "1"],
            "KP04": [100, None, 50], "KP05": [None, None, 50], "KP06": [80, 30, 60], "KP07": [80, None, None],
            "KP08": None, "KP09": [None, 7, None],
        }
    )  # fmt: skip
    rows = funding(study, {"budget": budget}).set_index(["by", "by_value"])
    state, firms, all_ = rows.loc[("source", "2")], rows.loc[("source", "5")], rows.loc[("", "")]
    assert (state["available"], state["spent"], state["execution"]) == (200, 140, 0.7)
    assert firms[["available", "execution", "left"]].isna().all()
    assert (firms["spent"], firms["in_kind"]) == (30, 7)
    # the whole's execution is that of the sources with an estimate; in kind is no money
    assert (all_["spent"], all_["execution"], all_["unsettled_lines"]) == (170, 0.7, 2)


def test_persons_and_attendances_stand_apart(study: Study, tables: dict[str, pd.DataFrame]) -> None:
    rows = register(study, tables)
    whole = rows[rows["area"] == "all"].set_index("type")
    courses = tables["activities"][tables["activities"]["HD06"] == "1"]
    assert whole.loc["1", "persons"] == courses["HD09"].sum()
    assert whole.loc["1", "attendances"] == courses["HD08"].sum() > whole.loc["1", "persons"]
    assert pd.isna(whole.loc["4", "persons"])  # media have no participants
    first = tables["activities"].index == courses.index[0]
    less = tables["activities"].assign(HD08=tables["activities"]["HD08"].mask(first))
    again = register(study, {"activities": less}).set_index(["area", "type"])
    assert again.loc[("all", "1"), "attendances_unknown"] == 1


def test_forms_that_agree_have_no_disagreement(study: Study, tables: dict[str, pd.DataFrame]) -> None:
    checked = crosscheck(study, tables)
    left = disagreements(checked)
    # an estimate from a sample misses its figure now and then; what is counted agrees exactly
    sampled = [
        check.key for check in study.crosschecks.checks if check.right.table in ("children", "mothers")
    ]
    counted = left[~left["check"].isin(sampled)]
    assert set(counted.loc[counted["status"] == "differ", "check"]) <= {"province_trained"}
    # a group that refused has no form of its own, yet others speak of it
    assert set(counted["status"]) - {"differ"} <= {"left_only", "right_only"}
    assert len(checked["check"].unique()) == len(study.crosschecks.checks)


def test_each_planted_disagreement_is_listed(
    study: Study, made: tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], pd.DataFrame]
) -> None:
    _, spoiled, planted = made
    listed = disagreements(crosscheck(study, spoiled))
    for one in planted.drop_duplicates(["check", "rid"]).to_dict("records"):
        rows = listed[(listed["check"] == one["check"]) & (listed["round"] == one["round"])]
        keys = set(rows["key"])
        named = "" in keys or one["area"] in keys or any(key in one["key"] or " * " in key for key in keys)
        assert named, one
    assert len(planted["check"].unique()) == 12


def test_an_unanswered_question_that_could_decide_makes_no_disagreement(
    study: Study, tables: dict[str, pd.DataFrame]
) -> None:
    groups = tables["groups"]
    one = groups[(groups["round"] == "endline") & (groups["NT08"] == "1") & (groups["NT05"] == "1")].index[0]
    holed = tables | {"groups": groups.assign(NT24=groups["NT24"].mask(groups.index == one))}
    checked = crosscheck(study, holed)
    row = checked[(checked["check"] == "staff_trained") & (checked["key"] == groups.loc[one, "group_id"])]
    assert row.set_index("round").loc["endline", "status"] == "unknown"


def test_reported_shares_are_sums_of_areas(
    study: Study, tables: dict[str, pd.DataFrame], estimates: pd.DataFrame
) -> None:
    rows = reported(study, tables, estimates).set_index(["reported", "area"])
    agencies = tables["agencies"]
    districts = agencies[agencies["area"] != "all"]
    one = rows.loc[("T1_reported", "all")]
    assert one["value"] == districts["DB08"].sum() / districts["DB07"].sum()
    surveyed = estimates[(estimates["indicator"] == "T1") & (estimates["variant"] == "main")]
    plain = surveyed[(surveyed["by"] == "") & (surveyed["round"] == "endline")]
    assert one["surveyed"] == plain["value"].iloc[0]


def test_the_shortlist_says_nothing_of_those_it_leaves_out(
    study: Study, tables: dict[str, pd.DataFrame]
) -> None:
    proposed = shortlist(study, tables, "vi")
    assert proposed["proposal"].all()
    assert proposed["score"].between(study.programme.shortlist.at_least, study.programme.shortlist.most).all()
    first = proposed["id"].iloc[0]
    groups = tables["groups"]
    for harsh in ("1", None):  # violated, or it cannot be ruled out
        hit = groups["group_id"].eq(first) & groups["round"].eq("endline")
        again = shortlist(
            study, tables | {"groups": groups.assign(NT44=groups["NT44"].mask(hit, harsh))}, "vi"
        )
        assert first not in set(again["id"])
        assert list(again.columns) == list(proposed.columns)
        assert not any("NT44" in str(cell) for cell in again.to_numpy().ravel())


def test_a_sum_over_reports_is_not_known_while_one_is_missing(
    study: Study, tables: dict[str, pd.DataFrame], estimates: pd.DataFrame
) -> None:
    fewer = tables | {"agencies": tables["agencies"][tables["agencies"]["agency"] != "HT"]}
    checked = crosscheck(study, fewer).set_index("check")
    assert checked.loc["province_staff", "status"] == "unknown"
    rows = reported(study, fewer, estimates).set_index(["reported", "area"])
    assert pd.isna(rows.loc[("T1_reported", "all"), "value"])
    # an agency that has not reported has no figure, which is not a figure of nothing
    silent = tables | {"agencies": tables["agencies"][tables["agencies"]["agency"] != "YT"]}
    assert crosscheck(study, silent).set_index("check").loc["health_checks", "status"] == "right_only"


def test_an_open_breach_bars_quality_but_not_management_and_levels_stay_nested(
    study: Study, tables: dict[str, pd.DataFrame]
) -> None:
    levels = ["quality_strict", "quality_standard", "quality_legal_only"]
    groups, visits = tables["groups"], tables["checklist"]
    good = groups[groups["quality_strict"].fillna(value=False) & groups["round"].eq("endline")][
        "group_id"
    ].iloc[0]
    hit = visits["group_id"].eq(good) & visits["round"].eq("endline")
    raw = {key: frame[[c for c in frame if c not in levels]] for key, frame in tables.items()}
    for closed, expected in ((None, [False, False, True]), ("1", [True, True, True])):
        spoiled = visits.assign(GS90=visits["GS90"].mask(hit, "1"), GS94=visits["GS94"].mask(hit, closed))
        again = link(study, raw | {"checklist": spoiled})["groups"]
        one = again[again["group_id"].eq(good) & again["round"].eq("endline")].iloc[0]
        assert [one[level] for level in levels] == expected
        known = again[levels].astype("Float64").fillna(0.5)  # false below unknown below true
        assert (known["quality_strict"] <= known["quality_standard"]).all()
        assert (known["quality_standard"] <= known["quality_legal_only"]).all()
    unvisited = link(study, raw | {"checklist": visits[~hit]})["groups"]
    one = unvisited[unvisited["group_id"].eq(good) & unvisited["round"].eq("endline")].iloc[0]
    assert pd.isna(one["quality_standard"])  # no checklist: not assessed
    assert one["quality_legal_only"]
