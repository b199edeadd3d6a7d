"""What a run leaves about itself: ``run.json``, and a log for each area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kgeval.errors import UserError
from kgeval.run.graph import GOOD
from kgeval.run.job import JobResult
from kgeval.store import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run was asked to do: the study, its data as they were at the start, the parameters."""

    study: str
    study_sha256: str
    study_folder: str  # relative to the output folder, where that is possible
    data_folder: str
    data: Mapping[str, str]
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]
    synthetic: bool
    started: datetime


def run_files(asked: Asked, results: Sequence[JobResult]) -> dict[str, bytes]:
    """Return path below the output folder to content: ``run.json``, ``logs/<area>.log``.

    Only ``run.json`` knows of time; two runs over the same input leave the same logs.
    """
    logs = {
        f"logs/{folder}.log": "".join(_line(result) for result in results if result.folder == folder).encode()
        for folder in dict.fromkeys(result.folder for result in results)
    }
    return {**logs, "run.json": to_json(_record(asked, results))}


def exit_code(results: Sequence[JobResult]) -> int:
    """Return 0 where all went well, 4 for a disk or a lock, 130 after Ctrl-C.

    Where nothing at all could be done because of the user's input, it is that error's own code;
    where some areas failed, it is 1.
    """
    statuses = {result.status for result in results}
    failed = [result for result in results if result.status == "failed"]
    if "interrupted" in statuses:
        return 130
    if not failed:
        return 0
    codes = {_code(result) for result in failed}
    if 4 in codes:
        return 4
    nothing_done = statuses <= {"failed", "skipped"}
    return codes.pop() if nothing_done and len(codes) == 1 else 1


def _code(result: JobResult) -> int:
    from kgeval import errors

    kind = getattr(errors, result.error_type, None)
    return kind.exit_code if isinstance(kind, type) and issubclass(kind, UserError) else 1


def _record(asked: Asked, results: Sequence[JobResult]) -> dict[str, Any]:
    failed = any(result.status not in GOOD for result in results)
    interrupted = any(result.status == "interrupted" for result in results)
    return {
        "study": asked.study,
        "study_sha256": asked.study_sha256,
        "study_folder": asked.study_folder,
        "data_folder": asked.data_folder,
        "data": dict(asked.data),
        "synthetic": asked.synthetic,
        "parameters": dict(asked.parameters),
        "versions": dict(asked.versions),
        "started": asked.started.isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - asked.started).total_seconds(), 1),
        "status": "interrupted" if interrupted else "failed" if failed else "done",
        "jobs": [_job(result) for result in results],
    }


def _job(result: JobResult) -> dict[str, Any]:
    return {
        "notebook": result.notebook,
        "area": result.area,
        "folder": result.folder,
        "status": result.status,
        "seconds": round(result.seconds, 2),
        "cell": result.cell,
        "error": result.error,
        "reason": result.reason,
    }


def _line(result: JobResult) -> str:
    said = f"cell {result.cell}: {result.error}" if result.cell else result.error or result.reason
    return f"{result.notebook}: {result.status}{f' – {said}' if said else ''}\n"


def kept_notebook(out: Path, result: JobResult) -> Path | None:
    """Return the notebook that a job left, if it came so far as to leave one."""
    path = out / result.folder / "notebooks" / f"{result.notebook}.ipynb"
    return path if path.is_file() else None
