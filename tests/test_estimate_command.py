"""``kgeval estimate``: every kind of file, change beside levels, errors in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner, Result

from kgeval.cli.estimate import estimate as command
from kgeval.errors import UserError
from kgeval.estimate.estimates import COLUMNS, estimate
from kgeval.estimate.measure import mean, ratio, share, total
from tests.estimate.samples import DESIGN, sample

DESIGN_OPTIONS = ["--weight", "w", "--cluster", "cluster", "--stratum", "stratum"]
ASKED = [
    "--share", "yes = ${yes} = 1", "--mean", "x = ${x}", "--total", "z = ${z}", "--ratio", "r = ${x} : ${z}",
]  # fmt: skip
MEASURES = [
    share("yes", "${yes} = 1"), mean("x", "${x}"), total("z", "${z}"), ratio("r", "${x}", "${z}")
]  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".dta", ".sav"])
def test_every_kind_of_file_gives_the_same_estimates(tmp_path: Path, suffix: str) -> None:
    frame, path, out = sample(21), tmp_path / f"sample{suffix}", tmp_path / "out.csv"
    writers = {
        ".csv": lambda: frame.to_csv(path, index=False),
        ".parquet": lambda: frame.to_parquet(path),
        ".dta": lambda: pyreadstat.write_dta(frame, str(path)),
        ".sav": lambda: pyreadstat.write_sav(frame, str(path)),
    }
    writers[suffix]()
    assert run(path, *DESIGN_OPTIONS, *ASKED, "--by", "group", "--out", out).exit_code == 0
    found = pd.read_csv(out)
    expected = estimate(frame, DESIGN, MEASURES, by="group")
    assert list(found.columns) == ["indicator", "kind", "group", *COLUMNS]
    for name in ("value", "se", "low", "high", "df", "n", "n_missing", "clusters", "deff"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-10, err_msg=name)


def test_several_files_are_one_sample(tmp_path: Path) -> None:
    frame = sample(22)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    frame.iloc[:20].to_csv(paths[0], index=False)
    frame.iloc[20:].to_csv(paths[1], index=False, sep=";")
    result = run(*paths, *DESIGN_OPTIONS, "--mean", "x = ${x}")
    expected = estimate(frame, DESIGN, mean("x", "${x}"))["se"].iloc[0]
    assert float(result.output.splitlines()[1].split(",")[3]) == pytest.approx(expected)


def test_codes_stay_as_they_are_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"area": ["007", "7", "7", "007"], "x": [1, 2, 3, 4]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    output = run(tmp_path / "a.csv", "--mean", "x = ${x}", "--by", "area").output
    assert [line.split(",")[2] for line in output.splitlines()[1:]] == ["007", "7"]


def test_change_stands_beside_the_levels_of_both_rounds(tmp_path: Path) -> None:
    once = sample(23)
    frame = pd.concat([once.assign(wave="first"), once.assign(wave="last", x=once["x"] + 1)])
    frame.to_csv(tmp_path / "a.csv", index=False)
    out = tmp_path / "out.parquet"
    run(
        tmp_path / "a.csv",
        *DESIGN_OPTIONS,
        "--mean",
        "x = ${x}",
        "--change",
        "wave: first -> last",
        "--out",
        out,
    )
    rows = pd.read_parquet(out)
    assert rows["wave"].tolist() == ["first", "last", "first -> last"]
    assert rows["kind"].tolist() == ["mean", "mean", "change"]
    change = rows.iloc[2]
    assert change["value"] == pytest.approx(1)
    assert change["value"] == pytest.approx(change["to_value"] - change["from_value"])
    assert change["correlation"] == pytest.approx(1)


def test_a_census_by_command(tmp_path: Path) -> None:
    pd.DataFrame({"done": [1, 1, 0, None]}).to_csv(tmp_path / "a.csv", index=False)
    output = run(tmp_path / "a.csv", "--census", "--share", "done = ${done} = 1").output
    assert "census: 2 of 3 answered (N = 4, 1 unknown)" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--share", "s = ${yes} = = 1"], "character 10"),
        (["--share", "s = ${nobody} = 1"], "there is no column 'nobody'"),
        (["--mean", "x = ${x}", "--weight", "yes"], "positive and finite"),
        (["--mean", "x = ${x}", "--stratum", "cluster"], None),
        (["--mean", "x = ${group}"], "numbers are needed"),
        (["--mean", "x = ${x}", "--cluster", "cluster", "--population", "z"], None),
    ],
)
def test_errors_of_the_user_are_one_line(tmp_path: Path, arguments: list[str], words: str | None) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    if words is None:
        arguments = [*arguments, "--single-cluster", "fail"]
        words = "population" if "--population" in arguments else "one cluster"
        if words == "one cluster":
            arguments += ["--cluster", "stratum"]
    with pytest.raises(UserError, match=words) as failure:
        run(tmp_path / "a.csv", *arguments)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--share", "s"],
        ["--ratio", "r = ${x}"],
        [],
        ["--mean", "x = ${x}", "--df", "many"],
        ["--mean", "x = ${x}", "--change", "wave"],
    ],
)
def test_mistyped_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    assert run(tmp_path / "a.csv", *arguments).exit_code == 2


def test_help_shows_an_example() -> None:
    assert "kgeval estimate mothers.csv --weight weight" in run("--help").output
