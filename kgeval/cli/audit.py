"""``kgeval audit``: the differences between two versions of a table, held against a log of cleaning."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from kgeval.cli.account import json_text, write_text
from kgeval.cli.options import PATH
from kgeval.errors import DataError


@click.command()
@click.argument("raw", type=PATH)
@click.argument("clean_file", metavar="CLEAN", type=PATH)
@click.option("--log", "log_path", required=True, type=PATH, help="The log of the cleaning.")
@click.option("--key", required=True, help="The column that names a record in both versions.")
@click.option(
    "--log-columns",
    default="",
    help="The log's own names: key=…,column=…,old=…,new=…,action=…; else those of kgeval's log: "
    "rid, column, expects_raw, new_value, action.",
)
@click.option(
    "--out", type=PATH, help="Write the differing cells, as they stand, with their lines to this .csv file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON, and nothing else.")
def audit(  # noqa: PLR0917 - click hands options over by name
    raw: Path, clean_file: Path, log_path: Path, key: str, log_columns: str, out: Path | None, as_json: bool
) -> int:
    """Hold the differences between RAW and CLEAN against a cleaning log, whoever wrote it.

    \b
    Example:
      kgeval audit raw.csv clean.csv --log log.csv --key uuid \\
        --log-columns key=uuid,column=question,old=old_value,new=new_value,action=change_type
    """  # noqa: D301
    from kgeval.prepare.audit import audit as compare

    result = compare(
        _plain_table(raw), _plain_table(clean_file), _lines_of(log_path), key=key,
        log_columns=_named_columns(log_columns),
    )  # fmt: skip
    if result.nothing_shared:
        click.echo(
            f"kgeval: no value of {key!r} stands in both files; keys are compared letter by letter "
            "(0012 is not 12)", err=True,
        )  # fmt: skip
    if out is not None:
        write_text(out, result.cells.to_csv(index=False, lineterminator="\n"))
    if as_json:
        click.echo(json_text(result.counts))
    else:
        for name, count in result.counts.items():
            click.echo(f"{name:24} {count if isinstance(count, int) else _by_column(count)}")
    return 0


def _plain_table(path: Path) -> pd.DataFrame:
    """Return a file's one table as text."""
    from kgeval.prepare.read import read as read_file

    sheets = read_file(path, root=path.parent)
    if len(sheets) != 1:
        names = ", ".join(sheet.source.sheet for sheet in sheets)
        raise DataError(
            "SHEET_AMBIGUOUS",
            f"it holds {len(sheets)} tables ({names})",
            hint="save the one to compare as a file of its own",
            file=path.name,
        )
    return sheets[0].records


def _lines_of(path: Path) -> pd.DataFrame | None:
    """Return a log as text, or None where it holds no line yet."""
    try:
        return _plain_table(path)
    except DataError as error:
        if error.code == "EMPTY_TABLE":
            return None
        raise


def _named_columns(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    known = {"key", "column", "old", "new", "action"}
    wrong = [name.strip() for name, equals, _ in pairs if not equals or name.strip() not in known]
    if wrong:
        raise click.BadParameter(
            f"{wrong[0]!r} is none of key=, column=, old=, new=, action=", param_hint="--log-columns"
        )
    return {name.strip(): column.strip() for name, _, column in pairs}


def _by_column(counts: dict[str, int]) -> str:
    return ", ".join(f"{column} {count}" for column, count in counts.items()) or "none"
