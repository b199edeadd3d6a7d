"""The lines of a cleaning log, whoever wrote it: what each says was done, to which record and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from kgeval.errors import DataError
from kgeval.prepare.lexicon import words
from kgeval.prepare.typed import MISSING

LOG_COLUMNS = {"key": "rid", "column": "column", "old": "expects_raw", "new": "new_value", "action": "action"}
Kind = Literal["remove", "blank", "set", "none"]
_KINDS: tuple[Kind, ...] = (
    "set",
    "none",
    "remove",
    "blank",
)  # the first whose words an action holds; else "set"


def cleaning_lines(log: pd.DataFrame | None, names: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the log's lines in its order: line (from 1), key, column, old, new, action, kind, whole.

    ``whole`` marks lines about each cell of a column: kgeval's own have a sheet's ``rid``.

    Raises
    ------
    DataError
        A column that ``names`` or the log must have is not there.
    """
    names = names or {}
    wanted = {**LOG_COLUMNS, **names}
    if log is None:
        log = pd.DataFrame({name: pd.Series(dtype="str") for name in wanted.values()})
    needed = [wanted[part] for part in LOG_COLUMNS if part in {"key", "column", *names}]
    # whoever left --log-columns out never named "rid": say how the log's own names are told
    told = "name the log's own with --log-columns key=…,column=…,old=…,new=…,action=…: its "
    need_columns(log, needed, "the log", told)
    lines = pd.DataFrame({"line": np.arange(1, len(log) + 1)})
    for part in LOG_COLUMNS:
        given = log[wanted[part]] if wanted[part] in log else pd.Series("", index=log.index)
        text = same_letters(given.reset_index(drop=True))
        lines[part] = text.mask(text.isin(MISSING), "")
    rids = same_letters(log["rid"].reset_index(drop=True)) if "rid" in log else lines["key"]
    whole = rids.str.endswith(":") & (lines["column"] != "")
    kinds = {action: _kind(action) for action in lines["action"].unique()}
    kind = lines["action"].map(kinds).astype("str")
    return lines.assign(kind=kind.mask((kind == "blank") & (lines["new"] != ""), "set"), whole=whole)


def same_letters(values: pd.Series) -> pd.Series:
    """Return texts without spaces around them and with letters composed, missing as empty."""
    text = values.astype("str").fillna("").str.strip()
    return text if text.str.isascii().all() else text.map(lambda one: unicodedata.normalize("NFC", one))


def need_columns(frame: pd.DataFrame, columns: list[str], which: str, told: str = "") -> None:
    """Raise for the first column that the frame lacks; ``told`` says how to name another."""
    for column in columns:
        if column not in frame:
            raise DataError(
                "MISSING_COLUMN",
                f"{which} has no column of that name",
                hint=f"{told}columns are {', '.join(map(str, list(frame.columns)[:12]))} …",
                column=column,
            )


def _kind(action: str) -> Kind:
    said = " ".join(re.split(r"[\W_]+", unicodedata.normalize("NFC", action).lower()))
    return next((kind for kind in _KINDS if _says(kind).search(said)), "set")


@cache
def _says(kind: Kind) -> re.Pattern[str]:
    """Return the pattern of an action of this kind: its words, and others that begin like a stem (``…*``)."""
    stems = (
        re.escape(word.removesuffix("*")) + r"\b" * (not word.endswith("*"))
        for word in words(f"action_{kind}")
    )
    return re.compile(rf"\b(?:{'|'.join(stems)})")
