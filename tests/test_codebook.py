"""The codebook: every column of a study, and of the answers only what may be published."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from kgeval.cli.codebook import codebook as command
from kgeval.errors import ParameterError
from kgeval.plan.study import Study, read_study
from kgeval.protect.distribution import distribution

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "surveys" / "kien_giang"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(STUDY)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, list(map(str, arguments)), catch_exceptions=False)


def test_the_page_holds_every_question_in_both_languages_and_asks_for_nothing(
    study: Study, tmp_path: Path
) -> None:
    assert run(STUDY, "--out", tmp_path / "c.html").exit_code == 0
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    for key, table in study.tables.items():
        for question in table.form.questions:
            assert f'id="c-{key}-{question.name}"' in page
    assert "Reached" in page or "Respondent" in page
    assert "Họ và tên người trả lời" in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)


def test_the_workbook_has_a_sheet_a_table(study: Study, tmp_path: Path) -> None:
    assert run(STUDY, "--out", tmp_path / "c.xlsx", "--lang", "en").exit_code == 0
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "c.xlsx").read_bytes()))
    assert len(book.sheetnames) >= len(study.tables)
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {"BM50", "NT44", "respondent_name"} <= cells


def test_a_form_with_another_name_than_its_table_stands_there_once(tmp_path: Path) -> None:
    wash = read_study(ROOT / "surveys" / "wash_benefits")  # table households, form uptake
    said = run(ROOT / "surveys" / "wash_benefits", "--out", tmp_path / "c.html").output
    assert f"{len(wash.tables['households'].form.questions)} columns of 1 tables" in said


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"\.xlsx or \.html"):
        run(STUDY, "--out", tmp_path / "c.pdf")


def mothers(study: Study, n: int) -> pd.DataFrame:
    random = np.random.default_rng(3)
    weight = study.tables["mothers"].design.weight
    return pd.DataFrame(
        {
            "round": "baseline",
            str(weight): 1.0,
            "BM01": "1",
            "respondent_name": "somebody",
            "BM04": pd.Series(random.choice(["1", "2"], n), dtype="str"),
            "BM03": pd.Series(random.integers(1980, 2000, n), dtype="Int64"),
        }
    )


def test_nothing_is_said_of_what_names_a_person(study: Study) -> None:
    found = distribution(mothers(study, 200), study.tables["mothers"])
    assert "respondent_name" not in set(found["question"])
    shares = found[(found["question"] == "BM04") & (found["code"].isin(["1", "2"]))]
    assert shares["value"].sum() == pytest.approx(1)
    assert set(found.loc[found["question"] == "BM03", "code"]) == {"mean", "p25", "median", "p75"}


def test_few_answers_are_withheld_with_the_rule(study: Study) -> None:
    found = distribution(mothers(study, 20), study.tables["mothers"])
    told = found[found["question"].isin(["BM04", "BM03"])]
    assert told["value"].isna().all()
    assert told["withheld"].str.contains("denominator below 25").all()
