"""The results of all areas in one table each, the whole last: ``results/estimates`` and its sisters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kgeval.run.commit import commit, intact, manifest, staging_folder, withdraw
from kgeval.store import Provenance, Store, fingerprints

NAMES = ("estimates", "changes", "verdicts")
JOB = "results"


def gather_results(out: Path, keys: Sequence[str]) -> tuple[str, ...]:
    """Write ``results/<name>`` from the parts that the areas have; return the names written.

    Parameters
    ----------
    keys
        The areas' folders in the study's order, the whole last.
    """
    staged = staging_folder(out, JOB)
    store = Store(out, staging=staged)
    names = tuple(name for name in NAMES if len(store.absent(f"results/{name}", keys)) < len(keys))
    for name in names:
        place = f"results/{name}"
        parts = [store.provenance(f"{key}/{place}") for key in keys if store.exists(f"{key}/{place}")]
        store.write(place, store.gather(place, keys), together(parts))
    if not names:
        withdraw(out, JOB)
    elif not _there_already(out, fingerprints(staged)):
        commit(out, JOB, staged, about={})
    return names


def _there_already(out: Path, outputs: Mapping[str, str]) -> bool:
    """Say whether the same files lie in their places, where a job under way may be reading them."""
    return manifest(out, JOB).get("outputs") == outputs and intact(out, outputs)


def together(parts: Sequence[Provenance]) -> Provenance:
    """Return the provenance of what was made of several parts."""
    inputs = {file: digest for part in parts for file, digest in part.inputs.items()}
    same = {
        name: value
        for name, value in parts[0].parameters.items()
        if all(part.parameters.get(name) == value for part in parts)
    }
    return Provenance(
        study=parts[0].study,
        study_sha256=parts[0].study_sha256,
        inputs=inputs,
        parameters=same,
        versions=parts[0].versions,
    )
