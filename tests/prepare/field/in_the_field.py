"""A small survey in the field: a sample list, forty mothers with planted faults, five back-checks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

STUDY = {
    "study.toml": """
        key = "small"
        languages = ["vi", "en"]
        title = { vi = "Nhỏ", en = "Small" }
        area_level = { vi = "Huyện", en = "District" }
        whole = { vi = "Toàn bộ", en = "All" }
        [rounds.base]
        year = 2018
        label = { vi = "Đầu kỳ", en = "Baseline" }
        [rounds.end]
        year = 2020
        label = { vi = "Cuối kỳ", en = "Endline" }
        [tables.list]
        label = { vi = "Danh sách", en = "List" }
        unit = { vi = "bà mẹ", en = "mother" }
        files = ["list.csv"]
        [tables.list.round]
        always = "end"
        [tables.list.area]
        column = "district"
        [tables.mothers]
        label = { vi = "Bà mẹ", en = "Mothers" }
        unit = { vi = "bà mẹ", en = "mother" }
        files = ["mothers.csv"]
        [tables.mothers.round]
        column = "svy"
        values = { base = "1", end = "2" }
        [tables.mothers.area]
        column = "district"
        [tables.later]
        label = { vi = "Chưa gửi", en = "Later" }
        unit = { vi = "phiếu", en = "form" }
        files = ["later.csv"]
        form = "list"
        [tables.later.round]
        always = "end"
        [tables.later.area]
        column = "district"
    """,
    "areas.csv": "code,key,label_vi,label_en\n01,north,Bắc,North\n02,south,Nam,South\n",
    "indicators.toml": "",
    "norms.toml": "",
    "field.toml": """
        [codes.dont_know]
        ynd = "8"
        [codes.refused]
        pay = "-9"
        [codes.other]
        why = "96"
        [parameters.outlier]
        multiplier = 3
        by = ["round"]
        [tables.mothers]
        enumerator = "enumerator"
        consent = "${consent} = 1"
        start = "start"
        end = "end"
        version = "__version__"
        age = { months = "months" }
        [tables.mothers.grids]
        play = ["g1", "g2", "g3", "g4"]
        [tables.mothers.other]
        why_other = "why"
        [tables.mothers.sample]
        table = "list"
        by = "id"
        list_by = "listed"
        complete = "${consent} = 1"
        [tables.mothers.back_check]
        files = ["again*.csv"]
        checker = "enumerator"
        type1 = ["months"]
        type2 = ["why", "pay"]
        okrange = { pay = "10%" }
    """,
    "forms/list.md": """
        | survey |
        |   | type | name | label::vi | label::en | required | class |
        |   | text | listed | Mã | Id | yes | none |
        |   | text | district | Huyện | District | yes | none |
        | settings |
        |   | form_title | form_id | version | default_language | key |
        |   | List | list | 1 | vi | listed |
    """,
    "forms/mothers.md": """
        | survey |
        |   | type | name | label::vi | label::en | required | relevant | constraint | class | missing |
        |   | text | id | Mã | Id | yes | | | none | |
        |   | text | svy | Đợt | Round | yes | | | none | |
        |   | text | district | Huyện | District | yes | | | none | |
        |   | text | enumerator | Điều tra viên | Enumerator | | | | indirect | |
        |   | select_one yn | consent | Đồng ý | Consent | yes | | | none | |
        |   | text | name | Họ tên | Name | | ${consent} = 1 | | direct | |
        |   | integer | months | Tháng tuổi | Months | yes | ${consent} = 1 | . >= 0 and . <= 60 | none | |
        |   | integer | children | Số con | Children | | ${consent} = 1 | | none | |
        |   | integer | pay | Thu nhập | Pay | | ${consent} = 1 | | sensitive | -9 |
        |   | select_one ynd | g1 | Một | One | | ${consent} = 1 | | none | |
        |   | select_one ynd | g2 | Hai | Two | | ${consent} = 1 | | none | |
        |   | select_one ynd | g3 | Ba | Three | | ${consent} = 1 | | none | |
        |   | select_one ynd | g4 | Bốn | Four | | ${consent} = 1 | | none | |
        |   | select_multiple why | why | Vì sao | Why | | ${consent} = 1 | | none | |
        |   | text | why_other | Khác, ghi rõ | Other, specify | | selected(${why}, '96') | | none | |
        | choices |
        |   | list_name | name | label::vi | label::en |
        |   | yn | 1 | Có | Yes |
        |   | yn | 0 | Không | No |
        |   | ynd | 1 | Có | Yes |
        |   | ynd | 0 | Không | No |
        |   | ynd | 8 | Không biết | Do not know |
        |   | why | 1 | Xa | Far |
        |   | why | 2 | Đắt | Dear |
        |   | why | 96 | Khác | Other |
        | settings |
        |   | form_title | form_id | version | default_language | key |
        |   | Mothers | mothers | 3 | vi | id svy |
    """,
}
NAME = "Nguyen Thi Secret"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.splitlines()) + "\n", encoding="utf-8")
    return folder


def mothers() -> pd.DataFrame:
    """Return forty mothers of the endline as they came in, nothing wrong with them."""
    number = range(40)
    started = [pd.Timestamp(2020, 9, 1 + i // 5, 8 + i % 5, 0) for i in number]
    return pd.DataFrame(
        {
            "start": [f"{moment:%Y-%m-%dT%H:%M:%S}.000+07:00" for moment in started],
            "end": [
                f"{started[i] + pd.Timedelta(minutes=25 + i % 12):%Y-%m-%dT%H:%M:%S}.000+07:00"
                for i in number
            ],
            "id": [f"M{i:02d}" for i in number],
            "svy": "2",
            "district": ["01" if i < 20 else "02" for i in number],
            "enumerator": [f"E{i % 4}" for i in number],
            "consent": "1",
            "name": NAME,
            "months": [str(6 + i % 25) for i in number],
            "children": [str(1 + i % 4) for i in number],
            "pay": [str(4_000_000 + 100_000 * (i % 10)) for i in number],
            **{f"g{q}": [str((i + q) % 2) for i in number] for q in (1, 2, 3, 4)},
            "why": [("1 2", "2", "1")[i % 3] for i in number],
            "why_other": "",
            "__version__": "3",
        }
    )


def spoilt() -> pd.DataFrame:
    """Return the same mothers with one fault of each kind; the row of the file is the index + 2."""
    rows = mothers()
    rows.loc[0, "end"] = rows.loc[0, "start"].replace("T08:00", "T08:02")  # two minutes
    rows.loc[1, "start"], rows.loc[1, "end"] = "2020-09-01T02:10:00+07:00", "2020-09-01T02:40:00+07:00"
    rows.loc[2, "children"] = "40"
    rows.loc[3, "children"] = "30"  # accepted in corrections.csv
    rows.loc[4, "pay"] = "45000000"
    rows.loc[5, ["g1", "g2", "g3", "g4"]] = "8"
    rows.loc[6, "months"] = "77"  # no child of the survey
    rows.loc[7, "months"] = ""
    rows.loc[8, "pay"] = "-9.0"  # as pandas writes -9 beside empty cells
    rows.loc[9, ["why", "why_other"]] = ["96", "no bus"]
    rows.loc[10, "__version__"] = "2"
    rows.loc[11, "id"] = "X11"  # not in the list; M11 is still to be met
    again = rows.loc[[12]].assign(children="3", why="2 1", name="Somebody Else")  # "1 2" in another order
    return pd.concat([rows, again], ignore_index=True)


def deliver(folder: Path) -> tuple[Path, Path]:
    """Write the study and its data, and return both folders."""
    study, data = write(folder / "study", STUDY), folder / "data"
    data.mkdir()
    rows = spoilt()
    rows.to_csv(data / "mothers.csv", index=False)
    listed = mothers()[["id", "district"]].rename(columns={"id": "listed"})
    listed.to_csv(data / "list.csv", index=False)
    again = mothers().loc[[20, 21, 22, 23], ["id", "svy", "enumerator", "months", "pay", "why"]]
    again = again.assign(enumerator="B1", pay=["4300000", "4100000", "4200000", "4300000"])
    again.loc[21, "months"] = "59"
    again.loc[22, "why"] = " ".join(reversed(again.loc[22, "why"].split()))
    again.loc[23, "id"] = "Q99"
    again.to_csv(data / "again_1.csv", index=False)
    accepted = {
        "table": "mothers", "key": "M03", "round": "end", "column": "children", "expects_raw": "30",
        "action": "accept_as_is", "reason": "asked again", "decided_by": "supervisor",
    }  # fmt: skip
    pd.DataFrame([accepted]).to_csv(study / "corrections.csv", index=False)
    return study, data
