"""The same jobs on a Dask cluster: any number of machines that see the same folders.

Each job still is a process of its own, started by the Dask worker, with a kernel of its own. A job
whose worker dies is done again elsewhere, into a folder of its own, so that the two never mix.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kgeval.errors import UserError
from kgeval.run.workers import Ended, Task

RETRIES = 2


class ClusterWorkers:
    """Stands for ``Workers`` where the tasks go to a Dask scheduler.

    Parameters
    ----------
    work
        A function of a module; its last argument is the folder that its outputs go to.
    address
        Of the scheduler, e.g. ``tcp://head:8786``.
    seconds
        How long one task may take.

    Raises
    ------
    UserError
        Dask is not installed, or there is no scheduler at the address.
    """

    def __init__(self, work: Callable[..., Any], *, address: str, seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._client = connect(address)
        self._futures: dict[Any, str] = {}
        self._count = 10**6  # the scheduler knows what its workers bear

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._client.close()

    @property
    def free(self) -> bool:
        """Say whether another task can start now; the scheduler takes any number."""
        return len(self._futures) < self._count

    @property
    def busy(self) -> frozenset[str]:
        """The names of the tasks under way."""
        return frozenset(self._futures.values())

    def limit(self, count: int) -> None:
        """Leave the number of tasks to the scheduler: memory here says nothing about memory there."""

    def start(self, name: str, task: Task) -> None:
        """Hand a task to the scheduler."""
        future = self._client.submit(
            attempt,
            pickle.dumps((self._work, task[:-1])),
            str(task[-1]),
            self._seconds,
            retries=RETRIES,
            pure=False,
            key=f"{name}-{uuid.uuid4().hex}",
        )
        self._futures[future] = name

    def wait(self) -> list[Ended]:
        """Wait until at least one task is over."""
        import distributed

        first: Any = distributed.wait
        with contextlib.suppress(CancelledError):  # the scheduler is gone; told job by job below
            first(list(self._futures), return_when="FIRST_COMPLETED")
        done = [future for future in self._futures if future.status != "pending"]
        return [self._answer(future) for future in done]

    def stop(self) -> None:
        """Take back what is not over."""
        if self._client.status == "running":  # else the scheduler is gone, and nobody is left to ask
            self._client.cancel(list(self._futures), force=True)
        self._futures.clear()

    def _answer(self, future: Any) -> Ended:
        name = self._futures.pop(future)
        if future.status in ("cancelled", "lost"):
            return Ended(
                name=name, lost="the Dask scheduler was lost; start it and its workers, and run again"
            )
        if future.status != "finished":
            return Ended(name=name, lost=f"the cluster could not do it ({type(future.exception()).__name__})")
        ended: Ended = future.result()
        return replace(ended, name=name)


def connect(address: str) -> Any:
    """Return a client of the scheduler at ``address``."""
    try:
        import distributed
    except ImportError as error:
        raise UserError("--cluster needs Dask; install it with: pip install 'kgeval[cluster]'") from error
    client: Any = distributed.Client
    try:
        return client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(
            f"no Dask scheduler answers at {address!r}; start one with `dask scheduler` and give its address"
        ) from error


def cluster_map(address: str) -> Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]:
    """Return a ``map`` over a cluster, for whatever computes piece by piece; results in order."""
    client = connect(address)

    def over(function: Callable[[Any], Any], pieces: Iterable[Any]) -> list[Any]:
        results: list[Any] = client.gather(client.map(function, list(pieces), retries=RETRIES, pure=False))
        return results

    return over


def attempt(work: bytes, staged: str, seconds: float) -> Ended:
    """Do a task in a process of its own, its outputs in a folder of this attempt; runs on the worker.

    ``work`` is opened only there, so that the scheduler need not know what is in it.
    """
    place = uuid.uuid4().hex
    folder = Path(staged) / place
    folder.mkdir(parents=True)
    try:
        done = subprocess.run(  # noqa: S603  this interpreter and this package
            [sys.executable, "-m", "kgeval.run.remote", str(folder)],
            input=work,
            stdout=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(name="", lost="too long")
    if done.returncode:
        return Ended(name="", lost="died")
    return Ended(name="", value=pickle.loads(done.stdout), place=place)  # noqa: S301  from our own child
