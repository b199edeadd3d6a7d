"""Numbers, days, choices and texts as people write them; what has two readings is never guessed."""

# ruff: noqa: PD011 - `values` is a field of what decode returns

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgeval.plan.area import Area
from kgeval.plan.form import Choice, Question
from kgeval.prepare.decode import Decoded, Manner, decode
from kgeval.prepare.decode.reading import plain_text

WHOLE = Question(name="n", type="integer", missing_codes=("98",))
DECIMAL = Question(name="x", type="decimal")
CODED = Question(name="x", type="decimal", missing_codes=("-8", "NA"))
DAY = Question(name="d", type="date")
TEXT = Question(name="t", type="text", personal="none")
PLACES = (
    Choice(name="song_da", label={"vi": "Huyện Sông Đà", "en": "Song Da"}),
    Choice(name="nui_lu", label={"vi": "Huyện Núi Lữ", "en": "Nui Lu"}),
    Choice(name="8", label={"vi": "Không biết"}),
)
ONE = Question(name="s", type="select_one", choices=PLACES)
SEVERAL = Question(name="m", type="select_multiple", choices=PLACES)


def column(*texts: str | None) -> pd.Series:
    return pd.Series(texts, index=pd.Index([f"r{i}" for i in range(len(texts))], name="rid"), dtype="str")


def read(question: Question, text: str, **options: Any) -> tuple[str, str, str]:
    """Return (value, rule, fault) of one text; "" for none."""
    decoded = decode(column(text), question, Manner(**options))
    value = decoded.values.iloc[0]
    if isinstance(value, pd.Timestamp):
        value = value.date()
    rule = decoded.changes["rule"].tolist()
    fault = decoded.faults["code"].tolist()
    return "" if pd.isna(value) else plain_text(value), *(rule or [""]), *(fault or [""])


def native(*flags: bool) -> pd.Series:
    return pd.Series(flags, dtype=bool)


@pytest.mark.parametrize("text", ["-8", "-8.0", "-8,0", "\u22128", "NA"])
def test_a_missing_code_is_known_in_every_notation(text: str) -> None:
    assert read(CODED, text) == ("", "MISSING_CODE", "")
    assert read(CODED, "-8.5")[0] == "-8.5"


@pytest.mark.parametrize(
    ("text", "value", "rule", "fault"),
    [
        ("7", "7", "", ""),
        ("007", "7", "", ""),
        ("+2", "2", "NUMBER_NOTATION", ""),
        ("3.0", "3", "NUMBER_NOTATION", ""),
        (" 12\u00a0", "12", "WHITESPACE_NORMALISED", ""),
        ("1.500.000", "1500000", "THOUSANDS_SEPARATOR", ""),
        ("98", "", "MISSING_CODE", ""),
        ("98.0", "", "MISSING_CODE", ""),  # as pandas and R write 98 in a column with gaps
        ("98,0", "", "MISSING_CODE", ""),
        ("3.5", "", "", "NOT_A_NUMBER"),
        ("1.500", "", "", "AMBIGUOUS_NUMBER"),
        ("1_0", "", "", "NOT_A_NUMBER"),
        ("0x3", "", "", "NOT_A_NUMBER"),
        ("1e0", "", "", "NOT_A_NUMBER"),
        ("３", "", "", "NOT_A_NUMBER"),
        ("٣", "", "", "NOT_A_NUMBER"),
        ("²", "", "", "NOT_A_NUMBER"),
        ("3 con", "", "", "NOT_A_NUMBER"),
        ("99999999999999999999", "", "", "OUT_OF_RANGE"),
        ("N/A", "", "", "MISSING_CODE_UNDECLARED"),
        ("Không biết", "", "", "MISSING_CODE_UNDECLARED"),
        ("-", "", "", "MISSING_CODE_UNDECLARED"),
        ("#REF!", "", "", "CELL_ERROR"),
        ("=1+2", "", "", "FORMULA_WITHOUT_VALUE"),
    ],
)
def test_whole_numbers(text: str, value: str, rule: str, fault: str) -> None:
    assert read(WHOLE, text) == (value, rule, fault)


