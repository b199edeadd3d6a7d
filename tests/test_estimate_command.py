"""``kgeval estimate``: every kind of file, change beside levels, errors in one line."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner, Result

from kgeval.cli.estimate import estimate as command
from kgeval.errors import UserError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import mean, ratio, share, total
from kgeval.estimate.tidy import COLUMNS
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
        (["--share", "s = ${yess} = 1"], "did you mean 'yes'"),
        (["--mean", "x = ${x}", "--by", "Group"], "did you mean 'group'"),
        (["--mean", "x = ${x} ${z}"], "an operator is missing.*character 6"),
        (
            ["--mean", "x = ${x}", "--cluster", "cluster", "--stratum", "stratum,group"],
            "stratum of 2 stages.*units of 1",
        ),
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
    ("arguments", "words"),
    [
        (["--person", "cluster"], "--person belongs to --change"),
        (["--rounds", "partial"], "--rounds belongs to --change"),
        (["--calibrate-method", "raking"], "--calibrate-method belongs to --calibrate"),
        (["--fay-rho", "0.3", "--replicate-type", "BRR"], "--fay-rho belongs to --replicate-type Fay"),
    ],
)
def test_an_option_that_would_be_passed_over_is_refused(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    found = run(tmp_path / "a.csv", "--mean", "x = ${x}", *arguments)
    assert found.exit_code == 2
    assert words in found.output


def test_names_are_found_however_their_letters_are_put_together(tmp_path: Path) -> None:
    frame = sample(24).rename(columns={"group": "tỉnh", "x": "điểm số"})
    frame.rename(columns=lambda name: f" {unicodedata.normalize('NFD', name)}").to_csv(
        tmp_path / "apart.csv", index=False
    )
    frame.rename(columns=lambda name: unicodedata.normalize("NFD", name)).to_parquet(
        tmp_path / "apart.parquet"
    )
    frame.to_csv(tmp_path / "whole.csv", index=False)
    asked = [*DESIGN_OPTIONS, "--mean", "m = ${điểm số}", "--by", "tỉnh"]
    files = ("whole.csv", "apart.csv", "apart.parquet")
    whole, *apart = (run(tmp_path / name, *asked) for name in files)
    assert whole.exit_code == 0
    assert [one.output for one in apart] == [whole.output] * 2


@pytest.mark.parametrize("suffix", [".dta", ".sav", ".parquet"])
def test_an_empty_text_is_no_value_of_a_breakdown(tmp_path: Path, suffix: str) -> None:
    frame = sample(24).assign(group=lambda rows: rows["group"].where(rows.index % 5 > 0, ""))
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        (pyreadstat.write_dta if suffix == ".dta" else pyreadstat.write_sav)(frame, str(path))
    found = pd.read_csv(io.StringIO(run(path, *DESIGN_OPTIONS, "--mean", "x = ${x}", "--by", "group").stdout))
    assert found["group"].tolist() == ["a", "b", "c"]
    assert found["reason"].str.contains("breakdown_missing").all()


def test_totals_of_a_mistyped_column_name_the_one_that_was_meant(tmp_path: Path) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "t.csv").write_text("grop,total\na,10\nb,10\nc,10\n")
    with pytest.raises(UserError, match=r"'grop'.*did you mean 'group'"):
        run(tmp_path / "a.csv", *DESIGN_OPTIONS, "--mean", "x = ${x}", "--poststratify", tmp_path / "t.csv")


def test_answers_whose_squares_would_vanish_are_refused(tmp_path: Path) -> None:
    sample(24).assign(x=lambda rows: rows["x"] * 1e-200).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(UserError, match="smaller unit"):
        run(tmp_path / "a.csv", *DESIGN_OPTIONS, "--mean", "x = ${x}")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("answer", ["yes", 2])
def test_a_share_of_a_column_that_is_not_true_or_false_is_refused(
    tmp_path: Path, suffix: str, answer: object
) -> None:
    """By XLSForm's rule every answered text, and every number but 0, would be true: a share of 100 %."""
    rows = sample(24)
    given = rows["yes"].where(rows["yes"].isna() | (rows["yes"] == 1), answer if answer == 2 else 0)
    given = given.map({1: "yes", 0: "no"}) if answer == "yes" else given
    getattr(rows.assign(said=given), f"to_{suffix}")(tmp_path / f"a.{suffix}", index=False)
    with pytest.raises(UserError, match="'s' gives values besides 0, 1"):
        run(tmp_path / f"a.{suffix}", *DESIGN_OPTIONS, "--share", "s = ${said}")
    plain = run(
        tmp_path / f"a.{suffix}", *DESIGN_OPTIONS, "--share", "s = ${yes}", "--share", "t = ${yes} = 1"
    )
    shares = pd.read_csv(io.StringIO(plain.stdout))
    assert len(set(shares["value"])) == 1
    assert len(set(shares["se"])) == 1


