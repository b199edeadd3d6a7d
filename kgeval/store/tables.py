"""A table as bytes: Parquet, where types come back as they were, and CSV for every other program."""

from __future__ import annotations

import io
import json

import pandas as pd

from kgeval.store.provenance import Provenance


def parquet(frame: pd.DataFrame, provenance: Provenance) -> bytes:
    """Return a table as Parquet that carries its provenance."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(_in_arrow(frame), preserve_index=False)
    about = json.dumps(provenance.as_dict(), ensure_ascii=False, sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"kgeval": about})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as UTF-8, comma-separated, with decimal points and ISO dates."""
    moments = [str(name) for name, kind in frame.dtypes.items() if pd.api.types.is_datetime64_any_dtype(kind)]
    dates = {name: _iso(frame[name]) for name in moments}
    return frame.assign(**dates).to_csv(index=False, lineterminator="\n").encode()


def _in_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its text in Arrow: the file is the same however it lay in memory."""
    lies = pd.StringDtype("pyarrow", na_value=float("nan"))
    return frame.astype({name: lies for name, kind in frame.dtypes.items() if kind == "str"})


def _iso(moments: pd.Series) -> pd.Series:
    said = moments.dropna()
    midnight = bool((said == said.dt.normalize()).all())
    fraction = ".%f" * bool((said.dt.microsecond != 0).any())
    zone = "%z" * (moments.dt.tz is not None)
    text: pd.Series = moments.dt.strftime(
        f"%Y-%m-%d{zone}" if midnight else f"%Y-%m-%dT%H:%M:%S{fraction}{zone}"
    )
    return text
