"""A whole run of tiny notebooks in real kernels: what it leaves, and what it survives."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import tiny

from kgeval.errors import BusyError
from kgeval.run import commit as commits
from kgeval.run.batch import Pace, _work, run_batch
from kgeval.run.commit import intact, manifest, sole_writer
from kgeval.run.graph import Place, graph
from kgeval.run.job import Setting
from kgeval.run.notebook import read_notebooks
from kgeval.run.record import exit_code
from kgeval.store import Store, fingerprints

AREAS = tuple(
    Place(code=code, key=key) for code, key in (("0905", "north"), ("0899", "south"), ("0900", "west"))
)
KEYS = [area.key for area in AREAS]


def page(node, *, title, lang, **_options) -> str:
    return f"<html lang={lang}><title>{title}</title>{len(node.cells)}</html>"


def setting(folder: Path, out: str = "out", **changes) -> Setting:
    for name in ("study", "data"):
        (folder / name).mkdir(exist_ok=True)
    return Setting(
        study=folder / "study", data=folder / "data", out=folder / out, lang="vi", page=page, **changes
    )


def run(folder: Path, changed=None, *, out="out", only=(), pace=None, **changes):
    notebooks = read_notebooks(tiny.write_notebooks(folder / "notebooks", changed))
    jobs = graph(notebooks, AREAS, only=only)
    return {
        result.key: result
        for result in run_batch(jobs, setting(folder, out, **changes), areas=KEYS, pace=pace or Pace(jobs=2))
    }


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    return folder, run(folder, titles={"0905": "Bắc"})


def test_every_job_is_done_and_leaves_its_files(good):
    folder, results = good
    assert {result.status for result in results.values()} == {"done"}
    assert len(results) == 11
    out = folder / "out"
    assert (out / "north/notebooks/10_clean.ipynb").is_file()
    assert (out / "north/notebooks/10_clean.html").read_text() == (
        "<html lang=vi><title>A tiny notebook – Bắc</title>5</html>"
    )
    assert (out / "all/figures/areas.txt").read_text() == "0905 0899 0900 all"
    assert not (out / ".kgeval/staging").exists()


def test_the_results_of_all_areas_stand_in_one_table(good):
    store = Store(good[0] / "out")
    assert store.read("results/estimates")["area"].tolist() == ["0905", "0899", "0900", "all"]
    assert store.read("results/estimates")["n"].tolist() == [3, 3, 3, 9]
    assert store.provenance("results/estimates").study == "tiny"


def test_a_manifest_holds_every_file(good):
    out = good[0] / "out"
    for key in good[1]:
        assert intact(out, manifest(out, key)["outputs"])


def test_the_kept_notebook_can_be_run_again_where_it_lies(good):
    home = good[0] / "out/north/notebooks"
    content = json.loads((home / "20_estimate.ipynb").read_text(encoding="utf-8"))
    injected = next(cell for cell in content["cells"] if cell["id"] == "injected-parameters")
    source = "".join(injected["source"])
    assert 'area = "0905"' in source
    assert 'out = "../.."' in source
    assert 'study = ""' in source  # run.json knows it
    assert str(good[0]) not in json.dumps(content)


def test_charts_and_warnings_are_in_the_kept_notebook(good):
    content = json.loads((good[0] / "out/north/notebooks/30_review.ipynb").read_text(encoding="utf-8"))
    outputs = content["cells"][-1]["outputs"]
    assert [output["output_type"] for output in outputs] == ["stream", "execute_result", "display_data"]
    assert "UserWarning: seen in the notebook" in "".join(outputs[0]["text"])
    assert "DeprecationWarning: old" in "".join(outputs[0]["text"])
    assert outputs[2]["data"]["image/png"].startswith("iVBOR")


def test_same_input_same_bytes_however_it_is_run(good, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("COLUMNS", "200")
    results = run(good[0], out="again", pace=Pace(jobs=1, plain_kernels=True), titles={"0905": "Bắc"})
    assert {result.status for result in results.values()} == {"done"}
    assert fingerprints(good[0] / "again") == fingerprints(good[0] / "out")


def test_faults_of_each_kind_stay_in_their_area(tmp_path):
    run(tmp_path)  # what an earlier run left must not be taken for this one's
    fault = """\
