"""``kgeval pack`` makes a pack of a finished run, or says in one line why it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from kgeval import cli
from kgeval.plan.study import Study, read_study
from kgeval.present.pack import manifest
from kgeval.store import Provenance, Store
from tests.present.made_up import change_row, estimate_row, verdict_row

STUDY = Path(__file__).parents[1] / "surveys" / "wash_benefits"
AREAS = ("Control", "WSH", "all")


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(STUDY)


@pytest.fixture
def review(study: Study, tmp_path: Path) -> Path:
    """Return a folder as a run leaves it, with a person in its restricted store."""
    key = {"indicator": study.indicators[0].key}
    frames = {
        "estimates": [
            estimate_row(**key, area=area, round=round_)
            for area in AREAS
            for round_ in ("baseline", "endline")
        ],
        "changes": [change_row(**key, area=area) for area in AREAS],
        "verdicts": [verdict_row(**key, area=area, target=0.75, statistical="met") for area in AREAS],
    }
    store, origin = Store(tmp_path / "review"), Provenance(study=study.key)
    for name, rows in frames.items():
        store.write(f"results/{name}", pd.DataFrame(rows), origin)
    about = {"study_folder": str(STUDY), "parameters": {"lang": "en"}, "synthetic": True}
    store.write_bytes("run.json", json.dumps(about).encode())
    return store.root


def pack(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["pack", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_a_pack_is_written_with_its_manifest(
    review: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"index.html": b"<p>x</p>", "charts/a.csv": b"n\n"}
    monkeypatch.setattr("kgeval.present.pack.pack", lambda *_, **__: made)
    assert pack(review, "--out", tmp_path / "pack", "--area", "wsh", "--format", "csv", "--jobs", 1) == 0
    about = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    assert about["files"] == manifest(made)
    assert about["command"] == "kgeval pack REVIEW --out OUT --lang en --area WSH --format csv"
    assert about["areas"] == ["WSH"]
    assert (tmp_path / "pack" / "charts" / "a.csv").read_bytes() == b"n\n"


def test_a_pack_that_names_a_person_is_not_written(
    review: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = pd.DataFrame({"rid": ["r1"], "owner": ["Drinking water stored"]})  # the name of an indicator
    for room in ("restricted", "clean"):
        (review / "wsh" / room).mkdir(parents=True)
        planted.to_parquet(review / "wsh" / room / "households.parquet")
    asked = ("--area", "wsh", "--format", "csv", "--jobs", 1)
    assert pack(review, "--out", tmp_path / "pack", *asked) == 10
    said = capsys.readouterr().err
    assert "question 'owner' of 'households'" in said
    assert "Drinking" not in said
    assert not (tmp_path / "pack").exists()


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pack(tmp_path, "--out", tmp_path / "pack") == 2
    assert "holds no run.json" in capsys.readouterr().err


def test_a_value_that_the_study_withholds_by_now_is_refused(
    review: Path, study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(review)
    shown = store.read("results/estimates").assign(n=3, flag="ok")
    store.write("results/estimates", shown, Provenance(study=study.key))
    assert pack(review, "--out", tmp_path / "pack", "--jobs", 1) == 3
    assert "which the study now withholds" in capsys.readouterr().err
    assert not (tmp_path / "pack").exists()
