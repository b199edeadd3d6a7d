"""The R script that ``--show-r`` prints gives the same numbers where R survey is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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
