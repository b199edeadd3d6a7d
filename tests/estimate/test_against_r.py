"""The command on data of R's package survey against what that package says; ``against_r.R`` makes both.

The data (GPL) are written to a temporary folder and never enter the project. Skipped where R or its
package survey is not installed.
"""

from __future__ import annotations

import io
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner

from kgeval.cli.estimate import estimate as command

SCRIPT = Path(__file__).with_name("against_r.R")
APICLUS1 = "apiclus1 --weight pw --cluster dnum --population fpc"
CALIBRATED = "--mean 'm = ${api00}' --total 't = ${enroll}'"
LONELY = "lonely --weight pw --stratum stype --mean 'm = ${api00}' --total 't = ${enroll}' --single-cluster"
SCD = "--ratio 'r = ${alive} : ${arrests}' --mean 'malive = ${alive}' --total 'talive = ${alive}'"
CROWD = (
    "--mean 'mrooms = ${rooms}' --mean 'mperson = ${person}' --total 'trooms = ${rooms}' "
    "--total 'tperson = ${person}' --ratio 'r = ${rooms} : ${person}'"
)
BOOT = (
    "--mean 'mapi00 = ${api00}' --mean 'menroll = ${enroll}' --total 'tapi00 = ${api00}' "
    "--total 'tenroll = ${enroll}' --ratio 'r = ${api.stu} : ${enroll}'"
)
REPLICATES = {
    "scd_BRR": ("w", "BRR", SCD),
    "scd_Fay": ("w", "Fay --fay-rho 0.3", SCD),
    "crowd_JK1": ("weight", "JK1", CROWD),
    "crowd_JKn": ("weight", "JKn", CROWD),
    "api_boot": ("pw", "bootstrap", BOOT),
}
# The command's line of each case begins with the name of the data.
COMMANDS = {
    "apiclus2": (
        "apiclus2 --weight pw --cluster dnum,snum --population fpc1,fpc2 --mean 'm = ${api00}' "
        "--total 't = ${enroll}' --ratio 'r = ${api.stu} : ${enroll}' --mean 'k = ${acs.k3}'"
    ),
    "mu284": "mu284 --weight w --cluster id1,id2 --population n1,n2 --mean 'm = ${y1}' --total 't = ${y1}'",
    "apistrat quantile": (
        "apistrat --weight pw --stratum stype --population fpc --quantile 'q10 = ${api00} @ 0.1' "
        "--quantile 'q50 = ${api00} @ 0.5' --quantile 'q90 = ${api00} @ 0.9'"
    ),
    "hospital": (
        "hospital --weight weighta --stratum oblevel --population tothosp "
        "--mean 'm = ${births}' --total 't = ${births}'"
    ),
    "fpc": (
        "fpc --weight weight --cluster psuid --stratum stratid --population Nh --mean 'm = ${x}' "
        "--total 't = ${x}'"
    ),
    "nofpc": "fpc --weight weight --cluster psuid --stratum stratid --mean 'm = ${x}' --total 't = ${x}'",
    "nhanes": "nhanes --weight WTMEC2YR --cluster SDMVPSU --stratum SDMVSTRA --mean 'chol = ${HI_CHOL}'",
    "election": (
        "election --weight wt --total 'Bush = ${Bush}' --total 'Kerry = ${Kerry}' --total 'Nader = ${Nader}' "
        "--ratio 'r = ${Bush} : ${votes}'"
    ),
    "poststratify": f"{APICLUS1} {CALIBRATED} --poststratify stype.csv",
    "rake": f"{APICLUS1} {CALIBRATED} --rake margins.csv",
    "trim": f"{APICLUS1} {CALIBRATED} --rake margins.csv --trim 31,55",
    "linear": f"{APICLUS1} {CALIBRATED} --calibrate terms.csv",
    "raking": f"{APICLUS1} {CALIBRATED} --calibrate terms.csv --calibrate-method raking",
    "logit": f"{APICLUS1} {CALIBRATED} --calibrate terms.csv --calibrate-method logit --bounds 0.2,2.5",
    "bounded": f"{APICLUS1} {CALIBRATED} --calibrate terms.csv --bounds 0.6,1.6",
    "trim only": "apiclus1 --weight enroll --cluster dnum --mean 'm = ${api00}' --trim ,1500",
    "made JK1": "apiclus1 --weight pw --cluster dnum --mean 'm = ${api00}' --replicate-type JK1",
    "made JK1 rake": (
        "apiclus1 --weight pw --cluster dnum --mean 'm = ${api00}' --replicate-type JK1 --rake margins.csv"
    ),
    "change same": "waves --weight pw --cluster dnum --mean 'y = ${y}' --change 'wave: w99 -> w00'",
    "change independent": (
        "waves --weight pw --cluster dnum --mean 'y = ${y}' --change 'wave: w99 -> w00' --rounds independent"
    ),
    **{f"lonely {rule}": f"{LONELY} {rule}" for rule in ("remove", "certainty", "average", "adjust")},
}
for name, (weight, kind, asked) in REPLICATES.items():
    line = (
        f"{name} --weight {weight} {asked} --replicates rw --replicate-type {kind} "
        f"--replicate-scales {name}_scales.csv"
    )
    COMMANDS |= {name: line, f"{name} mse": f"{line} --mse"}
