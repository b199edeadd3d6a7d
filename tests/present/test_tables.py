"""Tables of results and of data: what stands in them, and what must not."""

from __future__ import annotations

import pandas as pd
import pytest

from kgeval import present as show
from kgeval.present.style import change_colour
from kgeval.present.tables.widths import column_widths, least_widths
from tests.present.made_up import (
    LONG,
    census_row,
    change_row,
    estimate_row,
    made_up_study,
    results,
    verdict_row,
)

NAN = float("nan")


def cells(table: show.TableSpec, row: int = 0) -> dict[str, str]:
    return {key: value.replace("\u00a0", " ") for key, value in table.cells.iloc[row].items()}


def test_the_official_table() -> None:
    estimates = pd.DataFrame(
        [
            estimate_row(value=0.96, low=0.929, high=0.98),
            census_row(),
            estimate_row(variant="direct"),
            estimate_row(indicator="M", kind="mean"),
        ]
    )
    verdicts = pd.DataFrame(
        [
            verdict_row(official="exceeded", statistical="unclear"),
            verdict_row(indicator="G", target=0.8, official="", statistical="met"),
            verdict_row(variant="direct", official=""),
        ]
    )
    table = show.targets_table(estimates, verdicts, made_up_study(), "vi", place="Bến Đò")
    assert table.title == "Kết quả thực hiện các chỉ tiêu – Bến Đò"
    assert table.subtitle == "Số liệu tính đến 09/11/2020."
    assert len(table.cells) == 2
    assert cells(table) == {
        "target_label": "Chỉ tiêu 3",
        "plan": "95%",
        "done": "96,0%",
        "interval": "92,9 – 98,0",
        "percent_of_target": "101,1%",
        "official": "Vượt",
        "statistical": "◆ Chưa đủ cơ sở kết luận",
        "n": "313",
    }
    assert cells(table, 1)["done"] == "84,2% (16/19; N = 20)"
    assert cells(table, 1)["official"] == "Chưa quyết định cách tính"
    assert table.numbers["done"].iloc[0] == 0.96


def test_variants_stand_together_never_alone() -> None:
    estimates = pd.DataFrame([estimate_row(), estimate_row(variant="direct"), census_row()])
    verdicts = pd.DataFrame(
        [verdict_row(), verdict_row(variant="direct", official=""), verdict_row(indicator="G", target=0.8)]
    )
    table = show.variants_table(estimates, verdicts, made_up_study(), "vi")
    assert list(table.cells["variant"]) == ["Chính thức", "Tham khảo"]


def test_areas_keep_the_order_of_the_study() -> None:
    estimates, verdicts, _ = results(3)
    endline = estimates[(estimates["round"] == "endline") & (estimates["area"] != "all")]
    table = show.areas_table(endline, verdicts, made_up_study(3), "vi")
    assert list(table.cells["place"]) == ["Bến Đò", "Phường Mỹ", LONG]
    assert "không phải là xếp hạng" in table.notes[0]


def test_suppressed_rows_show_a_dash_and_hold_no_number() -> None:
    estimates = pd.DataFrame([estimate_row(flag="suppress", value=0.4321)])
    study = made_up_study()
    for table in (
        show.targets_table(estimates, pd.DataFrame([verdict_row()]), study, "vi"),
        show.estimates_table(estimates, study, "vi"),
    ):
        key = "done" if "done" in table.cells else "value"
        assert cells(table)[key] == "–"
        assert table.numbers[[key, "n"]].isna().all(axis=None)
        assert "43,2" not in table._repr_html_()
        assert any("không công bố" in note for note in table.notes)


def test_missing_answers_and_reasons_stand_in_the_estimates() -> None:
    estimates = pd.DataFrame(
        [
            estimate_row(n_missing=12, missing_low=0.849, missing_high=0.886),
            estimate_row(value=NAN, low=NAN, high=NAN, n=0, reason="one_cluster: 1"),
        ]
    )
    table = show.estimates_table(estimates, made_up_study(), "vi")
    assert cells(table)["missing_bounds"] == "84,9 – 88,6"
    assert cells(table, 1)["note"] == "chỉ có một cụm nên không tính được sai số"


def test_breakdowns_are_read_by_the_answers_words() -> None:
    estimates = pd.DataFrame(
        [estimate_row(), estimate_row(by="job", by_value="1"), estimate_row(by="job", by_value="9")]
    )
    table = show.breakdowns_table(estimates, made_up_study(), "vi")
    assert list(table.cells["group"]) == ["Công nhân", "9"]
    assert set(table.groups) == {"Bà mẹ được truyền thông – Nghề"}


def test_changes() -> None:
    rows = pd.DataFrame([change_row(), change_row(comparable="no"), change_row(low=-0.1, high=0.3)])
    table = show.changes_table(rows, made_up_study(), "vi")
    assert cells(table)["difference"] == "+16,9 (10,2 – 23,6)"
    assert cells(table)["clear"] == "Tăng, có cơ sở thống kê"
    assert cells(table, 1)["difference"] == "–"
    assert cells(table, 2)["clear"] == "Chưa đủ cơ sở kết luận"
    assert "không có nhóm đối chứng" in table.notes[0]


def accounts() -> pd.DataFrame:
    row = {"file": "a.csv", "sheet": "", "table": "mothers", "records": 10, "kept": 7, "rejected": 1,
           "structural": 2, "other_area": 0, "other_round": 0, "cells": 70, "cells_corrected": 3,
           "cells_blanked": 1, "cells_set_aside": 0}  # fmt: skip
    return pd.DataFrame([row, row | {"kept": 6}])


