"""What the command says when a run is over."""

from __future__ import annotations

from kgeval.run.job import JobResult
from kgeval.run.resume import FIRST
from kgeval.run.shown import renewals


def job(folder: str, status: str, reason: str) -> JobResult:
    return JobResult(notebook="10_clean", area=folder, folder=folder, status=status, reason=reason)


def test_what_ran_again_says_why_once_for_all_that_share_the_reason():
    changed = [job(folder, "done", "data changed: a.csv") for folder in ("north", "south", "west", "east")]
    edited = job("islands", "failed", "its files were changed or removed")
    others = [job("coast", "done", FIRST), job("hills", "unchanged", "nothing changed")]
    assert renewals([*changed, edited, *others]) == [
        "4 ran again, data changed: a.csv: north 10_clean, south 10_clean, west 10_clean …",
        "1 ran again, its files were changed or removed: islands 10_clean",
    ]
