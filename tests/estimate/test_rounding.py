"""A standard error of 0 is a finding: rounding must not make one, nor hide one."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgeval.estimate import scan
from kgeval.estimate.answers import Condition, answers
from kgeval.estimate.estimates import estimate, finish
from kgeval.estimate.measure import mean, ratio, share, total
from kgeval.estimate.reweighted import estimate_reweighted
from kgeval.estimate.sampled import Options
from kgeval.estimate.scan import tabulate_files
from kgeval.estimate.sum_cells import origins
from kgeval.evaluate.change import change
from kgeval.plan.sample import SampleDesign
from tests.estimate.samples import DESIGN, sample, seeds

FAR = 10**9  # whole numbers of this size are exact, so that only the estimator can lose digits


def far(seed: int, *, spread: int = 10, records: int = 360) -> pd.DataFrame:
    """Simulate answers of 10⁹ ± ``spread`` whose clusters differ."""
    frame = sample(seed, records=records, missing=0)
    rng = np.random.default_rng(seed)
    shift = rng.integers(-spread, spread + 1, 1000)
    y = FAR + shift[frame["cluster"] % 1000] + rng.integers(-spread, spread + 1, records)
    return frame.assign(y=y.astype(float), per=FAR + rng.integers(-spread, spread + 1, records).astype(float))


def exactly(frame: pd.DataFrame, kind: str) -> tuple[float, float]:
    """Return the mean, ratio or total of ``y`` and its standard error, computed in fractions."""
    w = [Fraction(one) for one in frame["w"]]
    y = [Fraction(one) for one in frame["y"]]
    x = [Fraction(one) for one in (frame["per"] if kind == "ratio" else np.ones(len(w)))]
    size = Fraction(1) if kind == "total" else sum(a * b for a, b in zip(w, x, strict=True))
    value = sum(a * b for a, b in zip(w, y, strict=True)) / size
    rate = Fraction(0) if kind == "total" else value
    z: dict[tuple[object, object], Fraction] = {}
    for stratum, cluster, a, b, c in zip(frame["stratum"], frame["cluster"], w, y, x, strict=True):
        z[stratum, cluster] = z.get((stratum, cluster), Fraction(0)) + a * (b - rate * c) / size
    variance = Fraction(0)
    for stratum in {key[0] for key in z}:
        scores = [score for key, score in z.items() if key[0] == stratum]
        centre = sum(scores) / len(scores)
        spread = sum((score - centre) ** 2 for score in scores)
        variance += Fraction(len(scores), len(scores) - 1) * spread
    return float(value), sqrt(variance)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, spread=st.sampled_from([1, 10, 1000]))
def test_values_of_a_billion_that_differ_by_ten_have_their_standard_error(seed: int, spread: int) -> None:
    frame = far(seed, spread=spread)
    asked = [mean("mean", "${y}"), ratio("ratio", "${y}", "${per}"), total("total", "${y}")]
    rows = estimate(frame, DESIGN, asked).set_index("indicator")
    # a total is not taken about an origin: its cluster totals, some 10¹⁰ with 16 digits, are what differs
    for name, tolerance in {"mean": 1e-11, "ratio": 1e-11, "total": 1e-6}.items():
        value, se = exactly(frame, name)
        assert rows.loc[name, "value"] == pytest.approx(value, rel=1e-15)
        assert rows.loc[name, "se"] == pytest.approx(se, rel=tolerance), name
        assert rows.loc[name, "low"] < rows.loc[name, "value"] < rows.loc[name, "high"]


def test_equal_cluster_sizes_leave_the_standard_error_of_a_total_of_billions() -> None:
    """Only the ± 10 differ between clusters: 4·10⁻¹⁰ of the total, 10,000 times what rounding may be."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"stratum": 1, "cluster": np.repeat(np.arange(30), 20), "w": 3.0})
    frame = frame.assign(y=FAR + rng.integers(-10, 11, 600).astype(float))
    row = estimate(frame, DESIGN, total("total", "${y}")).iloc[0]
    value, se = exactly(frame, "total")
    assert row["value"] == value
    assert row["se"] == pytest.approx(se, rel=1e-6)
    assert row["se"] < 1e-8 * row["value"]


