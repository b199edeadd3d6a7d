"""Which jobs of an earlier run are still good, and why the others are not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kgeval.run.commit import intact, manifest
from kgeval.run.graph import Job
from kgeval.run.job import Setting, given
from kgeval.store import SIDECAR, fingerprints, sha256, to_json

FIRST = "it has not run yet"
_SAID = {
    "notebook": "the notebook changed",
    "parameters": "parameters changed",
    "study": "the study changed",
    "code": "kgeval's code changed",
    "versions": "versions of libraries changed",
    "page": "what pages show changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all jobs of a run stand on.

    Parameters
    ----------
    study
        Fingerprint of the study's folder.
    data
        Delivered file to sha256.
    versions
        Package to version.
    force
        Run everything again, whatever is there.
    """

    study: str
    data: Mapping[str, str]
    versions: Mapping[str, str]
    force: bool = False


def causes(job: Job, setting: Setting, ground: Ground) -> dict[str, Any]:
    """Return everything that decides what a job leaves; call it when what it waits for is over.

    A job that reads no delivered file itself (its notebook says ``"data": false``) depends on them
    only through the tables it reads.
    """
    return {
        "notebook": job.notebook.sha256,
        "parameters": _digest(_asked(job, setting)),
        "study": ground.study,
        "data": dict(ground.data) if job.notebook.reads_data else {},
        "code": _code(),
        "versions": _digest(dict(ground.versions)),
        "page": _digest([setting.lang, dict(setting.page_options), dict(setting.titles)]),
        "tables": {key: _tables(setting.out, key) for key in sorted(job.waits_for)},
    }


def why(job: Job, setting: Setting, ground: Ground, now: Mapping[str, Any]) -> str:
    """Return why a job has to run, or an empty string if what it left is still good."""
    if ground.force:
        return "asked for with --force"
    former = manifest(setting.out, job.key)
    before = former.get("causes")
    if before is None:
        return "it failed last time" if former.get("status") == "failed" else FIRST
    if dict(before) != json.loads(to_json(dict(now))):
        return _difference(before, now)
    return "" if intact(setting.out, former["outputs"]) else "its files were changed or removed"


def _asked(job: Job, setting: Setting) -> dict[str, object]:
    """Return the parameters, but not where the folders lie: what is in them has its own part."""
    return {
        name: value for name, value in given(job, setting).items() if name not in ("study", "data", "out")
    }


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    said = [words for part, words in _SAID.items() if before.get(part) != now[part]]
    files = _changed(before.get("data", {}), now["data"])
    if files:
        said.append(f"data changed: {', '.join(files[:3])}{' …' if len(files) > 3 else ''}")
    tables = _changed(before.get("tables", {}), now["tables"])
    if tables:
        said.append(f"other tables from {', '.join(tables[:3])}{' …' if len(tables) > 3 else ''}")
    return "; ".join(said) or "its record is of an older form"


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]


def _tables(out: Path, key: str) -> str:
    """Return a digest of the values that a job left for others to read.

    Not of its notebook and its page, and not of what its tables were made of: that stands in the sidecar
    and within the Parquet file, whose values the CSV file beside it holds.
    """
    found = manifest(out, key)
    if found.get("status") != "done":
        return "none"
    outputs = found["outputs"]
    values = {name: digest for name, digest in outputs.items() if not _tells_origin(name, outputs)}
    return _digest({name: digest for name, digest in values.items() if "/notebooks/" not in name})


def _tells_origin(name: str, outputs: Mapping[str, str]) -> bool:
    stem = name.removesuffix(".parquet")
    return name.endswith(SIDECAR) or (stem != name and f"{stem}.csv" in outputs)


def _digest(data: Any) -> str:
    return sha256(to_json(data))


@cache
def _code() -> str:
    return _digest(fingerprints(Path(__file__).resolve().parents[1]))
