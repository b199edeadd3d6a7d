"""Delimited text: encodings, delimiters, quotes, rows of the wrong width, rows that are no records."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgeval.errors import DataError
from kgeval.prepare.read import Limits, read
from kgeval.prepare.read.quotes import audit_quotes
from kgeval.prepare.record import Delivered

HEAD = "id,village,age,note"
ROWS = ["A-1,Xã Bình An,30,tốt", "A-2,Xã Thạnh Lộc,41,", "A-3,Xã Giục Tượng,27,vui"]


def lines(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def write(folder: Path, content: bytes, name: str = "mothers.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def one(folder: Path, content: bytes, **options: object) -> Delivered:
    (table,) = read(write(folder, content), **options)  # type: ignore[arg-type]
    return table


def refused(folder: Path, content: bytes, **options: object) -> DataError:
    with pytest.raises(DataError) as caught:
        one(folder, content, **options)
    assert "\n" not in str(caught.value)
    assert "mothers.csv" in str(caught.value)
    return caught.value


def test_a_clean_file_gives_its_records_and_nothing_else(tmp_path: Path) -> None:
    table = one(tmp_path, lines(*ROWS))
    assert table.records.columns.tolist() == ["id", "village", "age", "note"]
    assert table.records["village"].tolist() == ["Xã Bình An", "Xã Thạnh Lộc", "Xã Giục Tượng"]
    assert table.records["note"].isna().tolist() == [False, True, False]
    assert table.rows.tolist() == [2, 3, 4]
    assert table.records.index[0] == f"{table.source.sha256[:12]}::2"
    assert table.records.dtypes.astype(str).eq("str").all()
    assert table.notes.empty
    assert table.counted == 3
    assert table.letters == {"id": "A", "village": "B", "age": "C", "note": "D"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xef\xbb\xbf" + lines(*ROWS), "BOM_STRIPPED"),
        (b"\xff\xfe" + lines(*ROWS).decode().encode("utf-16-le"), "ENCODING_TRANSCODED"),
        (lines(*ROWS).replace(b",", b";"), "DELIMITER_DETECTED"),
        (lines(*ROWS).replace(b",", b"\t"), "DELIMITER_DETECTED"),
        (b"sep=;\n" + lines(*ROWS).replace(b",", b";"), "SEP_LINE_SKIPPED"),
        (lines(*ROWS).replace(b"\n", b"\r"), "EOL_NORMALISED"),
        (lines(*ROWS).replace(b"\n", b",,\n"), "EMPTY_COLUMN_DROPPED"),
        (lines(*ROWS, 'A-4,cao 5" bé,3,'), "STRAY_QUOTE"),
        (lines("A-1,x,3,"), "TOO_FEW_ROWS"),
    ],
)
def test_what_was_noticed_is_a_note_and_every_record_is_kept(
    tmp_path: Path, content: bytes, code: str
) -> None:
    table = one(tmp_path, content)
    assert code in table.notes["code"].tolist()
    assert len(table.records) == table.counted
    assert table.records.shape[1] == 4


def test_windows_line_ends_and_line_ends_in_quotes_are_no_news(tmp_path: Path) -> None:
    assert one(tmp_path, lines(*ROWS).replace(b"\n", b"\r\n")).notes.empty
    table = one(tmp_path, lines(*ROWS, 'A-4,"a\nb\r\nc ""d""",3,'))
    assert table.notes.empty
    assert table.records["village"].iloc[3] == 'a\nb\r\nc "d"'
    assert table.rows.tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258"])
def test_an_encoding_without_a_mark_must_be_declared(tmp_path: Path, encoding: str) -> None:
    encoded = {
        "tcvn3": b"id,village\nA-1,R\xb9ch Gi\xb8\nA-2,H\xb5 Ti\xaan\nA-3,Ki\xaan L\xad\xacng\n",
        "vni": b"id,village\nA-1,Ra\xefch Gia\xf9\nA-2,Ha\xf8 Tie\xe2n\nA-3,Kie\xe2n L\xf6\xf4ng\n",
        "cp1258": b"id,village\nA-1,Ra\xf2ch Gia\xec\nA-2,Ha\xcc Ti\xean\nA-3,Ki\xean L\xfd\xf5ng\n",
    }[encoding]
    error = refused(tmp_path, encoded)
    assert error.code == "ENCODING_UNKNOWN"
    assert error.declarable
    assert (error.row, error.column) == (2, "village")
    villages = one(tmp_path, encoded, encoding=encoding).records["village"].tolist()
    assert villages == ["Rạch Giá", "Hà Tiên", "Kiên Lương"]


