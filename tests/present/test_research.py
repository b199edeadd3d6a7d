"""The researchers' page: curves whose words do not meet, tables with n, clusters, degrees of freedom."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from kgeval import present as show
from kgeval.plan.study import Study, read_study
from kgeval.present.layout import overlaps
from kgeval.present.tables.spec import html
from tests.evaluate.results import SURVEYS

NAN = float("nan")


@cache
def study() -> Study:
    return read_study(SURVEYS / "kien_giang")


def specs(*, withheld: int = 0, census: bool = False) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    choices = [
        (who, what, weight)
        for who in ("main", "need", "enrolled")
        for what in ("main", "legal_only", "strict")
        for weight in ("design", "none")
    ]
    value = np.sort(draw.uniform(0.05, 0.8, len(choices)))
    rows = pd.DataFrame(choices, columns=["denominator", "success", "weight"])
    return rows.assign(
        indicator="T2", round="endline", spec=range(len(rows)), main=[True] + [False] * (len(rows) - 1),
        missing="answered", records="main", value=value, low=NAN if census else value - 0.04,
        high=NAN if census else value + 0.04, n=200, target=0.7,
        interval_method="census" if census else "korn-graubard",
        flag=["suppress"] * withheld + ["ok"] * (len(rows) - withheld), reason="",
    )  # fmt: skip


def options() -> pd.DataFrame:
    names = [("denominator", name) for name in ("main", "need", "enrolled")]
    names += [("weight", name) for name in ("design", "none")]
    rows = pd.DataFrame(names, columns=["choice", "option"])
    return rows.assign(indicator="T2", specs=6, shown=6, lowest=0.05, median=0.4, highest=0.8)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_words_of_a_curve_meet(lang) -> None:
    chart = show.specification_curve(specs(), options(), study(), lang, synthetic=True)
    assert overlaps(chart.figure) == []
    assert chart.data["rank"].tolist() == list(range(1, 19))
    assert chart.data["main"].sum() == 1


def test_what_is_withheld_is_counted_and_not_drawn() -> None:
    chart = show.specification_curve(specs(withheld=3), options(), study(), "vi")
    assert len(chart.data) == 15
    assert chart.title.startswith("Trẻ gửi nơi đạt chuẩn, trên tổng số trẻ: phương án chính không công bố")
    words = " ".join(text.get_text() for text in chart.figure.texts)
    assert "3 phương án không vẽ" in words.replace("\n", " ")
    nothing = show.specification_curve(specs(withheld=18), options(), study(), "vi")
    assert nothing.data.empty


def test_a_full_count_has_no_interval_to_speak_of() -> None:
    chart = show.specification_curve(specs(census=True), options(), study(), "vi")
    words = " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")
    assert "đếm toàn bộ" in words
    assert "khoảng tin cậy" not in words
    assert overlaps(chart.figure) == []


def rows(**changes: object) -> pd.DataFrame:
    usual = {
        "model": "reached", "table": "mothers", "kind": "logistic", "by": "", "by_value": "", "estimate": 0.5,
        "low": 0.1, "high": 0.9, "df": 27.3, "t": 2.5, "p": 0.018, "n": 400, "n_missing": 4, "clusters": 33,
        "strata": 3, "odds_ratio": 1.65, "odds_low": 1.11, "odds_high": 2.46, "few_clusters": "cr2",
        "inference": "design", "randomised": False, "flag": "ok", "reason": "", "family_size": 4.0,
        "p_holm": 0.04, "p_bh": 0.03,
    }  # fmt: skip
    terms = ("(intercept)", "park_worker", "secondary", "not_permanent", "khmer")
    return pd.DataFrame([usual | {"term": term} | changes for term in terms])


def test_a_table_of_coefficients_says_what_stands_behind_it() -> None:
    (table,) = show.regression_tables(rows(), study(), "vi")
    assert table.cells["term"].tolist()[0] == "Công nhân trong khu, cụm công nghiệp"
    assert table.cells["estimate"][0] == "1,65 (1,11\u00a0–\u00a02,46)"
    assert table.cells["df"][0] == "27,3"
    assert "n = 400" in table.subtitle
    assert "33 cụm" in table.subtitle
    said = " ".join(table.notes)
    assert "CR2" in said
    assert "chưa cho biết nguyên nhân" in said
    assert table.cells["clear"][0] == "Đi cùng nhau, có cơ sở thống kê"


def test_what_tells_of_a_few_stands_in_no_cell() -> None:
    (table,) = show.regression_tables(rows(flag="suppress"), study(), "vi")
    assert set(table.cells["estimate"]) == {"Không công bố (quá ít trường hợp)"}
    assert table.numbers.drop(columns="term").isna().all(axis=None)
    assert "1,65" not in html(table)


def test_groups_are_named_and_tested_together() -> None:
    (table,) = show.group_tables(rows(model="enrolled", table="children", by="area", by_value="900").assign(
        term=["(intercept)", "age", "girl", "worker", "khmer"]), study(), "vi")  # fmt: skip
    assert table.groups[0] == "Thành phố Hà Tiên: n = 400, 33 cụm"
    assert "p_holm" not in table.cells
    tests = pd.DataFrame([{"model": "enrolled", "by": "area", "term": "girl", "groups": 3, "statistic": 1.2,
                           "df": 2.0, "df_error": 12.0, "p": 0.33, "p_holm": 1.0}])  # fmt: skip
    apart = show.differences_table(tests, study(), "vi")
    assert apart.cells["statistic"][0] == "1,20 (2; 12)"
    assert apart.cells["clear"][0] == "Chưa đủ cơ sở kết luận"


def test_sides_drawn_by_lot_may_be_read_as_more() -> None:
    (table,) = show.regression_tables(rows(randomised=True), study(), "vi")
    assert any("chia ngẫu nhiên" in note for note in table.notes)
    assert not any("chưa cho biết nguyên nhân" in note for note in table.notes)


def test_what_is_allowed_is_one_sentence_and_knows_of_sides_drawn_by_lot() -> None:
    (alone,) = show.research_allowed(study(), "vi").paragraphs
    (drawn,) = show.research_allowed(read_study(SURVEYS / "wash_benefits"), "vi").paragraphs
    assert "không cho phép nói đặc điểm này gây ra đặc điểm kia" in alone
    assert "chia ngẫu nhiên" in drawn
    assert alone.count(". ") == drawn.count(". ") == 0


def test_a_curve_in_words_names_range_target_and_reason() -> None:
    whole = pd.DataFrame([{
        "indicator": "T2", "specs": 90, "shown": 88, "main": 0.081, "main_low": 0.067, "main_high": 0.098,
        "lowest": 0.078, "median": 0.12, "highest": 0.795, "target": 0.7, "reaching": 14, "surely": 6,
        "surely_not": 62,
    }])  # fmt: skip
    (said,) = show.curve_sentences(whole, study(), "vi").paragraphs
    for part in (
        "8,1%",
        "88/90",
        "từ 7,8% đến 79,5%",
        "14/88",
        "70%",
        "phương án chính chưa đạt, có cơ sở thống kê",
        "Vì sao đó là",
    ):
        assert part in said
    unsure = str(show.curve_sentences(whole.assign(main=0.68, main_low=0.6, main_high=0.75), study(), "vi"))
    assert "ở phía chưa đạt nhưng khoảng tin cậy chứa mức này, chưa đủ cơ sở kết luận" in unsure
    counted = str(show.curve_sentences(whole.assign(main=0.8, main_low=NAN, main_high=NAN), study(), "vi"))
    assert "phương án chính ở phía đạt." in counted
    table = show.options_table(options(), study(), "vi")
    assert table.cells["option"].tolist()[-2:] == ["Trọng số thiết kế", "Không trọng số"]
