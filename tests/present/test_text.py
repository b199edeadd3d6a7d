"""Every case of the sentence about a result and about a change, word by word."""

from __future__ import annotations

import numpy as np
import pytest

from kgeval.present.change_text import change_direction, change_sentence
from kgeval.present.numbers import NBSP
from kgeval.present.phrase import subject
from kgeval.present.text import sentence
from tests.present.made_up import census_row, change_row, estimate_row, indicator, verdict_row

NAN = float("nan")
LABEL = "tỷ lệ bà mẹ được truyền thông trong 12 tháng qua"
ROUNDS = {"baseline": "năm 2018", "endline": "năm 2020"}
GROUPS = {"label": {"vi": "Tỷ lệ nhóm trẻ được quản lý", "en": "Share of groups that are managed"},
          "unit": {"vi": "nhóm trẻ", "en": "groups"}}  # fmt: skip


def say(estimate=None, verdict=None, lang="vi", first=False, place="Bến Đò", **changes):
    return sentence(
        estimate or estimate_row(),
        verdict,
        indicator=indicator(**changes),
        place=place,
        lang=lang,
        first=first,
    ).replace(NBSP, " ")


def compare(change=None, lang="vi", place="Bến Đò", **changes):
    return change_sentence(
        change or change_row(), indicator=indicator(**changes), place=place, rounds=ROUNDS, lang=lang
    ).replace(NBSP, " ")


def test_not_met() -> None:
    assert say(verdict=verdict_row()) == (
        f"Tại Bến Đò, {LABEL} là 88,1% (khoảng tin cậy 95%: từ 82,9% đến 91,9%; n = 313), "
        "thấp hơn chỉ tiêu 95%: chưa đạt, có cơ sở thống kê."
    )


def test_exceeded_and_met_for_sure() -> None:
    sure = estimate_row(value=0.985, low=0.961, high=0.997)
    said = say(sure, verdict_row(official="exceeded", statistical="met"))
    assert said.endswith("n = 313), vượt chỉ tiêu 95%; kết quả có cơ sở thống kê.")
    exactly = estimate_row(value=0.95, low=0.95, high=0.95)
    assert ", đạt chỉ tiêu 95%; kết quả có cơ sở" in say(
        exactly, verdict_row(official="met", statistical="met")
    )


def test_better_than_a_target_of_at_most_is_not_above_it() -> None:
    fewer = estimate_row(value=0.18, low=0.16, high=0.19)
    sure = {**verdict_row(official="exceeded", statistical="met"), "target": 0.2}
    assert ", tốt hơn chỉ tiêu (nhiều nhất 20%); " in say(fewer, sure, direction="lower")
    assert ", better than the target of at most 20%; " in say(fewer, sure, lang="en", direction="lower")
    counted = {**census_row(value=0.1), "low": NAN, "high": NAN}
    said = say(counted, sure, direction="lower", kind="share")
    assert "vượt" not in said


def test_the_two_verdicts_disagree() -> None:
    estimate = estimate_row(value=0.96, low=0.929, high=0.98)
    said = say(estimate, verdict_row(official="exceeded", statistical="unclear"))
    assert said == (
        f"Tại Bến Đò, {LABEL} được đánh giá chính thức là Vượt. "
        "Kết quả khảo sát 96,0%, cao hơn chỉ tiêu 95%; do là điều tra mẫu, giá trị thực có thể từ 92,9% đến "
        "98,0% nên chưa đủ cơ sở khẳng định. "
        "Với cỡ mẫu này, kết quả phải từ 98,2% mới đủ cơ sở khẳng định là đạt."
    )


def test_unclear_below_the_target_and_no_certifiable_value() -> None:
    estimate = estimate_row(value=0.93, low=0.89, high=0.962)
    said = say(estimate, verdict_row(official="not_met", statistical="unclear", min_certifiable=NAN))
    assert "được đánh giá chính thức là Chưa đạt. Kết quả khảo sát 93,0%, thấp hơn chỉ tiêu 95%" in said
    assert said.endswith("Cỡ mẫu không đủ để khẳng định, kể cả khi đạt 100%.")


