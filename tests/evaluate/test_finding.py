"""What is found is what the results show, and nothing is advised without it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import StudyError
from kgeval.evaluate import advise, findings, result_rows, weigh_criteria
from kgeval.evaluate.finding import evidence
from kgeval.plan.study import read_study
from tests.evaluate.results import SURVEYS, changes, estimates, study, verdicts
from tests.present.test_labels import CAUSES

SHORT = {"indicator": "T3", "value": 0.80, "low": 0.72, "high": 0.86}
NOT_MET = {"indicator": "T3", "target": 0.95, "official": "not_met", "statistical": "not_met"}
UNCLEAR = NOT_MET | {"statistical": "unclear"}


def found(
    *rows: dict[str, object], judged: tuple[dict[str, object], ...] = (), area: str = "all"
) -> pd.DataFrame:
    results = result_rows(study(), estimates(*rows), changes(), verdicts(*judged))
    return findings(study(), results, area=area)


def test_a_rule_that_is_true_of_a_row_is_a_finding_with_that_row() -> None:
    frame = found(SHORT, judged=(NOT_MET,))
    assert frame["finding"].tolist() == ["T3_short"]
    assert frame.loc[0, "value"] == 0.80
    assert frame.loc[0, "evidence"] == "strong"
    assert frame.loc[0, "bearing"] == "limit"


def test_a_rule_that_is_false_or_unknown_of_every_row_finds_nothing() -> None:
    assert found(SHORT | {"high": None}, judged=(UNCLEAR | {"statistical": ""},)).empty


def test_nothing_is_found_in_what_may_not_be_printed() -> None:
    assert found(SHORT | {"flag": "suppress"}, judged=(NOT_MET,)).empty


def test_the_last_round_alone_bears_findings() -> None:
    assert found(SHORT | {"round": "baseline"}, judged=(NOT_MET,)).empty


def test_a_change_that_does_not_compare_is_no_finding() -> None:
    row = {"indicator": "III4a", "value": 0.9, "missing_high": 0.9, "interval_method": "census"}
    more = {"indicator": "III4a", "difference": 0.3}
    for comparable, expected in (("yes", ["networked_more"]), ("no", [])):
        rows = result_rows(study(), estimates(row), changes(more | {"comparable": comparable}), verdicts())
        assert findings(study(), rows)["finding"].tolist() == expected


def test_a_change_that_may_not_be_published_is_no_finding() -> None:
    row = {"indicator": "III4a", "value": 0.9, "missing_high": 0.9, "interval_method": "census"}
    withheld = changes({"indicator": "III4a", "difference": 0.3}).assign(flag="suppress")
    assert findings(study(), result_rows(study(), estimates(row), withheld, verdicts())).empty


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"statistical": "not_met", "n_missing": 3}, "strong"),
        ({"statistical": "unclear"}, "weak"),
        ({"interval_method": "census", "n_missing": 0}, "strong"),
        ({"interval_method": "census", "n_missing": 2}, "moderate"),
        ({"flag": "review"}, "weak"),
        ({}, "moderate"),
    ],
)
def test_evidence_is_as_strong_as_the_row(row: dict[str, object], expected: str) -> None:
    usual = {"statistical": "", "interval_method": "korn-graubard", "n_missing": 0, "flag": "ok"}
    assert evidence(usual | row) == expected


def test_evidence_is_never_stronger_than_its_source() -> None:
    row = {"statistical": "met", "interval_method": "census", "n_missing": 0, "flag": "ok"}
    assert evidence(row, "moderate") == "moderate"


def test_advice_names_the_findings_that_are_there_and_is_as_weak_as_the_weakest() -> None:
    direct = {"indicator": "T3", "variant": "direct", "value": 0.4, "low": 0.3, "high": 0.5}
    advice = advise(study(), found(SHORT, direct, judged=(NOT_MET,)), "recommendation")
    assert advice["advice"].tolist() == ["reach_mothers"]
    assert advice.loc[0, "findings"] == "T3_short not_face_to_face"
    assert advice.loc[0, "evidence"] == "moderate"


def test_no_finding_no_advice() -> None:
    nothing = found(SHORT | {"value": 0.99, "low": 0.97, "high": 0.995})
    for kind in ("recommendation", "lesson", "cause"):
        assert advise(study(), nothing, kind).empty


def test_advice_to_the_whole_is_not_given_to_an_area() -> None:
    short = {"indicator": "T2", "value": 0.1, "low": 0.05, "high": 0.2, "area": "905"}
    judged = {
        "indicator": "T2",
        "area": "905",
        "target": 0.7,
        "official": "not_met",
        "statistical": "not_met",
    }
    there = found(short, judged=(judged,), area="905")
    assert there["finding"].tolist() == ["T2_short"]
    assert advise(study(), there, "recommendation", area="905").empty


def test_a_recommendation_without_a_finding_fails_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(SURVEYS / "kien_giang", folder)
    path = folder / "recommendations.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('findings = ["T4_short"]', "findings = []"), encoding="utf-8")
    with pytest.raises(StudyError, match="this recommendation rests on no finding"):
        read_study(folder)


def test_advice_that_lost_its_finding_is_refused_again_when_it_is_given() -> None:
    plan = study().evaluation.recommendations
    lost = replace(plan, findings=tuple(one for one in plan.findings if one.key != "T4_short"))
    orphaned = replace(study(), evaluation=replace(study().evaluation, recommendations=lost))
    with pytest.raises(StudyError, match="'further_groups' rests on no finding"):
        advise(orphaned, found(SHORT, judged=(NOT_MET,)), "recommendation")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("recommendations.toml", 'findings = ["T4_short"]', 'findings = ["T4_shrt"]', "no finding 'T4_shrt'"),
        ("recommendations.toml", "${high} < 0.7", "${hgih} < 0.7", "no column 'hgih'; did you mean 'high'"),
        ("recommendations.toml", 'indicator = "III3a"', 'indicator = "III3z"', "no indicator 'III3z'"),
        ("criteria.toml", '"T4_short"]', '"T4_shrot"]', "no finding 'T4_shrot'; did you mean 'T4_short'"),
        ("theory.toml", '"III2c"]', '"III2x"]', "no indicator 'III2x'"),
        ("evidence.toml", "${BM00c} = 4", "${BM00z} = 4", "no column 'BM00z'"),
        ("disruptions.toml", 'table = "groups"', 'table = "grops"', "no table 'grops'"),
        ("equity.toml", 'by = "BM04"', 'by = "BM03"', "T3 is not broken down by 'BM03'"),
        ("protection.toml", '"hazards"', '"hazrds"', "no rule 'hazrds'"),
        (
            "forms/groups.md",
            "| restricted |",
            "| sensitive |",
            "'NT44' of table 'groups' tells of a child in danger",
        ),
        ("protection.toml", 'date = "NT03"', 'dat = "NT03"', "unknown key 'dat'; did you mean 'date'"),
    ],
)
def test_every_name_in_the_evaluation_files_must_stand_somewhere(
    tmp_path: Path, file: str, old: str, new: str, fault: str
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(SURVEYS / "kien_giang", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_study(folder)
    assert any(fault in line for line in error.value.faults), error.value.faults


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_finding_lesson_or_circumstance_names_a_cause(lang: str) -> None:
    plan = study().evaluation.recommendations
    for one in (*plan.findings, *(advice for advice in plan.advice if advice.kind != "recommendation")):
        assert not re.search(CAUSES[lang], one.says[lang], re.IGNORECASE), one.key


def conclusions(frame: pd.DataFrame, *, compared: bool = False) -> dict[str, str]:
    weighed = weigh_criteria(study(), frame, compared=compared)
    return dict(zip(weighed["criterion"], weighed["conclusion"], strict=True))


def test_criteria_are_weighed_by_findings_and_impact_never_without_a_comparison() -> None:
    met = {"indicator": "T2", "target": 0.7, "official": "met", "statistical": "met"}
    reached = {"indicator": "T2", "value": 0.8, "low": 0.75, "high": 0.85}
    assert set(conclusions(found(SHORT))) == {
        "relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability",
    }  # fmt: skip
    assert conclusions(found(reached, judged=(met,)))["effectiveness"] == "supported"
    assert conclusions(found(SHORT, judged=(NOT_MET,)))["effectiveness"] == "opposed"
    both = conclusions(found(reached, SHORT, judged=(met, NOT_MET)))
    assert both["effectiveness"] == "mixed"
    assert both["impact"] == "insufficient"
    assert conclusions(found())["effectiveness"] == "insufficient"


def test_a_study_without_these_files_owes_nothing_more() -> None:
    other = read_study(SURVEYS / "wash_benefits")
    assert other.evaluation == type(other.evaluation)()
    rows = result_rows(other, estimates(), changes(), verdicts())
    assert findings(other, rows).empty
    assert advise(other, findings(other, rows), "recommendation").empty
    assert weigh_criteria(other, findings(other, rows)).empty