def test_a_declaration_that_looks_wrong_is_doubted(tmp_path: Path) -> None:
    vni = b"id,village\nA-1,Ra\xefch Gia\xf9\nA-2,Ha\xf8 Tie\xe2n\nA-3,Kie\xe2n L\xf6\xf4ng\n"
    assert one(tmp_path, vni, encoding="vni").notes["code"].tolist() == ["ENCODING_TRANSCODED"]
    doubted = one(tmp_path, vni, encoding="tcvn3").notes.set_index("code")
    assert doubted.loc["ENCODING_DOUBTED", "detail"] == "vni"


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (lines(*ROWS, "A-4,caf\ufffd,3,").replace("\ufffd".encode(), b"\xe9"), "ENCODING_BAD_BYTE", 5),
        (lines(*ROWS)[:-1] + ",ế".encode()[:-1], "TRUNCATED", 4),
        (lines(*ROWS).replace(b"vui", b"v\0i"), "NUL_BYTE", 4),
        (lines(ROWS[0], 'A-9,"mở ngoặc,3,', *ROWS[1:]), "UNCLOSED_QUOTE", 3),
        (lines(ROWS[0], 'A-9,x,3,"mở', 'A-8,"a, b",4,'), "UNCLOSED_QUOTE", 3),
        (lines(*ROWS, "A-4;x;3;"), "MIXED_DELIMITERS", 5),
        (lines(*ROWS, "A-4,x")[:-1], "TRUNCATED", 5),
        (lines(*(row + "," for row in ROWS)), "ROW_TOO_LONG", 2),
        (lines(*ROWS).replace(b"note", b" AGE "), "DUPLICATE_HEADER", None),
        (lines(*ROWS).replace(b"note", b""), "EMPTY_HEADER", None),
        (lines(), "EMPTY_TABLE", None),
        (b" \n\t\r\n", "EMPTY_FILE", None),
        ("\n".join([*ROWS, ""]).encode(), "HEADER_MISSING", 1),
        (lines("Mã số?,Xã nào?,Tuổi?,Ghi chú?", *ROWS), None, None),
        (lines(*ROWS, "A-4,x,3," + "y" * 140_000), "FIELD_TOO_LARGE", 5),
        (b"PK\x03\x04 not a text", "FORMAT_MISMATCH", None),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(
    tmp_path: Path, content: bytes, code: str | None, row: int | None
) -> None:
    if code is None:  # one measured column is too little to call a row a second header
        assert len(one(tmp_path, content).records) == 4
        return
    error = refused(tmp_path, content)
    assert error.code == code
    assert error.row == row


def test_a_second_header_row_is_taken_where_it_is_declared(tmp_path: Path) -> None:
    content = (
        "id,age,weight\nWho?,How old?,How much?\n" + "".join(f"A-{n},{20 + n},{n}.5\n" for n in range(1, 7))
    ).encode()
    error = refused(tmp_path, content)
    assert (error.code, error.row, error.declarable) == ("SECOND_HEADER_ROW", 2, True)
    table = one(tmp_path, content, header_rows=2)
    assert table.source.header_row == 2
    assert table.records.columns.tolist() == ["id / Who?", "age / How old?", "weight / How much?"]
    assert table.rows.tolist() == [3, 4, 5, 6, 7, 8]


def test_rows_of_the_wrong_width_are_rejected_with_their_text(tmp_path: Path) -> None:
    table = one(tmp_path, lines(*ROWS, "A-4,x", "A-5,x,1,y,z", "A-6,x,1,y"))
    assert table.rejected["reason"].tolist() == ["ROW_TOO_SHORT", "ROW_TOO_LONG"]
    assert table.rejected["row"].tolist() == [5, 6]
    assert table.rejected["text"].tolist() == ["A-4,x", "A-5,x,1,y,z"]
    assert table.rows.tolist() == [2, 3, 4, 7]


@pytest.mark.parametrize("stray", ["", 'A-9,cao 5" bé,3,'])  # read column by column, and record by record
def test_the_text_of_a_rejected_row_keeps_its_quotes(tmp_path: Path, stray: str) -> None:
    row = 'A-4,"Bình An, ấp ""1""",3,"a\nb",more'
    table = one(tmp_path, lines(*ROWS, *filter(None, [stray]), row))
    assert table.rejected["text"].tolist() == [row]


