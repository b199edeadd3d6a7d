"""``kgeval read``: any file with any form, without a study, and what became of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from kgeval.cli.account import json_text, write_text
from kgeval.cli.options import PATH, out_option
from kgeval.errors import DataError, UserError

if TYPE_CHECKING:
    from kgeval.plan.form import Form

_ROW = click.IntRange(min=1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--form", "form_path", required=True, type=PATH, help="The form (.md, .xlsx, .xls, .csv).")
@out_option()
@click.option("--encoding", help="Encoding of text files that do not say it: tcvn3, vni, cp1258, utf-16 …")
@click.option("--sheet", help="The sheet that holds the data.")
@click.option("--header-row", type=_ROW, help="The row (from 1) that holds the column names.")
@click.option("--header-rows", type=_ROW, default=1, show_default=True, help="How many rows the header has.")
@click.option("--allow-macros", is_flag=True, help="Read workbooks with macros; they are never run.")
@click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="How text dates are written.")
@click.option("--decimal", type=click.Choice([",", "."]), help="The decimal sign of numbers as text.")
@click.option(
    "--without",
    multiple=True,
    metavar="QUESTION",
    help="A required question whose column was taken out on purpose; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON, and nothing else.")
def read(  # noqa: PLR0917 - click hands options over by name
    files: Sequence[Path],
    form_path: Path,
    out: Path,
    encoding: str | None,
    sheet: str | None,
    header_row: int | None,
    header_rows: int,
    allow_macros: bool,
    date_order: Any,
    decimal: Any,
    without: Sequence[str],
    as_json: bool,
) -> int:
    """Read FILES against one form, without a study, and account for every row.

    Writes accepted.parquet, rejected.csv, corrections.csv, findings.csv and accounts.json to --out;
    what identifies persons, or is of class restricted, goes to --out/restricted. A file that is refused is
    named in one line.

    \b
    Example:
      kgeval read mothers.csv --form mothers.md --out build/read --date-order dmy
    """  # noqa: D301
    from kgeval.plan.form import read_form
    from kgeval.prepare.clean import clean_table
    from kgeval.prepare.read import read as read_file
    from kgeval.prepare.transcribe import Notation
    from kgeval.prepare.verdict import file_accounts, refused_account, total

    form = _not_asking(read_form(form_path), without)
    delivered, refused = [], []
    for path in files:
        try:
            delivered += read_file(
                path, root=path.parent, form=form, sheet=sheet, header_row=header_row,
                header_rows=header_rows, encoding=encoding, allow_macros=allow_macros,
            )  # fmt: skip
        except DataError as error:
            refused.append((path, error))
    cleaned = None
    if not refused:
        try:
            cleaned = clean_table(delivered, form, notation=Notation(decimal=decimal, date_order=date_order))
        except DataError as error:
            refused.append((files[0], error))
    if cleaned is None:
        entries = [refused_account(fault.file or path.name, fault) for path, fault in refused]
    else:
        entries = file_accounts(cleaned)
        _write_read(out, cleaned, form.guarded)
    account = {"files": entries, "total": total(entries)}
    write_text(out / "accounts.json", json_text(account))
    if as_json:
        click.echo(json_text(account))
    elif cleaned is not None:
        _show(entries, out)
    for _, fault in refused:
        click.echo(f"kgeval: {fault}", err=True)
    return UserError.exit_code if refused else 0


def _not_asking(form: Form, names: Sequence[str]) -> Form:
    """Return the form without the duty to deliver these questions: what names persons may be held back."""
    known = {question.name for question in form.questions}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no question of the form", param_hint="--without")
    questions = tuple(replace(q, required=False) if q.name in names else q for q in form.questions)
    return replace(form, questions=questions)


def _write_read(out: Path, cleaned: Any, guarded: Sequence[str]) -> None:
    """Write what ``read`` leaves; the restricted part so that only its owner may open it."""
    from kgeval.plan.study import GUARDED
    from kgeval.store import Provenance, Store

    made_of = Provenance(study="", parameters={"log_hash": cleaned.log_hash})
    store = Store(out)
    for key, table in cleaned.tables.items():
        name = "accepted" if key == next(iter(cleaned.tables)) else f"accepted_{key}"
        apart = [column for column in guarded if column in table]
        store.write(name, table.drop(columns=apart), made_of)
        if apart:
            store.write(f"restricted/{name}{GUARDED}", table[["rid", *apart]], made_of)
        store.write(f"restricted/{name}", cleaned.restricted[key], made_of)
    for name in ("rejected", "corrections", "findings"):
        write_text(out / f"{name}.csv", getattr(cleaned, name).to_csv(index=False, lineterminator="\n"))
    store.write("restricted/rejected", cleaned.restricted_rejected, made_of)
    store.write("restricted/corrections", cleaned.restricted_corrections, made_of)


def _show(entries: Sequence[dict[str, Any]], out: Path) -> None:
    columns = ["file", "verdict", "rows_in", "kept", "rejected", "structural", "cells_corrected",
               "cells_blanked", "columns_set_aside"]  # fmt: skip
    click.echo(pd.DataFrame(entries)[columns].to_string(index=False))
    for entry in entries:
        if entry["codes"]:
            click.echo(f"{entry['file']}: {', '.join(entry['codes'])}")
    click.echo(f"written to {out}")
