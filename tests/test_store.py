"""The store keeps tables whole, typed, traceable and, where it must, private."""

from __future__ import annotations

import json
import os
import stat

import numpy as np
import pandas as pd
import pytest

from kgeval.errors import BusyError, DataError
from kgeval.store import Provenance, Store, fingerprint, fingerprints, write_whole

MADE_OF = Provenance(
    study="demo", study_sha256="ab", inputs={"b.csv": "2", "a.csv": "1"}, parameters={"area": "0905"}
)


def mothers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rid": pd.Series(["x:1", "x:2", "x:3"], dtype="str"),
            "channels": pd.Series(["1 3", np.nan, ""], dtype="str"),
            "age": pd.Series([31, None, 22], dtype="Int64"),
            "weight": [0.1, np.nan, 1 / 3],
            "met": pd.Series([True, None, False], dtype="boolean"),
            "born": pd.to_datetime(["2018-02-01", None, "2019-12-31"]).astype("datetime64[us]"),
            "place": pd.Series(["Rạch Sỏi", "Ấp 7, xã A", '"trích"\ndòng'], dtype="str"),
        }
    )


def test_types_and_values_come_back(tmp_path):
    store = Store(tmp_path)
    path = store.write("chau_thanh/clean/mothers", mothers(), MADE_OF)
    assert path == tmp_path / "chau_thanh/clean/mothers.parquet"
    pd.testing.assert_frame_equal(store.read("chau_thanh/clean/mothers"), mothers())


def test_an_empty_table_keeps_its_types(tmp_path):
    empty = mothers().iloc[:0]
    Store(tmp_path).write("all/clean/mothers", empty, MADE_OF)
    pd.testing.assert_frame_equal(Store(tmp_path).read("all/clean/mothers"), empty)


def test_the_csv_twin_is_for_machines(tmp_path):
    Store(tmp_path).write("mothers", mothers(), MADE_OF)
    raw = (tmp_path / "mothers.csv").read_bytes()
    lines = raw.decode("utf-8").split("\n")
    assert lines[0] == "rid,channels,age,weight,met,born,place"
    assert lines[1] == "x:1,1 3,31,0.1,True,2018-02-01,Rạch Sỏi"
    assert lines[2] == 'x:2,,,,,,"Ấp 7, xã A"'
    assert b"\r" not in raw
    assert b"0.3333333333333333" in raw


def test_moments_keep_their_time_in_the_csv(tmp_path):
    seen = pd.DataFrame(
        {"at": pd.to_datetime(["2020-05-01 08:30:00", "2020-05-02 00:00:00"]).astype("datetime64[us]")}
    )
    Store(tmp_path).write("seen", seen, MADE_OF)
    assert (tmp_path / "seen.csv").read_text(
        encoding="utf-8"
    ) == "at\n2020-05-01T08:30:00\n2020-05-02T00:00:00\n"


def test_moments_that_differ_differ_in_the_csv_file(tmp_path):
    """A run compares values by that file."""
    store = Store(tmp_path)
    moments = pd.to_datetime(["2020-05-01 08:30:00.100"])
    said = set()
    for name, at in (
        ("a", moments),
        ("b", moments + pd.Timedelta("800ms")),
        ("c", moments.tz_localize("UTC")),
    ):
        store.write(name, pd.DataFrame({"at": at}), Provenance(study="x"))
        said.add((tmp_path / f"{name}.csv").read_text(encoding="utf-8"))
    assert len(said) == 3
    assert "at\n2020-05-01T08:30:00.100000\n" in said


def test_same_input_same_bytes(tmp_path):
    for run in ("one", "two"):
        Store(tmp_path / run).write("results/estimates", mothers(), MADE_OF)
    for suffix in (".parquet", ".csv", ".provenance.json"):
        one, two = (
            (tmp_path / run / "results" / f"estimates{suffix}").read_bytes() for run in ("one", "two")
        )
        assert one == two


def test_provenance_lies_beside_and_inside(tmp_path):
    import pyarrow.parquet as pq

    store = Store(tmp_path)
    store.write("results/estimates", mothers(), MADE_OF)
    assert store.provenance("results/estimates") == MADE_OF
    inside = json.loads(pq.read_schema(tmp_path / "results/estimates.parquet").metadata[b"kgeval"])
    assert inside["inputs"] == {"a.csv": "1", "b.csv": "2"}
    sidecar = json.loads((tmp_path / "results/estimates.provenance.json").read_text(encoding="utf-8"))
    assert sidecar["outputs"]["estimates.csv"] == fingerprint(tmp_path / "results/estimates.csv")


