"""The mark of simulated data: a file in their folder that says so, and names what the simulation wrote."""

from __future__ import annotations

from pathlib import Path

SYNTHETIC = "SYNTHETIC.txt"  # a data folder that holds this file is simulated
_MADE = ("file", "answer")  # a delivery of the simulated survey; what the simulation knows of it


def made_by_simulation(folder: Path, *, answers_only: bool = False) -> frozenset[str]:
    """Return the names of the files that a simulation wrote into a folder, its mark among them.

    Parameters
    ----------
    folder
        The data folder; without a mark nothing in it was simulated.
    answers_only
        Leave the survey's own deliveries out: what remains no survey would ever send (what is true, what
        was spoilt).
    """
    mark = folder / SYNTHETIC
    if not mark.is_file():
        return frozenset()
    lines = mark.read_text(encoding="utf-8", errors="replace").splitlines()
    kinds = _MADE[1:] if answers_only else _MADE
    pairs = (line.partition(" = ") for line in lines)
    return frozenset({SYNTHETIC} | {name for kind, _, name in pairs if kind in kinds and name})
