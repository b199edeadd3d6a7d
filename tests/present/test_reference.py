"""Reference sheets say what estimates are made of: from one file, in every language, whole and escaped."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from kgeval.cli.indicators import indicators
from kgeval.errors import ParameterError
from kgeval.plan.expression import parse
from kgeval.plan.indicator import Comparable, Direction, Disclosure, Kind
from kgeval.plan.study import Study, read_study
from kgeval.present.labels import labels
from kgeval.present.reference import ReferenceSheet, reference_page, reference_sheets, reference_workbook
from kgeval.present.reference.rule import in_words

SURVEYS = Path(__file__).parents[2] / "surveys"
ANSWERS = {"q": {"1": "Yes", "0": "No"}, "channels": {"radio": "Radio"}}


@cache
def study() -> Study:
    return read_study(SURVEYS / "kien_giang")


@cache
def sheets() -> dict[str, ReferenceSheet]:
    return {sheet.key: sheet for sheet in reference_sheets(study())}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("${q} = 1", "q = 1 “Yes”"),
        ("${q} != 1 and ${n} >= 5", "q ≠ 1 “Yes” and n ≥ 5"),
        ("${q} = '' or not(${q} = 0)", "q is empty or not (q = 0 “No”)"),
        ("${n} != ''", "n is answered"),
        ("selected(${channels}, 'radio')", "channels includes radio “Radio”"),
        ("${channels} = '?' or selected(${channels}, 'radio')", "channels includes radio “Radio”"),
        ("(${a} or ${b}) and ${n} = 2", "(a “A thing” or b) and n = 2"),
        ("${n} div 2 - 1 > -3", "n : 2 − 1 > −3"),
        ("coalesce(${n}, 0) = 4", "coalesce(n, 0) = 4"),
    ],
)
def test_rules_are_read_with_the_words_of_their_answers(rule: str, words: str) -> None:
    assert in_words(parse(rule), ANSWERS, "en", columns={"a": "A thing"}) == words


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_code_of_an_indicator_has_its_words(lang: str) -> None:
    for room, codes in (
        ("kind", Kind),
        ("direction", Direction),
        ("comparable", Comparable),
        ("disclosure", Disclosure),
    ):
        assert {f"reference.{room}.{code}" for code in get_args(codes)} <= labels(lang).words.keys()


def test_every_indicator_has_a_sheet_in_the_order_of_the_study() -> None:
    assert list(sheets()) == list(dict.fromkeys(one.key for one in study().indicators))


def test_a_sheet_says_everything_in_every_language() -> None:
    for sheet in sheets().values():
        headings = {item.heading["en"] for item in sheet.items}
        assert {
            "Definition",
            "Denominator (who counts)",
            "Source",
            "Limits of the data",
            "Change log",
        } <= headings
        for item in (*sheet.items, *sheet.questions, *sheet.variants):
            assert set(item.text) == {"vi", "en"}
        for item in sheet.items:
            empty = {lang for lang, text in item.text.items() if not text}
            assert not empty or item.heading["en"] in ("Method", "Limits of the data"), (
                sheet.key,
                item.heading,
            )


def test_the_source_items_carry_the_words_of_the_form_down_to_the_last_question() -> None:
    items = {item.heading["en"]: item.text["vi"] for item in sheets()["T1"].questions}
    assert items["NV09"].startswith("Từ 01/2018 đến nay: được đào tạo")
    assert "1 Có" in items["NV09"]
    assert {"target_staff", "duties", "NV02b", "NV00b"} <= set(items)


def test_a_variant_says_in_which_rule_it_differs() -> None:
    said = {item.heading["en"]: item.text["en"] for item in sheets()["T1"].variants}
    assert "Numerator (who succeeds): NV09 = 1 “Yes” or NV10 = 1 “Yes”" in said["T1.any"]
    assert "Denominator" not in said["T1.any"]
    assert "group_support = 1 “Maintained" in said["T1.supported"]


def test_the_baseline_comes_from_a_review_and_never_a_suppressed_value() -> None:
    row = {
        "indicator": "T3",
        "variant": "main",
        "round": "baseline",
        "area": "all",
        "by": "",
        "value": 0.5954,
    }
    for flag, expected in (("ok", "59,5% – Đầu kỳ (2018)"), ("suppress", "Không có giá trị đầu kỳ")):
        made = reference_sheets(study(), pd.DataFrame([row | {"flag": flag}]))
        sheet = next(one for one in made if one.key == "T3")
        line = next(item for item in sheet.items if item.heading["en"] == "Baseline value")
        assert line.text["vi"] == expected


def test_the_workbook_opens_with_an_index_that_leads_to_every_sheet() -> None:
    content = reference_workbook(tuple(sheets().values()), title="T", languages=("vi", "en"))
    assert content == reference_workbook(tuple(sheets().values()), title="T", languages=("vi", "en"))
    book = load_workbook(BytesIO(content))
    assert book.sheetnames == ["Mục lục", *sheets()]
    links = [
        cell.hyperlink.location for row in book["Mục lục"].iter_rows(min_row=5, max_col=1) for cell in row
    ]
    assert links == [f"'{key}'!A1" for key in sheets()]
    page = book["T1"]
    assert [page.cell(4, column).value for column in (1, 2, 3)] == ["Mục", "Tiếng Việt", "English"]
    assert all(page.row_dimensions[row].height for row in range(5, 20)), "every program shows the whole text"


def test_the_page_loads_nothing_and_escapes_the_study() -> None:
    evil = ReferenceSheet(key="X", title={"vi": "<b>", "en": "<b>"}, items=(), questions=(), variants=())
    page = reference_page([*sheets().values(), evil], title="<script>", languages=("vi", "en"))
    assert "<script" not in page
    assert "<b>" not in page
    assert not re.search(r"https?://", page)
    assert all(f'href="#{key}"' in page and f'<section id="{key}">' in page for key in sheets())


@pytest.mark.parametrize("name", ["sheets.xlsx", "sheets.html"])
def test_the_command_writes_the_form_that_the_ending_asks_for(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(
        indicators, [str(SURVEYS / "wash_benefits"), "--out", str(tmp_path / name)], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert result.output.startswith("8 indicators in ")
    start = (tmp_path / name).read_bytes()[:2]
    assert start == (b"PK" if name.endswith("xlsx") else b"<!")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    asked = [str(SURVEYS / "wash_benefits"), "--out", str(tmp_path / "sheets.pdf")]
    with pytest.raises(ParameterError, match=r"must end in \.xlsx or \.html"):
        CliRunner().invoke(indicators, asked, catch_exceptions=False)
