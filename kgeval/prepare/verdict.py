"""What is to be said of a file as a whole: taken clean, taken with a log, taken in part, refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from kgeval.errors import DataError
from kgeval.prepare.assemble import Cleaned

VERDICTS = ("accept_clean", "accept_logged", "accept_partial", "reject_unless_declared", "reject_file")
COUNTS = (
    "rows_in", "kept", "rejected", "structural", "blank_rows", "cells_corrected", "cells_blanked",
    "cells_set_aside", "columns_set_aside",
)  # fmt: skip

_AS_INTENDED = frozenset({"LABEL_TO_CODE"})  # labels are one of the two ways to deliver a choice


def file_accounts(cleaned: Cleaned) -> list[dict[str, Any]]:
    """Return the account of each file with its verdict and the codes that led to it."""
    accounts = cleaned.accounts
    entries = []
    for file, sheets in accounts.groupby("file", sort=False):
        findings = cleaned.findings.loc[cleaned.findings["file"] == file]
        log = cleaned.corrections.loc[cleaned.corrections["file"] == file]
        counts = _counts(sheets)
        codes = sorted({*findings["check"], *log["rule"]} - _AS_INTENDED)
        set_aside = (findings["action"] == "cell_blanked") & (findings["severity"] == "error")
        in_part = counts["rejected"] or counts["structural"] or set_aside.any()
        verdict = "accept_partial" if in_part else "accept_logged" if codes else "accept_clean"
        entries.append({"file": file, "verdict": verdict, "codes": codes, **counts})
    return entries


def refused_account(file: str, error: DataError) -> dict[str, Any]:
    """Return the account of a file that was not taken."""
    verdict = "reject_unless_declared" if error.declarable else "reject_file"
    return {"file": file, "verdict": verdict, "codes": [error.code], **dict.fromkeys(COUNTS, 0)}


def total(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the account of all files together: the gravest verdict, all codes, the sums."""
    entries = list(entries)
    return {
        "verdict": max((entry["verdict"] for entry in entries), key=VERDICTS.index),
        "codes": sorted({code for entry in entries for code in entry["codes"]}),
        **{name: sum(entry[name] for entry in entries) for name in COUNTS},
    }


def _counts(sheets: pd.DataFrame) -> dict[str, int]:
    """Sum the accounts of a file's sheets; blank rows are counted apart, as they hold nothing."""
    blank = int(sheets["blank_rows"].sum())
    sums = {
        name: int(sheets[name].sum())
        for name in (
            "kept",
            "rejected",
            "cells_corrected",
            "cells_blanked",
            "cells_set_aside",
            "columns_set_aside",
        )
    }
    rows = {
        "rows_in": int(sheets["records"].sum()) - blank,
        "structural": int(sheets["structural"].sum()) - blank,
        "blank_rows": blank,
    }
    return {name: (rows | sums)[name] for name in COUNTS}
