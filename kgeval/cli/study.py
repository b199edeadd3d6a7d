"""``kgeval study check`` and ``kgeval forms``: a study's definition, without any data."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kgeval.plan.study import inspect_study

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def study() -> None:
    """Look at the definition of a study."""


@study.command()
@click.argument("folder", metavar="STUDY", type=FOLDER)
def check(folder: Path) -> None:
    """Check the STUDY folder and list all of its faults at once.

    \b
    Example:
      kgeval study check surveys/my_study
    """  # noqa: D301  \b keeps click from joining lines
    plan, faults = inspect_study(folder)
    for fault in faults:
        click.echo(f"kgeval: {' '.join(fault.split())}", err=True)
    if faults or plan is None:
        click.echo(f"{len(faults)} faults.", err=True)
        sys.exit(2)
    questions = sum(len(table.form.questions) for table in plan.tables.values())
    click.echo(
        f"{plan.key}: sound. {len(plan.areas)} areas, {len(plan.rounds)} rounds, {len(plan.tables)} tables, "
        f"{questions} questions, {len(plan.indicators)} indicator definitions."
    )


@click.command()
@click.argument("folder", metavar="STUDY", type=FOLDER)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the forms go.")
def forms(folder: Path, out: Path) -> None:
    """Write the questionnaires of the STUDY folder as XLSX and XForm, to upload to Kobo or ODK.

    \b
    Example:
      kgeval forms surveys/my_study --out build/forms
    """  # noqa: D301  \b keeps click from joining lines
    from kgeval.errors import UserError
    from kgeval.plan.form import write_form

    sources = sorted(
        path for path in (folder / "forms").glob("*") if path.suffix in (".md", ".xlsx", ".xls", ".csv")
    )
    if not sources:
        raise UserError(f"{folder} has no forms; a study keeps them in forms/ as .md, .xlsx, .xls or .csv")
    out.mkdir(parents=True, exist_ok=True)
    for source in sources:
        for path in write_form(source, out):
            click.echo(path.as_posix())
