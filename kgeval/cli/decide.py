"""``kgeval decide``: what a person decided in findings.xlsx becomes lines of the study's corrections.csv."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kgeval.cli.options import FOLDER


@click.command()
@click.argument("study", metavar="STUDY", type=FOLDER)
@click.argument(
    "workbooks",
    metavar="FINDINGS.xlsx…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and write nothing.")
def decide(study: Path, workbooks: tuple[Path, ...], dry_run: bool) -> int:
    """Take the decisions of filled findings workbooks into STUDY/corrections.csv.

    They are replayed at every later `kgeval clean` and `kgeval run`; a decision that no longer fits the
    data is refused there and listed. A decision that was taken before is not taken twice.

    \b
    Example:
      kgeval clean surveys/my_study --data my_files --out build/clean
      kgeval decide surveys/my_study build/clean/north/findings.xlsx
    """  # noqa: D301
    from kgeval.errors import StudyError
    from kgeval.plan.study import read_study
    from kgeval.prepare.decisions import read_decisions, with_decisions
    from kgeval.prepare.receive import CORRECTIONS, read_corrections
    from kgeval.present.findings import decision_headings, decision_words
    from kgeval.store import write_whole

    definition = read_study(study)
    path = definition.folder / CORRECTIONS
    faults: list[str] = []
    written = False
    for workbook in workbooks:
        try:
            decided = read_decisions(workbook, decision_headings(), decision_words(), day=date.today())
        except StudyError as error:
            faults += error.faults
            continue
        content, new = with_decisions(read_corrections(definition), decided)
        if not dry_run and len(new) and not faults:
            write_whole(path, content)
            written = True
        click.echo(f"{workbook}: {len(decided)} decisions, {len(new)} of them new")
    if faults:
        raise StudyError(faults)
    if dry_run:
        click.echo(f"nothing written (--dry-run): {path}")
    else:
        click.echo(f"written to {path}" if written else f"nothing new: {path} stays as it is")
    return 0
