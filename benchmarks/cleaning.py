"""How long cleaning takes beside pandas and pandera reading and validating the same file and rules.

    python benchmarks/cleaning.py [--rows 100000 1000000] [--columns 80] [--repeat 3]

kgeval reads, decodes, evaluates skips and constraints, accounts for every row and cell and writes a
chained log; pandas and pandera read the file and check the same types, ranges and categories. Both
run here, one after the other, each in a process of its own and measured in processor time, so that
other work on the machine counts little; 0.1 % of the cells are faulty. It prints the table of
docs/cleaning-speed.md: medians, the median of the ratios, the largest memory of a process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

SEED = 20261123
FAULTY = 0.001


def kinds(columns: int) -> list[str]:
    return [
        ("integer", "decimal", "select_one yn", "date", "text")[place % 5] for place in range(columns - 1)
    ]


def write_form(path: Path, columns: int) -> None:
    rules = {
        "integer": ". >= 0 and . <= 120",
        "decimal": ". >= 0 and . < 1000",
        "date": ". >= date('2018-01-01') and . <= date('2020-12-31')",
    }
    lines = ["| survey |", "|   | type | name | label::en | relevant | constraint | class |"]
    lines.append("|   | text | id | Id |  |  | none |")
    for place, kind in enumerate(kinds(columns)):
        skip = "${q2} = 1" if kind == "integer" and place > 5 else ""
        lines.append(f"|   | {kind} | q{place} | Question {place} | {skip} | {rules.get(kind, '')} | none |")
    lines += [
        "| choices |",
        "|   | list_name | name | label::en |",
        "|   | yn | 1 | Yes |",
        "|   | yn | 0 | No |",
    ]
    lines += ["| settings |", "|   | form_title | form_id | version | default_language | key |"]
    lines.append("|   | Benchmark | bench | 1 | en | id |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_data(path: Path, rows: int, columns: int) -> None:
    import pandas as pd

    draw = np.random.default_rng(SEED)
    frame = {"id": [f"R{number:08d}" for number in range(rows)]}
    days = np.datetime64("2018-01-01") + np.arange(1000).astype("timedelta64[D]")
    for place, kind in enumerate(kinds(columns)):
        answers = {
            "integer": lambda: draw.integers(0, 121, rows).astype(str),
            "decimal": lambda: np.round(draw.uniform(0, 999, rows), 1).astype(str),
            "select_one yn": lambda: draw.integers(0, 2, rows).astype(str),
            "date": lambda: draw.choice(days, rows).astype(str),
            "text": lambda: draw.choice(["clean", "far away", "no remarks", "more water please"], rows),
        }[kind]().astype(object)
        if kind in {"integer", "decimal"}:
            answers[draw.random(rows) < FAULTY] = "9999"
        if kind == "integer" and place > 5:
            answers = np.where(frame["q2"] == "1", answers, "")
        frame[f"q{place}"] = answers
    pd.DataFrame(frame).to_csv(path, index=False)


def kgeval_run(folder: Path, columns: int) -> dict[str, float]:
    del columns
    from kgeval.plan.form import read_form
    from kgeval.prepare.clean import clean_table
    from kgeval.prepare.read import read

    form = read_form(folder / "form.md")
    start = time.process_time()
    delivered = read(folder / "data.csv", root=folder, form=form)
    middle = time.process_time()
    cleaned = clean_table(delivered, form)
    end = time.process_time()
    return {"seconds": end - start, "read": middle - start, "findings": len(cleaned.findings)}


def pandera_run(folder: Path, columns: int) -> dict[str, float]:
    import pandas as pd
    import pandera.pandas as pa

    start = time.process_time()
    dates = [f"q{place}" for place, kind in enumerate(kinds(columns)) if kind == "date"]
    frame = pd.read_csv(folder / "data.csv", parse_dates=dates)
    checks = {
        "integer": lambda: pa.Column(float, pa.Check.in_range(0, 120), nullable=True, coerce=True),
        "decimal": lambda: pa.Column(float, pa.Check.in_range(0, 1000), nullable=True, coerce=True),
        "select_one yn": lambda: pa.Column(int, pa.Check.isin([0, 1]), coerce=True),
        "date": lambda: pa.Column(
            "datetime64[us]",
            pa.Check.in_range(pd.Timestamp("2018-01-01"), pd.Timestamp("2020-12-31")),
            coerce=True,
        ),
        "text": lambda: pa.Column(str),
    }
    schema = pa.DataFrameSchema(
        {"id": pa.Column(str, unique=True)}
        | {f"q{place}": checks[kind]() for place, kind in enumerate(kinds(columns))}
    )
    failures = 0
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failures = len(errors.failure_cases)
    for place, kind in enumerate(kinds(columns)):  # the skips, which a schema of columns cannot hold
        if kind == "integer" and place > 5:
            failures += int((frame[f"q{place}"].notna() & (frame["q2"] != 1)).sum())
    return {"seconds": time.process_time() - start, "findings": failures}


RUNS = {"pandera": pandera_run, "kgeval": kgeval_run}


def peak_mb() -> float:
    """Return this process's largest memory; what its parent held before starting it does not count."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes


def alone(which: str, folder: str, rows: int, columns: int) -> dict[str, float]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--only", which, "--folder", folder]
    sizes = ["--rows", str(rows), "--columns", str(columns)]
    done = subprocess.run([*command, *sizes], capture_output=True, text=True, check=True)
    return json.loads(done.stdout) if done.stdout else {}


def measured(rows: int, columns: int, repeat: int) -> str:
    """Measure both sides in turn; return a row of the table: medians, ratio, largest memory."""
    with tempfile.TemporaryDirectory() as folder:
        alone("data", folder, rows, columns)
        tried = [{which: alone(which, folder, rows, columns) for which in RUNS} for _ in range(repeat)]
        size = (Path(folder) / "data.csv").stat().st_size / 1e6
    seconds = {which: median(run[which]["seconds"] for run in tried) for which in RUNS}
    ratio = median(run["kgeval"]["seconds"] / run["pandera"]["seconds"] for run in tried)
    peak = {which: max(run[which]["peak_mb"] for run in tried) for which in RUNS}
    found = {which: int(tried[0][which]["findings"]) for which in RUNS}
    assert found["kgeval"] == found["pandera"], found
    return (
        f"| {rows:,} × {columns} | {size:.0f} MB | {seconds['pandera']:.1f} s | {seconds['kgeval']:.1f} s "
        f"| {ratio:.1f} | {peak['pandera']:.0f} MB | {peak['kgeval']:.0f} MB | {found['kgeval']:,} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, nargs="+", default=[100_000])
    options.add_argument("--columns", type=int, default=80)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--only", choices=["data", "kgeval", "pandera"], help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.only == "data":
        write_form(asked.folder / "form.md", asked.columns)
        write_data(asked.folder / "data.csv", asked.rows[0], asked.columns)
    elif asked.only:
        print(json.dumps(RUNS[asked.only](asked.folder, asked.columns) | {"peak_mb": peak_mb()}))
    else:
        print(
            "| rows × columns | file | pandas + pandera | kgeval | ratio | memory | memory | faults found |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for rows in asked.rows:
            print(measured(rows, asked.columns, asked.repeat), flush=True)


if __name__ == "__main__":
    main()