def test_another_delimiter_is_seen_behind_quotes(tmp_path: Path) -> None:
    """A quoted field that holds the other delimiter: the row is named, not the next one."""
    error = refused(tmp_path, lines(*ROWS, 'A-4;"x; y";3;', "A-5;x;3;"))
    assert (error.code, error.row) == ("MIXED_DELIMITERS", 5)


@pytest.mark.parametrize(
    ("encoding", "good", "bad"), [("utf-8", b"@", b"\xe9"), ("utf-16", b"@\0", b"\xff\xdb")]
)
def test_a_column_is_named_in_any_letters(tmp_path: Path, encoding: str, good: bytes, bad: bytes) -> None:
    text = "Mã hộ,Ý kiến\nA-1,tốt\nA-2,vui\nA-3,@\n".encode(encoding)
    error = refused(tmp_path, text.replace(good, bad))
    assert (error.code, error.row, error.column) == ("ENCODING_BAD_BYTE", 4, "Ý kiến")


def test_a_first_row_that_may_be_a_record_is_not_named(tmp_path: Path) -> None:
    """Without a heading the first cells are a person's."""
    error = refused(tmp_path, "Nguyễn Thị Bí Mật,0912345678\nTr".encode() + b"\xff,0912345679\n")
    assert (error.code, error.row, error.column) == ("ENCODING_BAD_BYTE", 2, "1")
    assert "Mật" not in str(error)


def test_rows_that_are_no_records_are_set_apart_by_kind(tmp_path: Path) -> None:
    rows = [
        "(1),(2),(3),(4)", "I. Xã Bình An,,57,", ROWS[0], "", ROWS[1], HEAD, "II,Xã Giục Tượng,,", ROWS[2],
        ",,,", "Tổng cộng,,98,", ",,,Người lập biểu", ",,,(ký tên)",
    ]  # fmt: skip
    table = one(tmp_path, lines(*rows))
    assert table.records["id"].tolist() == ["A-1", "A-2", "A-3"]
    assert dict(zip(table.structural["row"], table.structural["kind"], strict=True)) == {
        2: "unit", 3: "section", 5: "blank", 7: "repeated_header", 8: "section", 10: "blank", 11: "total",
        12: "signature", 13: "signature",
    }  # fmt: skip
    assert len(table.records) + len(table.structural) == table.counted


def test_names_that_begin_like_a_total_stay_records(tmp_path: Path) -> None:
    names = ["Tổng Thị Hoa,Xã A,30,x", "Cộng Văn Nam,Xã B,31,y", "I Mai,Xã C,33,z"]
    table = one(tmp_path, lines(*names).replace(b"id,", b"name,", 1))
    assert len(table.records) == 3


def test_limits_are_kept(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(60)) + "\n"
    assert refused(tmp_path, wide.encode() * 3, limits=Limits(columns=50)).code == "TOO_MANY_COLUMNS"
    assert refused(tmp_path, lines(*ROWS), limits=Limits(rows=3)).code == "TOO_MANY_ROWS"
    assert refused(tmp_path, lines(*ROWS), limits=Limits(file_bytes=20)).code == "FILE_TOO_LARGE"


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    inside = write(tmp_path, lines(*ROWS))
    for name, code in {"link.csv": "NOT_REGULAR_FILE", "gone.csv": "NOT_FOUND"}.items():
        target = inside if code == "NOT_REGULAR_FILE" else tmp_path / "nothing"
        (tmp_path / name).symlink_to(target)
        with pytest.raises(DataError) as caught:
            read(tmp_path / name)
        assert caught.value.code == code
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="NOT_REGULAR_FILE"):
        read(tmp_path / "folder.csv")


def test_a_name_with_control_characters_stays_on_one_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"", "a\nb\x1b.csv")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).isprintable()
    assert caught.value.file == "a\\nb\\x1b.csv"


@given(
    st.lists(
        st.lists(st.text(alphabet='ab",\n\r;', max_size=5), min_size=3, max_size=3), min_size=1, max_size=8
    )
)
def test_the_second_counter_agrees_with_what_was_written(table: list[list[str]]) -> None:
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table)
    assert audit_quotes(text, ",", "f.csv").records == len(table)
    assert audit_quotes(text, ",", "f.csv").stray == ()
