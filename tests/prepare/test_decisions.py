"""From a filled findings workbook to replayed corrections: the way an evaluator goes, end to end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from kgeval.cli import _run
from kgeval.present.labels import labels

Broken = Callable[[bytes], bytes]
GROUPS = """id,svy,district,day,children,safe
g1,0,North,2018-09-03,12,1
g2,0,North,2018-09-04,many,1
g3,0,North,2018-09-05,20,1
g3,0,North,2018-09-05,21,1
g4,0,North,2018-12-31,22,1
g5,0,North,2019-03-01,9,1
"""
STAFF = "id,group,role,certified,years\ns1,g1,1,1,3\n"


@pytest.fixture
def folders(study: object, data: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    (data / "groups.csv").write_text(GROUPS, encoding="utf-8")
    (data / "staff_2018.csv").write_text(STAFF, encoding="utf-8")
    return tmp_path / "study", data, tmp_path / "out"


def clean(folders: tuple[Path, Path, Path]) -> pd.DataFrame:
    plan, sent, out = folders
    assert (
        _run(["clean", str(plan), "--data", str(sent), "--out", str(out), "--area", "01", "--lang", "en"])
        == 0
    )
    return pd.read_csv(out / "north" / "clean" / "groups.csv", dtype=str).set_index("id")


def test_what_is_printed_is_the_totals_and_fits_a_page(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, out = folders
    clean(folders)
    said = capsys.readouterr().out.splitlines()
    table = said[1 : said.index(next(line for line in said if "findings," in line))]
    assert max(map(len, table)) <= 100
    accounts = pd.read_csv(out / "north" / "accounts.csv")
    records = accounts.groupby("table")["records"].sum()
    rows = [line.split() for line in table]
    printed = {row[0]: int(row[1]) for row in rows if row and row[-1].isdigit()}
    assert printed == records.to_dict() | {"all": records.sum()}
    assert not any(".csv" in line for line in table)


def fill(path: Path, check: str, decisions: dict[int, tuple[str, str]], *, by: str = "A person") -> None:
    """Fill in decisions by row of the delivered file, as somebody would: by the headings."""
    book = load_workbook(path)
    sheet = book[labels("en")[f"findings.tab.{check}"]]
    head = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        row = sheet.cell(line, head["Row"]).value
        if row in decisions:
            said, value = decisions[row]
            sheet.cell(line, head["Decision"]).value = said
            sheet.cell(line, head["Right value"]).value = value or None
            sheet.cell(line, head["Reason"]).value = "looked up on paper"
            sheet.cell(line, head["Decided by"]).value = by
    book.save(path)


def test_decisions_are_taken_replayed_and_refused_once_stale(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plan, sent, out = folders
    before = clean(folders)
    assert set(before.index) == {"g1", "g2", "g4", "g5"}
    book = out / "north" / "findings.xlsx"
    fill(book, "NOT_A_NUMBER", {3: ("Set the right value", "14")})
    fill(book, "CONFLICTING_DUPLICATE", {4: ("Reject this record", "")})
    fill(book, "DATE_OUT_OF_WINDOW", {7: ("Accept as it is", "")})
    assert _run(["decide", str(plan), str(book)]) == 0
    said = capsys.readouterr().out
    assert "3 decisions, 3 of them new" in said
    assert f"written to {plan / 'corrections.csv'}" in said
    lines = pd.read_csv(plan / "corrections.csv", dtype=str, keep_default_na=False)
    assert lines["action"].tolist() == ["reject", "set", "accept_as_is"]
    assert lines.loc[1, ["file", "row", "key", "column", "expects_raw", "new_value"]].tolist() == [
        "groups.csv", "3", "g2", "children", "many", "14",
    ]  # fmt: skip

    after = clean(folders)
    assert after["children"].to_dict() == {"g1": "12", "g2": "14", "g3": "21", "g4": "22", "g5": "9"}
    log = pd.read_csv(out / "north" / "corrections.csv", dtype=str)
    manual = log.loc[log["rule_kind"] == "manual"]
    assert set(manual["decided_by"]) == {"A person"}
    found = pd.read_csv(out / "north" / "findings.csv", dtype=str)
    assert "DATE_OUT_OF_WINDOW" not in set(found["check"])  # accepted: not asked again
    assert _run(["decide", str(plan), str(book)]) == 0
    said = capsys.readouterr().out
    assert "0 of them new" in said
    assert "nothing new" in said
    assert "written" not in said

    # The district sends the file anew: one value mended there, the other rows moved by one.
    changed = GROUPS.replace("g2,0,North,2018-09-04,many,1\n", "g2,0,North,2018-09-04,15,1\n")
    (sent / "groups.csv").write_text(changed, encoding="utf-8")
    again = clean(folders)
    assert again.loc["g2", "children"] == "15"
    assert "g3" not in again.index  # nothing says which of the two records the rejection is about now
    said = capsys.readouterr().out
    refused = pd.read_csv(out / "north" / "refused.csv", dtype=str)
    assert refused["why"].tolist() == ["unknown_row", "stale"]
    assert "stale" in said
    assert "many" not in said
    found = pd.read_csv(out / "north" / "findings.csv", dtype=str)
    assert "DATE_OUT_OF_WINDOW" not in set(found["check"])  # found again by file, key and value
    sheet = load_workbook(out / "north" / "findings.xlsx")[labels("en")["findings.sheet.refused"]]
    assert sheet.max_row == 3


def test_what_decides_nothing_clear_is_named_row_by_row_and_nothing_is_written(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plan, _, out = folders
    clean(folders)
    book = out / "north" / "findings.xlsx"
    fill(book, "NOT_A_NUMBER", {3: ("Set the right value", "")})
    fill(book, "CONFLICTING_DUPLICATE", {4: ("Throw away", ""), 5: ("Reject this record", "")}, by="")
    capsys.readouterr()
    assert _run(["decide", str(plan), str(book)]) == 2
    complained = capsys.readouterr().err.splitlines()
    assert len(complained) == 3
    assert any("none of the list" in line for line in complained)
    assert any("who decided" in line for line in complained)
    assert not (plan / "corrections.csv").exists()


def test_a_value_that_nobody_can_read_is_not_accepted_as_it_is(folders: tuple[Path, Path, Path]) -> None:
    plan, _, out = folders
    clean(folders)
    fill(out / "north" / "findings.xlsx", "NOT_A_NUMBER", {3: ("Accept as it is", "")})
    assert _run(["decide", str(plan), str(out / "north" / "findings.xlsx")]) == 0
    clean(folders)
    refused = pd.read_csv(out / "north" / "refused.csv", dtype=str)
    assert refused["why"].tolist() == ["accepted_nothing"]


def _cut(content: bytes) -> bytes:
    """A workbook whose copying broke off."""
    return content[: len(content) // 2]


def _repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(changed, "w") as archive:
        for name in whole.namelist():
            part = change(name, whole.read(name))
            if part is not None:
                archive.writestr(name, part)
    return changed.getvalue()


def _without_its_book(content: bytes) -> bytes:
    """An archive that is whole, but no workbook."""
    return _repacked(content, lambda name, part: None if name == "xl/workbook.xml" else part)


def _of_damaged_sheets(content: bytes) -> bytes:
    return _repacked(content, lambda name, part: part[:-40] if "/worksheets/" in name else part)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("study.toml", lambda _: b'key = "no workbook"\n'),
        ("findings.xls", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("empty.xlsx", lambda _: b""),
        ("cut.xlsx", _cut),
        ("no_book.xlsx", _without_its_book),
        ("damaged.xlsx", _of_damaged_sheets),
    ],
)
def test_a_file_that_is_no_workbook_is_said_to_be_none(
    folders: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str], name: str, broken: Broken
) -> None:
    plan, _, out = folders
    clean(folders)
    path = out / name
    path.write_bytes(broken((out / "north" / "findings.xlsx").read_bytes()))
    capsys.readouterr()
    assert _run(["decide", str(plan), str(path)]) == 2
    complained = capsys.readouterr().err.splitlines()
    assert len(complained) == 1
    assert f"{name}: this is no Excel workbook that can be read" in complained[0]
    assert "`kgeval clean`" in complained[0]
    assert not (plan / "corrections.csv").exists()
