"""The R script that ``--show-r`` prints gives the same numbers where R survey is installed."""

from __future__ import annotations

import io
import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from kgeval.cli.estimate import estimate as command
from kgeval.errors import DesignError
from kgeval.estimate.estimates import finish, tabulate
from kgeval.estimate.measure import mean, ratio, share, total
from kgeval.estimate.r_script import r_script
from kgeval.estimate.sampled import Options
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample

MEASURES = [
    share('yes, "quoted"', "${yes} = 1", "${z} > 1 and not(${group} = 'b')"),
    mean("x", "${x}"),
    total("z", "${z} * 2"),
    ratio("r", "${x}", "${z}"),
]


def r_survey() -> bool:
    command = ["Rscript", "-e", 'quit(status = !requireNamespace("survey", quietly = TRUE))']
    return shutil.which("Rscript") is not None and subprocess.run(command, check=False).returncode == 0


@pytest.mark.skipif(not r_survey(), reason="R with its package survey is not installed")
@pytest.mark.parametrize("interval", ["korn-graubard", "logit", "beta"])
@pytest.mark.parametrize("where", [None, "${x} < 53"])
def test_r_prints_the_same_numbers(tmp_path: Path, interval: str, where: str | None) -> None:
    frame = sample(11, records=240)
    frame.to_csv(tmp_path / "sample.csv", index=False)
    options = Options(interval=interval)
    text = r_script(["sample.csv"], DESIGN, MEASURES, by=("group",), where=where, options=options)
    (tmp_path / "sample.R").write_text(text, encoding="utf-8")
    printed = subprocess.run(
        ["Rscript", "sample.R"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    keys = ["indicator", "domain"]
    found = pd.read_csv(io.StringIO(printed)).set_index(keys).sort_index()
    table = tabulate(frame, DESIGN, MEASURES, wanted=[("group",)], where=where)
    ours = (
        finish(table, [("group",)], options).rename(columns={"group": "domain"}).set_index(keys).sort_index()
    )
    for name in ("value", "se", "low", "high", "df", "n"):
        np.testing.assert_allclose(found[name], ours.loc[found.index, name], rtol=1e-8, err_msg=name)


def test_what_r_cannot_say_is_refused() -> None:
    with pytest.raises(DesignError, match="regex"):
        r_script(["a.csv"], DESIGN, [share("s", "regex(${t}, 'a')")], by=(), where=None, options=Options())
    with pytest.raises(DesignError, match="census"):
        r_script(["a.csv"], SampleDesign(census=True), MEASURES, by=(), where=None, options=Options())


ASKED = "--share 'yes = ${yes} = 1' --mean 'x = ${x}' --total 'z = ${z}' --ratio 'r = ${x} : ${z}'"
REQUESTS = {
    "two files, normal limits": f"a.csv b.csv {ASKED} --quantile 'q = ${{z}} @ 0.9' --by group --df inf",
    "raking": f"whole.csv {ASKED} --rake margins.csv --by group",
    "raking, trimmed": f"whole.csv {ASKED} --quantile 'q = ${{x}} @ 0.5' --rake margins.csv --trim 1,60",
    "known totals": f"whole.csv {ASKED} --calibrate terms.csv --replicate-type JKn",
    "calibrated change": f"whole.csv {ASKED} --poststratify counts.csv --change 'wave: t1 -> t2' --by group",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("requests")
    frame = sample(12, records=300).assign(
        kind=lambda rows: np.arange(len(rows)) % 3, wave=lambda rows: np.where(rows.index % 5 < 2, "t1", "t2")
    )
    frame["group"] = frame["group"].where(frame.index % 11 > 0)
    frame.to_csv(made / "whole.csv", index=False)
    frame.iloc[:90].to_csv(made / "a.csv", index=False)
    frame.iloc[90:, ::-1].to_csv(made / "b.csv", index=False, sep=";")
    counts = pd.DataFrame({"kind": [0, 1, 2], "total": [900, 700, 1100]})
    counts.to_csv(made / "counts.csv", index=False)
    strata = sorted(frame["stratum"].unique())
    margins = pd.DataFrame(
        [("kind", str(kind), total) for kind, total in counts.itertuples(index=False)]
        + [("stratum", str(stratum), 2700 / len(strata)) for stratum in strata],
        columns=["variable", "category", "total"],
    )
    margins.to_csv(made / "margins.csv", index=False)
    terms = pd.DataFrame({"term": ["(Intercept)", "z"], "total": [2700, 2700 * frame["z"].mean()]})
    terms.to_csv(made / "terms.csv", index=False)
    return made


@pytest.mark.skipif(not r_survey(), reason="R with its package survey is not installed")
@pytest.mark.parametrize("request_line", REQUESTS.values(), ids=REQUESTS)
def test_the_command_and_its_script_agree(folder: Path, request_line: str) -> None:
    words = shlex.split(f"{request_line} --weight w --cluster cluster --stratum stratum")
    words = [str(folder / word) if word.endswith(".csv") else word for word in words]
    shown = CliRunner().invoke(command, [*words, "--show-r"], catch_exceptions=False).output
    done = subprocess.run(
        ["Rscript", "-"], input=shown, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = pd.read_csv(
        io.StringIO(done.stdout), dtype={"domain": "str"}, keep_default_na=False, na_values="NA"
    )
    CliRunner().invoke(command, [*words, "--out", str(folder / "out.csv")], catch_exceptions=False)
    ours = pd.read_csv(folder / "out.csv", dtype={"group": "str"})
    ours = ours.rename(columns={"group": "domain"}) if "group" in ours else ours.assign(domain="")
    if "wave" in ours:  # the rows of one round have its name before the group's in R
        ours["domain"] = ours["domain"].where(ours["kind"] == "change", ours["wave"] + " * " + ours["domain"])
    both = ours.merge(theirs, on=["indicator", "kind", "domain"], suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(theirs) == len(ours)
    for name in ("value", "se", "low", "high", "df"):
        found = both[name].fillna(0 if name == "se" else np.nan)
        np.testing.assert_allclose(found, both[f"{name}_r"], rtol=1e-7, atol=1e-12, err_msg=name)


def test_trimmed_replicates_have_no_script(folder: Path) -> None:
    options = [
        "--weight",
        "w",
        "--rake",
        str(folder / "margins.csv"),
        "--trim",
        "1,60",
        "--replicate-type",
        "JK1",
    ]
    with pytest.raises(DesignError, match="without giving back"):
        CliRunner().invoke(
            command,
            [str(folder / "whole.csv"), *options, "--mean", "x = ${x}", "--show-r"],
            catch_exceptions=False,
        )