def test_a_limit_that_would_print_like_the_target_gets_a_decimal() -> None:
    estimate = estimate_row(value=0.97, low=0.9496, high=0.985)
    said = say(estimate, verdict_row(official="exceeded", statistical="unclear"))
    assert "từ 94,96% đến 98,50%" in said


def test_a_reference_definition_has_no_official_verdict() -> None:
    said = say(verdict=verdict_row(official="", statistical="not_met"), variant="direct")
    assert ", thấp hơn mức 95%, có cơ sở thống kê. Đây là cách tính tham khảo" in said
    undecided = indicator().target.__class__(
        value=0.95, areas={}, as_of=None, label={}, decided_by="", decided_at=None, document=""
    )
    said = say(verdict=verdict_row(official="", statistical="unclear"), target=undecided)
    assert "chưa đủ cơ sở khẳng định là đạt hay chưa đạt" in said
    assert "Chưa có văn bản quyết định cách tính chính thức" in said


def test_lower_is_better() -> None:
    sure = estimate_row(value=0.03, low=0.01, high=0.06)
    verdict = verdict_row(target=0.1, direction="lower", official="", statistical="met")
    assert ", từ mức 10% trở xuống, có cơ sở thống kê." in say(sure, verdict, direction="lower")
    unsure = verdict | {"official": "exceeded", "statistical": "unclear", "min_certifiable": NAN}
    assert "kể cả khi đạt 0%" in say(estimate_row(value=0.08, low=0.05, high=0.13), unsure, direction="lower")


def test_the_first_interval_is_explained() -> None:
    assert ", khoảng tin cậy 95% (khoảng giá trị có thể của cả địa bàn) từ 82,9% đến 91,9%, n = 313." in say(
        first=True
    )


def test_not_estimable_says_why() -> None:
    nothing = estimate_row(value=NAN, low=NAN, high=NAN, n=0, reason="no_answers: nobody has answered")
    assert say(nothing) == f"Bến Đò: chưa ước lượng được {LABEL} (không có câu trả lời nào)."
    odd = nothing | {"reason": "some_new_code: 3"}
    assert say(odd) == f"Bến Đò: chưa ước lượng được {LABEL}."


def test_no_interval_but_an_official_verdict() -> None:
    flat = estimate_row(low=NAN, high=NAN)
    said = say(flat, verdict_row(official="not_met", statistical="not_estimable"))
    assert "là 88,1% (n = 313). Đánh giá chính thức: Chưa đạt; chưa tính được khoảng tin cậy" in said


def test_a_suppressed_value_is_not_said() -> None:
    said = say(estimate_row(flag="suppress"), verdict_row())
    assert said == f"Bến Đò: không công bố {LABEL} (–) vì số liệu không đủ độ tin cậy."
    assert "88" not in said
    assert "Chưa đạt" not in said


@pytest.mark.parametrize(
    ("flag", "shown"), [("review", "88,1%*"), ("parentheses", "(88,1%)"), ("footnote", "88,1%")]
)
def test_flags_mark_the_value_and_explain_themselves(flag: str, shown: str) -> None:
    said = say(estimate_row(flag=flag))
    assert f"là {shown} (khoảng" in said
    assert said.count(".") == 2


def test_missing_answers_open_bounds() -> None:
    said = say(estimate_row(n_missing=12, missing_low=0.849, missing_high=0.886))
    assert said.endswith(
        "Có 12 trường hợp chưa rõ câu trả lời (3,7%); "
        "tùy câu trả lời của họ, kết quả có thể từ 84,9% đến 88,6%."
    )


