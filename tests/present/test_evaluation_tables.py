"""What readers are owed, in words: nothing claimed that the rows do not carry, nothing hidden told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from kgeval import present as show
from kgeval.evaluate import (
    advise,
    closures,
    equity_rows,
    fieldwork,
    findings,
    profile,
    result_rows,
    unit_costs,
    weigh_criteria,
    windows,
)
from kgeval.plan.evaluation.costs import UnitCost
from kgeval.plan.evaluation.disruptions import Period
from kgeval.plan.evaluation.reference import Tally
from kgeval.plan.expression import parse
from kgeval.present.found import result_words
from tests.evaluate.results import changes, estimates, study, verdicts

SHORT = {"indicator": "T3", "value": 0.80, "low": 0.72, "high": 0.86}
NOT_MET = {"indicator": "T3", "target": 0.95, "official": "not_met", "statistical": "not_met"}
CLOSED = {"indicator": "T4_suspended", "value": 1.0, "interval_method": "census", "kind": "count"}


def results(*rows: dict[str, object], changed: tuple[dict[str, object], ...] = ()) -> pd.DataFrame:
    judged = [NOT_MET] if any(row["indicator"] == "T3" for row in rows) else []
    return result_rows(study(), estimates(*rows), changes(*changed), verdicts(*judged))


def test_a_recommendation_stands_beside_its_finding_with_an_empty_place_for_the_answer() -> None:
    found = findings(study(), results(SHORT))
    advice = advise(study(), found, "recommendation")
    table = show.recommendations_table(advice, found, study(), "vi")
    row = table.cells.iloc[0]
    assert row["finding"].startswith("Tỷ lệ bà mẹ được truyền thông chưa đạt chỉ tiêu 3")
    assert "80,0%; từ 72,0% đến 86,0%" in row["finding"]
    assert row["evidence"] == "Mạnh"
    assert row["opinion"] == ""
    assert all(row[name] for name in ("recommendation", "addressee", "deadline", "cost"))
    assert table.groups == ("Kiến nghị các sở, ngành, địa phương",)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_simulated_data_recommend_nothing_to_the_real_area(lang: str) -> None:
    found = findings(study(), results(SHORT))
    table = show.recommendations_table(
        advise(study(), found, "recommendation"), found, study(), lang, synthetic=True
    )
    assert table.cells.loc[0, "recommendation"].startswith({"vi": "(Minh họa)", "en": "(Illustration)"}[lang])
    assert {"vi": "mô phỏng", "en": "simulated"}[lang] in table.notes[-1]
    learnt = show.lessons(advise(study(), found, "lesson"), found, study(), lang, synthetic=True)
    assert not learnt.paragraphs or {"vi": "mô phỏng", "en": "simulated"}[lang] in learnt.paragraphs[-1]


def test_circumstances_are_never_told_as_causes() -> None:
    found = findings(study(), results(CLOSED))
    said = show.causes(advise(study(), found, "cause"), study(), "vi")
    assert said.paragraphs[0].startswith("Khách quan: ")
    assert said.paragraphs[-1].startswith("Cuộc khảo sát không xác định được nguyên nhân.")
    assert show.causes(advise(study(), findings(study(), results()), "cause"), study(), "vi").paragraphs == ()


def test_numbers_of_a_finding_are_those_of_its_kind() -> None:
    rows = results(
        CLOSED,
        {"indicator": "III4a", "value": 0.5, "n": 40, "interval_method": "census"},
        {"indicator": "C2", "value": 1105935.0, "low": 1002790.0, "high": 1209080.0, "kind": "mean"},
        changed=({"indicator": "C2", "difference": 88497.0, "low": -54368.0, "high": 231362.0},),
    )
    said = [result_words(row, study(), "vi", with_change=True) for row in rows.to_dict("records")]
    assert said[0].startswith("nhóm trẻ tạm ngừng: 01 nhóm trẻ")
    assert said[1].startswith("tham gia mạng lưới chủ nhóm: 50,0%; 20/40 nhóm trẻ")
    assert "1.105.935 đồng; từ 1.002.790 đến 1.209.080" in said[2]
    assert said[2].endswith("thay đổi +88.497 đồng, khoảng tin cậy 95%: từ −54.368 đến 231.362")


def test_criteria_without_evidence_conclude_nothing() -> None:
    found = findings(study(), results(SHORT))
    said = show.criteria_text(weigh_criteria(study(), found), found, study(), "vi").paragraphs
    by_name = {text.split(". ")[0]: text for text in said}
    assert len(said) == 6
    assert "Không đủ bằng chứng để kết luận." in by_name["Tác động"]
    assert "Không đủ bằng chứng để kết luận." in by_name["Tính phù hợp"]
    assert "Số liệu chưa ủng hộ." in by_name["Mức độ đạt mục tiêu"]
    assert "Bằng chứng ủng hộ" not in by_name["Mức độ đạt mục tiêu"]


def test_a_day_that_no_document_confirms_stays_unknown() -> None:
    closed = pd.DataFrame(
        {"round": "endline", "area": "905", "NT05": "1", "NT53": [10.0, 30.0]}, index=[0, 1]
    )
    told = show.disruption_text(
        closures(study(), {"groups": closed}), results(CLOSED), study(), "vi"
    ).paragraphs
    assert "chưa rõ ngày bắt đầu và ngày kết thúc" in told[0]
    assert "2 trong 2 nhóm trẻ" in told[1]
    assert "bình quân 20,0 ngày" in told[1]
    assert told[2] == (
        "Tình trạng ở cuối kỳ: số nhóm trẻ được Đề án hỗ trợ đang tạm ngừng hoạt động: 01 nhóm trẻ."
    )
    plan = study().evaluation
    period = Period(
        label={"vi": "Đóng cửa", "en": "x"},
        starts=date(2020, 2, 3),
        ends=None,
        source={"vi": "CV 1", "en": "CV 1"},
    )
    known = replace(plan, disruptions=(replace(plan.disruptions[0], periods=(period,)),))
    told = show.disruption_text(
        closures(study(), {"groups": closed}), results(CLOSED), replace(study(), evaluation=known), "vi"
    ).paragraphs
    assert told[0] == "Đóng cửa: từ 03/02/2020 đến chưa rõ ngày (CV 1)."


def test_only_indicators_with_a_result_have_a_window() -> None:
    table = show.windows_table(windows(study()), results(SHORT), study(), "vi")
    assert table.cells["indicator"].tolist() == ["Bà mẹ được truyền thông"]
    assert table.cells.loc[0, "window"] == "từ 01/08/2019 đến 09/11/2020"
    assert table.cells.loc[0, "falls_in"] == "Có"


def test_the_fates_of_few_are_dashes_and_a_note_says_why() -> None:
    groups = pd.DataFrame({"round": "endline", "area": "900", "NT04": ["1", "4"], "NT05": ["1", "0"]})
    table = show.fieldwork_table(fieldwork(study(), {"groups": groups}, area="900"), study(), "vi")
    assert table.cells[["reached", "refused", "not_found", "other"]].iloc[0].tolist() == ["1", "–", "–", "–"]
    assert table.numbers["refused"].isna().all()
    assert any("chỉ nêu chung" in note for note in table.notes)


def test_a_withheld_group_shows_neither_its_value_nor_that_of_all() -> None:
    khmer = {"indicator": "T3", "by": "BM04", "by_value": "2", "value": 0.8, "flag": "suppress"}
    table = show.equity_table(
        equity_rows(study(), estimates({"indicator": "T3", "value": 0.9}, khmer)), study(), "vi"
    )
    assert table.cells[["value", "interval", "n", "plain"]].iloc[0].tolist() == ["–"] * 4
    assert table.numbers.drop(columns="note").isna().all(axis=None)
    assert table.cells.loc[0, "note"].startswith("Không công bố")


def test_a_unit_cost_that_cannot_be_said_has_its_reason() -> None:
    cost = UnitCost(
        label={"vi": "Tập huấn", "en": "Training"}, unit={"vi": "người", "en": "person"}, paid_by="KP03",
        spent=Tally(table="budget", where=None, sums=parse("${KP06}")),
        units=Tally(table="staff", where=None, sums=None), caution={"vi": "Chưa đủ.", "en": "Not all."},
    )  # fmt: skip
    plan = replace(study(), evaluation=replace(study().evaluation, costs=(cost,)))
    absent = show.costs_table(unit_costs(plan, {}), plan, "vi")
    assert absent.cells.loc[0, ["per_unit", "note"]].tolist() == [
        "–",
        "Chưa tính được: chưa nhận số liệu chi",
    ]
    tables = {
        "budget": pd.DataFrame(
            {"round": "endline", "area": "905", "KP03": ["1", "5"], "KP06": [600.0, 400.0]}
        ),
        "staff": pd.DataFrame({"round": ["endline"] * 4, "area": "905"}),
    }
    table = show.costs_table(unit_costs(plan, tables), plan, "vi")
    assert table.cells["source"].tolist() == ["Tất cả các nguồn", "Ngân sách trung ương", "Doanh nghiệp"]
    assert table.cells["per_unit"].tolist() == ["250", "150", "100"]
    assert table.cells.loc[0, "note"] == "Chưa đủ."


def test_counts_of_areas_stand_side_by_side() -> None:
    frame = pd.DataFrame(
        {"round": "endline", "area": ["905", "905", "899"], "support": ["1", "2", "1"], "status": "1",
         "licence_in_office_file": "1"}
    )  # fmt: skip
    table = show.profile_table(profile(study(), {"frame": frame}), study(), "vi")
    assert table.cells.iloc[0, 1:].tolist() == ["2", "1", "0", "3"]
    assert "Trẻ dưới 36 tháng trong danh sách" not in table.cells["what"].tolist()
    assert show.profile_table(profile(study(), {}), study(), "vi").cells.empty


def test_comparability_says_when_each_round_was() -> None:
    table = show.baseline_table(study(), "vi")
    season = table.cells[table.cells["point"] == "Thời điểm khảo sát"].iloc[0]
    assert "Đầu kỳ (2018): từ 01/09/2018 đến 31/12/2018" in season["known"]
    assert season["follows"].startswith("Hai đợt không trùng hẳn")


def test_statements_are_led_by_their_heading_and_stay_text() -> None:
    said = show.statements_text(study().evaluation.independence, study(), "vi")
    assert "<strong>Tính độc lập.</strong>" in said._repr_html_()
    evil = show.Text(paragraphs=("<b>x</b>. y",), kind="led")
    assert "<b>" not in evil._repr_html_()


def test_the_page_on_cleaning_says_where_alerts_lie_and_not_whether_there_are_any() -> None:
    said = show.protection_note(study(), "vi")
    assert "restricted/alerts" in str(said)
    assert "chưa ghi" in str(said)
    nothing = replace(study(), evaluation=type(study().evaluation)())
    assert show.protection_note(nothing, "vi").paragraphs == ()


def test_protection_tells_no_number_below_five_and_no_unit() -> None:
    hidden = pd.DataFrame([{"met": float("nan"), "known": float("nan"), "share": float("nan")}])
    said = str(show.protection_text(hidden, None, study(), "vi"))
    assert "không công bố" in said
    assert "vụ việc đã được chuyển" not in said
    shown = pd.DataFrame([{"met": 30.0, "known": 40.0, "share": 0.75}])
    said = str(show.protection_text(shown, 6, study(), "vi"))
    assert "75,0%, 30 trong 40 nhóm trẻ" in said
    assert "06 vụ việc đã được chuyển cơ quan có thẩm quyền." in said
