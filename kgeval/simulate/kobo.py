"""Text files: as the Kobo server exports them, or plain."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from kgeval.simulate.cells import DraftFile
from kgeval.simulate.draw import stream

BOM = "\ufeff"


def kobo_csv(draft: DraftFile, watermark: str, seed: int) -> tuple[bytes, Mapping[int, int]]:
    """Return the file as the Kobo server exports it, and the row in which each record stands.

    UTF-8 with a byte order mark; a column is named by its groups and its question; a question with
    several answers has one column for all and one 0/1 column for each; the server's own columns
    frame the answers; the last column says that the file is simulated.
    """
    cells = draft.cells
    before, after = _server_columns(draft, seed)
    columns = [before]
    for question in draft.questions:
        columns.append(cells[[question.name]].set_axis([question.path], axis=1))
        if question.type == "select_multiple":
            codes = [choice.name for choice in question.choices]
            columns.append(_split(cells[question.name], question.path, codes))
    columns += [after, pd.DataFrame({"_synthetic": watermark}, index=cells.index)]
    return _bytes(pd.concat(columns, axis=1)), _rows(cells)


def plain_csv(draft: DraftFile, watermark: str) -> tuple[bytes, Mapping[int, int]]:
    """Return a plain table with one column a question, and the row in which each record stands."""
    cells = draft.cells.assign(_synthetic=watermark)
    return _bytes(cells), _rows(cells)


def _split(answers: pd.Series, path: str, codes: list[str]) -> pd.DataFrame:
    named = answers.str.split()
    columns = {f"{path}/{code}": named.map(lambda row, code=code: str(int(code in row))) for code in codes}
    return pd.DataFrame(columns).where(answers.ne(""), "")


def _server_columns(draft: DraftFile, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = stream(seed, "server", draft.file)
    number = len(draft.cells)
    starts = _starts(draft, rng)
    ends = [
        start + timedelta(minutes=int(minutes))
        for start, minutes in zip(starts, rng.integers(12, 55, number), strict=True)
    ]
    sent = [
        end + timedelta(minutes=int(minutes))
        for end, minutes in zip(ends, rng.integers(1, 600, number), strict=True)
    ]
    form = draft.table.form
    before = {"start": [_stamp(moment) for moment in starts], "end": [_stamp(moment) for moment in ends]}
    after = {
        "__version__": [form.version] * number,
        "_id": [str(identity) for identity in 100_000 + np.arange(number)],
        "_uuid": [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(number)],
        "_submission_time": [moment.strftime("%Y-%m-%dT%H:%M:%S") for moment in sent],
    }
    return pd.DataFrame(before, index=draft.cells.index), pd.DataFrame(after, index=draft.cells.index)


def _starts(draft: DraftFile, rng: np.random.Generator) -> list[datetime]:
    """Return when each interview began: on its own first date, where the form asks one."""
    dates = [question.name for question in draft.questions if question.type == "date"]
    number = len(draft.cells)
    minutes = rng.integers(7 * 60, 18 * 60, number)
    if dates:
        days = draft.records[dates[0]].bfill().ffill().to_list()
    else:
        days = [datetime(draft.round.year if draft.round else 2000, 1, 1)] * number
    return [
        datetime.combine(pd.Timestamp(day).date(), time()) + timedelta(minutes=int(minute))
        for day, minute in zip(days, minutes, strict=True)
    ]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+07:00")


def _bytes(table: pd.DataFrame) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(table.to_numpy().tolist())
    return (BOM + text.getvalue()).encode("utf-8")


def _rows(cells: pd.DataFrame) -> dict[int, int]:
    return {int(record): row for row, record in enumerate(cells.index, start=2)}
