"""The study's data files hold together: forms, norms, indicators and areas speak of the same columns."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from pyxform.xls2json_backends import md_to_dict
from pyxform.xls2xform import convert

from kgeval.plan.expression import parse
from kgeval.plan.study import Study, inspect_study, read_study
from kgeval.prepare.link import link

STUDY = Path(__file__).parents[2] / "surveys" / "kien_giang"
FORMS = sorted((STUDY / "forms").glob("*.md"))
STRUCTURE = {"begin_group", "end_group", "begin_repeat", "end_repeat"}
CLASSES = {"direct", "restricted", "indirect", "sensitive", "none"}
NAME = re.compile(r"\$\{([^}]+)\}")
# How scanned documents and hurried typing spell the words of this field.
MISSPELT = re.compile(
    r"tự thực|phần đầu 80|bão mẫu|giấy phêp|Rạch Gía|hoà |hoá |sức khoẻ|\bĐạo tạo", re.IGNORECASE
)


@cache
def sound_study() -> Study:
    return read_study(STUDY)


def sheets(form: Path) -> dict[str, list[dict[str, str]]]:
    return md_to_dict(form.read_text(encoding="utf-8"))


def questions(form: Path) -> list[dict[str, str]]:
    return [row for row in sheets(form)["survey"] if row["type"] not in STRUCTURE]


def names(form: Path) -> set[str]:
    return {row["name"] for row in questions(form)}


def definitions(name: str) -> dict[str, object]:
    return tomllib.loads((STUDY / name).read_text(encoding="utf-8"))


def columns() -> dict[str, set[str]]:
    """Return what can be named of each table: questions, derived columns, levels of the composites."""
    known = {form.stem: names(form) | {"round", "area"} for form in FORMS}
    norms = definitions("norms.toml")
    for column in norms["column"]:
        known[column["table"]].add(column["name"])
    for key, composite in norms["composite"].items():
        known[composite["table"]] |= {f"{key}_{level}" for level in ("legal_only", "standard", "strict")}
    return known


def test_the_study_has_no_fault() -> None:
    _, faults = inspect_study(STUDY)
    assert faults == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
class TestForm:
    def test_pyxform_takes_it_without_a_warning(self, form: Path) -> None:
        warnings: list[str] = []
        convert(form, warnings=warnings)
        assert warnings == []

    def test_every_text_stands_in_both_languages(self, form: Path) -> None:
        book = sheets(form)
        rows = [row for row in book["survey"] if not row["type"].startswith("end_")] + book.get("choices", [])
        one_sided = [
            (row.get("name"), field)
            for row in rows
            for field in ("label", "hint", "constraint_message")
            if (f"{field}::vi" in row) != (f"{field}::en" in row)
        ]
        unlabelled = [row.get("name") for row in rows if "label::vi" not in row]
        unexplained = [
            row["name"] for row in rows if "constraint" in row and "constraint_message::vi" not in row
        ]
        assert (one_sided, unlabelled, unexplained) == ([], [], [])

    def test_no_two_questions_or_choices_of_a_list_read_alike(self, form: Path) -> None:
        # district files name their columns and answers by these words
        book = sheets(form)
        read = [
            ("", row[f"label::{lang}"].casefold(), lang) for row in questions(form) for lang in ("vi", "en")
        ]
        read += [
            (row["list_name"], row[f"label::{lang}"].casefold(), lang)
            for row in book.get("choices", [])
            for lang in ("vi", "en")
        ]
        assert [words for words, times in Counter(read).items() if times > 1] == []

    def test_every_question_has_a_class(self, form: Path) -> None:
        assert [row["name"] for row in questions(form) if row.get("class") not in CLASSES] == []

    def test_names_of_people_and_telephones_are_direct_and_optional(self, form: Path) -> None:
        contacts = [row for row in questions(form) if row["name"] in {"respondent_name", "phone"}]
        assert all(row["class"] == "direct" and "required" not in row for row in contacts)

    def test_skips_and_constraints_name_earlier_questions(self, form: Path) -> None:
        asked: set[str] = set()
        ahead = []
        for row in sheets(form)["survey"]:
            for field in ("relevant", "constraint", "calculation"):
                ahead += [
                    (row["name"], name) for name in NAME.findall(row.get(field, "")) if name not in asked
                ]
            asked.add(row.get("name", ""))
        assert ahead == []

    def test_every_expression_is_understood_and_names_questions_of_the_form(self, form: Path) -> None:
        for row in sheets(form)["survey"]:
            for field in ("relevant", "constraint", "calculation"):
                if field in row:
                    assert parse(row[field]).names - {"."} <= names(form), (row["name"], field)

    def test_the_key_is_asked(self, form: Path) -> None:
        (settings,) = sheets(form)["settings"]
        assert set(settings["key"].split()) <= names(form)

    def test_the_spelling_is_one(self, form: Path) -> None:
        assert MISSPELT.findall(form.read_text(encoding="utf-8")) == []


def test_norms_and_indicators_name_columns_that_exist() -> None:
    known = columns()
    absent = []

    def look(where: str, table: str, expression: str) -> None:
        absent.extend((where, name) for name in NAME.findall(expression) if name not in known[table])

    norms = definitions("norms.toml")
    for column in norms["column"]:
        look(column["name"], column["table"], column.get("expression", ""))
        over, lookup = column.get("over"), column.get("lookup")
        if over:
            look(column["name"], over["table"], over.get("where", "") + over.get("of", ""))
            look(column["name"], over["table"], f"${{{over['by']}}}")
        if lookup:
            look(column["name"], column["table"], f"${{{lookup['by']}}}")
            look(column["name"], lookup["table"], f"${{{lookup['column']}}}")
    for rule in norms["rule"]:
        look(rule["key"], rule["table"], rule["met"] + rule.get("applies", ""))
    for key, base in definitions("indicators.toml").items():
        for variant, block in {"main": {}, **base.get("variants", {})}.items():
            merged = {**base, **block}
            parts = [merged.get(part, "") for part in ("counts", "succeeds", "value", "per")]
            named = [
                column
                for item in merged.get("breakdowns", [])
                for column in ([item] if isinstance(item, str) else item)
            ]
            for text in [*parts, *(f"${{{column}}}" for column in named)]:
                look(f"{key} {variant}", merged["table"], text)
    assert absent == []


def test_each_target_has_one_official_definition_and_a_short_name_that_fits_a_chart() -> None:
    study = sound_study()
    official = [indicator.key for indicator in study.indicators if indicator.official]
    assert official == ["T1", "T2", "T3", "T4a", "T4"]
    too_long = [(i.key, i.variant) for i in study.indicators for word in i.short.values() if len(word) > 40]
    assert too_long == []


def test_rules_of_the_phase_cover_both_rounds() -> None:
    study = sound_study()
    phase = [rule for rule in study.norms.rules if rule.set == "R2018"]
    assert all(rule.starts <= study.baseline.starts and study.endline.ends <= rule.ends for rule in phase)
    # strict within standard within legal_only: every legal item must be a core item too
    assert all(rule.core for rule in study.norms.rules if rule.legal or rule.veto)


def test_communes_belong_to_the_areas_and_say_their_source() -> None:
    with (STUDY / "communes.csv").open(encoding="utf-8", newline="") as file:
        communes = list(csv.DictReader(file))
    study = sound_study()
    assert {row["district"] for row in communes} == {area.code for area in study.areas}
    assert all(re.fullmatch(r"\d{5}", row["code"]) and row["source"] for row in communes)
    assert len({row["code"] for row in communes}) == len(communes)


def truth(expression: str, **answers: list[object]) -> list[object]:
    """Evaluate on records given column by column; None where the answer is unknown."""
    kinds = {
        name: "boolean" if any(isinstance(v, bool) for v in values) else "str"
        for name, values in answers.items()
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype=kinds[name]) for name, values in answers.items()})
    return [None if pd.isna(value) else bool(value) for value in parse(expression).truth(frame)]


def expression_of(name: str) -> str:
    (column,) = [column for column in definitions("norms.toml")["column"] if column["name"] == name]
    return column["expression"]


def test_an_owner_who_cares_belongs_to_target_1_and_an_absent_person_stays_in_by_the_roster() -> None:
    duties = ["manage care", "cook", None, "care"]
    assert truth(expression_of("works_with_children"), duties=duties) == [True, False, None, True]
    assert truth(expression_of("manages"), duties=duties) == [True, False, None, False]


def test_a_short_certificate_counts_only_when_it_was_seen() -> None:
    certified = truth(
        expression_of("certified"),
        holds_diploma=[True, False, False, False, None],
        NV06=["2", "1", "1", "0", None],
        NV07=[None, "1", "0", None, None],
    )
    assert certified == [True, True, False, False, None]


def test_a_licence_is_proved_by_sight_or_by_the_office_and_never_for_an_informal_group() -> None:
    frame = pd.DataFrame(
        {
            "NT06": pd.Series(["1", "1", "1", "5", "4", "3", "2", "1"], dtype="str"),
            "NT10": pd.Series(["1", "0", "0", None, None, "1", "0", "0"], dtype="str"),
            "office_licence": pd.Series([None, "1", None, "1", "1", "1", "1", "1"], dtype="str"),
            "office_licence_date": pd.to_datetime(["2018-01-01"] * 6 + ["2019-06-01", None]),
            "NT03": pd.to_datetime(["2018-10-01"] * 8),
        }
    )
    proved = [None if pd.isna(v) else bool(v) for v in parse(expression_of("licence_proved")).truth(frame)]
    assert proved == [True, True, False, False, True, False, False, None]


def test_full_rooms_pass_the_age_norm_and_one_child_more_does_not() -> None:
    (rule,) = [r for r in definitions("norms.toml")["rule"] if (r["set"], r["key"]) == ("R2018", "age_norm")]
    rooms = {
        "NT16a": ["15", "16", "5"],
        "NT16b": ["20", "20", "7"],
        "NT16c": ["25", "25", "8"],
        "NT16d": ["0", "0", "0"],
    }
    assert truth(rule["met"], NT20=["3", "3", "3"], **rooms) == [True, False, True]


def test_a_group_without_a_staff_list_is_not_assessed() -> None:
    (rule,) = [
        r for r in definitions("norms.toml")["rule"] if (r["set"], r["key"]) == ("R2018", "carer_certificate")
    ]
    frame = pd.DataFrame({
        "carers_listed": pd.array([0, 2, 2], dtype="Int64"),
        "listed_carers_certified": pd.array([True, True, False], dtype="boolean"),
    })  # fmt: skip
    assert [None if pd.isna(v) else bool(v) for v in parse(rule["met"]).truth(frame)] == [None, True, False]


def test_completed_months_turn_on_the_day_of_birth() -> None:
    frame = pd.DataFrame({
        "TE01": pd.to_datetime(["2020-09-15"] * 4),
        "TE05": pd.to_datetime(["2017-09-15", "2017-09-16", "2020-09-15", "2019-10-01"]),
    })  # fmt: skip
    months = parse(expression_of("age_months")).values(frame)
    assert months.tolist() == [36, 35, 0, 11]


def test_recall_needs_an_answer_and_nothing_recalled_is_no() -> None:
    recall = definitions("indicators.toml")["T3"]["variants"]["recall"]["succeeds"]
    assert truth(recall, BM50=["1", "1", "1", "0", None], BM54c=["1 2", "0", None, None, None]) == [
        True, False, None, False, None,
    ]  # fmt: skip


# ---------------------------------------------------------------- the three levels, on a model group
GOOD_GROUP: dict[str, object] = {
    "group_id": "905-G001", "NT03": "2020-09-10", "NT06": "1", "NT07": "1", "NT08": "1", "NT10": "1",
    "NT16a": 3, "NT16b": 7, "NT16c": 10, "NT16d": 0, "NT19": 0, "NT20": 2, "NT22": 3, "NT25": 40.0,
    "NT26": "1", "NT27": "1", "NT28": "1", "NT29": "1", "NT32": "1", "NT33": "1", "NT34": "1", "NT35": "0",
    "NT37": 1, "NT39": "1", "NT44": "0", "NT50a": 1, "NT50b": 0, "NT50c": 0,
}  # fmt: skip
GOOD_STAFF: list[dict[str, object]] = [
    {"NV02": "1", "NV02b": "manage", "NV06": "2", "NV07": None},
    {"NV02": "4", "NV02b": "care", "NV06": "1", "NV07": "1"},
]


def levels_of(*, staff: list[dict[str, object]] | None = None, **changed: object) -> list[bool | None]:
    """Return (managed, standard, strict) of the model group with some answers changed."""
    study = sound_study()
    people = [
        {"staff_id": f"905-G001-S{n:02d}", "group_id": "905-G001", **p}
        for n, p in enumerate(staff or GOOD_STAFF, 1)
    ]
    rows = {
        "groups": [{**GOOD_GROUP, **changed}],
        "staff": people,
        "frame": [{"group_id": "905-G001", "status": "1"}],
    }
    tables = {key: clean_table_of(study, key, records) for key, records in rows.items()}
    group = link(study, tables)["groups"].iloc[0]
    found = [group[f"quality_{level}"] for level in ("legal_only", "standard", "strict")]
    return [None if pd.isna(value) else bool(value) for value in found]


def clean_table_of(study: Study, key: str, records: list[dict[str, object]]) -> pd.DataFrame:
    kinds = {"integer": "Int64", "decimal": "float64", "date": "datetime64[us]"}
    asked = {
        question.name: pd.Series([record.get(question.name) for record in records]).astype(
            kinds.get(question.type, "str")
        )
        for question in study.tables[key].form.questions
        if not question.repeat
    }
    return pd.DataFrame({**asked, "round": "endline", "area": "905"})


def test_the_model_group_reaches_every_level() -> None:
    assert levels_of() == [True, True, True]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"NT50a": 0}, [False, False, False], id="nobody inspected: not managed"),
        pytest.param({"NT06": "5", "NT10": None}, [False, False, False], id="informal: not managed"),
        pytest.param({"NT06": "4"}, [True, True, True], id="an independent early-childhood class can pass"),
        pytest.param({"NT08": "2"}, [False, False, False], id="suspended: not managed"),
        pytest.param({"NT25": 29.9}, [True, False, False], id="a legal item fails: below 1.5 m2 a child"),
        pytest.param({"NT25": None}, [True, None, None], id="a legal item is missing: not assessed"),
        pytest.param({"NT27": "0", "NT28": None, "NT29": None}, [True, True, True], id="no meals"),
        pytest.param({"NT35": "1"}, [True, True, False], id="one of nine others fails"),
        pytest.param({"NT35": "1", "NT34": "0"}, [True, False, False], id="two of nine: below 80 %"),
        pytest.param({"NT44": "1"}, [True, False, False], id="harsh treatment bars both upper levels"),
        pytest.param({"NT44": None}, [True, None, None], id="harsh treatment unobserved: not assessed"),
        pytest.param({"NT20": 1}, [True, True, True], id="three ages in one room that together fill it"),
        pytest.param({"NT20": 1, "NT16a": 8}, [True, True, False], id="three ages in one room: too many"),
    ],
)  # fmt: skip
def test_levels(changed: dict[str, object], expected: list[bool | None]) -> None:
    assert levels_of(**changed) == expected


def test_one_carer_without_a_certificate_fails_the_group_and_an_unseen_form_leaves_it_open() -> None:
    uncertified = [*GOOD_STAFF, {"NV02": "4", "NV02b": "care", "NV06": "0"}]
    refused = [*GOOD_STAFF, {"NV00b": "care"}]
    cook = [*GOOD_STAFF, {"NV02": "5", "NV02b": "cook", "NV06": "0"}]
    assert levels_of(staff=uncertified) == [True, False, False]
    assert levels_of(staff=refused) == [True, None, None]
    assert levels_of(staff=cook) == [True, True, True]


def test_the_frame_looks_into_the_round_that_it_is_kept_under() -> None:
    study = sound_study()
    before = clean_table_of(study, "groups", [{**GOOD_GROUP, "NT08": "1"}]).assign(round="baseline")
    after = clean_table_of(study, "groups", [{**GOOD_GROUP, "NT08": "3"}])
    listed = [{"group_id": "905-G001", "status": "1"}, {"group_id": "905-G002", "status": "1"}]
    tables = {
        "groups": pd.concat([before, after], ignore_index=True),
        "staff": clean_table_of(study, "staff", []),
        "frame": clean_table_of(study, "frame", listed),
    }
    operating = link(study, tables)["frame"]["operating"]
    assert [None if pd.isna(value) else bool(value) for value in operating] == [False, None]