def test_census_share() -> None:
    said = say(census_row(), verdict_row(target=0.8, official="exceeded", statistical="met"), **GROUPS)
    assert said == (
        "Tại Bến Đò, tỷ lệ nhóm trẻ được quản lý là 16 trên 19 trả lời (N = 20, 1 chưa rõ), tức từ 80,0% đến "
        "85,0% tính trên cả 20 nhóm trẻ, vượt chỉ tiêu 80%."
    )
    everybody = census_row(value=0.8, n=20, n_missing=0, missing_low=0.8, missing_high=0.8)
    said = say(everybody, verdict_row(target=0.8, official="met", statistical="met"), **GROUPS)
    assert "16 trên 20 trả lời (N = 20, 0 chưa rõ), tức 80,0% số nhóm trẻ, đạt chỉ tiêu 80%." in said


def test_census_unclear_for_want_of_answers() -> None:
    said = say(census_row(), verdict_row(target=0.82, official="exceeded", statistical="unclear"), **GROUPS)
    assert "so với chỉ tiêu 82% chưa đủ cơ sở kết luận vì còn 01 nhóm trẻ chưa rõ." in said
    assert said.endswith("Đánh giá chính thức tính trên số đã trả lời: Vượt.")


def test_counts() -> None:
    counted = census_row(kind="count", value=6.0, n=20, n_missing=2, missing_low=6.0, missing_high=8.0)
    about = {"kind": "count", "label": {"vi": "Số nhóm trẻ duy trì"}, "unit": {"vi": "nhóm"}}
    said = say(counted, verdict_row(target=6.0, official="met", statistical="met"), **about)
    assert said == (
        "Tại Bến Đò, số nhóm trẻ duy trì là 06 nhóm (còn 02 chưa rõ: từ 06 đến 08 nhóm), "
        "đạt chỉ tiêu (ít nhất 06 nhóm)."
    )
    said = say(counted, verdict_row(target=7.0, official="not_met", statistical="unclear"), **about)
    assert "so với chỉ tiêu ít nhất 07 nhóm chưa đủ cơ sở kết luận vì còn 02 nhóm chưa rõ" in said


def test_clear_rise_and_fall() -> None:
    assert compare() == (
        f"Tại Bến Đò, {LABEL} tăng từ 71,2% (năm 2018) lên 88,1% (năm 2020), tức tăng 16,9 điểm phần trăm "
        "(khoảng tin cậy 95%: từ 10,2 đến 23,6 điểm phần trăm); thay đổi này có cơ sở thống kê."
    )
    fall = change_row(from_value=0.881, to_value=0.712, difference=-0.169, low=-0.236, high=-0.102)
    assert (
        "xuống 71,2% (năm 2020), tức giảm 16,9 điểm phần trăm (khoảng tin cậy 95%: từ 10,2 đến 23,6"
        in compare(fall)
    )


def test_brackets_do_not_nest() -> None:
    named = {"baseline": "Đợt đầu (2018)", "endline": "Đợt cuối (2020)"}
    said = change_sentence(change_row(), indicator=indicator(), place="Bến Đò", rounds=named, lang="vi")
    assert "tăng từ 71,2% (đợt đầu, 2018) lên 88,1% (đợt cuối, 2020)" in said


def test_change_that_is_not_clear() -> None:
    said = compare(change_row(difference=0.028, low=-0.031, high=0.087))
    assert "chênh lệch +2,8 điểm phần trăm (khoảng tin cậy 95%: từ −3,1 đến 8,7 điểm phần trăm)" in said
    assert said.endswith("chưa đủ cơ sở kết luận là có thay đổi.")


def test_change_in_a_census_tells_the_moves() -> None:
    row = change_row(
        from_value=0.6, to_value=0.8, difference=0.2, se=NAN, low=NAN, high=NAN,
        improved=5, worsened=1, same=14, entries=1, exits=0,
    )  # fmt: skip
    said = compare(row, **GROUPS)
    assert "chênh lệch +20,0 điểm phần trăm; đây là số đếm toàn bộ, không có sai số chọn mẫu." in said
    assert "5 tốt lên, 1 kém đi, 14 không đổi." in said
    assert "Có 1 nhóm trẻ mới và 0 nhóm trẻ không còn ở đợt sau." in said