@pytest.mark.parametrize(
    ("text", "undeclared", "comma", "dot"),
    [
        ("1.5", "1.5", "1.5", "1.5"),
        ("12,75", "12.75", "12.75", "12.75"),
        ("0,125", "0.125", "0.125", "0.125"),
        ("0.125", "0.125", "0.125", "0.125"),
        ("1.234", "AMBIGUOUS_NUMBER", "1234", "1.234"),
        ("1,234", "AMBIGUOUS_NUMBER", "1.234", "1234"),
        ("-1.234", "AMBIGUOUS_NUMBER", "-1234", "-1.234"),
        ("1.234,5", "1234.5", "1234.5", "1234.5"),
        ("1,234,567.5", "1234567.5", "1234567.5", "1234567.5"),
        ("1 234 567", "1234567", "1234567", "1234567"),
        ("1.2.3", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("1.234.56", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("5,", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("--5", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("inf", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("45%", "NOT_A_NUMBER", "NOT_A_NUMBER", "NOT_A_NUMBER"),
        ("5 tr", "5000000", "5000000", "5000000"),
        ("1,5 triệu", "1500000", "1500000", "1500000"),
        ("4,1 triệu", "4100000", "4100000", "4100000"),  # 4.1 × 1e6 in floats is 4099999.9999999995
        ("2tr5", "2500000", "2500000", "2500000"),
        ("2 triệu 5", "2500000", "2500000", "2500000"),
        ("2 triệu 500 nghìn", "2500000", "2500000", "2500000"),
        ("2tr50", "AMBIGUOUS_NUMBER", "AMBIGUOUS_NUMBER", "AMBIGUOUS_NUMBER"),
        ("500K", "500000", "500000", "500000"),
        ("1tỷ2", "1200000000", "1200000000", "1200000000"),
        ("2.500.000đ", "2500000", "2500000", "2500000"),
        ("2.500 đồng", "AMBIGUOUS_NUMBER", "2500", "2.5"),
    ],
)
def test_decimals_follow_the_declared_sign_or_are_set_aside(
    text: str, undeclared: str, comma: str, dot: str
) -> None:
    for decimal, expected in ((None, undeclared), (",", comma), (".", dot)):
        value, _, fault = read(DECIMAL, text, decimal=decimal)
        assert (value or fault) == expected


def test_a_stored_number_is_in_no_doubt() -> None:
    decoded = decode(column("1.234", "1.234"), DECIMAL, native=native(True, False))
    assert decoded.values.fillna(-1).tolist() == [1.234, -1.0]
    assert decoded.faults["rid"].tolist() == ["r1"]
    stored = decode(column("TRUE", "1900-01-03", "2"), WHOLE, native=native(True, True, True))
    assert stored.values.tolist() == [pd.NA, pd.NA, 2]
    assert stored.faults["code"].tolist() == ["NOT_A_NUMBER", "NOT_A_NUMBER"]


@pytest.mark.parametrize(
    ("text", "undeclared", "dmy", "mdy"),
    [
        ("2024-03-05", "2024-03-05", "2024-03-05", "2024-03-05"),
        ("2024-03-05T23:30:00+07:00", "2024-03-05", "2024-03-05", "2024-03-05"),
        ("2024/3/5", "2024-03-05", "2024-03-05", "2024-03-05"),
        ("20240305", "2024-03-05", "2024-03-05", "2024-03-05"),
        ("ngày 5 tháng 3 năm 2024", "2024-03-05", "2024-03-05", "2024-03-05"),
        ("03/04/2024", "AMBIGUOUS_DATE", "2024-04-03", "2024-03-04"),
        ("13/04/2024", "2024-04-13", "2024-04-13", "BAD_DATE"),
        ("5.3.24", "AMBIGUOUS_DATE", "2024-03-05", "2024-05-03"),
        ("04/04/2024", "2024-04-04", "2024-04-04", "2024-04-04"),
        ("31/02/2024", "BAD_DATE", "BAD_DATE", "BAD_DATE"),
        ("2024-13-01", "BAD_DATE", "BAD_DATE", "BAD_DATE"),
        ("00/00/0000", "BAD_DATE", "BAD_DATE", "BAD_DATE"),
        ("45356", "AMBIGUOUS_DATE", "AMBIGUOUS_DATE", "AMBIGUOUS_DATE"),
        ("2018", "PARTIAL_DATE", "PARTIAL_DATE", "PARTIAL_DATE"),
        ("tháng 5/2018", "PARTIAL_DATE", "PARTIAL_DATE", "PARTIAL_DATE"),
        ("năm Đinh Dậu", "PARTIAL_DATE", "PARTIAL_DATE", "PARTIAL_DATE"),
        ("hôm qua", "BAD_DATE", "BAD_DATE", "BAD_DATE"),
    ],
)
def test_days_follow_the_declared_order_or_are_set_aside(
    text: str, undeclared: str, dmy: str, mdy: str
) -> None:
    for order, expected in ((None, undeclared), ("dmy", dmy), ("mdy", mdy)):
        value, _, fault = read(DAY, text, date_order=order)
        assert (value or fault) == expected


def test_a_day_in_words_says_how_its_column_writes_days() -> None:
    words = decode(column("ngày 5 tháng 3 năm 2024", "6/3/2024"), DAY)
    assert words.values.dt.date.tolist() == [dt.date(2024, 3, 5), dt.date(2024, 3, 6)]
    contradicted = decode(column("ngày 5 tháng 3 năm 2024", "6/3/2024", "6/30/2024"), DAY)
    assert contradicted.faults["code"].tolist() == ["AMBIGUOUS_DATE"]
    above_twelve = decode(column("25/3/2024", "6/3/2024"), DAY)
    assert above_twelve.faults["rid"].tolist() == ["r1"]


def test_serials_are_days_only_in_a_workbook() -> None:
    serials = column("60", "-5", "2958466", "45000", "45000.5")
    flags = native(*[True] * 5)
    since_1900 = decode(serials, DAY, Manner(date_system="1900"), native=flags)
    assert since_1900.faults["code"].tolist() == ["BAD_DATE"] * 3
    assert since_1900.values.dt.date.tolist()[3:] == [dt.date(2023, 3, 15)] * 2
    since_1904 = decode(serials, DAY, Manner(date_system="1904"), native=flags)
    assert since_1904.values.dt.date.iloc[3] == dt.date(2023, 3, 15) + dt.timedelta(days=1462)


def test_exchanged_days_are_put_right_only_where_the_study_declares_it() -> None:
    window = (dt.date(2024, 9, 1), dt.date(2024, 10, 31))
    assert read(DAY, "2024-05-09", window=window) == ("", "", "DATE_OUT_OF_WINDOW")
    assert read(DAY, "2024-05-09", window=window, date_swap="window") == ("2024-09-05", "DATE_SWAPPED", "")
    assert read(DAY, "2024-09-10", window=window, date_swap="window") == ("2024-09-10", "", "")
    assert read(DAY, "2024-05-06", window=window, date_swap="window")[2] == "DATE_OUT_OF_WINDOW"
    assert read(DAY, "09/25/2024", window=window, date_swap="window", date_order="dmy") == (
        "2024-09-25", "DATE_SWAPPED", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "rule", "fault"),
    [
        ("song_da", "song_da", "", ""),
        ("HUYỆN SÔNG ĐÀ", "song_da", "CATEGORY_NORMALISED", ""),
        ("huyen song da", "song_da", "CATEGORY_NORMALISED", ""),
        (unicodedata.normalize("NFD", "Huyện Núi Lữ"), "nui_lu", "UNICODE_NFC", ""),
        ("\u00a0Huyện Sông Đà\u200b", "song_da", "WHITESPACE_NORMALISED", ""),
        ("\u202eHuyện Sông Đà\u202c", "song_da", "WHITESPACE_NORMALISED", ""),
        ("8.0", "8", "NUMBER_NOTATION", ""),
        ("không biết", "8", "CATEGORY_NORMALISED", ""),
        ("Huyện S\u043eng Da", "", "", "UNKNOWN_CATEGORY"),
        ("<img src=x>", "", "", "UNKNOWN_CATEGORY"),
        ("NA", "", "", "MISSING_CODE_UNDECLARED"),
    ],
)
def test_one_choice(text: str, value: str, rule: str, fault: str) -> None:
    assert read(ONE, text) == (value, rule, fault)


def test_a_label_word_for_word_is_no_correction() -> None:
    decoded = decode(column("Huyện Sông Đà", "Nui Lu", None), ONE)
    assert decoded.values.fillna("").tolist() == ["song_da", "nui_lu", ""]
    assert decoded.labels == {"Huyện Sông Đà": "song_da", "Nui Lu": "nui_lu"}
    assert decoded.changes.empty
    assert decoded.faults.empty


def test_two_choices_of_one_spelling_are_not_told_apart() -> None:
    twins = (Choice(name="1", label={"vi": "Bình An"}), Choice(name="2", label={"vi": "Bình Ân"}))
    question = Question(name="s", type="select_one", choices=twins)
    assert read(question, "BÌNH AN")[0] == "1"
    assert read(question, "binh an") == ("", "", "AMBIGUOUS_CATEGORY")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("song_da 8", "song_da 8"),
        ("song_da song_da", "song_da"),
        ("Huyện Sông Đà; Nui Lu", "song_da nui_lu"),
        ("Huyện Sông Đà Không biết", "song_da 8"),
        ("song_da,8", "song_da 8"),
        ("song_da xyz", ""),
    ],
)
def test_several_choices(text: str, value: str) -> None:
    assert read(SEVERAL, text)[0] == value


@pytest.mark.parametrize(
    ("text", "value", "rule", "fault"),
    [
        ("\t=1", "\t=1", "", ""),
        ("  hai  dấu cách ", "  hai  dấu cách ", "", ""),
        ("<script>1</script>", "<script>1</script>", "", ""),
        (unicodedata.normalize("NFD", "Cô giáo"), "Cô giáo", "UNICODE_NFC", ""),
        ("a\x0bb\u2028c\ufffe", "abc", "CONTROL_CHAR_REMOVED", ""),
        ("CÃ´ giÃ¡o tá»‘t", "Cô giáo tốt", "MOJIBAKE_REPAIRED", ""),
        ("trÃ´ng trẻ", "trông trẻ", "MOJIBAKE_REPAIRED", ""),
        ("Tr\ufffd em", "Tr\ufffd em", "", "REPLACEMENT_CHAR_SEEN"),
        ("R¹ch Gi¸, Hµ Tiªn", "R¹ch Gi¸, Hµ Tiªn", "", "LEGACY_TEXT_SUSPECTED"),
        ("Gọi chị 0912 345 678", "Gọi chị 0912 345 678", "", "PII_IN_TEXT"),
        ("CCCD 001099000123", "CCCD 001099000123", "", "PII_IN_TEXT"),
        ("thu.chi@example.org", "thu.chi@example.org", "", "PII_IN_TEXT"),
        ("bé sinh 05/03/2022", "bé sinh 05/03/2022", "", "PII_IN_TEXT"),
        ("21.0300012, 105.8500034", "21.0300012, 105.8500034", "", "PII_IN_TEXT"),
    ],
)
def test_free_text_is_kept(text: str, value: str, rule: str, fault: str) -> None:
    assert read(TEXT, text) == (value, rule, fault)


def test_a_declared_legacy_encoding_is_converted_where_that_helps() -> None:
    decoded = decode(column("R¹ch Gi¸", "Rạch Giá", "abc"), TEXT, Manner(legacy="tcvn3"))
    assert decoded.values.tolist() == ["Rạch Giá", "Rạch Giá", "abc"]
    assert decoded.changes["rid"].tolist() == ["r0"]


def test_a_column_of_phone_numbers_is_not_free_text() -> None:
    texts = column("0912345678", "0912345679", "chưa có")
    assert decode(texts, Question(name="phone", type="text", personal="direct")).faults.empty
    assert len(decode(texts, TEXT).faults) == 2  # a question that should hold no such thing


@pytest.mark.parametrize(
    ("text", "value", "fault"),
    [
        ("G-0001", "G-0001", ""),
        (" G-1 ", "G-1", ""),
        ("905-NT-01", "905-NT-01", ""),
        ("uuid:3f2a-11", "uuid:3f2a-11", ""),
        ("NA", "", "KEY_MISSING"),
        ("   ", "", "KEY_MISSING"),
        ("1E+05", "", "KEY_FORMAT"),
        ("1001.0", "", "KEY_FORMAT"),
        ("#REF!", "", "KEY_FORMAT"),
        ("03-Thg4", "", "KEY_FORMAT"),
        ("../../etc/passwd", "", "KEY_FORMAT"),
        ("C:\\Windows\\x", "", "KEY_FORMAT"),
        ("a/b", "", "KEY_FORMAT"),
        ("CON", "", "KEY_FORMAT"),
        ("$(touch x)", "", "KEY_FORMAT"),
        ("G-1\nINFO all rows kept", "", "KEY_FORMAT"),
        ("G-2\x1b[2J", "", "KEY_FORMAT"),
        ("2024-03-04", "", "KEY_FORMAT"),
        ("TRUE", "", "KEY_FORMAT"),
    ],
)
def test_keys(text: str, value: str, fault: str) -> None:
    found = read(TEXT, text, key=True)
    assert (found[0], found[2]) == (value, fault)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("0912345678", "0912345678", ""),
        ("912345678", "0912345678", "PHONE_NOTATION"),
        ("+84 912 345 678", "0912345678", "PHONE_NOTATION"),
        ("0122 345 6789", "0773456789", "PHONE_PREFIX"),
        ("84 1223456789", "0773456789", "PHONE_PREFIX"),
        ("0773456789", "0773456789", ""),  # a new mobile number, not the area code 077 of before 2017
        ("02973812345", "02973812345", ""),
    ],
)
def test_phone_numbers(text: str, value: str, rule: str) -> None:
    assert read(TEXT, text, content="phone") == (value, rule, "")


