"""The main job with the real notebooks: one district, from its files to its page, by both kinds of kernel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from kgeval.plan.study import read_study
from kgeval.protect import scan
from kgeval.simulate import simulate
from kgeval.store import Store, fingerprints
from tests.test_causes import CAUSES

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "surveys" / "kien_giang"
AREA = "ha_tien"


def review(data: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "kgeval",
        "run",
        STUDY,
        "--data",
        data,
        "--out",
        out,
        "--area",
        AREA,
        *more,
    ]
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review") / "example"
    simulate(read_study(STUDY), folder, seed=11)
    return folder


@pytest.fixture(scope="module")
def out(data: Path) -> Path:
    folder = data.parent / "forked"
    done = review(data, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_output_of_a_forked_kernel_equals_a_plain_kernels(data: Path, out: Path) -> None:
    plain = data.parent / "plain"
    done = review(data, plain, "--plain-kernels")
    assert done.returncode == 0, done.stdout + done.stderr
    left, right = fingerprints(out), fingerprints(plain)
    times = {"run.json"}
    assert {name: digest for name, digest in left.items() if name not in times} == {
        name: digest for name, digest in right.items() if name not in times
    }
    page = (out / AREA / "notebooks" / "30_district_review.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64") >= 2


def test_a_district_gets_its_tables_figures_and_pages(out: Path) -> None:
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {job["status"] for job in run["jobs"]} == {"done"}
    store = Store(out)
    estimates = store.read(f"{AREA}/results/estimates")
    assert set(estimates["area"]) == {"900"}
    assert estimates.loc[estimates["kind"] == "share", "value"].dropna().between(0, 1).all()
    accounts = store.read(f"{AREA}/accounts")
    parts = accounts[["kept", "rejected", "structural", "other_area", "other_round"]].sum(axis=1)
    assert (accounts["records"] == parts).all()
    assert (out / AREA / "figures" / "against_target.svg").is_file()


def test_pages_are_offline_marked_as_simulated_and_name_nobody(out: Path) -> None:
    pages = sorted(out.rglob("*.html"))
    assert len(pages) >= 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text), page.name
        assert "DỮ LIỆU MÔ PHỎNG" in text
    assert scan(out) == []


def test_no_page_of_a_run_names_a_cause(out: Path) -> None:
    for page in sorted(out.rglob("notebooks/*.html")):
        words = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not CAUSES["vi"].search(words), page.name


def test_the_researchers_notebook_answers_on_the_same_tables(data: Path, out: Path) -> None:
    cells = nbformat.read(ROOT / "notebooks" / "45_research.ipynb", as_version=4).cells
    *asking, _writing = [cell.source for cell in cells if cell.cell_type == "code"]
    given = f"study, data, out = {str(STUDY)!r}, {str(data)!r}, {str(out)!r}\n"
    given += "table, outcome, terms = 'mothers', '${BM42}', ['${BM30}']\n"
    desk: dict[str, Any] = {}
    for place, source in enumerate(asking):
        exec(source + "\n" + (given if place == 0 else ""), desk)
    assert desk["specs"].groupby("indicator")["main"].sum().to_dict() == {"T1": 1, "T2": 1, "T3": 1}
    models = [model.key for model in desk["desk"].study.research.models]
    assert list(dict.fromkeys(desk["fitted"]["model"])) == [*models, "asked"]
    assert len(desk["charts"]) == 3


def test_what_is_withheld_stands_in_no_figure(out: Path) -> None:
    estimates = Store(out).read(f"{AREA}/results/estimates")
    hidden = estimates[(estimates["flag"] == "suppress") & (estimates["by"] == "")]
    hidden = hidden[(hidden["round"] == "endline") & (hidden["variant"] == "main")]
    assert len(hidden)
    twin = pd.read_csv(out / AREA / "figures" / "against_target.csv")
    shown = twin.merge(hidden[["indicator", "variant"]], on=["indicator", "variant"])
    assert shown["value"].isna().all()


def test_an_unchanged_second_run_does_nothing(data: Path, out: Path) -> None:
    before = kept(out)
    done = review(data, out)
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {job["status"] for job in run["jobs"]} == {"unchanged"}
    assert kept(out) == before


def kept(out: Path) -> dict[str, str]:
    """Return what a run leaves but its record of this time: name to checksum."""
    return {
        name: digest
        for name, digest in fingerprints(out).items()
        if name != "run.json" and not name.startswith("logs/")
    }
