"""A job's files appear together or not at all, wherever a run is cut."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import BusyError
from kgeval.run import commit as commits
from kgeval.run.commit import commit, intact, manifest, recover, sole_writer, staging_folder, withdraw
from kgeval.run.results import gather_results
from kgeval.store import SHARED, Provenance, Store

NAMES = [f"a/x{number}.txt" for number in range(5)]


def stage(out: Path, job: str, content: str, names=NAMES) -> Path:
    folder = staging_folder(out, job)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def there(out: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((out / "a").glob("*"))}


def cut_commit(out: Path, staged: Path, moves: int, monkeypatch) -> None:
    """Commit job a.10, cut before the move of a staged file that follows so many others."""
    real, done = Path.replace, []

    def cut(path: Path, target: Path) -> Path:
        if "staging" in path.parts:
            if len(done) == moves:
                raise KeyboardInterrupt
            done.append(path)
        return real(path, target)

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(Path, "replace", cut)
        commit(out, "a.10", staged, about={})


def test_files_come_and_former_ones_go(tmp_path):
    commit(tmp_path, "a.10", stage(tmp_path, "a.10", "one"), about={"key": "k"})
    assert there(tmp_path) == dict.fromkeys((f"x{n}.txt" for n in range(5)), "one")
    outputs = commit(tmp_path, "a.10", stage(tmp_path, "a.10", "two", NAMES[:2]), about={})
    assert there(tmp_path) == {"x0.txt": "two", "x1.txt": "two"}
    assert manifest(tmp_path, "a.10")["outputs"] == outputs
    assert intact(tmp_path, outputs)
    (tmp_path / "a/x0.txt").write_text("edited")
    assert not intact(tmp_path, outputs)
    withdraw(tmp_path, "a.10")
    assert there(tmp_path) == {}
    assert manifest(tmp_path, "a.10") == {}


@pytest.mark.parametrize("moves", range(7))
def test_a_run_cut_after_any_move_is_finished_by_the_next(tmp_path, monkeypatch, moves):
    commit(tmp_path, "a.10", stage(tmp_path, "a.10", "old"), about={})
    staged = stage(tmp_path, "a.10", "new", [*NAMES[1:], "a/y.txt"])
    cut_commit(tmp_path, staged, moves, monkeypatch)
    recover(tmp_path)
    assert there(tmp_path) == dict.fromkeys(["x1.txt", "x2.txt", "x3.txt", "x4.txt", "y.txt"], "new")
    assert not (tmp_path / ".kgeval/journal.json").exists()
    recover(tmp_path)  # a second time changes nothing
    assert len(there(tmp_path)) == 5


def test_a_journal_whose_files_are_gone_does_not_bar_the_folder(tmp_path, monkeypatch):
    staged = stage(tmp_path, "a.10", "new")
    cut_commit(tmp_path, staged, 0, monkeypatch)
    shutil.rmtree(tmp_path / "a", ignore_errors=True)
    shutil.rmtree(staged)
    recover(tmp_path)
    assert not (tmp_path / commits.JOURNAL).exists()
    assert not intact(tmp_path, manifest(tmp_path, "a.10")["outputs"])  # so the job runs again


@pytest.mark.parametrize("moves", range(4))
def test_a_reader_sees_all_of_a_commit_that_was_cut_or_none(tmp_path, monkeypatch, moves):
    def table(value: int, job_staging: Path) -> None:
        frame = pd.DataFrame({"n": [value]})
        Store(tmp_path, staging=job_staging).write("a/clean/mothers", frame, Provenance(study=str(value)))

    for value in (1, 2):
        staged = staging_folder(tmp_path, "a.10")
        table(value, staged)
        if value == 1:
            commit(tmp_path, "a.10", staged, about={})
    cut_commit(tmp_path, staged, moves, monkeypatch)
    store = Store(tmp_path)
    assert store.read("a/clean/mothers")["n"].tolist() == [2]
    assert store.provenance("a/clean/mothers").study == "2"


@pytest.mark.parametrize("suffix", [".parquet", ".provenance.json"])
def test_a_reader_looks_again_where_a_run_moves_files_under_its_eyes(tmp_path, monkeypatch, suffix):
    def table(value: int) -> None:
        staged = staging_folder(tmp_path, "a.10")
        frame = pd.DataFrame({"n": [value]})
        Store(tmp_path, staging=staged).write("a/clean/mothers", frame, Provenance(study=str(value)))
        commit(tmp_path, "a.10", staged, about={})

    table(1)
    real, moved = Store.path, []

    def just_before(store: Store, place: str, end: str = "") -> Path:
        if end != suffix or moved:
            return real(store, place, end)
        moved.append(place)
        table(2)
        return tmp_path / ".kgeval/staging/a.10" / f"{place}{end}"  # where it was until then

    monkeypatch.setattr(Store, "path", just_before)
    assert Store(tmp_path).read("a/clean/mothers")["n"].tolist() == [2]
    moved.clear()
    assert Store(tmp_path).exists("a/clean/mothers")


def test_results_that_are_there_are_not_moved_again_under_a_readers_eyes(tmp_path):
    Store(tmp_path).write("a/results/estimates", pd.DataFrame({"n": [1]}), Provenance(study="s"))
    gather_results(tmp_path, ["a"])
    path = tmp_path / "results/estimates.parquet"
    before = path.stat().st_ino
    assert gather_results(tmp_path, ["a"]) == ("estimates",)
    assert path.stat().st_ino == before
    path.write_bytes(b"edited")
    gather_results(tmp_path, ["a"])
    assert Store(tmp_path).read("results/estimates")["n"].tolist() == [1]


def test_without_a_journal_nothing_has_happened(tmp_path):
    commit(tmp_path, "a.10", stage(tmp_path, "a.10", "old"), about={})
    stage(tmp_path, "a.10", "new")
    recover(tmp_path)
    assert set(there(tmp_path).values()) == {"old"}
    assert not (tmp_path / ".kgeval/staging").exists()


def test_a_full_disk_leaves_the_journal_and_the_next_commit_finishes_it(tmp_path, monkeypatch):
    commit(tmp_path, "a.10", stage(tmp_path, "a.10", "old"), about={})
    staged = stage(tmp_path, "a.10", "new")
    monkeypatch.setattr(
        commits, "make_folder", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError(28, "No space"))
    )
    with pytest.raises(BusyError, match="No space"):
        commit(tmp_path, "a.10", staged, about={})
    monkeypatch.undo()
    commit(tmp_path, "b.10", stage(tmp_path, "b.10", "b", ["b/z.txt"]), about={})
    assert set(there(tmp_path).values()) == {"new"}
    assert (tmp_path / "b/z.txt").read_text() == "b"


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_restricted_folders_stay_private(tmp_path):
    commit(tmp_path, "a.10", stage(tmp_path, "a.10", "x", ["a/restricted/m.csv"]), about={})
    assert (tmp_path / "a/restricted").stat().st_mode & 0o777 == 0o700


def hold(out: str, ready, go) -> None:
    with sole_writer(Path(out)):
        ready.set()
        go.wait(20)


def test_one_writer_at_a_time_and_a_killed_one_leaves_no_lock(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, go = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(str(tmp_path), ready, go))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(BusyError, match="another run writes to"), sole_writer(tmp_path):
            pass
    finally:
        os.kill(holder.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        holder.join()
    with sole_writer(tmp_path):
        pass


def test_what_jobs_handed_to_each_other_goes_however_a_run_ends(tmp_path):
    with contextlib.suppress(KeyboardInterrupt), sole_writer(tmp_path):
        (tmp_path / SHARED).mkdir(parents=True)
        raise KeyboardInterrupt
    assert not (tmp_path / SHARED).exists()


def test_an_output_folder_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(BusyError, match="cannot be written to"), sole_writer(tmp_path / "out"):
        pass
