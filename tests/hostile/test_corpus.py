"""Every hostile file meets the verdict of its manifest: our own corpus, and the larger one where it is."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kgeval.cli import _run
from tests.conftest import SHARED
from tests.hostile import corpus, judge

MAKER = SHARED / "hostile" / "make_hostile.py"
SEED, ROWS = "71", "40"


def judged(
    path: Path, form: Path, out: Path, *, entry: dict[str, Any], declared: dict[str, Any], canaries: list[str]
) -> list[str]:
    """Read one file in this process; return what is not as its entry says."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = _run(judge.arguments(path, form, out, declared))
    outcome = judge.outcome_of(code, said.getvalue(), complained.getvalue(), out)
    return judge.differences(entry, outcome, declared=bool(declared), canaries=canaries)


def ways(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield how an entry is to be read: as it is, and with its declaration."""
    yield {}
    if entry.get("declare"):
        yield entry["declare"]


def all_faults(
    folder: Path, form: Path, scratch: Path, entries: list[dict[str, Any]]
) -> dict[str, list[str]]:
    canaries = json.loads((folder / "manifest.json").read_text("utf-8"))["canaries"]
    faults = {}
    for place, entry in enumerate(entries):
        for declared in ways(entry):
            out = scratch / f"{place}{'d' if declared else ''}"
            path = folder / entry["file"]
            found = judged(path, form, out, entry=entry, declared=declared, canaries=canaries)
            if found:
                faults[f"{entry['file']} {declared or ''}"] = found
    assert not [*folder.rglob("KGEVAL_PWNED"), *scratch.rglob("KGEVAL_PWNED")]
    return faults


def test_our_own_files(tmp_path: Path) -> None:
    corpus.write(tmp_path / "files")
    entries = json.loads((tmp_path / "files" / "manifest.json").read_text("utf-8"))["files"]
    assert all_faults(tmp_path / "files", tmp_path / "files" / "form.md", tmp_path / "out", entries) == {}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not MAKER.is_file():
        pytest.skip(f"the maker of the larger corpus is not at {MAKER}")
    spec = importlib.util.spec_from_file_location("make_hostile", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    sys.modules["make_hostile"] = maker
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("hostile") / "corpus"
    with contextlib.redirect_stdout(io.StringIO()):
        maker.main([str(folder), "--seed", SEED, "--rows", ROWS, "--big-rows", "500", "--bomb-mb", "40"])
    (folder / "form.md").write_text(judge.form_of(maker.DEFAULT["columns"]), encoding="utf-8")
    return folder


@pytest.mark.parametrize("half", [0, 1])
def test_the_larger_corpus(large: Path, tmp_path: Path, half: int) -> None:
    """All that must be refused, and a sixth of what is taken: `judge.py` reads every file of it."""
    entries = [
        entry
        for entry in json.loads((large / "manifest.json").read_text("utf-8"))["files"]
        if entry["kind"] in {"table", "fs"} and entry["file"] != "fs/unreadable.csv"  # root reads it
    ]
    refused = [entry for entry in entries if entry["verdict"] not in judge.TAKEN]
    taken = [entry for entry in entries if entry["verdict"] in judge.TAKEN]
    chosen = [*refused, *taken[::6]][half::2]
    assert all_faults(large, large / "form.md", tmp_path, chosen) == {}


def test_the_judge_sees_what_differs(tmp_path: Path) -> None:
    corpus.write(tmp_path / "files")
    listed = {
        entry["file"]: entry
        for entry in json.loads((tmp_path / "files" / "manifest.json").read_text())["files"]
    }
    wrong = [
        listed["sheet.ods"] | {"verdict": "reject_file", "codes": ["ENCRYPTED"]},
        listed["totals_inside.csv"] | {"rows_rejected": 5, "where": {"row": 3}},
        listed["cut_off.csv"] | {"where": {"row": 4}},
    ]
    faults = all_faults(tmp_path / "files", tmp_path / "files" / "form.md", tmp_path / "out", wrong)
    assert len(faults) == 3
    assert all(len(found) >= 1 for found in faults.values())
