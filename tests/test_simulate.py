"""Simulation on a small made-up study: chance, population, truth, sample, files, faults."""

import csv
import io
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from kgeval.errors import ParameterError, StudyError
from kgeval.plan.study import Study, read_study
from kgeval.simulate import Records, population, sample, simulate, true_values
from kgeval.simulate.choices import Chance
from kgeval.simulate.dial import Dial
from kgeval.simulate.draw import Scene, stream

STUDY = """
key = "toy"
languages = ["vi", "en"]
title = "Toy"
area_level = "District"
whole = "All"
[rounds.baseline]
year = 2001
label = "First"
starts = 2001-03-01
ends = 2001-05-31
[rounds.endline]
year = 2003
label = "Second"
starts = 2003-03-01
ends = 2003-05-31
[tables.pupils]
label = "Pupils"
unit = "pupil"
files = ["pupils_*.csv"]
round = { column = "round", values = { baseline = "1", endline = "2" } }
area = { column = "district" }
design = { weight = "weight", cluster = "school", stratum = "district" }
[tables.teachers]
label = "Teachers"
unit = "teacher"
files = ["teachers_*.xlsx"]
round = { column = "round", values = { baseline = "1", endline = "2" } }
area = { prefix = "teacher_id" }
design = { census = true }
"""
AREAS = """code,key,valid_from,valid_to,parent,label_vi,label_en,aliases
7,north,,,,Nórth,North,Nor;N.
8,south,,,,Sóuth,South,Sou
"""
PUPILS = """
| survey |
|  | type | name | label::vi | label::en | required | relevant | constraint | class |
|  | text | pupil_id | Id | Id | yes | | | indirect |
|  | select_one round | round | Round | Round | yes | | | none |
|  | select_one area | district | District | District | yes | | | none |
|  | text | school | School | School | yes | | | indirect |
|  | decimal | weight | Weight | Weight | yes | | . > 0 | none |
|  | date | seen_on | Seen on | Seen on | yes | | | none |
|  | text | phone | Phone | Phone | | | | direct |
|  | begin_group | answers | Answers | Answers | | | | |
|  | select_one yn | reads | Reads | Reads | yes | | | none |
|  | integer | books | Books | Books | | ${reads} = 1 | . >= 0 and . <= 40 | none |
|  | integer | fee | Fee | Fee | | | . >= 0 and . <= 9000000 | none |
|  | decimal | way | Way | Way | | | . >= 0 and . <= 20 | none |
|  | select_multiple subject | subjects | Subjects | Subjects | | | | none |
|  | end_group | | | | | | | |
| choices |
|  | list_name | name | label::vi | label::en |
|  | round | 1 | Một | First |
|  | round | 2 | Hai | Second |
|  | area | 7 | Nórth | North |
|  | area | 8 | Sóuth | South |
|  | yn | 1 | Có | Yes |
|  | yn | 0 | Không | No |
|  | subject | a | A | A |
|  | subject | b | B | B |
| settings |
|  | form_title | form_id | version | default_language | key |
|  | Pupils | pupils | 1 | vi | pupil_id round |
"""
TEACHERS = """
| survey |
|  | type | name | label::vi | label::en | required | relevant | constraint | class |
|  | text | teacher_id | Id | Id | yes | | | indirect |
|  | select_one round | round | Round | Round | yes | | | none |
|  | begin_group | trained_group | Đào tạo | Training | | | | |
|  | select_one yn | trained | Được đào tạo | Trained | yes | | | none |
|  | integer | pay | Lương | Pay | | | . >= 0 and . <= 9000000 | none |
|  | end_group | | | | | | | |
| choices |
|  | list_name | name | label::vi | label::en |
|  | round | 1 | Một | First |
|  | round | 2 | Hai | Second |
|  | yn | 1 | Có | Yes |
|  | yn | 0 | Không | No |
| settings |
|  | form_title | form_id | version | default_language | key |
|  | Teachers | teachers | 1 | vi | teacher_id round |
"""
INDICATORS = """
[READ]
table = "pupils"
kind = "share"
label = "Reads"
unit = "pupil"
succeeds = "${reads} = 1"
[READ.variants.many]
succeeds = "${books} >= 10"
counts = "${reads} = 1"
[TRAINED]
table = "teachers"
kind = "count"
label = "Trained"
unit = "teacher"
succeeds = "${trained} = 1"
"""
MODEL = """
watermark = "NOT REAL"
[units.schools]
count = { "7" = 30, "8" = 12 }
[units.schools.answers]
school = { id = "{area}-S{serial:02d}" }
size = { uniform = { low = 10, high = 30 }, step = 1, keep = true }
[units.pupils]
within = "schools"
rounds = "new"
count = { compute = "${size}" }
[units.pupils.answers]
pupil_id = { id = "{school}-P{serial:03d}", within = "school" }
district = { compute = "${area}" }
seen_on = { day = { from = "opens", to = "closes" } }
phone = { text = ["0320000###"] }
reads = { chance = { baseline = 0.4, endline = 0.7 }, icc = 0.1, cluster = "school" }
books = { poisson = { mean = 9 }, high = 40 }
fee = { lognormal = { median = 1000000, p90 = 2000000 }, high = 9000000, step = 100000 }
way = { uniform = { low = 0.1, high = 9 }, step = 0.1 }
subjects = { several = { a = 0.5, b = 0.5 } }
[units.teachers]
within = "schools"
count = 3
rounds = "turnover"
turnover = 0.4
[units.teachers.answers]
teacher_id = { id = "{school}-T{serial:02d}", within = "school" }
trained = { chance = { baseline = 0.5, endline = { "7" = 0.6, "8" = 0.9 } }, even = true }
pay = { normal = { mean = 4000000, sd = 500000 }, step = 1000 }
[sampling]
unit = "schools"
column = "school"
clusters = { "7" = 10, "8" = 6 }
take = { pupils = 5 }
[deliver.pupils]
style = "kobo"
file = "pupils_{year}.csv"
[deliver.teachers]
style = "workbook"
file = "teachers_{area}_{year}.xlsx"
notation = "labels"
totals = ["pay"]
[letterhead]
above = ["Office | State", "{table} {area} {year}"]
subtotal = "Total"
below = ["Signed"]
hidden_column = "Notes"
[dirt]
date_swap = 0.1
impossible_date = 0.02
decimal_comma = 0.2
thousands_dot = 0.1
unit_million = 0.1
place_variant = 0.2
nfd = 0.2
spaces = 0.05
missing_code = 0.05
other_notation = 0.1
broken_skip = 0.1
out_of_range = 0.1
old_phone = 0.5
exact_duplicate = 0.05
conflicting_duplicate = 0.05
[words]
missing_code = ["98", "x"]
unit_million = ["{number} million"]
old_prefix = ["032=0162"]
"""


