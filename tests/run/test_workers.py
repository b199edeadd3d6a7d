"""Workers do one task after another, outlive the death of one of them, and stop what does not end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kgeval.run.workers import Workers


def work(kind: str, value: str) -> object:
    if kind == "die":
        os._exit(3)
    if kind == "hang":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(value).write_text(str(child.pid), encoding="utf-8")
        time.sleep(600)
    if kind == "say":
        print("said", value)
    return os.getpid(), value


@pytest.fixture
def workers(tmp_path):
    with Workers(work, count=2, seconds=600, log=tmp_path / "log") as workers:
        yield workers


def test_a_process_is_kept_for_the_next_task(workers, tmp_path):
    pids = set()
    for number in range(3):
        workers.start(f"task {number}", ("say", str(number)))
        (ended,) = workers.wait()
        assert (ended.name, ended.value[1], ended.lost) == (f"task {number}", str(number), "")
        pids.add(ended.value[0])
    assert len(pids) == 1
    assert workers.free


def test_what_a_task_prints_stays_off_the_console(tmp_path, capfd):
    with Workers(work, count=1, seconds=600, log=tmp_path / "log") as workers:
        workers.start("a", ("say", "x"))
        workers.wait()
    assert "said x" in (tmp_path / "log").read_text()
    assert capfd.readouterr() == ("", "")


def test_a_death_costs_one_task_only(workers):
    workers.start("a", ("die", ""))
    (ended,) = workers.wait()
    assert (ended.name, ended.lost) == ("a", "died")
    workers.start("b", ("say", "b"))
    assert workers.wait()[0].value[1] == "b"


def test_a_process_killed_while_it_had_nothing_to_do_costs_nothing(workers):
    workers.start("a", ("say", "a"))
    (ended,) = workers.wait()
    psutil.Process(ended.value[0]).kill()
    workers._workers[0].process.join(10)
    workers.start("b", ("say", "b"))
    assert workers.wait()[0].value[1] == "b"


def test_a_process_that_dies_as_it_gets_its_task_is_told_as_dead(workers, monkeypatch):
    workers.start("a", ("say", "a"))
    (ended,) = workers.wait()
    psutil.Process(ended.value[0]).kill()
    workers._workers[0].process.join(10)
    monkeypatch.setattr(workers, "_forget_the_dead", lambda: None)  # so it was seen alive
    workers.start("b", ("say", "b"))
    (ended,) = workers.wait()
    assert (ended.name, ended.lost) == ("b", "died")


def test_a_task_that_does_not_end_is_stopped_with_its_children(tmp_path):
    with Workers(work, count=1, seconds=3600, log=tmp_path / "log") as workers:
        workers.start("a", ("hang", str(tmp_path / "pid")))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.05)
        workers._seconds = 0.0
        (ended,) = workers.wait()
        assert (ended.name, ended.lost) == ("a", "too long")
    assert gone(int((tmp_path / "pid").read_text()))


def hang_and_leave(folder: Path) -> None:
    with Workers(work, count=1, seconds=3600, log=folder / "log") as workers:
        workers.start("a", ("hang", str(folder / "pid")))
        while not (folder / "pid").exists() or not (folder / "pid").read_text():
            time.sleep(0.05)
        raise KeyboardInterrupt


def test_leaving_by_an_error_stops_everything(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        hang_and_leave(tmp_path)
    assert gone(int((tmp_path / "pid").read_text()))


def test_memory_may_lower_the_number(workers):
    workers.limit(1)
    workers.start("a", ("say", "a"))
    assert not workers.free
    workers.limit(0)  # one goes on, however little there is
    workers.wait()
    assert workers.free


def gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False
