"""Which versions of the form were in use, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLUMNS = ("round", "version", "submissions", "share", "enumerators", "first", "last", "look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The version that should be in use; empty: that of the study's form, or any where it says none."""

    current: str = ""


def versions(
    submissions: pd.DataFrame,
    form_version: str,
    parameters: Versions = Versions(),
) -> pd.DataFrame:
    """Return one row a round and version (``COLUMNS``).

    Parameters
    ----------
    submissions
        One row a submission: round, version ("" where it names none), enumerator, day.
    form_version
        The version of the study's form.
    """
    told = submissions.assign(version=submissions["version"].fillna(""))
    by = told.groupby(["round", "version"], sort=True)
    table = pd.DataFrame(
        {
            "submissions": by.size(), "enumerators": by["enumerator"].nunique(),
            "first": by["day"].min(), "last": by["day"].max(),
        }
    ).reset_index()  # fmt: skip
    total = table.groupby("round")["submissions"].transform("sum")
    right = parameters.current or form_version
    return table.assign(
        share=table["submissions"] / total, look=(table["version"] != right) & (right != "")
    ).reindex(columns=list(COLUMNS))
