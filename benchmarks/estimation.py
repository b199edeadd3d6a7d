"""How fast: this engine, svy, R survey and plain pandas on the same data, same answers asserted.

Fifteen 0/1 indicators with missing answers, weights, 1,000 clusters in 10 strata (60 in the small case),
3 and 700 domains. Every engine runs in a process of its own, whose peak memory is measured; times are
medians without imports. Run: python benchmarks/estimation.py [small | all]; ``all`` writes
docs/benchmarks.md.
"""

from __future__ import annotations

import json
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SEED, INDICATORS = 5, [f"y{i}" for i in range(15)]
REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One size of data and the engines that can be waited for."""

    records: int
    domains: int
    engines: tuple[str, ...]
    times: int
    once: tuple[str, ...] = ()  # engines that take minutes: one run, not warmed up

    @property
    def name(self) -> str:
        """Records × domains."""
        return f"{self.records:,} × {self.domains}"


SMALL = [
    Case(records=500, domains=3, engines=("kgeval", "kgeval one", "pandas", "svy", "R"), times=30),
    Case(records=100_000, domains=3, engines=("kgeval", "pandas", "svy", "R"), times=5, once=("R",)),
    Case(records=100_000, domains=700, engines=("kgeval", "pandas", "svy"), times=5, once=("svy",)),
]
LARGE = [
    Case(
        records=1_000_000, domains=700, engines=("kgeval", "kgeval stream", "pandas", "plain DuckDB"), times=3
    ),
    Case(records=10_000_000, domains=700, engines=("kgeval stream", "plain DuckDB"), times=2),
]


def write(case: Case, path: Path) -> None:
    """Simulate the case in chunks and write it as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    clusters = 60 if case.records < 10_000 else 1000
    writer = None
    for start in range(0, case.records, 1_000_000):
        size = min(1_000_000, case.records - start)
        cluster = rng.integers(0, clusters, size)
        columns = {
            "stratum": pa.array((cluster % 10).astype("int16")),
            "cluster": pa.array(cluster.astype("int16")),
            "domain": pa.array(rng.integers(0, case.domains, size).astype("int16")),
            "w": pa.array(np.round(1 + 3 * rng.random(size), 2)),
        }
        for place, name in enumerate(INDICATORS):
            yes = (rng.random(size) < 0.3 + 0.03 * place).astype("int8")
            columns[name] = pa.array(yes, mask=rng.random(size) < 0.03)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def kgeval(path: Path) -> Callable[[], pd.DataFrame]:
    from kgeval.estimate.estimates import estimate
    from kgeval.estimate.measure import share

    frame, design, measures = pd.read_parquet(path), *asked(share)
    return lambda: estimate(frame, design, measures, by="domain")


def kgeval_one(path: Path) -> Callable[[], pd.DataFrame]:
    """One estimate, arrays in, row out."""
    from kgeval.estimate.estimates import estimate
    from kgeval.estimate.measure import share

    frame, (design, _) = pd.read_parquet(path), asked(share)
    answers = frame["y0"].to_numpy(float, na_value=np.nan)
    return lambda: estimate(frame, design, share("y0", answers))


def kgeval_stream(path: Path) -> Callable[[], pd.DataFrame]:
    from kgeval.estimate.estimates import finish
    from kgeval.estimate.measure import share
    from kgeval.estimate.sampled import Options
    from kgeval.estimate.scan import tabulate_files

    design, measures = asked(share)
    wanted = [("domain",)]
    return lambda: finish(tabulate_files([path], design, measures, wanted=wanted), wanted, Options())


def asked(share: Callable[..., object]) -> tuple[object, list[object]]:
    from kgeval.plan.sample import SampleDesign

    design = SampleDesign(weight="w", cluster="cluster", stratum="stratum")
    return design, [share(name, f"${{{name}}} = 1") for name in INDICATORS]


def plain_pandas(path: Path) -> Callable[[], pd.DataFrame]:
    """Shares alone, as an analyst writes them: no standard error at all."""
    frame = pd.read_parquet(path)

    def shares() -> pd.DataFrame:
        parts = []
        for name in INDICATORS:
            kept = frame[frame[name].notna()]
            weighted = (kept["w"] * kept[name]).groupby(kept["domain"]).sum()
            value = weighted / kept["w"].groupby(kept["domain"]).sum()
            parts.append(pd.DataFrame({"indicator": name, "domain": value.index, "value": value.to_numpy()}))
        return pd.concat(parts, ignore_index=True)

    return shares


def plain_duckdb(path: Path) -> Callable[[], pd.DataFrame]:
    """Sum w and w·y and count the answered records by stratum, cluster and domain: nothing else."""
    import duckdb

    sums = ", ".join(f"sum(w * {name}), count({name})" for name in INDICATORS)
    query = f"SELECT stratum, cluster, domain, sum(w), {sums} FROM '{path}' GROUP BY ALL"

    def run() -> pd.DataFrame:
        with duckdb.connect() as database:
            database.execute(query).fetchnumpy()
        return pd.DataFrame()

    return run


def svy(path: Path) -> Callable[[], pd.DataFrame]:
    import polars as pl
    import svy as package

    frame = pl.read_parquet(path).with_columns(pl.col(INDICATORS).cast(pl.Float64))
    sample = package.Sample(frame, package.Design(wgt="w", psu="cluster", stratum="stratum"))

    def run() -> pd.DataFrame:
        parts = []
        for name in INDICATORS:
            found = sample.estimation.mean(name, by="domain", drop_nulls=True).to_polars()
            parts.append(
                pd.DataFrame(
                    {"indicator": name, "domain": found["domain"], "value": found["est"], "se": found["se"]}
                )
            )
        return pd.concat(parts, ignore_index=True)

    return run


