"""Whoever is named in an output is found, wherever the name stands; nobody's value is said."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import PersonalDataError
from kgeval.protect import refuse_traces, scan

NAME, PHONE, OTHER = "Bùi Thị Thử Nghiệm", "0900000123", "Hoa"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    restricted = tmp_path / "a" / "restricted"
    restricted.mkdir(parents=True)
    frame = pd.DataFrame({"rid": ["r1", "r2"], "name": [NAME, OTHER], "phone": [PHONE, None]})
    frame.to_parquet(restricted / "mothers.parquet")
    (tmp_path / "a" / "clean").mkdir()
    frame[["rid"]].to_parquet(tmp_path / "a" / "clean" / "mothers.parquet")
    pd.DataFrame({"rid": ["r1"], "unit": ["0900000777"]}).to_parquet(restricted / "alerts.parquet")
    frame.to_csv(restricted / "mothers.csv")
    (tmp_path / "a" / "page.html").write_text("<p>Hoa nở, 0900 người, 0900000777</p>", encoding="utf-8")
    return tmp_path


def test_a_clean_run_has_no_traces(run: Path) -> None:
    assert scan(run) == []
    refuse_traces(run)


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("page.html", f"<b>Bùi</b> Thị&nbsp;Thử <i>Nghiệm</i>{'.'}", "name"),
        ("findings.csv", f"1;{PHONE};x", "phone"),
        ("nb.ipynb", f'{{"text": "{NAME.upper()}"}}', "name"),
        ("figure.svg", f"<text>{PHONE}</text>", "phone"),
    ],
)
def test_a_name_or_number_is_found_in_any_text(run: Path, name: str, text: str, column: str) -> None:
    (run / "a" / name).write_text(text, encoding="utf-8")
    (trace,) = scan(run)
    assert (trace.file, trace.table, trace.column) == (f"a/{name}", "mothers", column)


def test_a_pack_is_held_against_the_run_it_comes_from(
    run: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pack = tmp_path_factory.mktemp("pack")
    with zipfile.ZipFile(pack / "report.docx", "w") as file:
        file.writestr("word/document.xml", "<w:t>Bùi Thị</w:t> <w:t>Thử Nghiệm</w:t>")
    with pytest.raises(PersonalDataError, match=r"report\.docx \(question 'name' of 'mothers'\)") as refusal:
        refuse_traces(pack, identifiers=run)
    assert "Bùi" not in str(refusal.value)
    assert refusal.value.exit_code == 10


def test_decomposed_letters_are_the_same_name(run: Path) -> None:
    import unicodedata

    (run / "a" / "notes.txt").write_text(unicodedata.normalize("NFD", NAME), encoding="utf-8")
    assert len(scan(run)) == 1
