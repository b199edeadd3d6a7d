"""Questionnaires: everything in them is read, in every dialect, and what is not is listed."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from kgeval.errors import DataError, ParameterError
from kgeval.plan.form import Form, read_form
from kgeval.plan.form.headers import Header, header, language
from kgeval.plan.form.types import row_type
from tests.conftest import SHARED, needs

REAL = SHARED / "real" / "forms"
needs_real_forms = needs(REAL)

MOTHERS = r"""
# Lines that are no table row are a comment.
| survey |
|  | type | name | label::vi | label::English (en) | hint::vi | required | relevant | constraint | class |
|  | start | start | | | | | | | none |
|  | text | id | Mã | Id | | yes | | regex(., '^(899\|905)-M[0-9]{3}$') | indirect |
|  | select_one yn | consent | Đồng ý? | Consent? | | yes | | | none |
|  | begin_group | asked | Phần chính | Main part | | | ${consent} = 1 | | |
|  | integer | age | Tuổi | Age | Tròn năm | yes | | . >= 15 and . <= 70 | indirect |
|  | note | thanks | Cảm ơn | Thanks | | | | | |
|  | begin_repeat | child | Trẻ | Child | | | ${age} > 15 | | |
|  | text | child_name | Tên | Name | | | | | direct |
|  | select_multiple channel | heard | Nghe | Heard | | ${age} > 20 | ${child_name} != '' | | sensitive |
|  | end_repeat | | | | | | | | |
|  | end_group | | | | | | | | |
|  | calculate | adult | | | | | | | |
| choices |
|  | list_name | name | label::vi | label::English (en) | missing | area |
|  | yn | 1 | Có | Yes | | |
|  | yn | 0 | Không | No | | |
|  | channel | loa | Loa | Speaker | | urban |
|  | channel | 98 | Không biết | Do not know | dk | |
| settings |
|  | form_title | form_id | version | default_language | key |
|  | Bà mẹ | mothers | 3 | vi | id, round |
"""
CLASSES = "direct, restricted, indirect, sensitive, none"
FOREIGN = "the function pulldata() is outside the supported set at character 1; correct the expression"
AGE = """
| survey |
|  | type | name | label::vi | constraint | constraint_message::vi | missing | recall |
|  | integer | age | Tuổi | . >= 15 | Từ 15 | 98 99 | 12 months |
"""


def form_of(tmp_path: Path, text: str) -> Form:
    path = tmp_path / "form.md"
    path.write_text(text, encoding="utf-8")
    return read_form(path)


@pytest.fixture
def mothers(tmp_path) -> Form:
    return form_of(tmp_path, MOTHERS)


def test_what_a_form_says_of_itself(mothers):
    assert (mothers.key, mothers.title, mothers.version) == ("mothers", "Bà mẹ", "3")
    assert mothers.default_language == "vi"
    assert mothers.languages == ("vi", "en")
    assert mothers.record_key == ("id", "round")
    assert mothers.faults == ()


@pytest.mark.parametrize(
    ("key", "names"),
    [("a, b", ("a", "b")), ("a b", ("a", "b")), ("Mã hộ", ("Mã hộ",)), ("Mã hộ, a", ("Mã hộ", "a"))],
)
def test_a_key_may_have_spaces_in_its_name(tmp_path, key, names):
    path = tmp_path / "form.md"
    path.write_text(
        "| survey |\n| | type | name |\n| | text | a |\n| | text | b |\n| | text | Mã hộ |\n"
        f"| settings |\n| | form_id | key |\n| | x | {key} |\n",
        encoding="utf-8",
    )
    assert read_form(path).record_key == names


def test_questions_stand_in_the_forms_order_with_their_rows(mothers):
    assert [(question.name, question.type, question.row) for question in mothers.questions] == [
        ("start", "start", 2),
        ("id", "text", 3),
        ("consent", "select_one", 4),
        ("age", "integer", 6),
        ("child_name", "text", 9),
        ("heard", "select_multiple", 10),
        ("adult", "calculate", 13),
    ]
    assert [note.name for note in mothers.notes] == ["thanks"]


def test_words_are_kept_by_language(mothers):
    age = mothers.question("age")
    assert age.label == {"vi": "Tuổi", "en": "Age"}
    assert age.hint == {"vi": "Tròn năm"}


def test_messages_codes_of_non_answers_and_recall(tmp_path):
    age = form_of(tmp_path, AGE).question("age")
    assert age.constraint_message == {"vi": "Từ 15"}
    assert age.missing_codes == ("98", "99")
    assert age.recall == "12 months"


def test_the_skips_of_groups_and_repeats_fold_into_the_questions(mothers):
    assert mothers.question("consent").relevant is None
    assert mothers.question("age").relevant.text == "${consent} = 1"
    assert mothers.question("heard").relevant.names == {"consent", "age", "child_name"}
    answers = pd.DataFrame({"consent": ["1", "1", "0"], "age": [20, 10, 20], "child_name": ["a", "a", "a"]})
    assert mothers.question("heard").relevant.truth(answers).tolist() == [True, False, False]


def test_where_a_question_stands(mothers):
    heard = mothers.question("heard")
    assert (heard.groups, heard.repeat, heard.path) == (("asked", "child"), "child", "asked/child/heard")
    assert [(group.name, group.kind, group.groups) for group in mothers.groups] == [
        ("asked", "group", ()),
        ("child", "repeat", ("asked",)),
    ]
    assert [group.name for group in mothers.repeats] == ["child"]
    assert "heard" not in [question.name for question in mothers.main_questions]


def test_what_a_text_holds(tmp_path):
    form = form_of(
        tmp_path,
        """
