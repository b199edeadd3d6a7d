"""``kgeval check``: field checks while data come in, with a workbook for the day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgeval.cli.options import FOLDER, PATH, area_option, lang_option
from kgeval.errors import ParameterError

if TYPE_CHECKING:
    from kgeval.plan.area import Area
    from kgeval.plan.study import Study
    from kgeval.prepare.field import FieldChecks
    from kgeval.present.field_checks import FieldWords


@click.command()
@click.argument("study", type=FOLDER)
@click.option("--data", type=FOLDER, required=True, help="The folder of the delivered files.")
@area_option()
@click.option("--round", "round_key", help="Key of the round that is in the field. Default: all.")
@click.option("--out", type=PATH, help="A workbook FILE.xlsx, or a folder for one CSV a check.")
@lang_option()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON, and nothing else.")
def check(  # noqa: PLR0917 - click hands options over by name
    study: Path,
    data: Path,
    areas: Sequence[str],
    round_key: str | None,
    out: Path | None,
    lang: str | None,
    as_json: bool,
) -> int:
    """Check what has come in for STUDY: duplicates, outliers, durations, enumerators, progress, back-checks.

    Which columns play which role is said in STUDY/field.toml; a check whose role is not declared or whose
    column was not delivered is listed as not run. What is found is no error of the command: it exits
    with 0.

    \b
    Example:
      kgeval check surveys/my_study --data my_files --round endline --area 905 --out build/today.xlsx
    """  # noqa: D301
    import pandas as pd

    from kgeval.plan.study import read_study
    from kgeval.prepare import receive
    from kgeval.prepare.field import field_checks
    from kgeval.present.field_checks import field_words
    from kgeval.store import text_storage

    definition = read_study(study)
    lang = definition.spoken(lang)
    chosen = _areas(definition, areas)
    rounds = _rounds(definition, round_key)
    _fit_to_write(out, data, definition)
    with pd.option_context("mode.string_storage", text_storage(data)):
        found = field_checks(
            receive(definition, data, in_part=True), definition, data,
            areas=None if chosen is None else [area.code for area in chosen], rounds=rounds,
        )  # fmt: skip
    words = field_words(definition, lang)
    if out is not None:
        _write(out, found, words, data, _scope(words, chosen, rounds))
    if as_json:
        click.echo(json.dumps(_counts(found, definition, chosen, rounds), ensure_ascii=False, indent=1))
    else:
        _show(found, words, out)
    return 0


def _areas(study: Study, names: Sequence[str]) -> list[Area] | None:
    """Return the areas that were named, each once; None: all."""
    named = [study.area(name) for name in names]
    if not named or None in named:  # all of them, or the whole
        return None
    return list({area.code: area for area in named if area is not None}.values())


def _rounds(study: Study, key: str | None) -> list[str]:
    known = [one.key for one in study.rounds]
    if key is not None and key not in known:
        raise ParameterError(f"the study {study.key!r} has no round {key!r}; rounds are {', '.join(known)}")
    return known if key is None else [key]


def _fit_to_write(out: Path | None, data: Path, study: Study) -> None:
    if out is None:
        return
    if out.suffix.lower() not in ("", ".xlsx"):
        raise ParameterError(f"--out is a workbook (.xlsx) or a folder, not {out.name!r}")
    if out.suffix and out.is_dir():
        raise ParameterError(f"--out {out} is a folder; name a file, or a folder without .xlsx")
    if out.suffix == "" and out.is_file():
        raise ParameterError(f"--out {out} is a file; name a folder, or a workbook that ends with .xlsx")
    for name, folder in (("--data", data), ("the study", study.folder)):
        if folder.resolve() in (out.resolve(), *out.resolve().parents):
            raise ParameterError(f"--out lies in {name}, which is never written to; choose another place")


def _scope(words: FieldWords, areas: list[Area] | None, rounds: Sequence[str]) -> str:
    named = [words.area(area.code) for area in areas] if areas is not None else [words.area("")]
    return words.words.fill(
        "field.scope", areas=", ".join(named), rounds=", ".join(words.round(key) for key in rounds)
    )


def _write(out: Path, found: FieldChecks, words: FieldWords, data: Path, scope: str) -> None:
    from kgeval.present.charts.chart import twin
    from kgeval.present.field_checks import field_workbook
    from kgeval.store import SYNTHETIC, write_whole

    synthetic = (data / SYNTHETIC).is_file()
    if out.suffix:
        lang = words.words.lang
        write_whole(out, field_workbook(found, words.study, lang=lang, scope=scope, synthetic=synthetic))
        return
    tables = {**found.sheets, "overview": found.overview, "not_run": found.not_run}
    for name, frame in tables.items():
        marked = frame.assign(_synthetic=words.words["caveat.synthetic"]) if synthetic else frame
        write_whole(out / f"{name}.csv", twin(marked))


def _counts(
    found: FieldChecks, study: Study, areas: list[Area] | None, rounds: Sequence[str]
) -> dict[str, Any]:
    """Return what was looked at, counted and not run, without any answer."""
    return {
        "study": study.key,
        "areas": None if areas is None else [area.code for area in areas],
        "rounds": list(rounds),
        "records": _rows(found.submissions),
        "checks": _rows(found.overview),
        "progress": _rows(found.sheets["progress"].drop(columns="rid")) if "progress" in found.sheets else [],
        "not_run": _rows(found.not_run.drop(columns="group").drop_duplicates()),  # groups are answers
    }


def _rows(frame: Any) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = json.loads(frame.to_json(orient="records"))
    return rows


def _show(found: FieldChecks, words: FieldWords, out: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from kgeval.present.field_checks import not_run, overview

    console, says = Console(), words.words
    table = Table(box=None, pad_edge=False)
    table.add_column(says["field.column.front_check"])
    for name in ("tables", "rows", "look"):
        table.add_column(says[f"field.column.front_{name}"], justify="right")
    for _, row in overview(found, words).iterrows():
        table.add_row(row["check"], *(str(row[name]) for name in ("tables", "rows", "look")))
    console.print(table)
    absent = not_run(found, words)
    if len(absent):
        console.print(f"\n{says['field.not_run']}:", highlight=False)
        shown = Table(box=None, pad_edge=False, show_header=False)
        for about, keys in absent.groupby(["check", "reason"], sort=False)["keys"]:
            named = dict.fromkeys(", ".join(keys).split(", "))
            everywhere = set(named) >= set(words.study.tables)
            shown.add_row(*map(str, about), says["field.every_table"] if everywhere else ", ".join(named))
        console.print(shown)
    if out is not None:
        console.print(says.fill("field.written", out=out), soft_wrap=True, highlight=False, markup=False)