def test_a_file_named_twice_is_refused_since_its_records_would_count_twice(tmp_path: Path) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    found = run(tmp_path / "a.csv", str(tmp_path / "." / "a.csv"), "--mean", "x = ${x}")
    assert found.exit_code == 2
    assert "a.csv is named twice" in found.output


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


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "the file is empty"),
        ("a.csv", "yes,x\n", "holds no rows"),
        ("a.csv", "yes,yes\n1,0\n", "two columns are called 'yes'"),
        ("a.parquet", "no table", "cannot be read as .parquet"),
        ("a.dta", "no table", "cannot be read as .dta"),
        ("a.sav", "no table", "cannot be read as .sav"),
        ("a.xlsx", "", "are not read"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    for design in ([], ["--cluster", "yes"]):
        with pytest.raises(UserError, match=words):
            run(tmp_path / name, *design, "--share", "s = ${yes} = 1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": np.inf}, "infinite"),
        ({"cluster": np.nan}, "'cluster' has no value"),
        ({"w": -1.0}, r"negative in row (5 of a\.parquet|6 of a\.csv)"),
        ({"w": np.nan}, r"missing or no number in row (5 of a\.parquet|6 of a\.csv)"),
    ],
)
def test_streamed_and_whole_files_are_refused_alike(
    tmp_path: Path, change: dict[str, float], words: str
) -> None:
    frame = sample(25, missing=0).astype({"cluster": "float64"})
    frame.loc[4, list(change)] = list(change.values())
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    for name in ("a.parquet", "a.csv"):
        with pytest.raises(UserError, match=words):
            run(tmp_path / name, *DESIGN_OPTIONS, "--mean", "x = ${x}")


def test_a_wrong_weight_of_a_change_is_named_by_file_and_row(tmp_path: Path) -> None:
    """Rows are the files' own, whatever rounds stand above; the weights of other rounds do not matter."""
    first = sample(25, missing=0).assign(wave="pilot", w=-1.0)
    second = sample(26, missing=0).assign(wave="1")
    second.loc[4:, "wave"] = "2"
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    pd.concat([first, second]).to_csv(paths[0], index=False)
    second.assign(w=second["w"].mask(second.index == 7, 0.0)).to_csv(paths[1], index=False)
    asked = ["--mean", "x = ${x}", "--change", "wave: 1 -> 2", "--single-cluster", "adjust"]
    options = [*DESIGN_OPTIONS, *asked]
    assert run(paths[0], *options).exit_code == 0
    with pytest.raises(UserError, match=r"zero in row 9 of b\.csv \(1 such rows\)"):
        run(*paths, *options)


def rows_of(tmp_path: Path, *options: str) -> pd.DataFrame:
    out = tmp_path / "rows.csv"
    assert run(tmp_path / "a.csv", *DESIGN_OPTIONS, *options, "--out", out).exit_code == 0
    return pd.read_csv(out)