SHARES = {
    "apiclus2": "apiclus2 --weight pw --cluster dnum,snum --population fpc1,fpc2 --share 's = ${wide} = 1'",
    "apistrat": "apistrat --weight pw --stratum stype --population fpc --share 's = ${wide} = 1'",
    "apistrat where": (
        "apistrat --weight pw --stratum stype --population fpc --share 's = ${wide} = 1' "
        "--where \"${comp.imp} = 'No'\""
    ),
    "nhanes": (
        "nhanes --weight WTMEC2YR --cluster SDMVPSU --stratum SDMVSTRA --share 'chol = ${HI_CHOL} = 1'"
    ),
    "yrbs": "yrbs --weight weight --cluster psu --stratum stratum --share 'yes = ${qn8} = 1'",
}
METHODS = {"mean": "wald"} | {name: name for name in ("logit", "beta", "asin", "xlogit", "likelihood")}
for name, asked in SHARES.items():
    COMMANDS |= {f"{name} {theirs}": f"{asked} --interval {ours}" for theirs, ours in METHODS.items()}
BY = {"apiclus2": "stype", "nhanes": "race", "change same": "stype", "change independent": "stype"}
BY |= dict.fromkeys(("poststratify", "rake", "trim", "linear", "raking", "logit", "bounded"), "stype")
# what R iterates; "likelihood" moves with R's own last iteration (kgeval/estimate/profile_likelihood.py)
ITERATED = dict.fromkeys(("rake", "trim", "raking", "logit", "bounded", "made JK1 rake"), 1e-6)


def r_survey() -> bool:
    line = ["Rscript", "-e", 'quit(status = !requireNamespace("survey", quietly = TRUE))']
    return shutil.which("Rscript") is not None and subprocess.run(line, check=False).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not r_survey():
        pytest.skip("R with its package survey is not installed")
    made = tmp_path_factory.mktemp("r")
    subprocess.run(["Rscript", str(SCRIPT), str(made)], check=True, capture_output=True)
    pd.DataFrame({"stype": ["E", "H", "M"], "total": [4421, 755, 1018]}).to_csv(
        made / "stype.csv", index=False
    )
    margins = [("stype", "E", 4421), ("stype", "H", 755), ("stype", "M", 1018)]
    margins += [("sch.wide", "No", 1072), ("sch.wide", "Yes", 5122)]
    pd.DataFrame(margins, columns=["variable", "category", "total"]).to_csv(made / "margins.csv", index=False)
    pd.DataFrame(
        {"term": ["(Intercept)", "stypeH", "stypeM", "api99"], "total": [6194, 755, 1018, 3914069]}
    ).to_csv(made / "terms.csv", index=False)
    yield made
    shutil.rmtree(made)