@pytest.mark.parametrize(
    ("text", "value", "fault"),
    [
        ("905", "905", ""),
        ("Châu Thành", "905", ""),
        ("H. Châu Thành", "905", ""),
        ("huyen chau thanh", "905", ""),
        ("TP.Rạch Giá", "899", ""),
        ("Rạch gía", "899", ""),
        ("RG", "899", ""),
        ("Bình An", "", "AMBIGUOUS_PLACE"),
        ("Phú Quốc", "", "UNKNOWN_PLACE"),
    ],
)
def test_places(text: str, value: str, fault: str) -> None:
    areas = (
        Area(code="905", key="chau_thanh", label={"vi": "Châu Thành"}),
        Area(code="899", key="rach_gia", label={"vi": "Thành phố Rạch Giá"}, aliases=("RG", "Rạch gía")),
        Area(code="1", key="binh_an_1", label={"vi": "Xã Bình An"}),
        Area(code="2", key="binh_an_2", label={"vi": "Xã Bình An"}),
    )
    found = read(TEXT, text, content="place", places=areas)
    assert (found[0], found[2]) == (value, fault)


def test_times_of_day() -> None:
    question = Question(name="t", type="time")
    texts = ["08:30", "8h30", "8 giờ", "08:30:00.000+07:00", "25:00"]
    assert [read(question, text)[0] for text in texts] == ["08:30", "08:30", "", "08:30", ""]


