"""Two versions of a study's forms side by side, and the questions that an indicator stands on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kgeval.cli.forms import forms
from kgeval.errors import StudyError, UserError
from kgeval.plan.footing import footing
from kgeval.plan.form import Form, read_form
from kgeval.plan.study import Study, read_study
from kgeval.plan.versions import changed_indicators, changed_questions

STUDY = Path(__file__).parents[2] / "surveys" / "kien_giang"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(STUDY)


def earlier(folder: Path, *changes: tuple[str, str, str]) -> dict[str, Form]:
    """The study's forms with something else in some of them: (form, new text, old text)."""
    shutil.copytree(STUDY / "forms", folder / "forms")
    for name, now, before in changes:
        path = folder / "forms" / f"{name}.md"
        text = path.read_text(encoding="utf-8")
        assert now in text
        path.write_text(text.replace(now, before), encoding="utf-8")
    return {path.stem: read_form(path) for path in (folder / "forms").glob("*.md")}


def test_derived_columns_look_ups_and_composites_are_followed(study: Study) -> None:
    managed = footing(study, study.indicator("T2"))
    assert ("children", "TE10") in managed  # which group the child attends
    assert {("groups", "NT06"), ("groups", "NT25"), ("groups", "NT50a"), ("staff", "NV07")} <= managed
    assert footing(study, study.indicator("T3")) == {
        ("mothers", name) for name in ("BM01", "BM02", "BM11", "BM50")
    }


def test_a_changed_question_is_shown_as_it_was_and_is(study: Study, tmp_path: Path) -> None:
    before = earlier(
        tmp_path,
        ("mothers", "Trong 12 tháng qua, có được", "Trong 6 tháng qua, có được"),
        ("groups", ". >= 2 and . <= 1000", ". >= 4 and . <= 1000"),
    )
    changes, comparisons = changed_questions(before, {k: t.form for k, t in study.tables.items()}, "vi")
    seen = changes.set_index(["question", "aspect"])
    assert set(seen.index) == {("NT25", "constraint"), ("BM50", "wording"), ("BM50", "recall")}
    assert seen.loc[("NT25", "constraint"), ["before", "after"]].tolist() == [
        ". >= 4 and . <= 1000", ". >= 2 and . <= 1000",
    ]  # fmt: skip
    assert seen.loc[("BM50", "wording"), "before"].startswith("Trong 6 tháng qua")
    verdicts = changed_indicators(study, comparisons).set_index(["indicator", "variant"])["verdict"]
    assert verdicts[("T3", "main")] == "no"
    assert verdicts[("T2", "main")] == "caution"  # the area of the room stands in the composite
    assert verdicts[("T1", "main")] == "yes"


def test_an_indicator_that_calculates_with_codes_is_refused(tmp_path: Path) -> None:
    shutil.copytree(STUDY, tmp_path / "study")
    path = tmp_path / "study" / "indicators.toml"
    text = path.read_text(encoding="utf-8")
    wrong = text.replace('succeeds = "${BM50} = 1"', 'succeeds = "${BM50} + ${BM11} = 2 or ${BM50} = 7"', 1)
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_study(tmp_path / "study")
    faults = " ".join(refused.value.faults)
    assert "[T3]: succeeds calculates with the codes of 'BM50'" in faults
    assert "asks 'BM50' for the code '7', which its list lacks; it has 1, 0" in faults


class TestCommand:
    FORM = (
        "| survey |\n|  | type | name | label::vi | label::en | class | required | constraint |\n"
        "|  | integer | age | Tuổi | {label} | none | yes | {rule} |\n"
        "| settings |\n|  | form_title | form_id | version | default_language | key |\n"
        "|  | f | f | 1 | vi | age |\n"
    )

    def form(self, path: Path, label: str = "Age", rule: str = "") -> Path:
        path.write_text(self.FORM.format(label=label, rule=rule), encoding="utf-8")
        return path

    def test_it_writes_a_sound_form_and_a_report(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        path = self.form(tmp_path / "f.md")
        older = self.form(tmp_path / "old.md", label="Years of age")
        done = CliRunner().invoke(
            forms, [str(path), "--out", str(tmp_path / "out"), "--against", str(older)],
            catch_exceptions=False, standalone_mode=False,
        )  # fmt: skip
        assert done.return_value == 0
        assert "not run" in done.output
        assert "caution  f age: wording" in done.output
        assert {"f.xlsx", "f.xml", "report.xlsx"} == {file.name for file in (tmp_path / "out").iterdir()}

    def test_it_says_what_is_wrong_in_each_cell(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "which", lambda _: None)
        path = self.form(tmp_path / "f.md", label="", rule=". < 3 and . > 4")
        done = CliRunner().invoke(
            forms, [str(path), "--out", str(tmp_path / "out")], catch_exceptions=False, standalone_mode=False
        )
        assert done.return_value == 2
        assert "error: f: survey row 2, label::en: the cell is empty; translate it" in done.output
        assert "no answer can ever meet it" in done.output

    def test_a_folder_without_forms_and_another_version_of_other_names_are_refused(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(UserError, match="has no forms"):
            CliRunner().invoke(forms, [str(tmp_path), "--out", str(tmp_path)], catch_exceptions=False)
