"""A run: all jobs of a study in their order, a few at a time, each left whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kgeval.errors import BusyError
from kgeval.plan.area import WHOLE
from kgeval.run.cluster import ClusterWorkers
from kgeval.run.commit import WORK, commit, recover, sole_writer, staging_folder, withdraw
from kgeval.run.graph import GOOD, Job, Status, hindrance, ready
from kgeval.run.job import JobResult, Setting, run_job, summary
from kgeval.run.results import gather_results
from kgeval.run.resume import Ground, causes, why
from kgeval.run.scratch import scratch
from kgeval.run.workers import Ended, Workers
from kgeval.store import write_whole

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_LOST = {
    "died": "the process died (out of memory, or it was killed); run again, with fewer --jobs if that was it",
    "too long": "the notebook took too long and was stopped; mend it, or allow more: --notebook-seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who wants to know: called when a job starts and when it is over."""

    starts: Callable[[Job], None] = lambda _job: None
    ends: Callable[[JobResult], None] = lambda _result: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many jobs at a time (0: as many as processors and memory allow), and how long one may take.

    ``plain_kernels`` starts each kernel as a process of its own, as JupyterLab does. ``cluster`` is
    the address of a Dask scheduler that does the jobs instead of this machine.
    """

    jobs: int = 0
    notebook_seconds: float = 3600.0
    plain_kernels: bool = False
    cluster: str = ""


def available_mb() -> float:
    """Return how much memory is free for the run."""
    import psutil

    return float(psutil.virtual_memory().available) / 2**20


@dataclass(slots=True)
class Run:
    """What is known while a run goes on, by the job's key; ``results`` in the order in which they ended."""

    jobs: Mapping[str, Job]
    setting: Setting
    keys: tuple[str, ...]
    watch: Watch
    ground: Ground | None
    causes: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    results: dict[str, JobResult] = field(default_factory=dict)
    seed: Callable[[], str] | None = None
    memory_mb: float = field(default_factory=available_mb)

    @property
    def statuses(self) -> dict[str, Status]:
        """Job to how it ended."""
        return {key: result.status for key, result in self.results.items()}


def run_batch(
    jobs: Sequence[Job],
    setting: Setting,
    *,
    areas: Sequence[str],
    ground: Ground | None = None,
    pace: Pace | None = None,
    watch: Watch | None = None,
    finish: Callable[[Sequence[JobResult]], Mapping[str, bytes]] = lambda _results: {},
) -> list[JobResult]:
    """Run the jobs and return how each ended, in their order.

    Parameters
    ----------
    jobs
        As ``graph`` gives them.
    areas
        The folders of all areas in the study's order.
    ground
        What decides whether a job of an earlier run is still good; without it every job runs.
    finish
        Makes of the results the files about the run itself (path below the output folder to
        content); called once, while the folder is still held.

    Raises
    ------
    BusyError
        Another run writes to the same folder, or it cannot be written to.
    """
    pace = pace or Pace()
    run = Run({job.key: job for job in jobs}, setting, (*areas, WHOLE), watch or Watch(), ground)
    with sole_writer(setting.out):
        count = min(pace.jobs or processors(), len(jobs))
        log = setting.out / WORK / "workers.log"
        log.unlink(missing_ok=True)
        with (
            _scratch(pace) as folder,
            ExitStack() as stack,
            _workers(pace, max(1, count), log, folder) as workers,
        ):
            run.setting = replace(setting, scratch=folder)
            run.seed = lambda: stack.enter_context(_seed(pace, log, Path(folder), setting.study, jobs))
            _go_on(run, workers)
        gather_results(setting.out, run.keys)
        results = [run.results[key] for key in run.jobs]
        for name, content in finish(results).items():
            write_whole(setting.out / name, content)
        _sweep(setting.out)
    return results


def _go_on(run: Run, workers: Workers | ClusterWorkers) -> None:
    try:
        while len(run.results) < len(run.jobs):
            _start_ready(run, workers)
            if workers.busy:
                for ended in workers.wait():
                    _take(run, ended, workers)
    except KeyboardInterrupt:
        workers.stop()
        for key, job in run.jobs.items():
            if key not in run.results:
                _note(run, replace(_failed(job, "", ""), status="interrupted", reason="stopped by Ctrl-C"))


def _workers(pace: Pace, count: int, log: Path, folder: str) -> Workers | ClusterWorkers:
    if pace.cluster:
        return ClusterWorkers(_work, address=pace.cluster, seconds=pace.notebook_seconds)
    return Workers(_work, count=count, seconds=pace.notebook_seconds, log=log, scratch=folder)