@pytest.mark.parametrize("in_database", [True, False])
def test_streamed_files_of_large_values_have_their_standard_error(tmp_path: Path, in_database: bool) -> None:
    frame = far(3, records=3000)
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    frame.iloc[:700].to_parquet(paths[0])
    frame.iloc[700:].to_parquet(paths[1])
    asked = [mean("mean", "${y}"), ratio("ratio", "${y}", "${per}")]
    for over in (None, lambda task, parts: [task(part) for part in parts]):
        table = tabulate_files(paths, DESIGN, asked, in_database=in_database, over=over)
        rows = finish(table, [()], Options()).set_index("indicator")
        for name in ("mean", "ratio"):
            value, se = exactly(frame, name)
            assert rows.loc[name, "value"] == pytest.approx(value, rel=1e-14)
            assert rows.loc[name, "se"] == pytest.approx(se, rel=1e-11)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, cut=st.integers(1, 239), batch=st.integers(20, 300))
def test_whole_answers_and_weights_give_the_same_digits_in_any_order_and_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, cut: int, batch: int
) -> None:
    rng = np.random.default_rng(seed)
    frame = sample(seed, records=240).assign(w=rng.integers(1, 9, 240).astype(float))
    frame = frame.assign(y=(7 * frame["x"]).round(), per=rng.integers(1, 30, 240))
    asked = [mean("mean", "${y}"), ratio("ratio", "${y}", "${per}"), total("total", "${y}")]
    expected = estimate(frame, DESIGN, asked, by="group")
    found = [estimate(frame.sample(frac=1, random_state=1), DESIGN, asked, by="group")]
    paths = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    for path, part in zip(paths, (frame.iloc[:cut], frame.iloc[cut:]), strict=True):
        part.to_parquet(path)
    origin = origins(asked, [answers(one, frame, Condition()) for one in asked])
    monkeypatch.setattr(scan, "_origins", lambda _: origin)
    monkeypatch.setattr(scan, "BATCH", batch)
    for files, in_database in ((paths, True), (paths, False), (paths[::-1], False)):
        table = tabulate_files(files, DESIGN, asked, wanted=[("group",)], in_database=in_database)
        found.append(finish(table, [("group",)], Options()))
    for rows in found:
        for name in (
            "value",
            "se",
            "low",
            "high",
            "weighted_n",
        ):  # squares of 24 digits are not exact: no deff
            assert rows[name].tolist() == expected[name].tolist()


