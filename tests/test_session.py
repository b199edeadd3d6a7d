"""What a notebook has on its desk: the right area, the right folders, or one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import ParameterError
from kgeval.session import start

STUDY = Path(__file__).parents[1] / "surveys" / "wash_benefits"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "washb_uptake.csv").write_text("svy\n0\n", encoding="utf-8")
    return folder


def test_an_area_is_known_by_code_or_key(tmp_path: Path, data: Path) -> None:
    by_key = start(
        study=str(STUDY), data=str(data), out=str(tmp_path / "out"), area="nutrition_wsh", lang="en"
    )
    by_code = start(
        study=str(STUDY), data=str(data), out=str(tmp_path / "out"), area="Nutrition + WSH", lang="en"
    )
    assert by_key.code == by_code.code == "Nutrition + WSH"
    assert (by_key.place, by_key.name) == ("nutrition_wsh", "Nutrition + WSH")
    assert list(by_key.provenance.inputs) == ["washb_uptake.csv"]


def test_the_whole_has_its_own_place(tmp_path: Path, data: Path) -> None:
    desk = start(study=str(STUDY), data=str(data), out=str(tmp_path / "out"))
    assert (desk.area, desk.place, desk.code) == (None, "all", "all")
    assert not desk.synthetic
    (data / "SYNTHETIC.txt").write_text("simulated", encoding="utf-8")
    assert start(study=str(STUDY), data=str(data), out=str(tmp_path / "out")).synthetic


def test_by_hand_the_last_run_says_which_study_and_data(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = {"study_folder": str(STUDY), "data_folder": "../data"}
    (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
    desk = start(study="", data="", out=str(out), area="water")
    assert desk.study.key == STUDY.name
    assert desk.data.resolve() == data.resolve()


def test_an_empty_out_is_the_nearest_review(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = tmp_path / "build" / "review"
    review.mkdir(parents=True)
    run = {"study_folder": str(STUDY), "data_folder": "../../data"}
    (review / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    for folder in (tmp_path, tmp_path / "notebooks"):
        monkeypatch.chdir(folder)
        assert start(study="", data="", out="").store.root.resolve() == review.resolve()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"study": ""}, "set the parameters study and data"),
        ({"data": "nowhere"}, "no data folder"),
        ({"area": "watre"}, "did you mean 'water'"),
        ({"lang": "fr"}, "the study speaks vi, en"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, data: Path, changed: dict[str, str], said: str
) -> None:
    right = {"study": str(STUDY), "data": str(data), "out": str(tmp_path / "out"), "area": "water"}
    with pytest.raises(ParameterError, match=said) as caught:
        start(**(right | changed))
    assert "\n" not in str(caught.value)


def test_results_of_areas_that_failed_are_named_not_missed(tmp_path: Path, data: Path) -> None:
    desk = start(study=str(STUDY), data=str(data), out=str(tmp_path / "out"), area="water", lang="en")
    desk.write("accounts", pd.DataFrame({"records": [1]}, index=[7]))
    assert desk.read("accounts")["records"].tolist() == [1]
    assert desk.gather("accounts")["records"].tolist() == [1]
    assert desk.absent("accounts") == (
        "Control",
        "Handwashing",
        "Nutrition",
        "Nutrition + WSH",
        "Sanitation",
        "WSH",
    )
