"""A job is done again only where something it depends on changed, and says what."""

from __future__ import annotations

from dataclasses import replace

import pytest
import tiny

from kgeval.run import resume
from kgeval.run.batch import Pace, run_batch
from kgeval.run.commit import commit, staging_folder
from kgeval.run.graph import Place, graph
from kgeval.run.job import Setting
from kgeval.run.notebook import read_notebooks
from kgeval.run.parameters import parameters
from kgeval.run.resume import Ground, causes, why

AREAS = (Place(code="0905", key="north"), Place(code="0899", key="south"))
GROUND = Ground(study="s", data={"a.csv": "1", "b.csv": "2"}, versions={"pandas": "3"})


@pytest.fixture
def jobs(tmp_path):
    notebooks = read_notebooks(tiny.write_notebooks(tmp_path / "notebooks"))
    later = [
        notebook if notebook.name == "10_clean" else replace(notebook, reads_data=False)
        for notebook in notebooks
    ]
    return {job.key: job for job in graph(later, AREAS)}


@pytest.fixture
def setting(tmp_path):
    (tmp_path / "out").mkdir()
    return Setting(study=tmp_path / "study", data=tmp_path / "data", out=tmp_path / "out", lang="vi")


def leave(job, setting, ground=GROUND, *, status="done", content="x"):
    """Leave what a run of the job would."""
    staged = staging_folder(setting.out, job.key)
    for name in ("clean/m.csv", f"notebooks/{job.notebook.name}.ipynb"):
        (staged / job.place.key / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / job.place.key / name).write_text(content if name.startswith("clean") else "any")
    about = {"status": status}
    commit(
        setting.out,
        job.key,
        staged,
        about=about | {"causes": causes(job, setting, ground)} if status == "done" else about,
    )


def reason(job, setting, ground=GROUND):
    return why(job, setting, ground, causes(job, setting, ground))


def test_what_is_unchanged_is_left(jobs, setting):
    job = jobs["north.10_clean"]
    assert reason(job, setting) == "it has not run yet"
    leave(job, setting)
    assert reason(job, setting) == ""
    assert reason(job, setting, replace(GROUND, force=True)) == "asked for with --force"


def test_the_reason_names_what_changed(jobs, setting):
    job = jobs["north.10_clean"]
    leave(job, setting)
    assert reason(job, setting, replace(GROUND, data={"a.csv": "1", "b.csv": "3", "c.csv": "4"})) == (
        "data changed: b.csv, c.csv"
    )
    assert reason(job, setting, replace(GROUND, study="t")) == "the study changed"
    assert reason(job, setting, replace(GROUND, versions={"pandas": "4"})) == "versions of libraries changed"
    assert reason(job, replace(setting, lang="en")) == "parameters changed; what pages show changed"
    edited = replace(job, notebook=replace(job.notebook, sha256="0"))
    assert reason(edited, setting) == "the notebook changed"


def test_a_whole_number_for_a_float_is_the_same_request(jobs, setting):
    job = jobs["north.10_clean"]
    level = parameters("level: float = 0.9", notebook="10_clean")
    asks = replace(job, notebook=replace(job.notebook, parameters=job.notebook.parameters | level))
    one, other = (causes(asks, replace(setting, parameters={"level": n}), GROUND) for n in (1, 1.0))
    assert one == other


def test_edited_outputs_and_failures_are_done_again(jobs, setting):
    job = jobs["north.10_clean"]
    leave(job, setting)
    (setting.out / "north/clean/m.csv").write_text("edited")
    assert reason(job, setting) == "its files were changed or removed"
    leave(job, setting, status="failed")
    assert reason(job, setting) == "it failed last time"


def test_a_change_stops_where_the_tables_are_the_same(jobs, setting):
    for job in jobs.values():
        leave(job, setting)
    changed = replace(GROUND, data={"a.csv": "1", "b.csv": "9"})
    assert reason(jobs["south.10_clean"], setting, changed) == "data changed: b.csv"
    leave(jobs["south.10_clean"], setting, changed)
    assert reason(jobs["south.20_estimate"], setting, changed) == ""
    leave(jobs["south.10_clean"], setting, changed, content="other")
    assert reason(jobs["south.20_estimate"], setting, changed) == "other tables from south.10_clean"
    assert reason(jobs["north.30_review"], setting, changed) == ""


def test_a_second_run_starts_no_kernel(tmp_path, setting, monkeypatch):
    for folder in ("study", "data"):
        (tmp_path / folder).mkdir()
    folder = tiny.write_notebooks(tmp_path / "notebooks", {"40_phase": ["1"]}, only="10_clean 40_phase")
    notebooks = read_notebooks(folder)
    monkeypatch.setattr(resume, "_code", lambda: "code")

    def run(ground: Ground) -> list[tuple[str, str]]:
        pace = Pace(plain_kernels=True)
        results = run_batch(graph(notebooks, AREAS[:1]), setting, areas=["north"], ground=ground, pace=pace)
        return [(result.status, result.reason) for result in results]

    assert run(GROUND) == [("done", "it has not run yet")] * 2
    assert run(GROUND) == [("unchanged", "nothing changed")] * 2
    monkeypatch.setattr("kgeval.run.workers.Workers.start", None)  # none may be asked for
    assert run(GROUND) == [("unchanged", "nothing changed")] * 2