@settings(max_examples=25, deadline=None)
@given(
    seed=seeds,
    value=st.sampled_from([0.0, 0.1, 1 / 3, -7.7, 123456.789, 1e9 + 0.1, 1e15 / 7]),
    missing=st.sampled_from([0.0, 0.3, 0.9]),
)
def test_a_constant_answer_has_no_standard_error(seed: int, value: float, missing: float) -> None:
    """In the whole, in parts whose constants differ, as a ratio, and where only few of many answered."""
    frame = sample(seed, records=240, missing=missing)
    home = frame["group"].map({"a": 1.0, "b": 3.0, "c": 1000.0})
    silent = frame["x"].isna()
    frame = frame.assign(
        w=frame["w"] * 0.7, same=np.where(silent, np.nan, value), own=np.where(silent, np.nan, value * home)
    )
    asked = [mean("same", "${same}"), mean("own", "${own}"), ratio("ratio", "${own} * ${z}", "${z}")]
    whole = estimate(frame, DESIGN, asked[0]).dropna(subset=["se"])
    assert (whole["se"] == 0).all()
    parts = estimate(frame, DESIGN, asked, by="group").dropna(subset=["se"])
    assert (parts["se"] == 0).all()
    assert (estimate_reweighted(frame, DESIGN, asked, by="group").dropna(subset=["se"])["se"] == 0).all()


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_clusters_of_one_share_show_no_variance(seed: int) -> None:
    """One of every two records of a weight succeeds, so each cluster's share is 1/2 whatever its weight."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(24), 2 * rng.integers(1, 9, 24))
    pair = np.arange(len(cluster)) // 2
    frame = pd.DataFrame(
        {"cluster": cluster, "stratum": cluster % 3, "w": (0.1 + rng.random(len(pair)))[pair]}
    )
    frame = frame.assign(yes=np.arange(len(frame)) % 2)
    row = estimate(frame.sample(frac=1, random_state=1), DESIGN, share("half", "${yes} = 1")).iloc[0]
    assert row["value"] == pytest.approx(0.5)
    assert row["se"] == 0
    assert row["reason"].startswith("no_variance")


def test_the_change_of_large_values_has_its_standard_error() -> None:
    before, after = far(5), far(6)
    frame = pd.concat([before.assign(round="baseline"), after.assign(round="endline")], ignore_index=True)
    row = change(frame, DESIGN, mean("mean", "${y}")).iloc[0]
    near = change(frame.assign(y=frame["y"] - FAR), DESIGN, mean("mean", "${y}")).iloc[0]
    for name in ("difference", "se", "low", "high", "correlation"):
        assert row[name] == pytest.approx(near[name], rel=1e-6)
    assert row["se"] < 1e-8 * row["to_value"]


def test_a_shift_of_all_answers_has_no_standard_error() -> None:
    before = sample(7, missing=0)
    frame = pd.concat(
        [before.assign(round="baseline"), before.assign(round="endline", x=before["x"] + 0.1)],
        ignore_index=True,
    )
    row = change(frame, DESIGN, mean("mean", "${x}")).iloc[0]
    assert row["difference"] == pytest.approx(0.1)
    assert row["se"] == 0
    assert row["reason"].startswith("no_variance")


def test_a_rare_share_is_not_taken_for_rounding() -> None:
    frame = pd.DataFrame({"cluster": np.arange(200_000) // 20, "yes": np.arange(200_000) == 5})
    row = estimate(frame, SampleDesign(cluster="cluster"), share("rare", frame["yes"])).iloc[0]
    assert row["se"] == pytest.approx(5e-6, rel=1e-3)


@pytest.mark.parametrize("in_database", [None, True, False])
def test_one_wild_answer_takes_no_digits_from_other_domains(tmp_path: Path, in_database: bool | None) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {"stratum": 1, "cluster": np.arange(2000) // 20, "w": 1.0, "y": rng.normal(size=2000)}
    )
    frame = frame.assign(group=np.where(frame["cluster"] > 50, "b", "a"), per=1.0)
    wild = frame.assign(y=frame["y"].where(frame.index > 0, 999999999999999.0))
    asked = [mean("mean", "${y}"), ratio("ratio", "${y}", "${per}")]
    expected = estimate(frame, DESIGN, asked, by="group").set_index(["indicator", "group"])

    def found(frame: pd.DataFrame, where: str | None) -> pd.DataFrame:
        if in_database is None:
            return estimate(frame, DESIGN, asked, by="group", where=where)
        frame.to_parquet(tmp_path / "a.parquet")
        table = tabulate_files(
            [tmp_path / "a.parquet"], DESIGN, asked, wanted=[("group",)], where=where, in_database=in_database
        )
        return finish(table, [("group",)], Options())

    rows = found(wild, None).set_index(["indicator", "group"])
    assert rows["se"].xs("b", level="group").tolist() == pytest.approx(
        expected["se"].xs("b", level="group").tolist(), rel=1e-9
    )
    garbage = frame.assign(y=frame["y"].where(frame.index % 2 == 0, 999999999999999.0))
    inside = "${y} < 1000"
    some = found(garbage, inside).set_index(["indicator", "group"])["se"]
    held = estimate(frame, DESIGN, asked, by="group", where=np.array(frame.index % 2 == 0))
    assert some.tolist() == pytest.approx(held.set_index(["indicator", "group"])["se"].tolist(), rel=1e-9)