def test_limits_that_cut_nothing_change_nothing(tmp_path: Path) -> None:
    """Two roads to the same numbers: sums by cluster, and records one by one."""
    once = sample(26)
    both = [once.assign(wave=1), once.assign(wave=2, x=once["x"] + 1 + once["z"])]
    pd.concat(both).to_csv(tmp_path / "a.csv", index=False)
    for rounds in ("same_clusters", "independent"):
        options = [*ASKED, "--by", "group", "--change", "wave: 1 -> 2", "--rounds", rounds]
        plain, long_way = rows_of(tmp_path, *options), rows_of(tmp_path, *options, "--trim", "0,1e9")
        pd.testing.assert_frame_equal(long_way, plain, rtol=1e-9)


def test_known_totals_have_no_error_and_say_so(tmp_path: Path) -> None:
    frame = sample(27, missing=0)
    frame.to_csv(tmp_path / "a.csv", index=False)
    totals = pd.DataFrame({"group": ["a", "b", "c"], "total": [100, 200, 300]})
    totals.to_csv(tmp_path / "totals.csv", index=False)
    options = ["--poststratify", str(tmp_path / "totals.csv")]
    rows = rows_of(tmp_path, "--share", "b = ${group} = 'b'", "--mean", "x = ${x}", *options)
    assert rows["value"].iloc[0] == pytest.approx(1 / 3)
    assert rows["se"].iloc[0] == 0
    assert "known_total" in rows["reason"].iloc[0]
    assert rows["se"].iloc[1] > 0


def test_few_clusters_are_corrected_on_request(tmp_path: Path) -> None:
    sample(28).to_csv(tmp_path / "a.csv", index=False)
    plain, corrected = (rows_of(tmp_path, *ASKED, *more) for more in ([], ["--few-clusters", "cr2"]))
    shares_and_means = corrected["kind"].isin(["share", "mean"])
    assert (corrected["se"] > plain["se"])[shares_and_means].all()
    assert (corrected["df"] < plain["df"] + 1)[shares_and_means].all()
    assert corrected["reason"].str.contains("few_clusters").all()
    np.testing.assert_allclose(corrected["se"][~shares_and_means], plain["se"][~shares_and_means])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--quantile", "q = ${x}"],
        ["--quantile", "q = ${x} @ 50"],
        ["--mean", "x = ${x}", "--replicates", "rw"],
        ["--mean", "x = ${x}", "--mse"],
        ["--mean", "x = ${x}", "--bounds", "0.5,2"],
        ["--mean", "x = ${x}", "--trim", "low"],
        ["--mean", "x = ${x}", "--rake", "a.csv", "--calibrate", "a.csv"],
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    sample(24).to_csv(tmp_path / "a.csv", index=False)
    assert run(tmp_path / "a.csv", *arguments).exit_code == 2


def test_codes_may_be_counted_with_where_they_are_plain_numbers(tmp_path: Path) -> None:
    pd.DataFrame({"age": [3, 4, 4, 3], "x": [1, 2, 3, 4]}).to_csv(tmp_path / "a.csv", index=False)
    output = run(tmp_path / "a.csv", "--mean", "age = ${age}", "--by", "age").output
    assert [line.split(",")[2:4] for line in output.splitlines()[1:]] == [["3", "3.0"], ["4", "4.0"]]


def test_a_wrong_weight_is_named_with_its_file_and_the_row_seen_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kgeval.cli import _run

    (tmp_path / "one.csv").write_text("w,x\n1,0\n2,1\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("w,x\n1,0\n2,1\n-3,1\n", encoding="utf-8")
    files = [str(tmp_path / "one.csv"), str(tmp_path / "two.csv")]
    asked = ["--weight", "w", "--share", "x = ${x} = 1", "--out", str(tmp_path / "out.csv")]
    assert _run(["estimate", *files, *asked]) == 2
    assert "negative in row 4 of two.csv" in capsys.readouterr().err