def test_what_cannot_be_compared_is_not_compared() -> None:
    said = compare(change_row(comparable="no"), comparable="no", comparable_reason={"vi": "khác câu hỏi."})
    assert said == f"Bến Đò: {LABEL} không so sánh được giữa hai đợt (khác câu hỏi)."
    nothing = {"difference": NAN, "se": NAN, "low": NAN, "high": NAN}
    said = compare(change_row(from_value=NAN, **nothing))
    assert said == f"Bến Đò: chưa so sánh được {LABEL} giữa hai đợt vì không có số liệu đợt đầu."
    said = compare(change_row(comparable="caution"), comparable_reason={"vi": "khác khoảng thời gian."})
    assert said.endswith("Cần thận trọng khi so sánh: khác khoảng thời gian.")
    assert "71" not in compare(change_row(flag="suppress"))


def test_change_codes() -> None:
    assert change_direction(change_row()) == "up"
    assert change_direction(change_row(low=-0.2, high=-0.1)) == "down"
    assert change_direction(change_row(low=-0.2, high=0.1)) == "unclear"
    assert change_direction(change_row(low=NAN, high=NAN, se=NAN)) == "census"
    assert change_direction(change_row(low=NAN, high=NAN)) == "not_estimable"
    assert change_direction(change_row(difference=NAN)) == "not_estimable"


def test_subjects() -> None:
    assert subject("Toàn tỉnh", "Tỷ lệ trẻ", "vi") == "Toàn tỉnh, tỷ lệ trẻ"
    assert subject("Bến Đò", "KCN có nhóm trẻ", "vi") == "Tại Bến Đò, KCN có nhóm trẻ"


def test_a_label_that_is_no_noun_stands_before_a_colon() -> None:
    said = say(label={"vi": "Có nước và xà phòng"})
    assert said.startswith("Bến Đò – Có nước và xà phòng: 88,1% (")


@pytest.mark.parametrize("official", ["exceeded", "met", "not_met", "not_estimable", ""])
@pytest.mark.parametrize("statistical", ["met", "not_met", "unclear", "not_estimable"])
@pytest.mark.parametrize("direction", ["higher", "lower"])
@pytest.mark.parametrize("kind", ["share", "count", "mean", "total", "ratio"])
@pytest.mark.parametrize("make", [estimate_row, census_row])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_combination_prints_a_raw_code(*, official, statistical, direction, kind, make, lang) -> None:
    verdict = verdict_row(official=official, statistical=statistical, direction=direction)
    said = say(make(kind=kind), verdict, lang=lang, kind=kind, direction=direction)
    for raw in ("nan", "None", "not_", "{", "}", "korn", "  ", "()", "exceeded_"):
        assert raw not in said, said
    assert said.endswith(".")


def test_numbers_of_numpy_are_numbers() -> None:
    assert say(estimate_row(value=np.float64(0.881), n=np.int64(313))) == say()


def test_means_have_the_unit_of_their_values_and_sensible_decimals() -> None:
    about = {"kind": "mean", "label": {"vi": "Chi phí gửi trẻ"}, "unit": {"vi": "đồng"}, "direction": "none"}
    said = say(estimate_row(kind="mean", value=1017437.9, low=950000.0, high=1084875.8), target=None, **about)
    assert said == (
        "Bến Đò – Chi phí gửi trẻ: 1.017.438 đồng (khoảng tin cậy 95%: từ 950.000 đến 1.084.876; n = 313)."
    )
    row = change_row(from_value=4.32, to_value=10.41, difference=6.09, se=NAN, low=NAN, high=NAN,
                     improved=5, worsened=1, same=3, entries=1, exits=0)  # fmt: skip
    said = compare(row, **(about | {"unit": {"vi": "ngày"}}))
    assert "4,3 (năm 2018) và 10,4 ngày (năm 2020), chênh lệch +6,1 ngày; đây là" in said
    assert "tốt lên" not in said


def test_a_kind_of_place_is_small_inside_a_sentence() -> None:
    assert say(place="Huyện Bến Đò").startswith("Tại huyện Bến Đò, ")
    assert say(place="Hà My").startswith("Tại Hà My, ")
