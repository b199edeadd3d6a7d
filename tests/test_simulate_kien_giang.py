"""The model of the first study: its forms are kept, its truth is as declared, its faults happen."""

from pathlib import Path

import pandas as pd
import pytest

from kgeval.plan.study import Study, read_study
from kgeval.simulate import Records, population, sample, true_values
from kgeval.simulate.cells import drafts
from kgeval.simulate.fault import known_faults
from kgeval.simulate.plant import plant

ROOT = Path(__file__).parent.parent
SEED = 404


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(ROOT / "surveys" / "kien_giang")


@pytest.fixture(scope="module")
def people(study: Study) -> Records:
    return population(study, SEED)


@pytest.fixture(scope="module")
def drawn(people: Records) -> Records:
    return sample(people, SEED)


@pytest.fixture(scope="module")
def truth(people: Records) -> pd.Series:
    return true_values(people).set_index(["indicator", "variant", "round", "area"])["value"]


def test_every_required_question_that_is_asked_is_answered(study: Study, people: Records) -> None:
    for key, frame in people.frames.items():
        for question in study.tables[key].form.main_questions:
            if question.required and question.relevant is None and question.name in frame:
                assert frame[question.name].notna().all(), (key, question.name)


def test_every_answer_is_a_choice_of_its_question(study: Study, people: Records) -> None:
    for key, frame in people.frames.items():
        for question in study.tables[key].form.main_questions:
            if question.name in frame and question.name != "round" and question.choices:
                codes = {choice.name for choice in question.choices}
                given = set(" ".join(frame[question.name].dropna().unique()).split())
                assert given <= codes, (key, question.name, given - codes)


def test_links_lead_somewhere(people: Records) -> None:
    tables = people.tables
    groups = set(zip(tables["groups"]["round"], tables["groups"]["group_id"], strict=True))
    for key, column in (("staff", "group_id"), ("children", "TE10"), ("mothers", "BM33")):
        named = tables[key].dropna(subset=[column])
        assert len(named) > 0
        assert set(zip(named["round"], named[column], strict=True)) <= groups, key
    listed = set(tables["children"]["child_id"])
    assert set(tables["mothers"]["child_id"].dropna()) <= listed


def test_there_are_twenty_supported_groups_and_twenty_five_others(people: Records) -> None:
    frame = people.tables["frame"]
    assert frame["support"].value_counts().to_dict() == {"4": 25, "1": 14, "2": 5, "3": 1}


def test_the_truth_is_as_declared(truth: pd.Series) -> None:
    declared = {
        ("T1", "main", "baseline"): (0.45, 0.03),
        ("T1", "main", "endline"): (0.83, 0.03),
        ("T2", "main", "baseline"): (0.06, 0.03),
        ("T2", "main", "endline"): (0.11, 0.03),
        ("T2", "need", "endline"): (0.66, 0.12),
        ("T3", "main", "baseline"): (0.62, 0.03),
        ("T3", "main", "endline"): (0.93, 0.02),
        ("T3", "direct", "endline"): (0.55, 0.05),
    }
    for (key, variant, round_key), (value, near) in declared.items():
        assert truth[key, variant, round_key, "all"] == pytest.approx(value, abs=near), (
            key,
            variant,
            round_key,
        )
    assert truth["T4a", "main", "endline", "all"] == 13
    assert truth["T4", "main", "endline", "all"] == 6


def test_the_districts_lie_on_both_sides_of_target_three(truth: pd.Series) -> None:
    reached = {area: truth["T3", "main", "endline", area] for area in ("905", "899", "900")}
    assert reached["900"] > 0.95 > reached["905"] > reached["899"]


def test_each_district_has_ten_clusters_or_more(drawn: Records) -> None:
    mothers = drawn.tables["mothers"]
    clusters = mothers.groupby(["stratum", "round"])["cluster"].nunique()
    assert clusters.to_dict() == {
        (area, key): number
        for area, number in (("905", 12), ("899", 11), ("900", 10))
        for key in ("baseline", "endline")
    }
    children = drawn.tables["children"]
    assert set(children["TE04"]) == set(mothers["cluster"])


def test_children_of_the_sampled_hamlets_are_all_listed(people: Records, drawn: Records) -> None:
    listed, everybody = drawn.tables["children"], people.tables["children"]
    hamlets = set(listed["TE04"])
    assert len(listed) == everybody["TE04"].isin(hamlets).sum()
    assert listed.groupby("TE02")["weight"].nunique().eq(1).all()  # equal chances within a district


def test_every_kind_of_fault_happens_somewhere(drawn: Records) -> None:
    happened = set()
    for draft in drafts(drawn):
        _, planted = plant(draft, drawn.study, drawn.model, SEED)
        happened |= {one.fault for one in planted}
    assert set(known_faults()) <= happened


def test_simulated_telephones_are_marked_by_zeros(people: Records) -> None:
    phones = people.frames["mothers"]["phone"].dropna()
    assert phones.str.fullmatch(r"0\d\d000\d{4}").all()


def test_a_child_that_is_listed_twice_is_traced_back(people: Records) -> None:
    children = people.tables["children"]
    again = children[children["TE16"].notna()]
    assert 0.01 < len(again) / len(children) < 0.05
    first = children.set_index("child_id").loc[again["TE16"]]
    for column in ("TE05", "TE06", "TE09", "TE04", "round"):
        assert again[column].tolist() == first[column].tolist(), column
