"""The command `kgeval simulate`: what it makes, and what it refuses in one line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kgeval.cli.simulate import simulate
from kgeval.errors import ParameterError, StudyError

ROOT = Path(__file__).parent.parent
STUDY = str(ROOT / "surveys" / "kien_giang")


def test_it_writes_the_folder_and_says_what_lies_there(tmp_path: Path) -> None:
    out = tmp_path / "example"
    done = CliRunner().invoke(simulate, [STUDY, "--out", str(out), "--seed", "404"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "faults.csv" in done.output
    names = {path.name for path in out.iterdir()}
    assert {"SYNTHETIC.txt", "truth.csv", "faults.csv", "frame.csv", "mothers_2018.csv"} <= names
    assert {
        f"groups_{key}_{year}.xlsx" for key in ("chau_thanh", "rach_gia", "ha_tien") for year in (2018, 2020)
    } <= names
    head = (out / "truth.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head == "indicator,variant,round,area,value,n"


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="choose a new or empty folder"):
        CliRunner().invoke(simulate, [STUDY, "--out", str(tmp_path), "--seed", "1"], catch_exceptions=False)


def test_a_study_without_a_model_is_refused(tmp_path: Path) -> None:
    study = ROOT / "surveys" / "wash_benefits"
    with pytest.raises(StudyError, match=r"simulation\.toml: the file is not there"):
        CliRunner().invoke(
            simulate, [str(study), "--out", str(tmp_path / "out"), "--seed", "1"], catch_exceptions=False
        )
    assert not (tmp_path / "out").exists()


def test_a_seed_is_never_guessed(tmp_path: Path) -> None:
    done = CliRunner().invoke(simulate, [STUDY, "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "--seed" in done.output
