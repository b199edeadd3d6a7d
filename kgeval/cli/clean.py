"""``kgeval clean``: a study's deliveries cleaned without notebooks, with a workbook to work through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgeval.cli.options import FOLDER, area_option, lang_option, out_option

if TYPE_CHECKING:
    import pandas as pd

# What adds up to the records that were read, and the cells that cleaning changed.
_SHOWN = (
    "records", "kept", "rejected", "structural", "other_area", "other_round", "cells_corrected",
    "cells_blanked",
)  # fmt: skip
_WIDE = 100  # characters, where no terminal says how many it has


@click.command()
@click.argument("study", type=FOLDER)
@click.option("--data", type=FOLDER, required=True, help="The folder of the delivered files.")
@out_option()
@area_option()
@lang_option()
def clean(study: Path, data: Path, out: Path, areas: Sequence[str], lang: str | None) -> int:
    """Clean the deliveries of STUDY, area by area, and print accounts that add up by table.

    Each area's folder holds the clean tables, the log, the accounts of every file (accounts.csv), and
    findings.xlsx to work through;
    `kgeval decide` takes what is decided in it.

    \b
    Example:
      kgeval clean surveys/my_study --data my_files --out build/clean --area 905
    """  # noqa: D301
    import pandas as pd

    from kgeval.plan.study import read_study
    from kgeval.prepare import conservation, deposit, receive
    from kgeval.prepare.clean import clean_areas
    from kgeval.prepare.deposit import provenance
    from kgeval.present.findings import findings_workbook
    from kgeval.store import SYNTHETIC, Store, text_storage

    definition = read_study(study)
    lang = definition.spoken(lang)
    chosen = [definition.area(name) for name in areas] if areas else [*definition.areas]
    store = Store(out)
    with pd.option_context("mode.string_storage", text_storage(data)):
        delivery = receive(definition, data)
        cleaned = clean_areas(delivery.tables, definition, chosen, corrections=delivery.corrections)
    for area, result in zip(chosen, cleaned, strict=True):
        code, folder = (area.code, area.key) if area else ("all", "all")
        made_of = provenance(definition, delivery, code)
        deposit(store, folder, result, made_of, guarded=definition.guarded)
        book = findings_workbook(result, definition, lang=lang, synthetic=(data / SYNTHETIC).is_file())
        store.write_bytes(f"{folder}/findings.xlsx", book, made_of)
        click.echo(f"{folder}: {out / folder}")
        _show(conservation(result))
        click.echo(f"{len(result.findings)} findings, {len(result.corrections)} log lines, "
                   f"{len(result.refused)} corrections refused\n")  # fmt: skip
        _say_refused(result.refused)
    _say_misspelt(pd.concat([result.findings for result in cleaned]))
    unread = delivery.files.loc[delivery.files["table"] == "", "file"]
    if len(unread):
        click.echo(f"not read, the study does not name them: {', '.join(unread)}")
    return 0


def _show(accounts: pd.DataFrame) -> None:
    """Print the totals by table, and of all; file by file they stand in accounts.csv."""
    from rich.console import Console
    from rich.table import Table

    table = Table("table", box=None)
    for name in _SHOWN:
        table.add_column(name.replace("_", " "), justify="right")
    for _, row in accounts[accounts["file"] == ""].iterrows():
        table.add_row(row["table"] or "all", *(str(row[name]) for name in _SHOWN))
    Console(width=None if Console().is_terminal else _WIDE).print(table)


def _say_misspelt(findings: pd.DataFrame) -> None:
    """Name the columns that are not there while one of nearly their name is: all of its answers are lost."""
    absent = findings[(findings["check"] == "COLUMN_ABSENT") & (findings["detail"].fillna("") != "")]
    for row in absent.drop_duplicates(["file", "sheet", "column"]).itertuples():
        click.echo(f"{row.file}: no column {row.column!r}; {row.detail}")


def _say_refused(refused: pd.DataFrame) -> None:
    """Name the corrections that did not land, without their values."""
    where = ["table", "file", "row", "key", "column", "action", "why"]
    if len(refused):
        click.echo(refused.reindex(columns=where).fillna("").to_string(index=False) + "\n")
