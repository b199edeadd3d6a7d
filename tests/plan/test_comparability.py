"""A question that changed between the rounds marks the indicators that stand on it, and the mark travels."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from kgeval.plan.study import Study, inspect_study, read_study
from kgeval.present import change_sentence, changes_table, dumbbell, rounds_table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The first study with forms of 2018 that asked about six months, and offered one answer less."""
    folder = tmp_path_factory.mktemp("study") / "kg"
    shutil.copytree(ROOT / "surveys" / "kien_giang", folder)
    forms = folder / "forms"
    mothers = (forms / "mothers.md").read_text(encoding="utf-8")
    older = mothers.replace("Trong 12 tháng qua, có được truyền", "Trong 6 tháng qua, có được truyền")
    older = older.replace("In the last 12 months, reached by", "In the last 6 months, reached by")
    assert older != mothers
    (forms / "mothers_2018.md").write_text(older, encoding="utf-8")
    groups = (forms / "groups.md").read_text(encoding="utf-8")
    older = "\n".join(line for line in groups.splitlines() if not line.startswith("|   | status | 2 |"))
    assert older != groups.rstrip("\n")
    (forms / "groups_2018.md").write_text(older, encoding="utf-8")
    plan = (folder / "study.toml").read_text(encoding="utf-8")
    for table in ("mothers", "groups"):
        plan = plan.replace(
            f"[tables.{table}]\n", f'[tables.{table}]\nforms = {{ baseline = "{table}_2018" }}\n'
        )
    (folder / "study.toml").write_text(plan, encoding="utf-8")
    return read_study(folder)


def test_a_shorter_window_is_not_comparable_and_an_absent_answer_needs_caution(study: Study) -> None:
    reached = study.indicator("T3")
    assert reached.comparable == "no"
    assert reached.changed_questions == {"BM50": ("wording", "recall")}
    standard = study.indicator("III1c")  # by way of a composite, its rules and derived columns
    assert standard.comparable == "caution"
    assert standard.changed_questions["NT08"] == ("choices",)
    assert study.indicator("T3_aware").comparable == "yes"


def test_what_was_declared_is_never_bettered(study: Study) -> None:
    assert study.indicator("T1").comparable == "caution"
    same = read_study(ROOT / "surveys" / "kien_giang")
    assert same.indicator("T1").comparable == "caution"
    assert same.indicator("T3").comparable == "yes"
    assert not any(one.changed_questions for one in same.indicators)


def test_the_mark_travels_to_chart_table_and_sentence(study: Study) -> None:
    rows = pd.DataFrame(
        [
            {
                "indicator": key, "variant": "main", "area": "all", "by": "", "by_value": "",
                "from_round": "baseline", "to_round": "endline", "from_value": 0.5, "to_value": 0.7,
                "difference": 0.2, "se": 0.05, "low": 0.1, "high": 0.3, "df": 30.0, "correlation": 0.1,
                "se_independent": 0.06, "comparable": study.indicator(key).comparable, "reason": "",
            }
            for key in ("T1", "T3", "T3_aware")
        ]
    )  # fmt: skip
    chart = dumbbell(rows, study, "vi")
    assert chart.data["indicator"].tolist() == ["T3_aware"]
    table = changes_table(rows, study, "vi")
    assert "BM50" in table.cells["note"][1]
    assert table.numbers["difference"].isna().tolist() == [False, True, False]
    said = change_sentence(
        rows.iloc[1], indicator=study.indicator("T3"), place="X", rounds={"baseline": "a", "endline": "b"},
        lang="vi",
    )  # fmt: skip
    assert "không so sánh được" in said
    assert "khoảng thời gian hỏi" in said
    listed = rounds_table(study, "vi").cells
    assert listed["why"].str.contains("BM50").sum() >= 1


def test_forms_of_unknown_rounds_or_files_are_faults(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "kg"
    shutil.copytree(study.folder, folder)
    plan = (folder / "study.toml").read_text(encoding="utf-8")
    plan = plan.replace('baseline = "mothers_2018"', 'midline = "mothers_2019"')
    (folder / "study.toml").write_text(plan, encoding="utf-8")
    _, faults = inspect_study(folder)
    assert any("mothers_2019" in fault for fault in faults)


def test_a_column_looked_up_in_another_table_carries_its_questions(study: Study) -> None:
    assert study.indicator("T4").changed_questions == {"NT08": ("choices",)}
    assert study.indicator("TC50").changed_questions == {}
