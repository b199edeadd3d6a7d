"""Clean files, spoiled at random in a seeded way: every one is taken whole or refused in one line.

``pytest tests/fuzz`` spoils 2,000 files. For more, or for other seeds:

    python tests/fuzz/test_mutations.py --count 50000 --seed 7

A fault that is found there is one to keep: its number is the seed of its file.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from kgeval.errors import DataError
from kgeval.plan.form import Choice, Form, Question
from kgeval.prepare.clean import clean_table
from kgeval.prepare.decode import Manner, decode
from kgeval.prepare.read import arrange, match_columns, read
from kgeval.prepare.record import Delivered

COUNT, BATCHES = 2_000, 8
WHOLE_WAY = 40  # every so many files go through cleaning as well, which takes its time

YES = (Choice(name="1", label={"vi": "Có", "en": "Yes"}), Choice(name="2", label={"vi": "Không", "en": "No"}))
FORM = Form(
    key="mothers",
    title="Mothers",
    version="1",
    default_language="vi",
    languages=("vi", "en"),
    questions=(
        Question(name="mother_id", type="text", required=True, personal="none"),
        Question(name="day", type="date", required=True, personal="none"),
        Question(name="village", type="text", personal="indirect"),
        Question(name="age", type="integer", personal="none", missing_codes=("98",)),
        Question(name="income", type="decimal", personal="sensitive"),
        Question(name="reads", type="select_one", choices=YES, personal="none"),
        Question(name="channels", type="select_multiple", choices=YES, personal="none"),
        Question(name="called", type="time", personal="none"),
        Question(name="note", type="text", personal="direct"),
    ),
    notes=(),
    groups=(),
    choices={},
    record_key=("mother_id",),
)
HEADER = [question.name for question in FORM.questions]
NASTY = [
    "", " ", "\u00a0", "NA", "-", "#REF!", "=1+1", "1e999", "-0", "1.234", "1,5", "2tr5", "9" * 400,
    "31/02/2024", "03/04/2024", "0000-00-00", "9999-12-31", "60", "\x00", "\x1b[2J", "\u202e", "\ud7ff",
    "\ufffe", "a\nb", "a\rb", '"', '""', ";", "\t", "Tổng cộng", "I. Xã", "(1)", "Người lập biểu",
    "Có; Không", "nan", "inf", "٣", "²", "Cô", "TrÃ´ng", "R¹ch Gi¸", "../..", "$(x)", "{{1}}", "<b>",
    "true", "1 2", "1,2", "25:99", "8h", "x" * 2000,
]  # fmt: skip


def record(rng: random.Random, number: int) -> list[str]:
    return [
        f"G-{number:04d}",
        f"2020-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        rng.choice(["Xã Bình An", "Xã Thạnh Lộc", "Thị trấn Minh Lương, khu 2"]),
        str(rng.randint(15, 49)),
        f"{rng.uniform(0, 9e6):.2f}",
        rng.choice(["1", "2", "Có"]),
        rng.choice(["1", "1 2", ""]),
        f"{rng.randint(7, 18):02d}:{rng.randint(0, 59):02d}",
        rng.choice(["", "vui", 'nói "có", rồi thôi', "hai\ndòng"]),
    ]


def table(rng: random.Random) -> list[list[str]]:
    return [list(HEADER), *(record(rng, number) for number in range(rng.choice([1, 2, 5, 12, 30])))]


def as_text(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in f'{delimiter}"\r\n') else cell

    return "".join(delimiter.join(map(quoted, row)) + end for row in rows)


# ---- spoiling the table --------------------------------------------------------------------------

Rows = list[list[str]]


def nasty_cell(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if row:
        row[rng.randrange(len(row))] = rng.choice(NASTY)


def lost_cell(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if row:
        del row[rng.randrange(len(row))]


def further_cell(rng: random.Random, rows: Rows) -> None:
    row = rng.choice(rows)
    row.insert(rng.randint(0, len(row)), rng.choice(NASTY))


def row_again(rng: random.Random, rows: Rows) -> None:
    rows.insert(rng.randint(0, len(rows)), list(rng.choice(rows)))


def lost_row(rng: random.Random, rows: Rows) -> None:
    if len(rows) > 1:
        del rows[rng.randrange(len(rows))]


def blank_row(rng: random.Random, rows: Rows) -> None:
    rows.insert(rng.randint(0, len(rows)), rng.choice([[], [""] * len(HEADER), [" "]]))


def column_of_one(rng: random.Random, rows: Rows) -> None:
    place, value = rng.randrange(len(HEADER)), rng.choice(NASTY)
    for row in rows[1:]:
        if place < len(row):
            row[place] = value


def columns_in_disorder(rng: random.Random, rows: Rows) -> None:
    order = rng.sample(range(len(HEADER)), len(HEADER))
    for row in rows:
        if len(row) == len(HEADER):
            row[:] = [row[place] for place in order]


def column_twice(rng: random.Random, rows: Rows) -> None:
    place = rng.randrange(len(HEADER))
    for row in rows:
        if place < len(row):
            row.append(row[place])


TABLE_FAULTS = [
    nasty_cell, nasty_cell, nasty_cell, lost_cell, further_cell, row_again, lost_row, blank_row,
    column_of_one, columns_in_disorder, column_twice,
]  # fmt: skip

# ---- spoiling the bytes --------------------------------------------------------------------------


def flipped(rng: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        spoiled[rng.randrange(len(spoiled))] = rng.randrange(256)
    return bytes(spoiled)


def cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def without_some(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randint(1, 40) :]


def with_some(rng: random.Random, data: bytes) -> bytes:
    place = rng.randint(0, len(data))
    piece = rng.choice(
        [b'"', b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n\n", b",", b";", b"\x1a", b"\xe1\xba"]
    )
    return data[:place] + piece * rng.choice([1, 1, 2, 9]) + data[place:]


BYTE_FAULTS = [flipped, cut, without_some, with_some]
ENCODINGS = [*["utf-8"] * 9, "utf-8-sig", "utf-16", "utf-16-le", "cp1258"]


def spoiled_text(rng: random.Random) -> tuple[str, bytes]:
    rows = table(rng)
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        rng.choice(TABLE_FAULTS)(rng, rows)
    text = as_text(rows, rng.choice(",,,;\t|"), rng.choice(["\n", "\n", "\r\n", "\r"]))
    data = text.encode(rng.choice(ENCODINGS), "replace")
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        data = rng.choice(BYTE_FAULTS)(rng, data) if data else data
    return "m.csv", data


def spoiled_workbook(rng: random.Random) -> tuple[str, bytes]:
    rows = table(rng)
    for _ in range(rng.choice([0, 1, 2])):
        rng.choice(TABLE_FAULTS)(rng, rows)
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows:
        cells = [
            re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", "", cell) for cell in row
        ]  # XML has none of these
        sheet.append([float(c) if rng.random() < 0.3 and c.isascii() and c.isdigit() else c for c in cells])
    stream = io.BytesIO()
    workbook.save(stream)
    data = at_no_time(stream.getvalue())
    if rng.random() < 0.4:
        data = with_spoiled_part(rng, data)
    if rng.random() < 0.4:
        data = rng.choice(BYTE_FAULTS)(rng, data)
    return "m.xlsx", data


def with_spoiled_part(rng: random.Random, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    chosen = rng.choice([*parts])
    return archive({**parts, chosen: rng.choice(BYTE_FAULTS)(rng, parts[chosen])})


def at_no_time(data: bytes) -> bytes:
    """Return a workbook without the moment of its making, so that a seed gives the same bytes again."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: re.sub(rb"20[0-9-]{8}T[0-9:]{8}Z", b"2020-01-01T00:00:00Z", old.read(name))
                 for name in old.namelist()}  # fmt: skip
    return archive(parts)


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


