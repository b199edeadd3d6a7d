"""``kgeval indicators``: the reference sheets of a study, from the file that drives its estimates."""

from __future__ import annotations

from pathlib import Path

import click

from kgeval.cli.options import FOLDER, out_file_option
from kgeval.errors import ParameterError
from kgeval.plan.study import read_study


@click.command()
@click.argument("study", type=FOLDER)
@out_file_option(".xlsx", ".html")
@click.option("--review", type=FOLDER, help="A finished review, for the baseline values.")
def indicators(study: Path, out: Path, review: Path | None) -> int:
    """Write the reference sheets of the STUDY folder's indicators, in all of its languages.

    \b
    Example:
      kgeval indicators surveys/my_study --out build/indicators.xlsx --review build/review
    """  # noqa: D301  \b keeps click from joining lines
    from kgeval.present.reference import reference_page, reference_sheets, reference_workbook
    from kgeval.store import Store

    plan = read_study(study)
    estimates = None
    if review is not None:
        store = Store(review)
        if not store.exists("results/estimates"):
            raise ParameterError(f"{review} holds no finished review; make one with `kgeval run`")
        estimates = store.read("results/estimates")
    sheets = reference_sheets(plan, estimates)
    title, banner = plan.title[plan.languages[0]], plan.banner.get(plan.languages[0], "")
    if out.suffix == ".xlsx":
        content = reference_workbook(sheets, title=title, languages=plan.languages, banner=banner)
    else:
        content = reference_page(sheets, title=title, languages=plan.languages, banner=banner).encode("utf-8")
    Store(out.parent).write_bytes(out.name, content)
    click.echo(f"{len(sheets)} indicators in {out}")
    return 0
