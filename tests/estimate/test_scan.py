"""Streamed files: NumPy, the database and the frame in memory say the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kgeval.errors import DataError, DesignError
from kgeval.estimate import scan
from kgeval.estimate.estimates import finish, tabulate
from kgeval.estimate.measure import count, mean, ratio, share, total
from kgeval.estimate.sampled import Options
from kgeval.estimate.tidy import COLUMNS
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample, seeds

MEASURES = [
    share("share", "${yes} = 1"),
    share("of some", "${yes} = 1", "${x} > 49 and not(${group} = 'b')"),
    count("count", "${yes} = 1 or ${x} >= 52"),
    mean("mean", "${x}"),
    mean("of yes", "${x} * 2 - 1", "${yes} = 1"),
    total("total", "-${z} + 3"),
    ratio("ratio", "${x}", "${z}"),
    share("equal", "${z} > 0"),
]
WANTED = [(), ("group",), ("stratum", "group")]


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    for name in COLUMNS:
        if pd.api.types.is_numeric_dtype(expected[name]):
            left, right = found[name].to_numpy(float), expected[name].to_numpy(float)
            np.testing.assert_allclose(left, right, rtol=1e-10, atol=1e-10, err_msg=name)
        else:
            assert found[name].tolist() == expected[name].tolist(), name


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, cut=st.integers(1, 118), where=st.sampled_from([None, "${x} < 53", "${group} != 'c'"]))
@example(seed=510510, cut=1, where=None)  # a wild record alone in the first file
def test_files_databases_and_frames_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, cut: int, where: str | None
) -> None:
    frame = sample(seed, records=120)
    paths = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    frame.iloc[:cut].to_parquet(paths[0])
    frame.iloc[cut:].to_parquet(paths[1])
    expected = finish(
        tabulate(frame, DESIGN, MEASURES, wanted=WANTED, where=where), WANTED, Options(), listed=True
    )
    monkeypatch.setattr(scan, "BATCH", 17)
    for in_database in (True, False):
        table = scan.tabulate_files(
            paths, DESIGN, MEASURES, wanted=WANTED, where=where, in_database=in_database
        )
        assert_same(finish(table, WANTED, Options(), listed=True), expected)


def test_what_has_no_sql_is_evaluated_here(tmp_path: Path) -> None:
    frame = sample(3)
    frame.to_parquet(tmp_path / "a.parquet")
    wanted = [share("s", "if(${yes} = 1, ${x} > 50, ${z} > 2)")]
    found = finish(scan.tabulate_files([tmp_path / "a.parquet"], DESIGN, wanted), [()], Options())
    assert_same(found, finish(tabulate(frame, DESIGN, wanted), [()], Options()))
    with pytest.raises(DesignError, match="SQL"):
        scan.tabulate_files([tmp_path / "a.parquet"], DESIGN, wanted, in_database=True)


@pytest.mark.parametrize("in_database", [True, False])
def test_bad_files_are_refused(tmp_path: Path, in_database: bool) -> None:
    path = tmp_path / "a.parquet"
    sample(3).assign(w=lambda rows: rows["w"].where(rows.index != 4, -1.0)).to_parquet(path)
    wanted = share("s", "${yes} = 1")
    with pytest.raises(DesignError, match="negative in row 5"):
        scan.tabulate_files([path], DESIGN, wanted, in_database=in_database)
    with pytest.raises(DataError, match="'nobody'"):
        scan.tabulate_files([path], DESIGN, share("s", "${nobody} = 1"), in_database=in_database)
    sample(3).iloc[:0].to_parquet(path)
    with pytest.raises(DataError, match="no rows"):
        scan.tabulate_files([path], DESIGN, wanted, in_database=in_database)


def test_no_digits_of_a_mean_far_from_zero_are_lost(tmp_path: Path) -> None:
    frame = sample(31, records=400)
    far = frame.assign(x=frame["x"] + 1e6)
    far.to_parquet(tmp_path / "far.parquet")
    expected = finish(tabulate(frame, DESIGN, mean("m", "${x}")), [()], Options())
    for in_database in (True, False):
        table = scan.tabulate_files(
            [tmp_path / "far.parquet"], DESIGN, mean("m", "${x}"), in_database=in_database
        )
        found = finish(table, [()], Options())
        np.testing.assert_allclose(found["deff"], expected["deff"], rtol=1e-8)


def test_a_column_without_values_in_one_file_is_read_as_in_the_others(tmp_path: Path) -> None:
    frame = sample(32, records=90)
    parts = [frame.iloc[:30].assign(group=None), frame.iloc[30:]]
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for part, path in zip(parts, paths, strict=True):
        part.to_parquet(path)
    whole = pd.concat(parts, ignore_index=True)
    wanted = [("group",)]
    expected = finish(tabulate(whole, DESIGN, MEASURES, wanted=wanted), wanted, Options())
    assert_same(
        finish(scan.tabulate_files(paths, DESIGN, MEASURES, wanted=wanted), wanted, Options()), expected
    )


def test_types_that_cannot_be_read_together_are_refused(tmp_path: Path) -> None:
    frame = sample(33)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.assign(x=pd.Timestamp("2018-03-01")).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match="texts or dates where numbers"):
        scan.tabulate_files([tmp_path / "a.parquet", tmp_path / "b.parquet"], DESIGN, [mean("m", "${x}")])


def test_whole_codes_are_whole_though_some_are_missing(tmp_path: Path) -> None:
    frame = sample(34).assign(code=lambda rows: rows["z"].where(rows.index > 3) // 1)
    frame.to_parquet(tmp_path / "a.parquet")
    table = scan.tabulate_files([tmp_path / "a.parquet"], DESIGN, [mean("m", "${x}")], wanted=[("code",)])
    assert all(isinstance(level, int) for level in finish(table, [("code",)], Options())["code"].tolist())


@pytest.mark.parametrize("in_database", [True, False])
def test_columns_are_called_as_the_file_writes_them(tmp_path: Path, in_database: bool) -> None:
    frame = sample(35).rename(columns={"cluster": "cluster "})
    frame.to_parquet(tmp_path / "a.parquet")
    design = SampleDesign(weight="w", cluster="cluster ", stratum="stratum")
    table = scan.tabulate_files(
        [tmp_path / "a.parquet"], design, [mean("m", "${x}")], in_database=in_database
    )
    whole = tabulate(frame, design, [mean("m", "${x}")])
    assert_same(finish(table, [()], Options()), finish(whole, [()], Options()))