# ---- what must hold ------------------------------------------------------------------------------


def conserved(table_: Delivered) -> None:
    """Each row stands in exactly one place, under a name of its own."""
    parts = [table_.records.index, table_.structural.index, table_.rejected.index]
    rids = [rid for part in parts for rid in part]
    assert len(rids) == len(set(rids)) == table_.counted
    assert table_.rows.index.equals(table_.records.index)
    assert table_.rejected["text"].str.len().gt(0).all()


def decoded_whole(table_: Delivered) -> None:
    """Each cell is the same, changed with a line, or set aside with a fault."""
    matching = match_columns(table_, FORM)
    arranged = arrange(table_, matching)
    manner = Manner(date_system=table_.source.date_system)
    for name in arranged.answers:
        texts = arranged.answers[name]
        native = None if arranged.native is None else arranged.native[name]
        result = decode(texts, FORM.question(str(name)), manner, native=native)
        assert result.values.index.equals(texts.index)
        lost = texts.notna() & result.values.isna()
        told = {*result.changes["rid"], *result.faults.loc[result.faults["blanked"], "rid"]}
        assert set(texts.index[lost]) <= told
        assert not set(result.changes["rid"]) & set(result.faults.loc[result.faults["blanked"], "rid"])


def tried(folder: Path, seed: int) -> str:
    """Spoil one file and read it; return ``taken`` or the code of the refusal."""
    rng = random.Random(seed)
    make: Callable[[random.Random], tuple[str, bytes]]
    make = spoiled_workbook if rng.random() < 0.25 else spoiled_text
    name, data = make(rng)
    path = folder / name
    path.write_bytes(data)
    try:
        tables = read(path, form=FORM)
        for table_ in tables:
            conserved(table_)
            decoded_whole(table_)
        if seed % WHOLE_WAY == 0:
            clean_table(tables, FORM)
    except DataError as error:
        message = str(error)
        assert "\n" not in message
        assert message.isprintable()
        assert name in message
        return error.code
    return "taken"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_file_is_half_taken(batch: int, tmp_path: Path) -> None:
    size = COUNT // BATCHES
    seeds = range(batch * size, (batch + 1) * size)
    outcomes = [tried(tmp_path, seed) for seed in seeds]
    taken = outcomes.count("taken")
    assert size * 0.1 < taken < size * 0.9  # else the spoiling tests nothing
    assert len(set(outcomes)) > 8


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--count", type=int, default=COUNT)
    options.add_argument("--seed", type=int, default=0, help="number of the first file")
    chosen = options.parse_args()
    outcomes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(chosen.seed, chosen.seed + chosen.count):
            try:
                outcome = tried(Path(folder), seed)
            except BaseException:
                sys.stderr.write(f"file {seed}\n")
                raise
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    for outcome, count in sorted(outcomes.items(), key=lambda pair: -pair[1]):
        sys.stdout.write(f"{count:8} {outcome}\n")


if __name__ == "__main__":
    main()
