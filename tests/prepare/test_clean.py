"""Cleaning one form's files: each kind of fault in a few lines, and the account of all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import DataError
from kgeval.plan.form import Form, read_form
from kgeval.prepare import Cleaned, conservation
from kgeval.prepare.clean import clean_table
from kgeval.prepare.log import verify
from kgeval.prepare.read import read

FORM = r"""
| survey |
|   | type | name | label::en | required | relevant | constraint | class |
|   | text | id | Id | yes |  | regex(., '^M[0-9]+$') | none |
|   | text | name | Name |  |  |  | direct |
|   | integer | age | Age | yes |  | . >= 15 and . <= 60 | none |
|   | select_one yn | works | Works? |  |  |  | none |
|   | text | employer | Employer |  | ${works} = 1 |  | none |
|   | integer | hours | Hours a day |  | ${works} = 1 | . <= 24 | none |
|   | integer | paid | Paid hours |  | ${works} = 1 | . <= ${hours} | none |
|   | decimal | income | Income |  |  |  | sensitive |
| choices |
|   | list_name | name | label::en |
|   | yn | 1 | Yes |
|   | yn | 0 | No |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Women | women | 1 | en | id |
"""
HEAD = "id,name,age,works,employer,hours,paid,income\n"

Clean = Callable[..., Cleaned]


@pytest.fixture
def form(tmp_path: Path) -> Form:
    path = tmp_path / "women.md"
    path.write_text(FORM, encoding="utf-8")
    return read_form(path)


@pytest.fixture
def cleaned(form: Form, tmp_path: Path) -> Clean:
    """Clean rows of one file: a list of texts, or several lists for several files."""

    def run(rows: list[str], *more: list[str], head: str = HEAD, **options: object) -> Cleaned:
        delivered = []
        for number, lines in enumerate((rows, *more)):
            path = tmp_path / f"file{number}.csv"
            path.write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")
            delivered += read(path, root=tmp_path, form=form)
        result = clean_table(delivered, form, **options)  # type: ignore[arg-type]
        conservation(result)
        verify(result.corrections)
        return result

    return run


def women(result: Cleaned) -> pd.DataFrame:
    return result.tables["women"].set_index("id")


def findings(result: Cleaned) -> set[tuple[str, str, str]]:
    return set(result.findings[["check", "column", "action"]].itertuples(index=False, name=None))


def corrections(*lines: dict[str, str]) -> pd.DataFrame:
    columns = [
        "rid",
        "file",
        "sheet",
        "row",
        "key",
        "column",
        "expects_raw",
        "new_value",
        "action",
        "decided_by",
    ]
    return pd.DataFrame(list(lines), columns=columns, dtype="str").fillna("")


def test_clean_rows_come_through_as_they_are(cleaned: Clean) -> None:
    result = cleaned(["M1,Lan,25,1,ABC,8,8,12.50", "M2,Hoa,30,0,,,,"])
    table = result.tables["women"]
    assert list(table.columns) == ["rid", "id", "age", "works", "employer", "hours", "paid", "income"]
    assert [str(dtype) for dtype in table.dtypes] == [
        "str",
        "str",
        "Int64",
        "str",
        "str",
        "Int64",
        "Int64",
        "float64",
    ]
    assert table["age"].tolist() == [25, 30]
    assert findings(result) == set()
    assert len(result.corrections) == 0
    assert result.accounts[["records", "kept", "cells", "cells_same"]].iloc[0].tolist() == [2, 2, 16, 16]


def test_direct_answers_stay_apart(cleaned: Clean) -> None:
    result = cleaned(["M1,Lan,25,1,ABC,8,8,", "M1,Hoa,26,1,ABC,8,8,"])
    everywhere = " ".join(
        frame.to_csv()
        for frame in (result.findings, result.corrections, result.rejected, result.tables["women"])
    )
    assert "Lan" not in everywhere
    assert "Hoa" not in everywhere
    assert result.restricted_rejected["text"].str.contains("name=Lan").any()
    kept = cleaned(["M1,Lan,25,1,ABC,8,8,"])
    assert kept.restricted["women"]["name"].tolist() == ["Lan"]


def test_impossible_answers_reject_a_record_only_where_the_form_requires_them(cleaned: Clean) -> None:
    result = cleaned(["M1,,99,1,ABC,8,8,", "M2,,14,0,,,,", "M3,,30,1,ABC,30,8,", "M4,,30,1,ABC,8,9,"])
    assert result.rejected[["row", "reason"]].to_numpy().tolist() == [
        [2, "MISSING_CODE_UNDECLARED"],
        [3, "OUT_OF_RANGE"],
    ]
    assert women(result)["hours"].isna().tolist() == [True, False]
    assert ("OUT_OF_RANGE", "hours", "cell_blanked") in findings(result)
    assert ("LOGIC", "paid", "kept") in findings(result)
    assert women(result)["paid"].tolist() == [8, 9]  # which of two answers is wrong nobody can tell


def test_only_the_identity_must_be_readable_where_the_study_says_so(cleaned: Clean) -> None:
    result = cleaned(["M1,,99,1,ABC,8,8,", "X2,,30,0,,,,"], essential="identity")
    assert women(result)["age"].isna().tolist() == [True]
    assert result.rejected["reason"].tolist() == ["KEY_FORMAT"]


def test_answers_to_skipped_questions_are_blanked_with_a_log_line(cleaned: Clean) -> None:
    result = cleaned(["M1,,30,0,ABC,8,,", "M2,,30,,ABC,,,", "M3,,30,perhaps,ABC,8,8,"])
    assert women(result)["employer"].fillna("").tolist() == ["", "", "ABC"]
    assert findings(result) >= {
        ("SKIP_BROKEN", "employer", "cell_blanked"),
        ("SKIP_UNANSWERED", "employer", "cell_blanked"),
        ("SKIP_UNKNOWN", "employer", "kept"),  # the answer it stands on was given, and lost
    }
    lines = result.corrections.loc[result.corrections["rule"] == "SKIP_BROKEN"]
    assert lines[["column", "raw_value", "new_value", "action"]].to_numpy().tolist() == [
        ["employer", "ABC", "", "blank"],
        ["hours", "8", "", "blank"],
    ]


def test_required_answers_that_were_not_given_are_found(cleaned: Clean) -> None:
    result = cleaned(["M1,,,0,,,,", "M2,,30,0,,,,"])
    assert ("REQUIRED_MISSING", "age", "kept") in findings(result)
    assert len(result.tables["women"]) == 2


def test_exact_duplicates_point_to_the_first_and_conflicting_ones_are_all_set_apart(cleaned: Clean) -> None:
    result = cleaned(["M1,,30,0,,,,", "M2,,31,0,,,,", "M1,,30,0,,,,", "M2,,32,0,,,,", "M3,,33,0,,,,"])
    assert women(result).index.tolist() == ["M1", "M3"]
    rejected = result.rejected.set_index("row")
    assert rejected["reason"].to_dict() == {
        3: "CONFLICTING_DUPLICATE", 4: "EXACT_DUPLICATE", 5: "CONFLICTING_DUPLICATE",
    }  # fmt: skip
    assert rejected.loc[4, "pointer"].endswith(":2")
    assert [rid.rsplit(":", 1)[1] for rid in rejected.loc[3, "pointer"].split()] == ["3", "5"]


def test_records_without_a_key_are_rejected_and_a_file_without_keys_is_refused(cleaned: Clean) -> None:
    assert cleaned(["M1,,30,0,,,,", ",,31,0,,,,"]).rejected["reason"].tolist() == ["KEY_MISSING"]
    with pytest.raises(DataError, match="KEY_MISSING"):
        cleaned([",,30,0,,,,", ",,31,0,,,,"])


def test_the_same_file_twice_is_refused(cleaned: Clean) -> None:
    with pytest.raises(DataError, match="SAME_FILE_TWICE"):
        cleaned(["M1,,30,0,,,,"], ["M1,,30,0,,,,"])


def test_unknown_columns_are_kept_aside(cleaned: Clean) -> None:
    result = cleaned(["M1,,30,0,,,,,secret"], head=HEAD.replace("\n", ",own_note\n"))
    assert result.set_aside["women"]["own_note"].tolist() == ["secret"]
    assert result.accounts[["columns_set_aside", "cells_set_aside"]].iloc[0].tolist() == [1, 1]
    assert "secret" not in result.findings.to_csv()


def test_spaces_in_an_id_are_notation(cleaned: Clean) -> None:
    result = cleaned(["M1 ,,30,0,,,,", "M2,,31,0,,,,"])
    assert women(result).index.tolist() == ["M1", "M2"]
    assert result.corrections["rule"].tolist() == ["WHITESPACE_NORMALISED"]


def test_decided_corrections_are_replayed(cleaned: Clean) -> None:
    rows = ["M1,,99,0,,,,", "M2,,31,0,,,,", "M2,,32,0,,,,", "M3,,14,0,,,,"]
    result = cleaned(
        rows,
        corrections=corrections(
            {"key": "M1", "column": "age", "expects_raw": "99", "new_value": "29", "action": "set"},
            {"file": "file0.csv", "row": "4", "action": "reject", "decided_by": "NVA"},
            {"key": "M3", "column": "age", "expects_raw": "14", "action": "accept_as_is"},
        ),
    )
    assert women(result)["age"].to_dict() == {"M1": 29, "M2": 31, "M3": 14}
    assert result.before_corrections["women"]["age"].tolist() == [99, 31, 14]
    assert result.refused.empty
    manual = result.corrections.loc[result.corrections["rule_kind"] == "manual"]
    assert manual[["action", "raw_value", "new_value"]].to_numpy().tolist() == [
        ["set", "99", "29"],
        ["accept_as_is", "14", "14"],
    ]


def test_corrections_that_do_not_fit_are_refused_with_the_reason(cleaned: Clean) -> None:
    line = {"key": "M1", "column": "age", "expects_raw": "30", "new_value": "31", "action": "set"}
    wrong = {
        "stale": {"expects_raw": "29"},
        "unknown_row": {"key": "M9"},
        "ambiguous_row": {"key": "M2"},
        "unknown_column": {"column": "height"},
        "unreadable_value": {"new_value": "thirty"},
        "unsupported_action": {"action": "merge"},
    }
    result = cleaned(
        ["M1,,30,0,,,,", "M2,,31,0,,,,", "M2,,32,0,,,,"],
        corrections=corrections(*({**line, **fault} for fault in wrong.values())),
    )
    assert result.refused["why"].tolist() == list(wrong)
    assert women(result)["age"].tolist() == [30]


def test_a_later_correction_supersedes_an_earlier_one(cleaned: Clean) -> None:
    result = cleaned(
        ["M1,,30,0,,,,"],
        corrections=corrections(
            {"key": "M1", "column": "age", "expects_raw": "30", "new_value": "40", "action": "set"},
            {"key": "M1", "column": "age", "expects_raw": "40", "new_value": "41", "action": "set"},
        ),
    )
    assert women(result)["age"].tolist() == [41]
    assert result.corrections["expects_raw"].tolist() == ["30", "40"]


def test_labels_become_codes_with_one_line_a_column(cleaned: Clean) -> None:
    result = cleaned(["M1,,30,Yes,ABC,8,8,", "M2,,31,No,,,,"], ["M3,,32,1,ABC,8,8,", "M4,,33,Yes,ABC,8,8,"])
    assert women(result)["works"].tolist() == ["1", "0", "1", "1"]
    lines = result.corrections
    assert lines["action"].tolist() == ["decode"] * 3
    assert lines["rid"].str.endswith(":").tolist() == [True, True, False]  # mixed with codes: cell by cell


def test_sensitive_answers_are_not_shown_in_findings(cleaned: Clean) -> None:
    result = cleaned(["M1,,30,0,,,,much"])
    seen = result.findings.loc[result.findings["column"] == "income", "seen"]
    assert seen.tolist() == ["•"]


REPEATED = """
| survey |
|   | type | name | label::en | required | relevant | constraint | class |
|   | text | id | Id | yes |  |  | none |
|   | integer | age | Age |  |  | . <= 60 | none |
|   | begin_repeat | kids | Children |  |  |  |  |
|   | integer | months | Months |  |  | . <= 36 | none |
|   | text | group | Group |  | ${age} > 20 |  | none |
|   | end_repeat |  |  |  |  |  |  |
| settings |
|   | form_title | form_id | version | default_language | key |
|   | Women | women | 1 | en | id |
"""


def test_repeats_are_tables_of_their_own_that_know_their_parents(tmp_path: Path) -> None:
    from openpyxl import Workbook

    (tmp_path / "women.md").write_text(REPEATED, encoding="utf-8")
    form = read_form(tmp_path / "women.md")
    book = Workbook()
    sheets = {
        "women": [["id", "age", "_index"], ["M1", 30, 1], ["M2", 19, 2], [None, 40, 3]],
        "kids": [["months", "group", "_index", "_parent_index"], [10, "a", 1, 1], [40, None, 2, 1],
                 [5, "b", 3, 2], [6, None, 4, 3], [7, None, 5, 9]],
        "toys": [["toy", "_index", "_parent_index"], ["ball", 1, 1]],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "women.xlsx")
    result = clean_table(read(tmp_path / "women.xlsx", root=tmp_path, form=form), form)
    conservation(result)
    kids = result.tables["women_kids"]
    mothers = result.tables["women"]["rid"].tolist()
    assert kids["parent"].tolist() == [mothers[0], mothers[0], mothers[1]]
    assert kids["months"].fillna(-1).tolist() == [10, -1, 5]
    assert kids["group"].fillna("").tolist() == ["a", "", ""]  # the mother is 19: not asked
    reasons = dict(zip(result.rejected["row"], result.rejected["reason"], strict=True))
    assert reasons == {4: "KEY_MISSING", 5: "PARENT_REJECTED", 6: "ORPHAN_CHILD"}
    assert result.set_aside["women_toys"]["toy"].tolist() == ["ball"]


def test_a_key_that_is_no_question_is_refused(form: Form) -> None:
    """Without a key no duplicate is one: to go on would let them pass."""
    with pytest.raises(DataError, match=r"'Id': .*KEY_UNKNOWN"):
        clean_table([], replace(form, record_key=("Id",)))


@pytest.mark.parametrize("text", [";", ",|", " ; "])
def test_separators_alone_are_no_answer_and_leave_a_line(tmp_path: Path, text: str) -> None:
    """Nothing stands between them, but something was written: it does not vanish without a trace."""
    path = tmp_path / "women.md"
    path.write_text(FORM.replace("select_one yn | works", "select_multiple yn | works"), encoding="utf-8")
    data = tmp_path / "women.csv"
    data.write_text(f'id,name,age,works,employer,hours,paid,income\nM1,,30,"{text}",,,,\nM2,,30,1 0,,,,\n')
    form = read_form(path)
    result = clean_table(read(data, root=tmp_path, form=form), form)
    conservation(result)
    assert result.tables["women"]["works"].isna().tolist() == [True, False]
    lines = result.corrections[["row", "column", "raw_value", "rule", "action"]].astype("str")
    assert ["2", "works", text, "UNKNOWN_CATEGORY", "blank"] in lines.to_numpy().tolist()