def said(folder: Path, line: str, *more: str) -> pd.DataFrame:
    """Run the command as a shell would."""
    name, *options = [*shlex.split(line), *more]
    options = [str(folder / option) if option.endswith(".csv") else option for option in options]
    out = folder / "out.csv"
    file = folder / (name if "." in name else f"{name}.csv")
    result = CliRunner().invoke(command, [str(file), *options, "--out", str(out)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return pd.read_csv(out, dtype={"stype": "str", "race": "str"})


def expected_rows(folder: Path) -> dict[str, pd.DataFrame]:
    table = pd.read_csv(
        folder / "expected.csv", dtype={"domain": "str"}, keep_default_na=False, na_values="NA"
    )
    return dict(iter(table.groupby("case", sort=False)))


def test_every_case_of_r_is_said_by_the_command(folder: Path) -> None:
    """All in one go, so that one failure hides no other."""
    wrong = [
        fault
        for case, rows in expected_rows(folder).items()
        for broken_down, some in rows.groupby(rows["domain"] != "")
        for fault in compared(folder, case, some, by=BY[case] if broken_down else None)
    ]
    assert not wrong, "\n".join(wrong)


def compared(folder: Path, case: str, rows: pd.DataFrame, *, by: str | None) -> list[str]:
    """Say what differs from R."""
    found = said(folder, COMMANDS[case], *([] if by is None else ["--by", by]))
    found = found[found["kind"] == "change"] if "wave" in found else found
    tolerance = ITERATED.get(case, 1e-4 if case.endswith("likelihood") else 1e-8)
    wrong = []
    for row in rows.to_dict("records"):
        mine = found[found["indicator"] == row["indicator"]]
        mine = mine if by is None else mine[mine[by] == row["domain"]]
        name = f"{case} {row['indicator']} {row['domain']}"
        if len(mine) != 1:
            wrong.append(f"{name}: {len(mine)} rows")
            continue
        for column in ("value", "se", "low", "high", "df"):
            theirs, ours = float(row[column]), float(mine[column].iloc[0])
            if not np.isnan(theirs) and not np.isclose(ours, theirs, rtol=tolerance, atol=1e-9):
                wrong.append(f"{name}: {column} {ours!r}, R {theirs!r}")
    return wrong


@pytest.mark.parametrize("case", ["nhanes", "mu284", "scd_Fay", "change same", "apistrat logit"])
@pytest.mark.parametrize("suffix", [".parquet", ".dta", ".sav"])
def test_other_files_say_the_same(folder: Path, case: str, suffix: str) -> None:
    name, options = COMMANDS[case].split(" ", 1)
    frame = pd.read_csv(folder / f"{name}.csv")
    frame.columns = frame.columns.str.replace(".", "_")  # Stata knows no dots in names
    writers = {
        ".parquet": frame.to_parquet,
        ".dta": lambda path: pyreadstat.write_dta(frame, str(path)),
        ".sav": lambda path: pyreadstat.write_sav(frame, str(path)),
    }
    writers[suffix](folder / f"{name}{suffix}")
    by = ["--by", BY[case]] if case in BY else []
    expected = said(folder, COMMANDS[case], *by)
    found = said(folder, f"{name}{suffix} {options}", *by)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, check_dtype=False)


SHOWN = (
    "apiclus2",
    "apistrat quantile",
    "rake",
    "trim",
    "scd_Fay mse",
    "made JK1 rake",
    "change independent",
)


@pytest.mark.parametrize("case", SHOWN)
def test_the_script_that_is_shown_says_the_same(folder: Path, case: str) -> None:
    name, *options = [
        str(folder / option) if option.endswith(".csv") else option for option in shlex.split(COMMANDS[case])
    ]
    options += ["--by", BY[case]] if case in BY else []
    shown = CliRunner().invoke(command, [str(folder / f"{name}.csv"), *options, "--show-r"]).output
    done = subprocess.run(
        ["Rscript", "-"], input=shown, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    printed = pd.read_csv(io.StringIO(done.stdout), dtype={"domain": "str"})
    found = said(folder, COMMANDS[case], *(["--by", BY[case]] if case in BY else []))
    if "wave" in found:
        found, printed = (rows[rows["kind"] == "change"] for rows in (found, printed))
    keys = ["indicator", *([BY[case]] if case in BY else [])]
    both = found.merge(printed.rename(columns={"domain": BY.get(case, "")}), on=keys, suffixes=("", "_r"))
    assert len(both) == len(printed) > 0
    for column in ("value", "se", "low", "high", "df"):
        np.testing.assert_allclose(
            both[column], both[f"{column}_r"], rtol=ITERATED.get(case, 1e-8), err_msg=column
        )