| survey |
|  | type | name | label | class | content |
|  | text | number | Telephone | direct | phone |
|  | text | remark | Remark | direct | |
|  | text | other | Other | direct | fax |
""",
    )
    assert [question.content for question in form.questions] == ["phone", "", ""]
    assert [(fault.row, fault.column) for fault in form.faults] == [(4, "content")]


def test_classes_and_codes_of_non_answers(mothers):
    assert mothers.question("id").personal == "indirect"
    assert mothers.question("heard").personal == "sensitive"
    assert mothers.question("adult").personal == "direct"  # unclassified counts as direct
    assert not mothers.question("adult").classified
    assert mothers.question("heard").missing_codes == ("98",)


def test_choices_keep_their_labels_and_further_columns(mothers):
    speaker, unknown = mothers.choices["channel"]
    assert (speaker.label["vi"], speaker.attributes, speaker.missing) == ("Loa", {"area": "urban"}, "")
    assert unknown.missing == "dk"
    assert mothers.question("heard").choices == (speaker, unknown)
    assert mothers.choice_labels("en")["consent"] == {"1": "Yes", "0": "No"}


def test_a_choice_may_have_columns_called_name_and_value(tmp_path):
    form = form_of(
        tmp_path,
        """
| survey |
|  | type | name | label |
|  | select_one tree | tree | Tree |
| choices |
|  | list_name | value | name | label |
|  | tree | 100 | oak | Oak |
""",
    )
    (oak,) = form.choices["tree"]
    assert (oak.name, oak.attributes) == ("oak", {"value": "100"})


def test_required_always_or_under_a_condition(mothers):
    assert mothers.question("age").required
    heard = mothers.question("heard")
    assert not heard.required
    assert heard.required_if.text == "${age} > 20"


def test_a_bar_in_a_pattern_is_escaped_in_markdown(mothers):
    ids = pd.Series(["905-M001", "900-M001"])
    judged = mothers.question("id").constraint.truth(pd.DataFrame(index=ids.index), current=ids)
    assert judged.tolist() == [True, False]


def test_forms_travel_to_other_processes(mothers):
    assert pickle.loads(pickle.dumps(mothers)) == mothers


def test_an_unknown_question_is_named(mothers):
    with pytest.raises(ParameterError, match="'height'"):
        mothers.question("height")


# -- dialects ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("label", Header("label", "")),
        ("LABEL::EN", Header("label", "en")),
        ("label:English", Header("label", "en")),
        ("label :: Tiếng Việt (vi)", Header("label", "vi")),
        ("hint::Tiếng Việt", Header("hint", "vi")),
        ("constraint message", Header("constraint_message", "")),
        ("constraint_message::Français (fr)", Header("constraint_message", "fr")),
        ("bind: relevant", Header("relevant", "")),
        ("bind::jr:constraintMsg::vi", Header("constraint_message", "vi")),
        ("media::audio::chinese", Header("audio", "chinese")),
        ("relevance", Header("relevant", "")),
        ("calculate", Header("calculation", "")),
        ("read only", Header("read_only", "")),
        ("list name", Header("list_name", "")),
        ("value", Header("name", "")),
    ],
)
def test_column_names(written, understood):
    assert header(written) == understood


def test_language_names():
    assert [language(text) for text in ("vi", "VI", "English (en)", "english", "Swahili")] == [
        "vi", "vi", "en", "en", "swahili",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kind", "list_name"),
    [
        ("select_one yn", "select_one", "yn"),
        ("select one yn", "select_one", "yn"),
        ("select one from yn", "select_one", "yn"),
        ("select1 yn", "select_one", "yn"),
        ("select_one_from_file places.csv", "select_one", "places.csv"),
        ("select all that apply from yn", "select_multiple", "yn"),
        ("select_multiple yn", "select_multiple", "yn"),
        ("rank yn", "rank", "yn"),
        ("string", "text", ""),
        ("int", "integer", ""),
        ("dateTime", "datetime", ""),
        ("gps", "geopoint", ""),
        ("add date prompt", "date", ""),
        ("begin group", "group", ""),
        ("begin_repeat", "repeat", ""),
        ("begin looped group", "repeat", ""),
    ],
)
def test_types(written, kind, list_name):
    understood = row_type(written)
    assert (understood.type, understood.list_name, understood.known) == (kind, list_name, True)


def test_or_other_adds_a_choice_and_a_text(tmp_path):
    form = form_of(
        tmp_path,
        """
