"""What a run leaves is a contract: columns that the code adds or renames are told in docs/outputs.md."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from kgeval.evaluate.correction_effect import EFFECTS
from kgeval.evaluate.review import CHANGES, ESTIMATES
from kgeval.evaluate.turnover import COUNTS
from kgeval.evaluate.verdict import COLUMNS
from kgeval.prepare.account import ACCOUNT
from kgeval.prepare.assemble import ADDED, STRUCTURAL
from kgeval.prepare.journal import FINDINGS, REJECTED
from kgeval.prepare.log import LOG_COLUMNS
from kgeval.run.record import Asked, run_files

PAGE = (Path(__file__).parents[1] / "docs" / "outputs.md").read_text(encoding="utf-8")
CONTRACT = PAGE.split("## The folder of a run")[1].split("\n## ")[0]
ROWS = {
    row.split("|")[1].split("`")[1]: row.split("|")[3] for row in CONTRACT.splitlines() if row[:3] == "| `"
}


def told(file: str) -> list[str]:
    """Return the names in code type of a file's row, in their order."""
    return [name for code in ROWS[file].split("`")[1::2] for name in re.findall(r"\w+", code)]


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("results/estimates", ESTIMATES),
        ("results/changes", (*CHANGES, "kind", *COUNTS, "flag")),
        ("results/verdicts", COLUMNS),
        ("results/correction_effects", EFFECTS),
        ("findings", FINDINGS),
        ("corrections", LOG_COLUMNS),
        ("accounts", ACCOUNT),
        ("rejected", REJECTED),
        ("structural", STRUCTURAL),
    ],
)
def test_the_columns_of_a_file_are_told_in_their_order(file: str, columns: tuple[str, ...]) -> None:
    assert told(file) == list(columns)


def test_what_every_clean_table_begins_with_is_told() -> None:
    assert told("clean/<table>")[: len(ADDED)] == list(ADDED)


def test_everything_in_the_record_of_a_run_is_told() -> None:
    asked = Asked(
        study="s", study_sha256="", study_folder="", data_folder="", data={}, parameters={}, versions={},
        synthetic=False, started=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    job = SimpleNamespace(
        notebook="n", area="", folder="all", status="done", seconds=0.0, cell="", error="", reason=""
    )
    record = json.loads(run_files(asked, [job])["run.json"])
    assert {*record, *record["jobs"][0]} <= set(told("run.json"))
