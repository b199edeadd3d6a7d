"""Numbers as Vietnamese and English readers write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgeval.present.numbers import NBSP, Numbers, decimals_apart

VI, EN = Numbers(lang="vi"), Numbers(lang="en")
NAN = float("nan")


@pytest.mark.parametrize(
    ("share", "vi", "en"),
    [
        (0.881, "88,1%", "88.1%"),
        (0.8815, "88,2%", "88.2%"),  # half away from zero on the printed digits
        (1.0, "100,0%", "100.0%"),
        (0.0, "0,0%", "0.0%"),
        (0.9996, "99,96%", "99.96%"),  # not everybody
        (0.0004, "0,04%", "0.04%"),  # not nobody
        (NAN, "–", "–"),
        (None, "–", "–"),
    ],
)
def test_percent(share: float, vi: str, en: str) -> None:
    assert (VI.percent(share), EN.percent(share)) == (vi, en)


def test_targets_have_no_needless_decimals() -> None:
    assert VI.percent_exact(0.95) == "95%"
    assert VI.percent_exact(0.125) == "12,5%"
    assert VI.exact(14.0) == "14"


def test_thousands_signs_and_minus() -> None:
    assert VI.number(1234567.891, 2) == "1.234.567,89"
    assert EN.number(1234567.891, 2) == "1,234,567.89"
    assert VI.number(-3.14) == "−3,1"
    assert VI.number(2.81, sign=True) == "+2,8"
    assert VI.number(-0.04, sign=True) == "0,0"


def test_ranges_do_not_break() -> None:
    assert VI.interval(0.829, 0.919) == f"82,9{NBSP}–{NBSP}91,9"
    assert VI.from_to(0.829, 0.919) == "từ 82,9% đến 91,9%"
    assert VI.interval(NAN, 0.9) == "–"
    assert VI.n(313) == f"n{NBSP}={NBSP}313"


def test_counts_below_ten_have_a_zero_in_vietnamese_only() -> None:
    assert [VI.count(x) for x in (0, 6, 14)] == ["0", "06", "14"]
    assert EN.count(6) == "6"


def test_points_and_dates() -> None:
    assert VI.points(0.169) == f"+16,9{NBSP}điểm phần trăm"
    assert VI.points(-0.031, sign=False) == f"−3,1{NBSP}điểm phần trăm"
    assert VI.date(date(2020, 11, 9)) == "09/11/2020"
    assert EN.date(date(2020, 11, 9)) == "2020-11-09"
    assert VI.date(None) == "–"


def test_a_limit_beside_its_target_gets_one_more_decimal() -> None:
    assert decimals_apart(0.9496, 0.95) == 2
    assert decimals_apart(0.95, 0.95) == 1
    assert decimals_apart(0.91, 0.95) == 1
    assert decimals_apart(0.94999999, 0.95) == 3  # never more than three
    assert decimals_apart(NAN, 0.95) == 1


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_written_number_reads_back(value: float, decimals: int) -> None:
    for numbers, group, point in ((VI, ".", ","), (EN, ",", ".")):
        text = numbers.number(value, decimals).replace(group, "").replace(point, ".").replace("−", "-")
        assert float(text) == pytest.approx(value, abs=0.5 * 10**-decimals * 1.001 + 1e-7)


@given(st.floats(0, 1))
def test_only_all_reads_100_percent_and_only_none_reads_0(share: float) -> None:
    text = VI.percent(share)
    if 1e-5 < share < 1 - 1e-5:
        assert text not in ("100,0%", "0,0%", "100%", "0%")