| survey |
|  | type | name | label |
|  | select_one sex or_other | sex | Sex |
| choices |
|  | list_name | name | label |
|  | sex | 1 | Female |
""",
    )
    assert [question.name for question in form.questions] == ["sex", "sex_other"]
    assert [choice.name for choice in form.question("sex").choices] == ["1", "other"]
    assert form.question("sex_other").relevant.text == "selected(${sex}, 'other')"


def test_the_same_form_in_every_file_format(tmp_path, mothers):
    pytest.importorskip("xlsxwriter")
    from kgeval.plan.form.sheets import read_sheets

    markdown = tmp_path / "form.md"
    sheets = read_sheets(markdown)
    lines = []
    for name, rows in sheets.rows.items():
        columns = sheets.columns[name]
        lines.append(f'"{name}"')
        lines.append(",".join(["", *(f'"{column}"' for column in columns)]))
        lines += [
            ",".join(["", *('"' + row.cells.get(column, "").replace('"', '""') + '"' for column in columns)])
            for row in rows
        ]
    (tmp_path / "form.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    from_csv = read_form(tmp_path / "form.csv")
    assert [question.label for question in from_csv.questions] == [q.label for q in mothers.questions]
    assert [question.relevant for question in from_csv.questions] == [q.relevant for q in mothers.questions]
    assert from_csv.choices == mothers.choices


# -- faults -----------------------------------------------------------------------------------------


def test_every_fault_is_listed_and_the_rest_is_read(tmp_path):
    form = form_of(
        tmp_path,
        """
