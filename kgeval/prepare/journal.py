"""From a table's history to what people read: log lines, findings, rejected rows.

The values of questions of class ``direct`` are masked everywhere here; what stood there is kept
beside, in the frames called restricted. Findings mask sensitive answers as well.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kgeval.plan.form import Form
from kgeval.prepare.draft import Draft
from kgeval.prepare.log import LOG_COLUMNS, sheet_of, whole_column
from kgeval.prepare.outcome import CHANGE, frame

MASK = "•"
FINDINGS = (
    "check", "severity", "table", "rid", "file", "sheet", "row", "key", "column", "seen", "action", "detail",
)  # fmt: skip
REJECTED = ("rid", "file", "sheet", "row", "table", "reason", "pointer", "text")


def direct(form: Form) -> frozenset[str]:
    """Return the questions whose answers identify a person by themselves."""
    return frozenset(question.name for question in form.questions if question.personal == "direct")


def masked(form: Form) -> frozenset[str]:
    """Return the questions whose answers stay in the restricted store: of class direct or restricted."""
    return frozenset(q.name for q in form.questions if q.personal in {"direct", "restricted"})


def hidden(form: Form) -> frozenset[str]:
    """Return the questions whose answers are not shown in findings: masked and sensitive ones."""
    return masked(form) | {q.name for q in form.questions if q.personal == "sensitive"}


def log_lines(draft: Draft) -> pd.DataFrame:
    """Return the lines of the table's log with all values, not yet numbered.

    Changes of whole columns come first, then each record's changes in the order of the steps.
    """
    rejections = draft.rejections
    lines = pd.concat(
        [
            frame(draft.history.changes, CHANGE),
            pd.DataFrame(
                {"rid": rejections["rid"], "action": "reject", "rule": rejections["reason"],
                 "rule_kind": "automatic", "evidence": rejections["pointer"]}
            ).astype("str"),
        ],
        ignore_index=True,
    ).fillna("")  # fmt: skip
    lines = lines.assign(raw_value="", expects_raw="")
    lines = _located(lines, draft)
    lines = lines.sort_values("position", kind="stable", ignore_index=True)
    return _chained_values(lines, draft).reindex(columns=list(LOG_COLUMNS))


def masked_lines(lines: pd.DataFrame, form: Form) -> pd.DataFrame:
    """Return log lines without the values of direct and restricted columns."""
    personal = lines["column"].isin(masked(form))
    if not personal.any() and not direct(form) & set(form.record_key):
        return lines
    told = lines.copy()
    for column in ("raw_value", "new_value", "expects_raw"):
        told[column] = told[column].mask(personal & (told[column] != ""), MASK)
    keys_personal = bool(direct(form) & set(form.record_key))
    return told.assign(key=MASK) if keys_personal else told


def findings(draft: Draft) -> pd.DataFrame:
    """Return the table's findings (``FINDINGS``); direct and sensitive answers are masked."""
    told = _located(draft.findings.assign(table=draft.table), draft)
    told["seen"] = _seen(told, draft)
    private = told["column"].isin(hidden(draft.form)) | (told["check"] == "PII_IN_TEXT")
    told["seen"] = told["seen"].mask(private & (told["seen"] != ""), MASK)
    gone = pd.MultiIndex.from_frame(draft.rejections[["rid", "reason"]])
    took_the_row = pd.MultiIndex.from_frame(told[["rid", "check"]]).isin(gone)
    told["action"] = told["action"].mask(took_the_row, "row_rejected")
    if direct(draft.form) & set(draft.key_columns):
        told["key"] = told["key"].mask(told["key"] != "", MASK)
    told = told.sort_values("position", kind="stable", ignore_index=True)
    return told.loc[:, list(FINDINGS)]