import os, time
if area == "0899":
    raise ValueError("no number: 'Trần Thị Lan'")
if area == "0900":
    os._exit(1)"""
    changed = {
        "10_clean": [tiny.SETUP, fault, tiny.CLEAN],
        "30_review": [tiny.SETUP, "while True: pass"],
    }
    results = run(tmp_path, changed, cell_seconds=3)
    statuses = {key: result.status for key, result in results.items()}
    assert statuses == {
        "north.10_clean": "done",
        "south.10_clean": "failed",
        "west.10_clean": "failed",
        "north.20_estimate": "done",
        "south.20_estimate": "skipped",
        "west.20_estimate": "skipped",
        "all.20_estimate": "done",
        "north.30_review": "failed",
        "south.30_review": "skipped",
        "west.30_review": "skipped",
        "all.40_phase": "done",
    }
    south = results["south.10_clean"]
    assert (south.cell, south.error) == ("4 (code-2)", "ValueError: no number: '…'")
    assert results["west.10_clean"].error.startswith("the kernel died")
    assert results["west.10_clean"].cell == "4 (code-2)"
    assert results["north.30_review"].error.startswith("the cell took longer than 3 s and was stopped; ")
    assert results["south.30_review"].reason == "south.10_clean did not succeed"

    out = tmp_path / "out"
    kept = (out / "south/notebooks/10_clean.ipynb").read_text(encoding="utf-8")
    assert "ValueError" in kept
    assert "the kernel died" in (out / "west/notebooks/10_clean.ipynb").read_text(encoding="utf-8")
    assert not Store(out).exists("south/clean/mothers")
    assert not Store(out).exists("south/results/estimates")
    assert not (out / "north/figures/n.txt").exists()
    whole = Store(out).read("all/results/estimates")
    assert (whole["n"][0], whole["absent"][0]) == (3, "south west")
    assert Store(out).read("results/estimates")["area"].tolist() == ["0905", "all"]


def no_page_for_south(node, *, title, **_options) -> str:
    return page(node, title=title, **_options) if title.endswith("Bắc") else {}["no such label"]


@pytest.mark.parametrize("plain", [True, False])
def test_where_no_kernel_starts_the_job_says_where_to_look(tmp_path, monkeypatch, plain):
    broken = tmp_path / "broken" / "ipykernel"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text('raise ImportError("broken")', encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    results = run(tmp_path, pace=Pace(jobs=2, plain_kernels=plain))
    assert {result.error_type for result in results.values()} == {"KernelDidNotStart", ""}  # failed, skipped
    assert "workers.log" in results["north.10_clean"].error
    assert "broken" in (tmp_path / "out/.kgeval/workers.log").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name != "posix", reason="sockets have addresses as POSIX does")
@pytest.mark.parametrize("plain", [True, False])
def test_a_long_path_of_temporary_files_keeps_no_kernel_from_starting(tmp_path, monkeypatch, plain):
    (tmp_path / ("x" * 110)).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("x" * 110)))
    monkeypatch.setattr(tempfile, "tempdir", None)  # so that it is asked for anew
    notebooks = read_notebooks(tiny.write_notebooks(tmp_path / "notebooks", only="10_clean"))
    pace = Pace(plain_kernels=plain)
    results = run_batch(graph(notebooks, AREAS[:1]), setting(tmp_path), areas=KEYS, pace=pace)
    assert [result.status for result in results] == ["done"]


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_what_notebooks_print_past_their_cells_is_for_the_owner_only(tmp_path):
    run(tmp_path, {"10_clean": [tiny.SETUP, "import os; os.system('echo said >&2')", tiny.CLEAN]})
    log = tmp_path / "out/.kgeval/workers.log"
    assert "said" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_a_page_that_cannot_be_made_fails_its_job_only(tmp_path):
    notebooks = read_notebooks(tiny.write_notebooks(tmp_path / "notebooks", only="10_clean"))
    broken = replace(setting(tmp_path, titles={"0905": "Bắc"}), page=no_page_for_south)
    north, south = run_batch(graph(notebooks, AREAS[:2]), broken, areas=KEYS, pace=Pace(plain_kernels=True))
    assert (north.status, south.status, south.error) == ("done", "failed", "KeyError: '…'")


def test_a_full_disk_of_temporary_files_is_told_as_one(tmp_path, monkeypatch):
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/kgeval-x")

    monkeypatch.setattr("kgeval.run.batch.run_job", full)
    (job, *_) = graph(read_notebooks(tiny.write_notebooks(tmp_path / "notebooks")), AREAS)
    result = _work(job, setting(tmp_path), tmp_path)
    assert result.error == "No space left on device; free some space, and run again"
    assert exit_code([result]) == 4


def test_braces_in_a_folders_name_are_letters(tmp_path):
    home = tmp_path / "{study}"
    home.mkdir()
    notebooks = read_notebooks(tiny.write_notebooks(home / "notebooks", only="10_clean"))
    results = run_batch(graph(notebooks, AREAS[:1]), setting(home), areas=KEYS, pace=Pace(plain_kernels=True))
    assert [result.error for result in results] == [""]


def gone(pid: int) -> bool:
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_two_runs_at_once_are_refused(tmp_path):
    with sole_writer(tmp_path / "out"), pytest.raises(BusyError, match="another run writes to 'out'"):
        run(tmp_path)


SCRIPT = """\
import signal, sys
sys.path[:0] = {paths!r}
from pathlib import Path
import test_batch
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background inherit that it is ignored
if __name__ == "__main__":
    test_batch.run(Path({folder!r}))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("sign", ["SIGKILL", "SIGINT"])