numbers = st.integers(-(10**12), 10**12)


@settings(deadline=None, max_examples=60)
@given(numbers, st.integers(0, 4), st.sampled_from([",", "."]))
def test_a_number_written_in_the_declared_format_is_read_back(number: int, places: int, decimal: str) -> None:
    thousands = {",": ".", ".": ","}[decimal]
    value = number / 10**places
    text = f"{value:,.{places}f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    found, _, fault = read(DECIMAL, text, decimal=decimal)
    assert fault == ""
    assert float(found) == pytest.approx(value, abs=10**-places / 2)


@settings(deadline=None, max_examples=60)
@given(numbers)
def test_a_whole_number_is_never_changed_without_a_word(number: int) -> None:
    assert read(WHOLE, str(number), decimal=None)[0] == ("" if number == 98 else str(number))


@settings(deadline=None, max_examples=60)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_day_written_in_the_declared_order_is_read_back(day: dt.date, order: str) -> None:
    parts = {"d": f"{day.day:02d}", "m": f"{day.month:02d}", "y": f"{day.year:04d}"}
    for mark in "/.-":
        text = mark.join(parts[part] for part in order)
        value, _, fault = read(DAY, text, date_order=order)
        assert (value, fault) == (day.isoformat(), "")


@settings(deadline=None, max_examples=60)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_an_undeclared_order_is_read_only_where_it_cannot_be_otherwise(day: dt.date) -> None:
    value, _, fault = read(DAY, f"{day.day}/{day.month}/{day.year}")
    certain = day.day > 12 or day.day == day.month
    assert (value, fault) == ((day.isoformat(), "") if certain else ("", "AMBIGUOUS_DATE"))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=12), st.sampled_from([WHOLE, DECIMAL, DAY, ONE, SEVERAL, TEXT]))
def test_every_cell_is_the_same_changed_or_set_aside(text: str, question: Question) -> None:
    decoded = decode(column(text or None), question)
    assert len(decoded.changes) <= 1
    assert len(decoded.faults) <= 1
    if not text:
        assert decoded.values.isna().all()
    elif decoded.values.isna().all():
        assert len(decoded.faults) + len(decoded.changes) == 1
    for frame in (decoded.changes, decoded.faults):
        assert frame["raw_value"].tolist() in ([], [text])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["1", "2,5", "x", "", "1.234", "3.0"]), max_size=30))
def test_a_column_is_read_cell_by_cell_the_same(texts: list[str]) -> None:
    cells = column(*[text or None for text in texts])
    whole: Decoded = decode(cells, DECIMAL)
    alone = [decode(cells.iloc[[i]], DECIMAL) for i in range(len(cells))]
    assert whole.values.fillna(-1).tolist() == [one.values.fillna(-1).iloc[0] for one in alone]
    assert whole.faults["rid"].tolist() == [rid for one in alone for rid in one.faults["rid"]]
    assert whole.changes["rid"].tolist() == [rid for one in alone for rid in one.changes["rid"]]
