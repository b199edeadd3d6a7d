"""The same jobs on a Dask cluster: the same bytes, also when a worker is killed on the way."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import tiny
from click.testing import CliRunner
from test_batch import AREAS, KEYS, page, setting

from kgeval.cli.estimate import estimate as command
from kgeval.errors import UserError
from kgeval.run.batch import Pace, Watch, run_batch
from kgeval.run.cluster import cluster_map, connect
from kgeval.run.graph import graph
from kgeval.run.notebook import read_notebooks
from kgeval.store import fingerprints

pytest.importorskip("distributed")
HERE = Path(__file__).parent
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask warns of ports and of its own deprecations


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own, over loopback."""
    address_file = tmp_path / "scheduler.json"
    common = ["--scheduler-file", str(address_file), "--no-dashboard"]
    module = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    processes = [subprocess.Popen([*module, *common], stderr=subprocess.DEVNULL, env=paths)]
    while not address_file.exists() or not address_file.read_text().endswith("}"):  # it is written in parts
        assert processes[0].poll() is None
        time.sleep(0.1)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *common]
    processes += [subprocess.Popen(worker, stderr=subprocess.DEVNULL, env=paths) for _ in range(2)]
    address = json.loads(address_file.read_text())["address"]
    with connect(address) as client:
        client.wait_for_workers(2, timeout=60)
    yield address, processes
    for process in processes:
        for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
            child.kill()
        process.kill()
        process.wait()


def test_a_killed_worker_changes_nothing(tmp_path, cluster):
    address, (_, *dask_workers) = cluster
    notebooks = read_notebooks(tiny.write_notebooks(tmp_path / "notebooks", only="10_clean 20_estimate"))
    jobs = graph(notebooks, AREAS[:2])
    killed = []

    def kill_one(_result: object) -> None:
        if not killed:
            killed.append(dask_workers[0].pid)
            dask_workers[0].kill()

    far = run_batch(
        jobs, setting(tmp_path, "far"), areas=KEYS, pace=Pace(cluster=address), watch=Watch(ends=kill_one)
    )
    assert [result for result in far if result.status != "done"] == []
    near = run_batch(jobs, setting(tmp_path, "near"), areas=KEYS, pace=Pace(plain_kernels=True))
    assert killed
    assert {result.status for result in near} == {"done"}
    assert fingerprints(tmp_path / "far") == fingerprints(tmp_path / "near")
    assert page  # both runs made pages
    assert cluster_map(address)(len, ["a", "bb"]) == [1, 2]


def test_an_estimate_of_many_files_is_the_same_wherever_they_are_summed(tmp_path, cluster):
    address, (_, *dask_workers) = cluster
    random = np.random.default_rng(5)
    paths = []
    for number in range(6):
        frame = pd.DataFrame({"c": random.integers(0, 40, 2000), "y": random.random(2000) < 0.3, "w": 2.0})
        paths.append(tmp_path / f"part{number}.parquet")
        frame.assign(x=random.lognormal(1, 1, 2000)).to_parquet(paths[-1])
    asked = [*map(str, paths), "--cluster", "c", "--weight", "w", "--by", "c", "--mean", "x = ${x}",
             "--share", "y = ${y} = 1", "--mean", "odd = string-length(${y}) + ${x}"]  # fmt: skip
    here = CliRunner().invoke(command, asked, catch_exceptions=False)
    dask_workers[0].kill()
    far = CliRunner().invoke(command, [*asked, "--dask", address], catch_exceptions=False)
    assert (here.exit_code, far.exit_code) == (0, 0)
    left, right = (pd.read_csv(io.StringIO(result.output)) for result in (here, far))
    pd.testing.assert_frame_equal(left, right, rtol=1e-12)


def test_a_scheduler_that_goes_fails_its_jobs_in_words(tmp_path, cluster):
    address, _ = cluster
    (scheduler, *_) = cluster[1]
    changed = {"10_clean": [tiny.SETUP, "import time; time.sleep(600 * (area == '0899'))", tiny.CLEAN]}
    notebooks = read_notebooks(tiny.write_notebooks(tmp_path / "notebooks", changed, "10_clean 20_estimate"))
    watch = Watch(ends=lambda result: scheduler.kill() if result.status == "done" else None)
    pace = Pace(cluster=address)
    results = run_batch(graph(notebooks, AREAS[:2]), setting(tmp_path), areas=KEYS, pace=pace, watch=watch)
    assert [result.status for result in results] == ["done", "failed", "failed", "skipped", "failed"]
    assert {"scheduler was lost" in result.error for result in results if result.status == "failed"} == {True}


def test_no_scheduler_is_one_line():
    with pytest.raises(UserError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        connect("tcp://127.0.0.1:9")
