"""``kgeval study check``: a study's definition, without any data."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path

import click

from kgeval.cli.options import FOLDER
from kgeval.errors import UserError
from kgeval.plan.study import inspect_study


@click.group()
def study() -> None:
    """Look at the definition of a study."""


@study.command()
@click.argument("folder", metavar="STUDY", type=FOLDER)
def check(folder: Path) -> int:
    """Check the STUDY folder and list all of its faults at once.

    \b
    Example:
      kgeval study check surveys/my_study
    """  # noqa: D301  \b keeps click from joining lines
    from kgeval.errors import StudyError
    from kgeval.plan.form import check_form
    from kgeval.prepare.field import parameters

    plan, faults = inspect_study(folder)
    if plan is not None:
        try:
            parameters(plan)  # what the field checks are set to
        except StudyError as error:
            faults += error.faults
    for key, table in plan.tables.items() if plan is not None else ():
        wrong = (fault for fault in check_form(table.form) if fault.level == "error")
        faults += [f"form {key}: {fault}" for fault in wrong]
    for fault in faults:
        click.echo(f"kgeval: {' '.join(fault.split())}", err=True)
    if faults or plan is None:
        click.echo(f"{_count(faults, 'fault')}.", err=True)
        return UserError.exit_code
    questions = [question for table in plan.tables.values() for question in table.form.questions]
    parts = {"area": plan.areas, "round": plan.rounds, "table": plan.tables, "question": questions}
    parts["indicator definition"] = plan.indicators
    click.echo(f"{plan.key}: sound. {', '.join(_count(found, what) for what, found in parts.items())}.")
    return 0


def _count(found: Sized, what: str) -> str:
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"