def test_a_torn_table_is_refused(tmp_path):
    store = Store(tmp_path)
    store.write("results/estimates", mothers(), MADE_OF)
    other = Store(tmp_path / "other")
    other.write("results/estimates", mothers().head(1), MADE_OF)
    (tmp_path / "other/results/estimates.parquet").replace(tmp_path / "results/estimates.parquet")
    with pytest.raises(DataError, match=r"TABLE_TORN.*run again"):
        store.read("results/estimates")


def test_an_absent_table_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="run the notebook that writes it"):
        Store(tmp_path).read("all/results/estimates")


def test_gather_follows_the_given_order_and_says_who_is_absent(tmp_path):
    store = Store(tmp_path)
    for key, weight in (("b", 2.0), ("a", 1.0), ("d", 4.0)):
        store.write(f"{key}/clean/mothers", mothers().assign(weight=weight).head(1), MADE_OF)
    store.write("e/clean/mothers", mothers().iloc[:0], MADE_OF)
    gathered = store.gather("clean/mothers", ["d", "c", "e", "a", "b"])
    assert gathered["weight"].tolist() == [4.0, 1.0, 2.0]
    assert gathered.index.equals(pd.RangeIndex(3))
    assert gathered.dtypes.equals(mothers().dtypes)
    assert store.absent("clean/mothers", ["d", "c", "a", "b"]) == ("c",)
    with pytest.raises(DataError, match="none of 1 areas"):
        store.gather("clean/mothers", ["c"])


def test_an_index_is_never_lost_in_silence(tmp_path):
    with pytest.raises(ValueError, match="reset_index"):
        Store(tmp_path).write("mothers", mothers().set_index("rid"), MADE_OF)


@pytest.mark.parametrize(
    "place", ["../out", "/etc/passwd", "a//b", "a/../../b", "", "a/.hidden", "a\\b", "c:/x"]
)
def test_places_stay_below_the_folder(tmp_path, place):
    with pytest.raises(ValueError, match="no place below"):
        Store(tmp_path).write(place, mothers(), MADE_OF)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_restricted_places_are_private(tmp_path):
    Store(tmp_path).write("a/restricted/mothers", mothers(), MADE_OF)
    Store(tmp_path).write("a/clean/mothers", mothers(), MADE_OF)
    assert stat.S_IMODE((tmp_path / "a/restricted").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a/restricted/mothers.csv").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a/clean").stat().st_mode) & 0o050


def test_a_chart_has_one_sidecar(tmp_path):
    store = Store(tmp_path)
    store.write_files("all/figures", {"T3.png": b"png", "T3.svg": b"svg", "T3.csv": b"x\n"}, MADE_OF)
    sidecar = json.loads((tmp_path / "all/figures/T3.provenance.json").read_text(encoding="utf-8"))
    assert sorted(sidecar["outputs"]) == ["T3.csv", "T3.png", "T3.svg"]
    assert store.exists("all/figures/T3.png")
    assert not store.exists("all/figures/T4.png")


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    target = tmp_path / "run.json"
    write_whole(target, b"old")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(BusyError, match=r"run.json cannot be written: No space left"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_staged_writes_are_seen_by_their_job_only(tmp_path):
    Store(tmp_path / "out").write("a/x", mothers().head(1), MADE_OF)
    job = Store(tmp_path / "out", staging=tmp_path / "staging")
    path = job.write("a/x", mothers(), MADE_OF)
    assert path == tmp_path / "out/a/x.parquet"
    assert len(job.read("a/x")) == 3
    assert len(Store(tmp_path / "out").read("a/x")) == 1


def test_the_environment_stages_one_root_only(tmp_path, monkeypatch):
    monkeypatch.setenv("KGEVAL_STAGED_ROOT", str(tmp_path / "out"))
    monkeypatch.setenv("KGEVAL_STAGING", str(tmp_path / "staging"))
    Store(tmp_path / "out").write("x", mothers(), MADE_OF)
    Store(tmp_path / "elsewhere").write("x", mothers(), MADE_OF)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "staging/x.csv").is_file()
    assert (tmp_path / "elsewhere/x.csv").is_file()


def test_fingerprints_know_contents_and_names_only(tmp_path):
    (tmp_path / "one/deep").mkdir(parents=True)
    (tmp_path / "one/deep/a.csv").write_text("1")
    (tmp_path / "one/.DS_Store").write_text("x")
    (tmp_path / "one/~$lock.xlsx").write_text("x")
    assert list(fingerprints(tmp_path / "one")) == ["deep/a.csv"]
    before = fingerprint(tmp_path / "one")
    (tmp_path / "one/deep/a.csv").write_text("2")
    assert fingerprint(tmp_path / "one") != before
