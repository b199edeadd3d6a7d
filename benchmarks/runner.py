"""Time the runner against plain papermill and against the floor: the same cells without notebooks.

    python benchmarks/runner.py [--areas 3 12 48] [--rounds 3]

Three ways over the same notebooks and areas, interleaved in one run, outputs compared each time:
``papermill`` one notebook after another with graceful shutdown, ``ours`` with all processors, and the
``floor``, the same code cells executed in processes forked from one that has imported the libraries.
More than twenty areas are run once and without plain papermill, which takes minutes for them. Prints
medians of wall seconds, CPU seconds and the most memory of the whole process tree (shared pages counted
once), and the ratios; then the seconds for 700 areas, projected from the slope.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from kgeval.run.batch import run_batch
from kgeval.run.graph import Job, Place, graph
from kgeval.run.job import Setting, given
from kgeval.run.notebook import read_notebooks
from kgeval.store import fingerprints

MANY = 20  # areas; more are run once

PARAMETERS = """\
study: str = ""  # not used
data: str = ""  # not used
out: str = ""  # where tables go
area: str = "all"  # code of the area"""

IMPORTS = """\
import numpy as np
import pandas as pd
import scipy.stats
from matplotlib.figure import Figure
from kgeval.store import Provenance, Store
store, made_of = Store(out), Provenance(study="benchmark", parameters={"area": area})"""

# A realistic notebook works some four seconds: texts put in order, replicates, a few large charts.
CLEAN = """\
random = np.random.default_rng(int(area))
mothers = pd.DataFrame({"cluster": random.integers(0, 40, 20_000), "reads": random.random(20_000) < 0.7,
                        "income": random.lognormal(8, 1, 20_000)})
texts = mothers["income"].round(2).astype("str")
for question in range(40):
    said = texts.str.replace(".", ",", regex=False).str.strip().str.replace(",", ".", regex=False)
    mothers[f"q{question}"] = pd.to_numeric(said.where(said.str.len() > 3))
store.write(f"a{area}/clean/mothers", mothers, made_of)"""

ESTIMATE = """\
mothers = store.read(f"a{area}/clean/mothers")
questions = [name for name in mothers if name.startswith("q")]
replicates = [mothers[mothers["cluster"] != left].groupby("cluster")[questions].median()
              for left in range(40)]
centre = pd.concat(replicates).mean()
by_cluster = mothers.groupby("cluster").agg(reads=("reads", "mean"), income=("income", "median"))
draws = np.random.default_rng(7).integers(0, 40, (20_000, 40))
boot = by_cluster["reads"].to_numpy()[draws].mean(axis=1)
estimates = pd.DataFrame({"low": [np.quantile(boot, 0.025)], "high": [np.quantile(boot, 0.975)],
                          "rank": [scipy.stats.spearmanr(by_cluster).statistic], "centre": [centre.mean()]})
store.write(f"a{area}/results/estimates", estimates, made_of)
estimates"""

