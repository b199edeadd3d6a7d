"""Kernels forked from a process that has the libraries loaded: a jupyter_client provisioner.

Registered as ``kgeval-forked`` under ``jupyter_client.kernel_provisioners``; the kernelspec ``kgeval``
names it. Wherever forking is not possible or not safe, a plain kernel is started instead.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from kgeval.run.scratch import scratch

SEED = "KGEVAL_SEED"  # the address of a seed that is there already
PROVISIONER = "kgeval-forked"
_LOG = logging.getLogger(__name__)
_SEED_FILE = Path(__file__).with_name("seed.py")
_PATIENCE = 60.0  # seconds until a seed that imports must have answered


class ForkedKernel:
    """A forked kernel as ``subprocess`` shows one; its lifeline is the connection to the seed."""

    stdin = stdout = stderr = None
    peak_mb = 0.0  # of all kernels that this process had

    def __init__(self, line: socket.socket, pid: int) -> None:
        self._line, self.pid = line, pid
        self.returncode: int | None = None
        line.setblocking(False)

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel lives."""
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                self.returncode = self._last_words()
                self._line.close()
        return self.returncode

    def wait(self) -> int:
        """Return the exit code; only called once the kernel is gone."""
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _last_words(self) -> int:
        try:
            said = self._line.recv(4096)
        except BlockingIOError:
            raise
        except OSError:
            said = b""
        if not said:
            return -1
        last = json.loads(said.splitlines()[-1])
        ForkedKernel.peak_mb = max(ForkedKernel.peak_mb, last["peak_mb"])
        return int(last["exit"])


class ForkedProvisioner(LocalProvisioner):
    """Starts kernels by forking the seed; falls back to a process of their own."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel and return how to connect to it."""
        kernel = await asyncio.to_thread(_forked, cmd, kwargs)
        if kernel is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = kernel  # type: ignore[assignment]  # what subprocess would give
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait until the kernel is gone; a forked one goes quickly."""
        while isinstance(self.process, ForkedKernel) and self.process.poll() is None:
            await asyncio.sleep(0.005)
        code: int | None = await super().wait()
        return code


def _forked(cmd: Sequence[str], kwargs: dict[str, Any]) -> ForkedKernel | None:
    if not hasattr(os, "fork") or list(cmd[1:3]) != ["-m", "ipykernel_launcher"]:
        return None
    request = {
        "argv": list(cmd[3:]),
        "env": kwargs.get("env") or dict(os.environ),
        "cwd": str(kwargs.get("cwd") or Path.cwd()),
    }
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(_PATIENCE)
        line.connect(os.environ.get(SEED) or _own_seed())
        line.sendall(json.dumps(request).encode() + b"\n")
        with line.makefile("rb") as said:
            answer = json.loads(said.readline() or b"{}")
    except (OSError, ValueError) as error:
        answer = {"refused": f"{type(error).__name__}: {error}"}
    if "pid" not in answer:
        line.close()
        _LOG.warning("a plain kernel is started, not a forked one (%s)", answer.get("refused", "no answer"))
        return None
    return ForkedKernel(line, answer["pid"])


@contextmanager
def seed(
    modules: Sequence[str],
    *,
    env: dict[str, str],
    log: Path | None = None,
    study: Path | None = None,
    within: str = "",
) -> Iterator[str]:
    """Keep a seed for as long as the block lasts; yield its address, empty where there can be none.

    Parameters
    ----------
    modules
        What it imports beside the kernel itself.
    env
        Its environment, and so what libraries see that look at it when they are imported.
    log
        Where it, and the kernels forked from it, print to.
    study
        The folder of the study that the kernels will read.
    within
        Where its socket lies; empty: in a folder of its own.
    """
    if not hasattr(os, "fork"):
        yield ""
        return
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(scratch(within)) / "seed"
        output = stack.enter_context(_private(log)) if log else subprocess.DEVNULL
        process = subprocess.Popen(  # noqa: S603  this interpreter, and modules named in the code
            [sys.executable, str(_SEED_FILE), str(address), str(study or ""), *modules],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=env,
            start_new_session=True,
        )
        stack.callback(_end, process)
        yield str(address) if _listens(address, process) else ""


def _private(log: Path) -> Any:
    """Open a log to write at its end; what notebooks' processes print there is for its owner only."""
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _listens(address: Path, process: subprocess.Popen[bytes]) -> bool:
    import time

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        if address.exists():
            return True
        time.sleep(0.005)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_OWN: dict[str, str] = {}


def _own_seed() -> str:
    """Return the address of this process's own seed (JupyterLab's server), started when first needed."""
    if "address" not in _OWN:
        stack = contextlib.ExitStack()
        _OWN["address"] = stack.enter_context(seed(USUAL, env=dict(os.environ)))
        atexit.register(stack.close)
    return _OWN["address"]


# what the functions that a review's notebooks call import by themselves, most costly first; what a notebook
# imports in its own cells comes on top. A module that is absent costs nothing.
USUAL = (
    "pandas",
    "pyarrow.parquet",
    "pyarrow.compute",
    "pyarrow.dataset",
    "scipy.special",
    "pandas.io.formats.html",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.config",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "PIL.PngImagePlugin",
    "openpyxl",
    "python_calamine",
    "great_tables",
    "lark",
    "rapidfuzz.process",
    "pyxform.xls2json_backends",
    "IPython.core.display",
    "kgeval.session",
    "kgeval.prepare",
    "kgeval.estimate",
    "kgeval.evaluate",
    "kgeval.present",
)
