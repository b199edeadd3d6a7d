"""``kgeval simulate``: deliveries as field staff would send them, made of a known truth."""

from __future__ import annotations

from pathlib import Path

import click

from kgeval.cli.options import FOLDER, out_option


@click.command()
@click.argument("study", type=FOLDER)
@out_option("The folder to write to: new, empty, or an earlier simulation, which is replaced.")
@click.option("--seed", required=True, type=click.IntRange(min=0), help="The same seed gives the same bytes.")
@click.option(
    "--faults/--no-faults", default=True, help="Plant the faults of real files (the default), or not."
)
def simulate(study: Path, out: Path, seed: int, faults: bool) -> int:
    """Simulate the deliveries of STUDY, with a known truth.

    Everything that it writes is watermarked as simulated. truth.csv holds the true value of each
    indicator in the simulated population, faults.csv every fault that was planted.

    \b
    Example:
      kgeval simulate surveys/my_study --out data/example --seed 404
    """  # noqa: D301  \b keeps click from joining lines
    from rich.console import Console
    from rich.table import Table

    from kgeval.plan.study import read_study
    from kgeval.simulate.simulation import simulate as write

    done = write(read_study(study), out, seed=seed, faults=faults)
    made = Table("file", "what it is", title=f"{len(done.paths)} files in {out}")
    for path in done.paths:
        made.add_row(path.name, _what(path.name, len(done.truth), len(done.faults)))
    Console().print(made)
    return 0


def _what(name: str, values: int, faults: int) -> str:
    known = {
        "SYNTHETIC.txt": "marks the folder as simulated",
        "truth.csv": f"{values} true values",
        "faults.csv": f"{faults} faults planted",
        "disagreements.csv": "figures changed so that two forms contradict each other",
    }
    return known.get(name, "a delivery")
