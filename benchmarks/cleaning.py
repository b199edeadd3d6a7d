"""How long cleaning takes beside pandas and pandera reading and validating the same file and rules.

    python benchmarks/cleaning.py [--rows 100000] [--columns 80] [--only kgeval|pandera]

kgeval reads, decodes, evaluates skips and constraints, accounts for every row and cell and writes a
chained log; pandas and pandera read the file and check the same types, ranges and categories. Both
run here, one after the other, each in a process of its own and measured in processor time, so that
other work on the machine does not count; the share of faulty cells is 0.1 %.
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


def kgeval_run(folder: Path) -> dict[str, float]:
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--columns", type=int, default=80)
    options.add_argument("--only", choices=["kgeval", "pandera"])
    options.add_argument("--folder", type=Path)
    asked = options.parse_args()
    if asked.only:
        run = kgeval_run(asked.folder) if asked.only == "kgeval" else pandera_run(asked.folder, asked.columns)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(run | {"peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_form(folder / "form.md", asked.columns)
        write_data(folder / "data.csv", asked.rows, asked.columns)
        results = {}
        for which in ("pandera", "kgeval"):
            command = [
                sys.executable,
                __file__,
                "--only",
                which,
                "--folder",
                name,
                "--columns",
                str(asked.columns),
            ]
            results[which] = json.loads(
                subprocess.run(command, capture_output=True, text=True, check=True).stdout
            )
    for which, result in results.items():
        print(which, {key: round(value, 2) for key, value in result.items()})
    print(f"ratio {results['kgeval']['seconds'] / results['pandera']['seconds']:.2f} (wanted: at most 3)")


if __name__ == "__main__":
    main()
