"""What the user sees of a run: one bar while it goes on, then what was made and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgeval.run.batch import Watch
from kgeval.run.graph import GOOD, Job
from kgeval.run.job import JobResult
from kgeval.run.record import kept_notebook
from kgeval.run.resume import FIRST

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


@contextmanager
def progress(console: Console, count: int) -> Iterator[Watch]:
    """Show one bar over ``count`` jobs, with those under way; nothing where nobody looks on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=count)
        under_way: dict[str, str] = {}

        def say() -> None:
            bar.update(task, description=" · ".join(under_way.values()))

        def starts(job: Job) -> None:
            under_way[job.key] = f"{job.place.key} {job.notebook.name}"
            say()

        def ends(result: JobResult) -> None:
            under_way.pop(result.key, None)
            bar.advance(task)
            say()

        yield Watch(starts=starts, ends=ends)


def summarise(console: Console, out: Path, results: Sequence[JobResult], seconds: float) -> None:
    """Print what was made and why anew, then each failed job with its cell and error, and where to look."""
    console.print(_table(results))
    for line in renewals(results):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    for line in failures(out, results):
        click.echo(line, err=True)
    done = sum(result.status in GOOD for result in results)
    console.print(f"{done} of {len(results)} notebooks in {seconds:.0f} s.", highlight=False)
    if (out / "index.html").is_file():
        console.print(f"Look at {out / 'index.html'}", soft_wrap=True, highlight=False, markup=False)


def _table(results: Sequence[JobResult]) -> Table:
    from rich.table import Table

    table = Table("area", "notebooks", "unchanged", "not done", "pages in", box=None, pad_edge=False)
    for folder in dict.fromkeys(result.folder for result in results):
        own = [result for result in results if result.folder == folder]
        counts = [sum(result.status == status for result in own) for status in ("done", "unchanged")]
        bad = [result.notebook for result in own if result.status not in GOOD]
        unchanged = str(counts[1]) if counts[1] else ""
        table.add_row(
            folder, f"{sum(counts)} of {len(own)}", unchanged, ", ".join(bad), f"{folder}/notebooks/"
        )
    return table


def renewals(results: Sequence[JobResult]) -> list[str]:
    """Return one line for each reason why jobs ran that had run before: how many, why, the first three."""
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.status in ("done", "failed") and result.reason not in ("", FIRST):
            reasons.setdefault(result.reason, []).append(f"{result.folder} {result.notebook}")
    return [
        f"{len(keys)} ran again, {reason}: {', '.join(keys[:3])}{' …' if len(keys) > 3 else ''}"
        for reason, keys in reasons.items()
    ]


def failures(out: Path, results: Sequence[JobResult]) -> list[str]:
    """Return one line for each way in which jobs failed: areas, notebook, cell, error, where it is kept."""
    ways: dict[tuple[str, str, str], list[JobResult]] = {}
    for result in results:
        if result.status == "failed":
            ways.setdefault((result.notebook, result.cell, result.error), []).append(result)
    lines = []
    for (notebook, cell, error), failed in ways.items():
        areas = ", ".join(result.folder for result in failed)
        kept = kept_notebook(out, failed[0])
        see = f" (see {kept.as_posix()})" if kept is not None else ""
        lines.append(f"FAILED {areas} {notebook}{f', cell {cell}' if cell else ''}: {error}{see}")
    return lines