def rejected_rows(draft: Draft, *, restricted: bool) -> pd.DataFrame:
    """Return the rejected rows (``REJECTED``) with their whole text, one line a row and reason.

    The text is ``column=value`` for each answer. Where ``restricted`` is not asked for, direct and
    restricted answers are masked, and so is all of a row that could not be laid out in columns.
    """
    if draft.rejections.empty:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in REJECTED})
    rows = _located(draft.rejections.assign(table=draft.table), draft)
    texts = _row_texts(draft, rows["rid"], restricted=restricted)
    return rows.assign(text=rows["rid"].map(texts).fillna("")).loc[:, list(REJECTED)]


def _row_texts(draft: Draft, rids: pd.Series, *, restricted: bool) -> dict[str, str]:
    withheld = frozenset() if restricted else masked(draft.form)
    texts = {
        str(rid): text if restricted else MASK for rid, text in draft.untabled.items() if rid in set(rids)
    }
    rows = draft.text.loc[draft.text.index.isin(rids)]
    for rid, row in zip(rows.index, rows.itertuples(index=False), strict=True):
        pairs = zip(rows.columns, row, strict=True)
        texts[str(rid)] = " | ".join(
            f"{name}={MASK if name in withheld else value}" for name, value in pairs if isinstance(value, str)
        )
    return texts


def _located(rows: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Add file, sheet, row, key and the record's position to rows that name a ``rid``."""
    rid = pd.Index(rows["rid"].to_numpy(dtype=object), dtype=object)
    sheets = draft.sheets.reindex(sheet_of(rid))  # also of rows that are no records, and of whole sheets
    located = rows.copy()
    for column in ("source_sha256", "file", "sheet"):
        located[column] = sheets[column].fillna("").to_numpy()
    row = pd.to_numeric(rid.str.rsplit(":", n=1).str[-1].to_series(), errors="coerce")
    located["row"] = row.astype("Int64").array
    located["key"] = draft.keys(rid).fillna("").to_numpy()
    located["position"] = draft.origin.index.get_indexer(rid)
    return located


def _seen(rows: pd.DataFrame, draft: Draft) -> pd.Series:
    """Return the delivered text of the cell that each finding is about; empty where it is about none."""
    places = draft.text.index.get_indexer(pd.Index(rows["rid"].to_numpy(dtype=object), dtype=object))
    seen = np.full(len(rows), "", dtype=object)
    for column, lines in rows.groupby("column", sort=False).indices.items():
        if column in draft.text:
            known = lines[places[lines] >= 0]
            seen[known] = draft.text[str(column)].array.take(places[known]).fillna("").to_numpy(dtype=object)
    return pd.Series(seen, index=rows.index, dtype="str")


def _chained_values(lines: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Fill in what was delivered (``raw_value``) and what each line found (``expects_raw``)."""
    lines = lines.copy()
    wide = whole_column(lines) | (lines["action"] == "rename_column")
    lines.loc[wide, ["raw_value", "expects_raw"]] = lines.loc[wide, ["expects", "expects"]].to_numpy()
    cells = lines.loc[~wide & (lines["column"] != "")]
    raw = _seen(cells, draft)
    lines.loc[cells.index, "raw_value"] = raw
    codes = lines.loc[whole_column(lines)].set_index(["rid", "column", "raw_value"])["new_value"]
    start = _after_decoding(cells, raw, codes)
    before = cells.groupby(["rid", "column"], sort=False)["new_value"].shift()
    lines.loc[cells.index, "expects_raw"] = before.fillna(start)
    kept = lines["action"] == "accept_as_is"
    lines.loc[kept, "new_value"] = lines.loc[kept, "expects_raw"]
    return lines


def _after_decoding(cells: pd.DataFrame, raw: pd.Series, codes: pd.Series) -> pd.Series:
    """Return what a cell holds once the changes of whole columns are made."""
    if codes.empty:
        return raw
    sheets = cells["rid"].str.rsplit(":", n=1).str[0] + ":"
    asked = pd.MultiIndex.from_arrays([sheets, cells["column"], raw])
    return pd.Series(codes.reindex(asked).to_numpy(), index=raw.index, dtype="str").fillna(raw)
