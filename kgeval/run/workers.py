"""A few processes that do one task after another, and can be stopped with all they have started.

``concurrent.futures`` gives up all of its work when one process dies, and cannot stop one that does
not end; a notebook may do either.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Task = tuple[Any, ...]  # the arguments of the work


@dataclass(slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    line: Connection
    name: str = ""  # of the task it is at, if any
    since: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A task is over: ``value`` is what the work returned, unless the process died or was stopped.

    ``place`` is the folder below the one given to the task in which its outputs are, if it chose one.
    """

    name: str
    value: Any = None
    lost: str = ""  # "", "died", "too long", or another reason in words
    place: str = ""


class Workers:
    """Up to ``count`` processes, each started when it is needed and kept for the next task.

    Parameters
    ----------
    work
        A function of a module, so that a fresh process finds it.
    count
        How many tasks run at a time, at most.
    seconds
        How long one task may take.
    log
        Where whatever the processes print goes.
    scratch
        A folder of temporary files; they take it away if this process is killed and cannot.
    """

    def __init__(
        self, work: Callable[..., Any], *, count: int, seconds: float, log: Path, scratch: str = ""
    ) -> None:
        self._work, self._count, self._seconds, self._log = work, count, seconds, log
        self._scratch = scratch
        self._context = multiprocessing.get_context("spawn")  # never fork a process that has threads
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.stop()
        for worker in self._workers:
            worker.line.close()  # an idle process ends by itself when nobody is on the line
        for worker in self._workers:
            worker.process.join(timeout=5)
            if worker.process.is_alive():
                stop_tree(worker.process.pid)
                worker.process.join(timeout=5)

    def stop(self) -> None:
        """Kill every process and whatever it has started."""
        for worker in self._workers:
            stop_tree(worker.process.pid)
            worker.name = ""

    @property
    def free(self) -> bool:
        """Say whether another task can start now."""
        return len(self.busy) < self._count

    @property
    def busy(self) -> frozenset[str]:
        """The names of the tasks under way."""
        return frozenset(worker.name for worker in self._workers if worker.name)

    def limit(self, count: int) -> None:
        """Run at most ``count`` tasks at a time from now on."""
        self._count = max(1, min(self._count, count))

    def start(self, name: str, task: Task) -> None:
        """Give a task to a process that is free."""
        self._forget_the_dead()
        worker = next((worker for worker in self._workers if not worker.name), None) or self._hired()
        worker.name, worker.since = name, time.monotonic()
        with contextlib.suppress(OSError):  # it died this moment: waiting for it will tell
            worker.line.send(task)

    def wait(self) -> list[Ended]:
        """Wait until at least one task is over."""
        busy = [worker for worker in self._workers if worker.name]
        left = min(worker.since + self._seconds for worker in busy) - time.monotonic()
        lines: list[Any] = [worker.line for worker in busy] + [worker.process.sentinel for worker in busy]
        signs = wait(lines, timeout=max(0.0, left))
        ended = []
        for worker in busy:
            if worker.line in signs or worker.process.sentinel in signs:
                ended.append(self._answer(worker))
            elif time.monotonic() - worker.since >= self._seconds:
                ended.append(self._dismissed(worker, "too long"))
        return ended

    def _answer(self, worker: _Worker) -> Ended:
        try:
            ended = Ended(name=worker.name, value=worker.line.recv())
        except (EOFError, OSError):
            return self._dismissed(worker, "died")
        worker.name = ""
        return ended

    def _dismissed(self, worker: _Worker, why: str) -> Ended:
        stop_tree(worker.process.pid)
        worker.process.join(timeout=5)
        worker.line.close()
        self._workers.remove(worker)
        return Ended(name=worker.name, lost=why)

    def _forget_the_dead(self) -> None:
        """Let go of processes that were killed while they had nothing to do, for their memory perhaps."""
        for worker in [worker for worker in self._workers if not worker.name]:
            if not worker.process.is_alive():
                worker.line.close()
                self._workers.remove(worker)

    def _hired(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve,
            args=(self._work, theirs, os.getpid(), self._log, self._scratch),
            name="kgeval worker",
            daemon=False,
        )
        process.start()
        theirs.close()
        worker = _Worker(process=process, line=ours)
        self._workers.append(worker)
        return worker


def stop_tree(pid: int | None) -> None:
    """Kill a process and all that it has started; kernels lead sessions of their own."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        for process in (*top.children(recursive=True), top):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _serve(work: Callable[..., Any], line: Connection, parent: int, log: Path, scratch: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which then stops us
    _print_to(log)
    threading.Thread(target=die_with, args=(parent, scratch), daemon=True).start()
    while True:
        try:
            task = line.recv()
        except EOFError:
            return
        line.send(work(*task))


def _print_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def die_with(parent: int, scratch: str = "") -> None:
    """Wait until a process is gone, then end this one with all it has started, and its temporary files."""
    import psutil

    try:
        command = psutil.Process(parent)
        while command.is_running() and command.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.3)
    except psutil.NoSuchProcess:
        pass
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    if scratch:
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)
