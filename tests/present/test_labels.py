"""Both languages say the same things, and no sentence built from a change names a cause."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest

from kgeval.errors import ParameterError
from kgeval.present.labels import labels, languages

CAUSES = {
    "vi": r"tác động|hiệu quả|\bnhờ\b|do Đề án|góp phần|đã giúp|\bgiúp\b",
    "en": r"\bimpact|\beffects?\b|thanks to|because of|due to|\bhelped\b|contribut|\bcaused\b",
}


def fields(template: object) -> set[str]:
    if not isinstance(template, str):
        return set()
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_language_has_the_same_words_with_the_same_parts() -> None:
    assert languages() == ("en", "vi")
    vi, en = labels("vi").words, labels("en").words
    assert set(vi) == set(en)
    allowed = {"chart.of_units", "title.targets_all_met"}  # English needs no word for the level of areas
    unlike = {
        name for name in vi if fields(vi[name]) - {"level", "unit"} != fields(en[name]) - {"level", "unit"}
    }
    assert unlike <= allowed


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_template_names_a_cause(lang: str) -> None:
    spared = {"column.deff", "workbook.deff"}  # the field's own term for the design effect
    for name, template in labels(lang).words.items():
        if isinstance(template, str) and name not in spared:
            assert not re.search(CAUSES[lang], template, re.IGNORECASE), name


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_words_are_composed_letters(lang: str) -> None:
    for name, word in labels(lang).words.items():
        assert unicodedata.is_normalized("NFC", str(word)), name


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(ParameterError, match=r"'fr'.*en, vi"):
        labels("fr")


def test_a_brace_in_a_name_stays_a_brace() -> None:
    assert labels("en").fill("title.values_one", what="{x}", low="1") == "{x}: 1"