| survey |
|  | type | name | label | relevant | constraint | class |
|  | integer | age | Age | | . >= | |
|  | select_one nowhere | job | Job | ${age} == 3 | | secret |
|  | integer | | Height | | | |
|  | begin_group | open | Open | | | |
|  | hologram | h | H | pulldata('a') = 1 | | |
|  | end_repeat | | | | | |
| choices |
|  | list_name | name | label |
|  | yn | | Yes |
""",
    )
    assert [str(fault) for fault in form.faults] == [
        "choices row 2, name: the choice has no name; fill the cell",
        "survey row 2, constraint: the expression ends too early at character 5; correct the expression",
        "survey row 3, type: there is no choice list 'nowhere'; add it to the sheet choices",
        "survey row 3, relevant: there is no '=='; write = at character 8; correct the expression",
        "survey row 3, class: 'secret' is no class; it counts as direct; write one of " + CLASSES,
        "survey row 4, name: the question has no name; give it one",
        "survey row 6, type: XLSForm has no type 'hologram'; it is read as a text",
        "survey row 6, relevant: " + FOREIGN,
        "survey row 7, type: end of a repeat, but the group 'open' is open; pair every begin with its end",
        "survey row 5, type: the group 'open' is not closed; add end_group",
    ]
    assert [question.name for question in form.questions] == ["age", "job", "row_4", "h"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("form.xlsx", b"not a workbook", "FORM_UNREADABLE"),
        ("form.xls", b"not a workbook", "FORM_UNREADABLE"),
        ("form.xlsx", b"PK\x03\x04 broken", "FORM_UNREADABLE"),
        ("form.md", b"no table at all", "FORM_UNREADABLE"),
        ("form.md", b"| survey |\n|  | type | name |\n|  | integer | a | too | many |\n", "FORM_UNREADABLE"),
        (
            "form.md",
            b"| choices |\n|  | list_name | name |\n|  | a | b |\n| x |\n|  | y |",
            "FORM_NO_SURVEY",
        ),
        ("form.md", b"| survey |\n| | \xff |", "FORM_ENCODING"),
        ("form.docx", b"", "FORM_KIND"),
        ("absent.md", None, "FORM_MISSING"),
    ],
)
def test_a_file_that_is_no_form_is_refused_in_one_line(tmp_path, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_form(path)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


# -- real forms -------------------------------------------------------------------------------------


@needs_real_forms
@pytest.mark.parametrize(
    ("name", "questions", "notes", "lists"),
    [
        ("ipa_household_backcheck.xlsx", 52, 10, 60),
        ("ipa_household_survey.xlsx", 241, 26, 60),
        ("pyxform_badly_named_choices_sheet.xls", 3, 0, 1),
        ("pyxform_case_insensitivity.xlsx", 3, 0, 1),
        ("pyxform_duplicate_columns.xlsx", 34, 12, 2),
        ("pyxform_ict_survey_fails.xls", 1, 0, 7),
        ("pyxform_spec_test.xlsx", 34, 12, 2),
        ("pyxform_specify_other.xls", 2, 0, 1),
        ("pyxform_xl_date_ambiguous.xlsx", 4, 0, 1),
    ],
)
def test_real_forms_are_read_whole(name, questions, notes, lists):
    form = read_form(REAL / name)
    assert (len(form.questions), len(form.notes), len(form.choices)) == (questions, notes, lists)


@needs_real_forms
def test_of_the_real_forms_only_foreign_words_are_not_understood():
    """SurveyCTO's own functions and types; every other expression of nine forms is understood."""
    foreign = Counter()
    for path in sorted(REAL.glob("*.xls*")):
        for fault in read_form(path).faults:
            foreign[fault.reason.split(" at character")[0]] += 1
    assert foreign == {
        "the function duration() is outside the supported set": 2,
        "the function pulldata() is outside the supported set": 26,
        "XLSForm has no type 'text audit'": 2,
        "XLSForm has no type 'comments'": 2,
        "XLSForm has no type 'audio audit'": 1,
        "the column 'label' stands twice": 1,
    }


@needs_real_forms
def test_the_rules_of_a_real_form_can_be_evaluated():
    form = read_form(REAL / "ipa_household_survey.xlsx")
    names = {question.name for question in form.questions} | {group.name for group in form.groups}
    unknown = pd.DataFrame({name: pd.Series([None], dtype="object") for name in names})
    evaluated = 0
    for question in form.questions:
        for rule in filter(None, (question.relevant, question.constraint)):
            position = pd.Series([1])
            result = rule.truth(unknown, current=pd.Series([None], dtype="object"), position=position)
            assert result.dtype == "boolean"
            evaluated += 1
    assert evaluated > 200