def findings(count: int = 1) -> pd.DataFrame:
    row = {"check": "LOGIC", "severity": "warning", "table": "mothers", "rid": "x:1", "file": "a.csv",
           "sheet": "", "row": 5, "key": "M001", "column": "BM50", "seen": "SECRET", "action": "kept",
           "detail": ""}  # fmt: skip
    return pd.DataFrame(
        [row | {"rid": f"x:{n}", "row": n} for n in range(count)]
        + [row | {"check": "NEW_CODE", "severity": "error", "action": "cell_blanked"}]
    )


def test_accounts_say_whether_they_balance() -> None:
    table = show.accounts_table(accounts(), made_up_study(), "vi")
    assert list(table.cells["balance"]) == ["Khớp", "Không khớp"]


def test_findings_are_counted_worst_first_without_values() -> None:
    table = show.findings_table(findings(3), made_up_study(), "vi")
    assert list(table.cells["severity"]) == ["Lỗi", "Cảnh báo"]
    assert list(table.cells["count"]) == ["1", "3"]
    assert table.cells.loc[0, "check"] == "Lỗi khác (NEW_CODE)"
    assert "SECRET" not in table._repr_html_()


def test_open_points_name_the_row_and_hold_no_value() -> None:
    table = show.open_points_table(findings(60), made_up_study(), "vi")
    assert len(table.cells) == 40
    assert table.notes == ("… và 20 dòng nữa trong tệp findings.",)
    assert cells(table)["remedy"].startswith("Xem phiếu giấy")
    assert "SECRET" not in table._repr_html_()


def test_files_and_tables() -> None:
    study = made_up_study()
    columns = ["file", "table", "sheets", "records"]
    files = pd.DataFrame([["a.csv", "mothers", 1, 10], ["b.txt", "", 0, 0]], columns=columns)
    assert list(show.files_table(files, study, "vi").cells["table"]) == [
        "Bà mẹ",
        "không thuộc cuộc khảo sát, không đọc",
    ]
    frames = {"mothers": pd.DataFrame({"round": ["baseline", "endline", "endline"]})}
    table = show.tables_table(frames, study, "vi", absent=("Bến Đò",))
    assert cells(table) == {"table": "Bà mẹ", "baseline": "1", "endline": "2"}
    assert "Chưa có số liệu của: Bến Đò" in table.notes[0]


def test_corrections_are_counted_by_rule() -> None:
    log = pd.DataFrame(
        [
            {
                "rule_kind": "automatic",
                "rule": "NUMBER_NOTATION",
                "action": "normalise",
                "rid": "a",
                "column": "x",
            }
        ]
        * 3
    )
    table = show.corrections_table(log, made_up_study(), "vi")
    assert cells(table)["changes"] == "3"
    assert cells(table)["rows"] == "1"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_empty_frames_give_tables_that_say_so(lang: str) -> None:
    study = made_up_study()
    estimates, verdicts, changes = results(2)
    log = pd.DataFrame(columns=["rule_kind", "rule", "action", "rid", "column"])
    for table in (
        show.targets_table(estimates.iloc[:0], verdicts.iloc[:0], study, lang),
        show.variants_table(estimates.iloc[:0], verdicts.iloc[:0], study, lang),
        show.areas_table(estimates.iloc[:0], verdicts.iloc[:0], study, lang),
        show.estimates_table(estimates.iloc[:0], study, lang),
        show.breakdowns_table(estimates.iloc[:0], study, lang),
        show.changes_table(changes.iloc[:0], study, lang),
        show.accounts_table(accounts().iloc[:0], made_up_study(), lang),
        show.findings_table(findings().iloc[:0], study, lang),
        show.open_points_table(findings().iloc[:0], study, lang),
        show.corrections_table(log, study, lang),
    ):
        assert table.notes, table.name
        assert "<table" in table._repr_html_()


def test_markup_in_names_stays_text() -> None:
    estimates, verdicts, _ = results(6)
    endline = estimates[(estimates["round"] == "endline") & (estimates["area"] != "all")]
    html = show.areas_table(endline, verdicts, made_up_study(), "vi")._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=" in html


def test_figures_and_short_words_are_not_wrapped_where_a_page_has_room() -> None:
    rows = pd.DataFrame([estimate_row(), census_row()])
    judged = pd.DataFrame([verdict_row(), verdict_row(indicator="G", target=0.8)])
    table = show.targets_table(rows, judged, made_up_study(), "vi", place="Bến Đò")
    whole = least_widths(table, 10.5, 0.17, whole_figures=True)
    wrapped = least_widths(table, 10.5, 0.17)
    aligns = [column.align for column in table.columns]
    assert all(a >= b for a, b in zip(whole, wrapped, strict=True))
    assert any(a > b for a, b, align in zip(whole, wrapped, aligns, strict=True) if align == "right")
    assert sum(column_widths(table, 10.5, 10.0, 0.17, whole_figures=True)) == pytest.approx(10.0)


def test_a_change_is_coloured_by_whether_it_is_wished_for() -> None:
    assert change_colour("up", "higher") == change_colour("down", "lower")
    assert change_colour("down", "higher") == change_colour("up", "lower") != change_colour("up", "higher")
    assert change_colour("up", "none") == change_colour("down", "none") == change_colour("census")
    assert change_colour("unclear", "lower") == change_colour("unclear", "higher")


def test_the_same_table_gives_the_same_html() -> None:
    estimates, verdicts, _ = results(3)
    one, other = (
        show.targets_table(estimates, verdicts, made_up_study(3), "vi")._repr_html_() for _ in range(2)
    )
    assert one == other
