"""The process that kernels are forked from: it has imported the libraries and computed nothing.

A kernel forked from it starts in a tenth of a second instead of two. It may only ever *import*, and
read the study's text, so that no kernel has to parse it anew: a library that has worked (started
threads, opened pools) does not survive a fork. So it has one thread, no more work than a loop over
its callers, and every child first makes good what differs from a kernel that imports for itself. Run
as ``python -m kgeval.run.seed SOCKET STUDY MODULE…``; an empty study: there is none to read.

A caller connects, sends one line of JSON (``argv``, ``env``, ``cwd``) and gets ``{"pid": …}``. The
connection is the kernel's lifeline: when the caller goes, the kernel is killed; when the kernel
goes, the caller gets ``{"exit": …}``. The seed itself goes when its standard input closes.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel.datapub",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "encodings.idna",
    "numpy.random",
    "sqlite3",
    "tornado.platform.asyncio",
)
TRIAL_SECONDS = 20.0
_RSS_PER_MB = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kilobytes


def main(address: str, study: str, modules: Sequence[str]) -> None:
    """Import, try a fork, then serve until standard input closes."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}.new")
    listener.listen(64)  # callers may knock before the imports are done
    Path(f"{address}.new").rename(address)  # whoever sees the address finds somebody who listens
    plain_filters = list(warnings.filters)
    with _as_in_a_kernel():
        for name in (*ALWAYS, *modules):
            _import(name)
        _parse(study)
    imported_filters = [entry for entry in warnings.filters if entry not in plain_filters]
    gc.collect()
    gc.freeze()  # the children share these objects and never look through them
    fit = _one_thread() and _survives_a_fork()
    _Nursery(listener, imported_filters, fit=fit).serve()


@contextlib.contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries that ask at import whether they are in a notebook hear yes."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
        del os.environ["MPLBACKEND"]


def _import(name: str) -> None:
    with contextlib.suppress(Exception):  # it is imported, or fails, where it is used
        importlib.import_module(name)


def _parse(study: str) -> None:
    """Leave in the expression reader's memory what the forms and indicators of a study say."""
    with contextlib.suppress(Exception):  # its faults are told where it is used
        if study:
            importlib.import_module("kgeval.plan.study").read_study(study)


def _one_thread() -> bool:
    import psutil

    return threading.active_count() == 1 and psutil.Process().num_threads() == 1


def _survives_a_fork() -> bool:
    """Try in a child what kernels do: linear algebra, a table written by threads, a picture."""
    pid = os.fork()
    if pid == 0:
        try:
            _trial()
        except BaseException:  # noqa: BLE001  whatever it is, kernels must not be forked
            os._exit(1)
        os._exit(0)
    deadline = time.monotonic() + TRIAL_SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def _trial() -> None:
    import io

    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    np.linalg.inv(np.eye(64) * 2)
    pc.sum(pa.chunked_array([pa.array(range(1000))] * 4))
    if "matplotlib.figure" in sys.modules:
        from matplotlib.figure import Figure

        Figure(figsize=(1, 1)).savefig(io.BytesIO())


class _Nursery:
    """The loop: takes callers, forks, buries."""

    def __init__(self, listener: socket.socket, filters: Sequence[Any], *, fit: bool) -> None:
        self.listener, self.filters, self.fit = listener, filters, fit
        self.callers: dict[socket.socket, int] = {}  # 0: has not asked yet
        self.woken, waker = os.pipe()
        for descriptor in (self.woken, waker):
            os.set_blocking(descriptor, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(waker)
        self.waker = waker

    def serve(self) -> None:
        while True:
            watched: list[Any] = [0, self.woken, self.listener, *self.callers]
            readable, _, _ = select.select(watched, [], [])
            if 0 in readable and not os.read(0, 1):
                break
            if self.woken in readable:
                os.read(self.woken, 4096)
                self._bury()
            if self.listener in readable:
                self.callers[self.listener.accept()[0]] = 0
            for caller in [caller for caller in readable if caller in self.callers]:
                self._hear(caller)
        for caller in list(self.callers):
            self._leave(caller)

    def _hear(self, caller: socket.socket) -> None:
        try:
            line = b"" if self.callers[caller] else _line(caller)
        except OSError:
            line = b""
        if not line:
            self._leave(caller)
        elif not self.fit:
            with contextlib.suppress(OSError):
                caller.sendall(b'{"refused": "the libraries do not survive a fork here"}\n')
            self._leave(caller)
        else:
            self._fork(caller, json.loads(line))

    def _fork(self, caller: socket.socket, request: dict[str, Any]) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # no memory, or too many processes: the kernels that there are go on
            with contextlib.suppress(OSError):
                caller.sendall(b'{"refused": "the machine starts no further process"}\n')
            self._leave(caller)
            return
        if pid == 0:
            self._close_all()
            _be_kernel(request, self.filters, parent)
        self.callers[caller] = pid
        with contextlib.suppress(OSError):
            caller.sendall(json.dumps({"pid": pid}).encode() + b"\n")

    def _close_all(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for descriptor in (self.woken, self.waker):
            os.close(descriptor)
        for end in (self.listener, *self.callers):
            end.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    def _bury(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for caller in [caller for caller, child in self.callers.items() if child == pid]:
                last = {"exit": os.waitstatus_to_exitcode(status), "peak_mb": usage.ru_maxrss / _RSS_PER_MB}
                with contextlib.suppress(OSError):
                    caller.sendall(json.dumps(last).encode() + b"\n")
                del self.callers[caller]
                caller.close()

    def _leave(self, caller: socket.socket) -> None:
        pid = self.callers.pop(caller)
        caller.close()
        if pid:
            for end in (os.killpg, os.kill):  # just forked, it may not lead a group of its own yet
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    end(pid, signal.SIGKILL)


def _line(caller: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = caller.recv(65536)
        if not part:
            return b""
        line += part
    return line


def _be_kernel(request: dict[str, Any], filters: Sequence[Any], parent: int) -> NoReturn:
    """Become the kernel that was asked for, and never come back."""
    code = 1
    try:
        os.setsid()
        os.environ.clear()
        os.environ.update(request["env"], JPY_PARENT_PID=str(parent))
        time.tzset()
        os.chdir(request["cwd"])
        sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *request["argv"]]  # type: ignore[union-attr, list-item]
        _start_kernel(filters, parent)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  nothing may climb back into the loop of the seed
        traceback.print_exc()
    finally:
        os._exit(code)


def _start_kernel(filters: Sequence[Any], parent: int) -> None:
    import random

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    random.seed()
    np.random.seed(None)  # noqa: NPY002  the legacy generator was inherited, and would be the same in every kernel
    app: Any = IPKernelApp.instance(parent_handle=parent)
    app.initialize(sys.argv[1:])
    _imports_come_last(filters)
    if "matplotlib_inline.backend_inline" in sys.modules:
        # it registers itself when it is imported, which here was before there was a kernel
        sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].install_repl_displayhook()
    app.start()


def _imports_come_last(filters: Sequence[Any]) -> None:
    """Put the libraries' warning filters where they stand if they are imported by the notebook."""
    own = [entry for entry in warnings.filters if entry not in filters]
    warnings.filters[:] = [*filters, *own]  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