CHARTS = """\
import io
from IPython.display import Image
pictures = {}
for number in range(4):
    figure = Figure(figsize=(8, 6))
    axes = figure.subplots()
    axes.hist(mothers["income"].clip(upper=20_000), bins=20 + number)
    for line in range(40):
        axes.text(0.02, 0.98 - line / 42, f"question {line}", transform=axes.transAxes, fontsize=7)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=300, metadata={"Software": None})
    pictures[f"chart{number}.png"] = picture.getvalue()
store.write_files(f"a{area}/figures", pictures, made_of)
Image(pictures["chart0.png"])"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--areas", type=int, nargs="+", default=[3, 12, 48])
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    print(f"{'areas':>5} {'way':<10} {'wall s':>8} {'CPU s':>8} {'MiB':>8} {'x floor':>8}")
    medians: dict[int, float] = {}
    for count in chosen.areas:
        seconds = measure(count, chosen.rounds if count <= MANY else 1)
        floor = statistics.median(wall for wall, *_ in seconds["floor"])
        for way, taken in seconds.items():
            wall, cpu, peak = (statistics.median(numbers) for numbers in zip(*taken, strict=True))
            print(
                f"{count:>5} {way:<10} {wall:>8.1f} {cpu:>8.1f} {peak:>8.0f} {wall / floor:>8.2f}",
                flush=True,
            )
        medians[count] = statistics.median(wall for wall, *_ in seconds["ours"])
    if len(medians) > 1:
        few, many = min(medians), max(medians)
        slope = (medians[many] - medians[few]) / (many - few)
        print(f"{slope:.2f} s an area; 700 areas: {(medians[many] + slope * (700 - many)) / 60:.1f} min")


def measure(count: int, rounds: int) -> dict[str, list[tuple[float, float, float]]]:
    ways: dict[str, Callable[[Sequence[Job], Setting], None]] = {
        "papermill": papermill,
        "ours": ours,
        "floor": floor,
    }
    seconds: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jobs = graph(read_notebooks(notebooks(folder / "notebooks")), places(count))
        for _ in range(rounds):
            left = []
            for way, run in ways.items():
                if way == "papermill" and count > MANY:
                    continue
                out = folder / "out" / way
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir(parents=True)
                seconds[way].append(timed(run, jobs, Setting(study=folder, data=folder, out=out, lang="vi")))
                made = fingerprints(out)
                left.append(
                    {path: made[path] for path in made if path[0] == "a" and "/notebooks/" not in path}
                )
            assert all(files == left[0] for files in left), "the ways left different files"
    return {way: taken for way, taken in seconds.items() if taken}


def timed(
    run: Callable[[Sequence[Job], Setting], None], jobs: Sequence[Job], setting: Setting
) -> tuple[float, float, float]:
    started, cpu = time.perf_counter(), cpu_seconds()
    pid = os.fork()  # each way in a process of its own, whose children are counted when it ends
    if pid == 0:
        run(jobs, setting)
        os._exit(0)
    peak = 0.0
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        peak = max(peak, tree_mb(pid))
        time.sleep(0.5)  # to look costs time, too
    assert ended[1] == 0
    return time.perf_counter() - started, cpu_seconds() - cpu, peak


def tree_mb(pid: int) -> float:
    """Return the memory of a process and all that it started; pages that they share count once."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += process.memory_full_info().pss / 2**20
    return total


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(jobs: Sequence[Job], setting: Setting) -> None:
    results = run_batch(jobs, setting, areas=[job.place.key for job in jobs])
    assert {result.status for result in results} == {"done"}


def papermill(jobs: Sequence[Job], setting: Setting) -> None:
    import papermill as pm

    for job in jobs:
        home = setting.out / job.place.key / "notebooks"
        home.mkdir(parents=True, exist_ok=True)
        values = {**given(job, setting), "out": str(setting.out)}
        kept = str(home / f"{job.notebook.name}.ipynb")
        logging.getLogger("papermill").setLevel(logging.ERROR)
        pm.execute_notebook(str(job.notebook.path), kept, values, progress_bar=False, kernel_name="python3")


def floor(jobs: Sequence[Job], setting: Setting) -> None:
    import matplotlib.figure  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401

    waiting, running = list(jobs), {}
    done: set[str] = set()
    while waiting or running:
        while len(running) < (os.cpu_count() or 1):
            job = next((job for job in waiting if job.waits_for <= done), None)
            if job is None:
                break
            waiting.remove(job)
            running[forked(job, setting)] = job.key
        pid, status = os.wait()
        assert status == 0
        done.add(running.pop(pid))


def forked(job: Job, setting: Setting) -> int:
    pid = os.fork()
    if pid == 0:
        cells = json.loads(job.notebook.path.read_text(encoding="utf-8"))["cells"]
        values = {**given(job, setting), "out": str(setting.out)}
        for cell in (
            cell for cell in cells if cell["cell_type"] == "code" and not cell["metadata"].get("tags")
        ):
            exec(compile(cell["source"], "cell", "exec"), values)
        os._exit(0)
    return pid


def places(count: int) -> list[Place]:
    return [Place(code=f"{number:03d}", key=f"a{number:03d}") for number in range(count)]


def notebooks(folder: Path) -> Path:
    folder.mkdir()
    for name, cells in (("10_clean", [IMPORTS, CLEAN]), ("20_estimate", [IMPORTS, ESTIMATE, CHARTS])):
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook(cells)), encoding="utf-8")
    return folder


def notebook(cells: Sequence[str]) -> dict[str, object]:
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    tagged = code | {"id": "parameters", "metadata": {"tags": ["parameters"]}, "source": PARAMETERS}
    rest = [code | {"id": f"c{number}", "metadata": {}, "source": text} for number, text in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "kgeval": {"runs": "area"}}
    return {"cells": [tagged, *rest], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


if __name__ == "__main__":
    main()
