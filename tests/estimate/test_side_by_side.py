"""Threads and portions change no digit of a result, and can be bounded from outside."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from kgeval.estimate import linear
from kgeval.estimate import side_by_side as room
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import share
from kgeval.estimate.side_by_side import side_by_side
from kgeval.plan.sample import SampleDesign


def names(count: int) -> set[str]:
    together = threading.Barrier(count, timeout=10)

    def name() -> str:
        together.wait()
        return threading.current_thread().name

    return set(side_by_side([name] * count))


def test_parts_are_computed_at_the_same_time(monkeypatch):
    monkeypatch.setattr(room, "_processors", lambda: 3)
    assert len(names(3)) == 3


def test_a_fault_in_a_part_is_raised(monkeypatch):
    monkeypatch.setattr(room, "_processors", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        side_by_side([lambda: 1, lambda: 1 // 0])


@pytest.mark.parametrize(
    ("bound", "threads"), [("1", 1), (" 1 ", 1), ("3", 3), ("99", 8), ("0", 8), ("all", 8)]
)
def test_the_number_of_threads_is_bounded_as_in_other_libraries(monkeypatch, bound, threads):
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(8)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", bound)
    assert room._processors() == threads


def test_portions_and_threads_change_no_digit(monkeypatch):
    rng = np.random.default_rng(8)
    size = 4000
    frame = pd.DataFrame({
        "area": rng.integers(0, 300, size), "hamlet": rng.integers(0, 90, size), "w": 1 + rng.random(size),
        **{f"y{place}": rng.integers(0, 2, size) for place in range(5)},
    })  # fmt: skip
    asked = [share(f"y{place}", f"${{y{place}}} = 1") for place in range(5)]
    design = SampleDesign(weight="w", cluster="hamlet")

    def found() -> pd.DataFrame:
        return estimate(frame, design, asked, by="area")

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(linear, "_AT_ONCE", 2**40)
    whole = found()
    monkeypatch.setattr(room, "_processors", lambda: 4)  # also where the machine has one
    monkeypatch.setattr(linear, "_AT_ONCE", 1)
    pd.testing.assert_frame_equal(found(), whole, check_exact=True)
