"""Keys of comparison, legacy letters, lunar years, identity numbers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgeval.prepare.decode.identity import holder, read_identity
from kgeval.prepare.decode.legacy import decode_bytes, decode_letters, is_syllable, likely_encoding
from kgeval.prepare.decode.lunar import is_lunar_year
from kgeval.prepare.decode.text import fold, plain, squeeze

VOWELS = [
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "Hòa"), ("Thuý", "Thúy"), ("khoẻ", "khỏe"), ("ĐÔNG", "ðông"), ("Vĩnh  Hoà\u00a0", "VĨNH HÒA")],
)
def test_notation_does_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(unicodedata.normalize("NFD", one)) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("má", "mà"), ("ma", "mă"), ("o", "\u043e"), ("Đa", "Da")])
def test_letters_and_tones_count(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_keys_are_keys_of_themselves(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)
    assert plain(plain(text)) == plain(text)
    assert fold(text) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("letter", [*VOWELS, "đ", "Đ", "Ă", "Ư"])
def test_every_letter_comes_back_from_vni_and_tcvn3(letter: str) -> None:
    from kgeval.prepare.lexicon import resource

    tcvn3 = {row["letter"]: bytes([int(row["byte"], 16)]) for row in resource("tcvn3.csv")}
    vni = {row["letter"]: row["marks"] for row in resource("vni.csv")}
    if not letter.isascii():
        assert decode_bytes(tcvn3[letter], "tcvn3") == letter
        assert decode_letters(vni[letter], "vni") == letter


def test_samples_of_legacy_text() -> None:
    assert decode_letters("Nguyeãn Thò Höông", "vni") == "Nguyễn Thị Hương"
    assert decode_letters("Hµ Tiªn, M­êng", "tcvn3") == "Hà Tiên, Mường"
    assert likely_encoding("Ra\xefch Gia\xf9, Ha\xf8 Tie\xe2n".encode("latin-1")) == "vni"
    assert likely_encoding(b"caf\xe9 na\xefve") == ""


@pytest.mark.parametrize("word", ["Nguyễn", "quyết", "Rạch", "nghiêng", "ưởi", "Thúy"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["R¹ch", "Raïch", "café", "strong", "áà"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_lunar_years_are_known_by_the_pairs_that_keep_step() -> None:
    assert is_lunar_year("năm Kỷ Hợi")
    assert not is_lunar_year("Giáp Sửu")  # stems and branches keep step: half of the pairs do not exist


def test_identity_numbers_say_sex_and_year() -> None:
    person = holder("091301000123")
    assert person is not None
    assert (person.province, person.sex, person.birth_year) == ("091", "female", 2001)
    assert holder("371234567") is None
    assert read_identity("91 301 000 123", frozenset()).value == "091301000123"
    odd = read_identity("12345", frozenset())
    assert odd.value == "12345"
    assert odd.mark is not None
    assert odd.mark.fault == "IDENTITY_FORMAT"