ENGINES = {
    "kgeval": kgeval, "kgeval one": kgeval_one, "kgeval stream": kgeval_stream, "pandas": plain_pandas,
    "plain DuckDB": plain_duckdb, "svy": svy,
}  # fmt: skip

R_SCRIPT = """
suppressMessages(library(survey)); d <- read.csv("{csv}")
run <- function() do.call(rbind, lapply(paste0("y", 0:14), function(name) {{
  s <- subset(svydesign(~cluster, strata = ~stratum, weights = ~w, data = d, nest = TRUE), !is.na(d[[name]]))
  b <- svyby(reformulate(name), ~domain, s, svymean)
  data.frame(indicator = name, domain = b$domain, value = b[[2]], se = SE(b)) }}))
times <- sapply(1:{times}, function(i) system.time(answers <<- run())[["elapsed"]])
write.csv(answers, "{out}", row.names = FALSE); cat(times)
"""


def worker(engine: str, path: Path, times: int, out: Path) -> None:
    """Time one engine and leave its answers."""
    run = ENGINES[engine](path)
    seconds, cpu = [], []
    answers = run() if times > 1 else pd.DataFrame()
    for _ in range(times):
        start, start_cpu = time.perf_counter(), time.process_time()
        answers = run()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    answers.to_parquet(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": statistics.median(seconds), "cpu": statistics.median(cpu), "mib": peak}))


def measure(engine: str, case: Case, path: Path, out: Path) -> dict[str, float] | None:
    """Run an engine in a process of its own; ``None`` where it is not installed."""
    if engine == "R":
        return measure_r(case, path, out)
    command = [
        sys.executable,
        __file__,
        "worker",
        engine,
        str(path),
        str(1 if engine in case.once else case.times),
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {engine}: not measured ({done.stderr.strip().splitlines()[-1]})")
        return None
    return dict(json.loads(done.stdout))


def measure_r(case: Case, path: Path, out: Path) -> dict[str, float] | None:
    if shutil.which("Rscript") is None:
        return None
    csv, answers = path.with_suffix(".csv"), out.with_suffix(".csv")
    pd.read_parquet(path).to_csv(csv, index=False)
    times = 1 if "R" in case.once else min(case.times, 3)
    script = R_SCRIPT.format(csv=csv, out=answers, times=times)
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    pd.read_csv(answers).to_parquet(out)
    return {"seconds": statistics.median(map(float, done.stdout.split())), "cpu": np.nan, "mib": np.nan}


def same_answers(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    keys = ["indicator", "domain"]
    if found.empty or len(found) == 1:
        return
    both = found.merge(expected, on=keys, suffixes=("", "_expected"), validate="one_to_one")
    assert len(both) == len(found) == len(expected)
    for name in {"value", "se"} & set(found):
        np.testing.assert_allclose(both[name], both[f"{name}_expected"], rtol=1e-8)


def main(cases: list[Case], *, report: bool) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            path = Path(folder) / "data.parquet"
            write(case, path)
            reference: pd.DataFrame | None = None
            for engine in case.engines:
                out = Path(folder) / "answers.parquet"
                found = measure(engine, case, path, out)
                if found is None:
                    continue
                answers = pd.read_parquet(out)
                reference = answers if reference is None else reference
                same_answers(answers, reference)
                rows.append({"case": case.name, "engine": engine, **found})
                print(
                    f"{case.name:>18} {engine:>14} {found['seconds'] * 1e3:10.2f} ms {found['mib']:8.0f} MiB"
                )
    if report:
        REPORT.write_text(page(pd.DataFrame(rows)), encoding="utf-8")


def page(rows: pd.DataFrame) -> str:
    ours = rows[rows["engine"].isin(["kgeval", "kgeval stream"])]
    base = ours.groupby("case")[["seconds", "cpu"]].min()
    how = (
        f"Made by `benchmarks/estimation.py all`, two {platform.machine()} cores, Python "
        f"{platform.python_version()}. Records × domains; 15 indicators with missing answers; medians "
        "without imports. The ratio is to this engine on the same case, of CPU time where it is measured "
        "(other work on a shared machine disturbs it less than the clock), else of the clock. The answers "
        "(shares and their standard errors) are asserted equal. `pandas` gives shares without standard "
        "errors, `plain DuckDB` only the sums; `kgeval one` is a single estimate, arrays in, row out; peak "
        "memory is that of the process, the data included."
    )
    lines = [
        "# Speed of the estimates",
        "",
        how,
        "",
        "| case | engine | median | CPU | ratio | peak memory |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in rows.itertuples(index=False):
        timed = not np.isnan(row.cpu)
        memory = "" if np.isnan(row.mib) else f"{row.mib:,.0f} MiB"
        cpu = f"{row.cpu * 1e3:,.1f} ms" if timed else ""
        name = "cpu" if timed else "seconds"
        ratio = getattr(row, name) / base.loc[row.case, name]
        lines.append(
            f"| {row.case} | {row.engine} | {row.seconds * 1e3:,.1f} ms | {cpu} | {ratio:,.1f} | {memory} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
    else:
        every = sys.argv[1:2] == ["all"]
        main(SMALL + LARGE if every else SMALL, report=every)