def write_study(folder: Path, model: str = MODEL) -> Study:
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    files = {
        "study.toml": STUDY, "areas.csv": AREAS, "indicators.toml": INDICATORS, "simulation.toml": model,
        "forms/pupils.md": PUPILS, "forms/teachers.md": TEACHERS,
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_study(folder)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return write_study(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def people(study: Study) -> Records:
    return population(study, 1)


# ---- chance


def test_clusters_share_the_declared_correlation() -> None:
    clusters, size = 2000, 20
    rows = pd.DataFrame(
        {"round": "baseline", "area": "7", "school": np.repeat(np.arange(clusters), size).astype(str)}
    )
    draw = Chance(chance=Dial(number=0.6), icc=0.08, cluster="school")
    answers = draw(Scene(rows=rows, rng=stream(3, "reads"), units={}, windows={})).eq("1")
    shares = answers.groupby(rows["school"]).mean()
    # the variance of cluster shares is p(1-p)(icc + (1-icc)/size)
    expected = 0.24 * (0.08 + 0.92 / size)
    assert answers.mean() == pytest.approx(0.6, abs=0.01)
    assert shares.var() == pytest.approx(expected, rel=0.1)


def test_even_chances_come_out_as_declared(people: Records) -> None:
    teachers = people.tables["teachers"]
    share = teachers["trained"].eq("1").groupby([teachers["round"], teachers["area"]]).mean()
    assert share["endline", "7"] == pytest.approx(0.6, abs=1 / 90)
    assert share["endline", "8"] == pytest.approx(0.9, abs=1 / 36)


def test_a_further_answer_moves_no_other(study: Study, people: Records, tmp_path: Path) -> None:
    longer = MODEL.replace("books = {", "luck = { chance = 0.5 }\nbooks = {")
    more = population(write_study(tmp_path, longer), 1)
    pd.testing.assert_frame_equal(more.tables["pupils"], people.tables["pupils"])


# ---- population


def test_population_is_a_clean_table(study: Study, people: Records) -> None:
    pupils = people.tables["pupils"]
    assert list(pupils.columns[:3]) == ["rid", "round", "area"]
    assert "phone" not in pupils  # class direct
    assert "phone" in people.frames["pupils"]
    assert pupils["books"].dtype == "Int64"
    assert pupils["way"].dtype == "float64"
    assert pupils["seen_on"].dtype == "datetime64[us]"
    assert pupils["reads"].dtype == "str"
    assert pupils["weight"].eq(1).all()
    assert pupils["rid"].is_unique


def test_skips_and_windows_hold(people: Records) -> None:
    pupils = people.tables["pupils"]
    assert pupils.loc[pupils["reads"].eq("0"), "books"].isna().all()
    assert pupils.loc[pupils["reads"].eq("1"), "books"].notna().all()
    years = pupils["seen_on"].dt.year.groupby(pupils["round"]).unique()
    assert years["baseline"].tolist() == [2001]
    assert years["endline"].tolist() == [2003]


def test_new_persons_have_new_codes_and_lasting_ones_keep_theirs(people: Records) -> None:
    pupils, teachers = people.tables["pupils"], people.tables["teachers"]
    assert pupils["pupil_id"].is_unique
    codes = {key: set(part) for key, part in teachers.groupby("round")["teacher_id"]}
    stayed = len(codes["baseline"] & codes["endline"]) / len(codes["baseline"])
    assert stayed == pytest.approx(0.6, abs=0.12)  # 126 places, 40 % change hands


def test_a_model_that_breaks_the_form_is_refused(tmp_path: Path) -> None:
    wild = MODEL.replace(
        "books = { poisson = { mean = 9 }, high = 40 }", "books = { poisson = { mean = 60 } }"
    )
    with pytest.raises(StudyError, match=r"books: \d+ of \d+ answers break"):
        population(write_study(tmp_path, wild), 1)


def test_faults_of_a_model_are_told_all_at_once(tmp_path: Path) -> None:
    broken = MODEL.replace("count = 3", 'count = 3\nwihtin = "x"').replace(
        "chance = { baseline = 0.4, endline = 0.7 }", "chance = { baseline = 0.4 }"
    )
    broken = broken.replace("[dirt]", "[dirt]\nfleas = 1")
    with pytest.raises(StudyError) as caught:
        population(write_study(tmp_path, broken), 1)
    told = "\n".join(caught.value.faults)
    assert "wihtin" in told
    assert "endline" in told
    assert "fleas" in told


# ---- truth


def test_truth_is_the_value_in_the_population(people: Records) -> None:
    truth = true_values(people).set_index(["indicator", "variant", "round", "area"])
    pupils, teachers = people.tables["pupils"], people.tables["teachers"]
    readers = pupils[pupils["round"].eq("endline") & pupils["area"].eq("8")]["reads"].eq("1")
    assert truth.loc[("READ", "main", "endline", "8"), "value"] == pytest.approx(readers.mean())
    assert truth.loc[("READ", "main", "endline", "8"), "n"] == len(readers)
    some = pupils[pupils["round"].eq("baseline") & pupils["reads"].eq("1")]
    assert truth.loc[("READ", "many", "baseline", "all"), "value"] == pytest.approx(
        some["books"].ge(10).mean()
    )
    trained = teachers["round"].eq("endline") & teachers["trained"].eq("1")
    assert truth.loc[("TRAINED", "main", "endline", "all"), "value"] == trained.sum()


# ---- sample


def test_sample_has_the_declared_stages_and_weights(people: Records) -> None:
    pupils, all_pupils = sample(people, 1).tables["pupils"], people.tables["pupils"]
    clusters = pupils.groupby(["area", "round"])["school"].unique().map(set)
    assert [len(clusters[area, "endline"]) for area in ("7", "8")] == [10, 6]
    assert clusters["7", "baseline"] == clusters["7", "endline"]
    assert pupils.groupby(["school", "round"]).size().eq(5).all()
    size = all_pupils.groupby(["school", "round"]).size()
    first = pupils.iloc[0]
    schools = {"7": 30 / 10, "8": 12 / 6}[first["area"]]
    assert first["weight"] == pytest.approx(schools * size[first["school"], first["round"]] / 5, abs=1e-4)


def test_weighted_totals_are_right_on_average(people: Records) -> None:
    pupils = people.tables["pupils"]
    true = (pupils["round"].eq("endline") & pupils["reads"].eq("1")).sum()
    totals = []
    for seed in range(200):
        drawn = sample(people, seed).tables["pupils"]
        readers = drawn["round"].eq("endline") & drawn["reads"].eq("1")
        totals.append(drawn.loc[readers, "weight"].sum())
    error = np.std(totals, ddof=1) / np.sqrt(len(totals))
    assert abs(np.mean(totals) - true) < 4 * error


def test_a_census_is_not_sampled(people: Records) -> None:
    pd.testing.assert_frame_equal(sample(people, 1).tables["teachers"], people.tables["teachers"])


# ---- files


@pytest.fixture(scope="module")
def delivered(study: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    out = tmp_path_factory.mktemp("delivered")
    return out, simulate(study, out, seed=5).faults


def test_same_seed_same_bytes(study: Study, delivered: tuple[Path, pd.DataFrame], tmp_path: Path) -> None:
    out, _ = delivered
    again = simulate(study, tmp_path / "again", seed=5)
    assert sorted(path.name for path in again.paths) == sorted(path.name for path in out.iterdir())
    for path in again.paths:
        assert path.read_bytes() == (out / path.name).read_bytes(), path.name
    other = simulate(study, tmp_path / "other", seed=6)
    assert any(path.read_bytes() != (out / path.name).read_bytes() for path in other.paths)


def test_every_file_says_that_it_is_simulated(delivered: tuple[Path, pd.DataFrame]) -> None:
    out, _ = delivered
    assert (out / "SYNTHETIC.txt").read_text(encoding="utf-8").startswith("NOT REAL")
    assert read_csv(out / "pupils_2001.csv")[1][-1] == "NOT REAL"
    assert read_sheet(out / "teachers_north_2003.xlsx")[0][0] == "NOT REAL"


def test_each_fault_stands_where_the_list_says(delivered: tuple[Path, pd.DataFrame]) -> None:
    out, faults = delivered
    cells = faults[faults["column"].ne("") & faults["delivered_value"].ne("")]
    assert cells["fault"].nunique() >= 12
    for fault in cells.itertuples():
        assert cell_of(out, fault) == fault.delivered_value, fault


def test_nothing_else_differs_from_the_clean_files(
    study: Study, delivered: tuple[Path, pd.DataFrame], tmp_path: Path
) -> None:
    out, faults = delivered
    clean = simulate(study, tmp_path, seed=5, faults=False)
    assert clean.faults.empty
    spoiled = {(fault.file, fault.key, fault.column) for fault in faults.itertuples()}
    repeated = {(f.file, f.row) for f in faults.itertuples() if f.fault.endswith("duplicate")}
    name = "pupils_2003.csv"
    dirty, pure = read_csv(out / name), read_csv(tmp_path / name)
    originals = [row for number, row in enumerate(dirty[1:], start=2) if (name, number) not in repeated]
    assert len(originals) == len(pure) - 1
    for row, true in zip(originals, pure[1:], strict=True):
        answers = zip(pure[0], row, true, strict=True)
        for column, cell, truth in answers:
            question = column.rpartition("/")[2]
            if (
                (name, f"{true[pure[0].index('pupil_id')]} endline", question) not in spoiled
                and column[0] != "_"
                and column not in ("start", "end")
            ):
                assert cell == truth, (column, cell, truth)


def test_a_fault_that_leaves_a_possible_answer_is_not_findable(delivered: tuple[Path, pd.DataFrame]) -> None:
    _, faults = delivered
    missing = faults[faults["fault"].eq("missing_code")]
    x = missing[missing["delivered_value"].eq("x")]
    assert not x.empty
    assert x["findable"].eq("yes").all()
    fees = missing[missing["delivered_value"].eq("98") & missing["column"].eq("fee")]
    assert not fees.empty
    assert fees["findable"].eq("no").all()  # 98 is a possible fee
    ranges = faults[faults["fault"].eq("out_of_range")]
    assert not ranges.empty
    assert ranges["findable"].eq("yes").all()


def test_the_list_of_faults_shows_no_direct_identifier(delivered: tuple[Path, pd.DataFrame]) -> None:
    _, faults = delivered
    phones = faults[faults["column"].eq("phone")]
    assert not phones.empty
    assert phones["true_value"].eq("").all()
    assert phones["delivered_value"].eq("").all()


def test_a_workbook_looks_like_a_districts(delivered: tuple[Path, pd.DataFrame]) -> None:
    out, faults = delivered
    rows = read_sheet(out / "teachers_north_2003.xlsx")
    assert rows[1][0] == "Office"
    assert rows[2][0] == "Teachers Nórth 2003"
    header = next(number for number, row in enumerate(rows) if row[0] == "No.")
    assert rows[header][3] == "Đào tạo"
    assert rows[header + 1][3] == "Được đào tạo"
    assert rows[header + 2][:2] == ["(1)", "(2)"]
    total = faults[faults["file"].eq("teachers_north_2003.xlsx") & faults["fault"].eq("total_row")].iloc[0]
    assert rows[total["row"] - 1][1] == "Total"


def test_real_files_are_never_written_over(study: Study, tmp_path: Path) -> None:
    (tmp_path / "mothers.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="no simulation made"):
        simulate(study, tmp_path, seed=5)
    assert [path.name for path in tmp_path.iterdir()] == ["mothers.csv"]


def test_an_earlier_simulation_is_replaced_whole(study: Study, tmp_path: Path) -> None:
    simulate(study, tmp_path, seed=5, faults=False)
    stale = tmp_path / "pupils_2001.csv"
    stale.write_text("old", encoding="utf-8")
    simulate(study, tmp_path, seed=6)
    assert stale.read_text(encoding="utf-8") != "old"


@cache
def read_csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


@cache
def read_sheet(path: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def cell_of(out: Path, fault: tuple[object, ...]) -> str:
    name, row, column = str(fault.file), int(fault.row), str(fault.column)  # type: ignore[attr-defined]
    if name.endswith(".csv"):
        rows = read_csv(out / name)
        place = [head.rpartition("/")[2] for head in rows[0]].index(column)
        return rows[row - 1][place]
    label = {"teacher_id": "Id", "round": "Round", "trained": "Được đào tạo", "pay": "Lương"}[column]
    rows = read_sheet(out / name)
    header = next(number for number, cells in enumerate(rows) if label in cells)
    return rows[row - 1][rows[header].index(label)]