@contextmanager
def _seed(pace: Pace, log: Path, folder: Path, study: Path, jobs: Sequence[Job]) -> Iterator[str]:
    if pace.plain_kernels or pace.cluster:
        yield ""
        return
    from kgeval.run.forked import USUAL, seed
    from kgeval.run.kernel import environment

    modules = dict.fromkeys((*USUAL, *(name for job in jobs for name in job.notebook.imports)))
    env = {**os.environ, **environment(folder)}
    with seed(list(modules), env=env, log=log, study=study, within=str(folder)) as address:
        yield address


@contextmanager
def _scratch(pace: Pace) -> Iterator[str]:
    if pace.cluster:  # the other machines have folders of their own
        yield ""
        return
    with scratch() as folder:
        yield str(folder)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_ready(run: Run, workers: Workers | ClusterWorkers) -> None:
    waiting = [job for job in ready(run.jobs.values(), run.statuses) if job.key not in workers.busy]
    for job in waiting:
        blocked_by = hindrance(job, run.statuses)
        if blocked_by:
            _skip(run, job, blocked_by)
        elif workers.free:
            _start(run, job, workers)


def _start(run: Run, job: Job, workers: Workers | ClusterWorkers) -> None:
    """Give a job to a worker, unless what it left in an earlier run is still good."""
    if job.notebook.runs == "once":
        gather_results(run.setting.out, run.keys)
    if run.ground is not None:
        run.causes[job.key] = causes(job, run.setting, run.ground)
        run.reasons[job.key] = why(job, run.setting, run.ground, run.causes[job.key])
        if not run.reasons[job.key]:
            _note(run, replace(_failed(job, "", ""), status="unchanged", reason="nothing changed"))
            return
    if not run.setting.seed and run.seed is not None:
        run.setting, run.seed = replace(run.setting, seed=run.seed()), None  # only where there is work to do
    staged = staging_folder(run.setting.out, job.key)
    run.watch.starts(job)
    workers.start(job.key, (job, run.setting, staged))


def _work(job: Job, setting: Setting, staged: Path) -> JobResult:
    """Run a job in a worker; a fault of the runner itself, or of the page, fails this job only."""
    try:
        return run_job(job, setting, staged)
    except Exception as error:  # noqa: BLE001  the other jobs go on; the fault is named in the result
        if isinstance(error, OSError) and error.errno in _FULL:  # of temporary files, perhaps
            return _failed(job, f"{error.strerror}; free some space, and run again", "BusyError")
        return _failed(job, summary(type(error).__name__, str(error)), type(error).__name__)


def _take(run: Run, ended: Ended, workers: Workers | ClusterWorkers) -> None:
    job = run.jobs[ended.name]
    result = ended.value if not ended.lost else _failed(job, _LOST.get(ended.lost, ended.lost), "Lost")
    result = replace(result, reason=run.reasons.get(job.key, ""))
    staged = run.setting.out / WORK / "staging" / job.key / ended.place
    about: dict[str, Any] = {"status": result.status}
    if result.status in GOOD:
        about["causes"] = run.causes.get(job.key)
    else:
        _keep_only_notebook(staged, job)
    try:
        commit(run.setting.out, job.key, staged, about=about)
    except BusyError as error:
        result = _failed(job, str(error), "BusyError")
    if result.peak_mb:
        workers.limit(int(0.8 * run.memory_mb / result.peak_mb))
    _note(run, result)


def _skip(run: Run, job: Job, blocked_by: str) -> None:
    withdraw(run.setting.out, job.key)
    result = _failed(job, "", "")
    _note(run, replace(result, status="skipped", reason=f"{blocked_by} did not succeed"))


def _note(run: Run, result: JobResult) -> None:
    run.results[result.key] = result
    run.watch.ends(result)


def _failed(job: Job, error: str, error_type: str) -> JobResult:
    return JobResult(
        notebook=job.notebook.name,
        area=job.place.code,
        folder=job.place.key,
        status="failed",
        error=error,
        error_type=error_type,
    )


def _keep_only_notebook(staged: Path, job: Job) -> None:
    # tables of a notebook that did not come to its end are not to be trusted
    kept = staged / job.place.key / "notebooks"
    for path in _files(staged):
        if path.parent != kept:
            path.unlink()


def _files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _sweep(out: Path) -> None:
    recover(out)  # Ctrl-C may have come between a job's journal and the last of its moves
    log = out / WORK / "workers.log"
    if log.is_file() and not log.stat().st_size:
        log.unlink()