def test_a_run_cut_in_the_middle_leaves_whole_files_and_the_next_one_finishes(tmp_path, sign):
    here = Path(__file__).parent
    script = SCRIPT.format(paths=[str(here), str(here.parents[1])], folder=str(tmp_path))
    (tmp_path / "cut.py").write_text(script, encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "cut.py")],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )
    started = psutil.Process(process.pid)
    while not list((tmp_path / "out").glob("*/clean/*.parquet")):
        time.sleep(0.05)
        assert process.poll() is None
    children = started.children(recursive=True)
    process.send_signal(getattr(signal, sign))
    process.wait(20)
    assert all(gone(child.pid) for child in children)
    assert not list((tmp_path / "temporary").iterdir())
    for path in (tmp_path / "out").glob("*/clean/*.parquet"):
        Store(tmp_path / "out").read(f"{path.parts[-3]}/clean/mothers")
    assert {result.status for result in run(tmp_path).values()} == {"done"}
    assert not list((tmp_path / "out").rglob("*.part"))


def test_ctrl_c_between_a_jobs_journal_and_its_moves_loses_nothing(tmp_path, monkeypatch):
    carry_out, calls = commits._carry_out, []

    def cut(out: Path, journal) -> None:
        calls.append(journal["job"])
        if len(calls) == 1:
            raise KeyboardInterrupt
        carry_out(out, journal)

    with monkeypatch.context() as patched:
        patched.setattr(commits, "_carry_out", cut)
        results = run(tmp_path)
    out = tmp_path / "out"
    assert "interrupted" in {result.status for result in results.values()}
    assert not (out / commits.JOURNAL).exists()
    outputs = manifest(out, calls[0])["outputs"]
    assert outputs
    assert intact(out, outputs)
    assert {result.status for result in run(tmp_path).values()} == {"done"}
