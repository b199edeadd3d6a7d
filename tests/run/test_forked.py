"""Forked kernels come quickly, end when they should, and leave nobody behind."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest

from kgeval.run import forked
from kgeval.run.forked import SEED, ForkedKernel, seed
from kgeval.run.kernel import environment, here
from kgeval.run.seed import _Nursery

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks as POSIX does")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seed")
    with seed(
        ["pandas", "no.such.module"], env={**os.environ, **environment(folder)}, log=folder / "log"
    ) as address:
        yield address


def fork(tmp_path, monkeypatch, address) -> ForkedKernel | None:
    monkeypatch.setenv(SEED, address)
    cmd = ["python", "-m", "ipykernel_launcher", "-f", str(tmp_path / "connection.json")]
    return forked._forked(cmd, {"env": {**os.environ, **environment(tmp_path)}, "cwd": str(tmp_path)})


def ended(kernel: ForkedKernel) -> int:
    for _ in range(200):
        code = kernel.poll()
        if code is not None:
            return code
        time.sleep(0.05)
    raise AssertionError("the kernel did not end")


def test_many_forks_leave_nobody_behind(tmp_path, monkeypatch, address):
    pids = []
    for _ in range(8):
        kernel = fork(tmp_path, monkeypatch, address)
        assert kernel is not None
        assert kernel.poll() is None
        kernel.kill()
        assert ended(kernel) == -signal.SIGKILL
        pids.append(kernel.pid)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert ForkedKernel.peak_mb > 10


def test_a_kernel_goes_with_its_caller(tmp_path, monkeypatch, address):
    kernel = fork(tmp_path, monkeypatch, address)
    assert kernel is not None
    process = psutil.Process(kernel.pid)
    for _ in range(200):  # its number is known before it has moved into its folder
        if process.cwd() == str(tmp_path):
            break
        time.sleep(0.05)
    assert process.cwd() == str(tmp_path)
    kernel._line.close()
    psutil.wait_procs([process], timeout=10)
    assert not process.is_running()


def test_without_a_seed_a_plain_kernel_is_started(tmp_path, monkeypatch):
    assert fork(tmp_path, monkeypatch, str(tmp_path / "nobody")) is None


def test_where_no_process_can_be_started_the_seed_says_so_and_lives_on(monkeypatch):
    def no_fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", no_fork)
    caller, other = socket.socketpair()
    nursery = object.__new__(_Nursery)  # without its handlers of signals
    nursery.filters, nursery.callers = [], {other: 0}
    nursery._fork(other, {})
    with caller:
        assert b"refused" in caller.recv(4096)
    assert nursery.callers == {}


def test_another_kernel_is_not_forked(monkeypatch, address):
    monkeypatch.setenv(SEED, address)
    assert forked._forked(["R", "--slave", "-e", "IRkernel::main()"], {}) is None


def test_the_seed_goes_with_its_block():
    with seed([], env=dict(os.environ)) as address:
        assert Path(address).exists()
        (process,) = [child for child in psutil.Process().children() if address in child.cmdline()]
    assert not process.is_running()
    assert not Path(address).exists()


def test_the_kernel_is_this_interpreter():
    assert here(forked=False).metadata == {}
    assert here(forked=True).metadata["kernel_provisioner"]["provisioner_name"] == "kgeval-forked"
