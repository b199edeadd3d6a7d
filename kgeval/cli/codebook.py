"""``kgeval codebook``: what every column holds and, after a run, how its answers are distributed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from kgeval.cli.options import FOLDER, lang_option, out_file_option
from kgeval.errors import ParameterError


@click.command()
@click.argument("study", metavar="STUDY", type=FOLDER)
@out_file_option(".xlsx", ".html")
@click.option("--review", type=FOLDER, help="A finished run: its answers are described as well.")
@lang_option()
def codebook(study: Path, out: Path, review: Path | None, lang: str | None) -> int:
    """Write the codebook of STUDY: tables, columns, labels, choices, skips, limits, classes.

    With --review the distribution of the answers stands beside each question, suppressed as in
    published tables; nothing is said of the answers that name persons.

    \b
    Example:
      kgeval codebook surveys/my_study --out build/codebook.html --review build/review
    """  # noqa: D301  \b keeps click from joining lines
    from kgeval.cli.forms import form_files
    from kgeval.plan.codebook import codebook as entries_of
    from kgeval.plan.form import read_form
    from kgeval.plan.study import read_study
    from kgeval.present.codebook import Book, codebook_page, codebook_workbook
    from kgeval.store import write_whole

    plan = read_study(study)
    lang = plan.spoken(lang)
    used = [table.form for table in plan.tables.values()]  # a table may call its form otherwise than itself
    forms = {path.stem: read_form(path) for path in form_files(study)}
    others = {name: form for name, form in forms.items() if form not in used}
    book = Book(
        title=plan.title[lang],
        lang=lang,
        languages=plan.languages,
        entries=entries_of(plan, others),
        tables={key: table.label[lang] for key, table in plan.tables.items()}
        | {key: form.title for key, form in others.items()},
        rounds={one.key: one.label[lang] for one in plan.rounds},
        distribution=None if review is None else _distribution(plan, review),
        synthetic=review is not None and _is_synthetic(review),
        banner=plan.banner.get(lang, ""),
    )
    content = codebook_page(book).encode("utf-8") if out.suffix == ".html" else codebook_workbook(book)
    write_whole(out, content)
    click.echo(f"{len(book.entries)} columns of {len(book.tables)} tables in {out}")
    return 0


def _distribution(plan: Any, review: Path) -> pd.DataFrame:
    from kgeval.protect.distribution import distribution
    from kgeval.store import Store

    store = Store(review)
    keys = [area.key for area in plan.areas]
    there = [key for key in plan.tables if any(store.exists(f"{area}/clean/{key}") for area in keys)]
    if not there:
        raise ParameterError(f"{review} holds no clean tables of this study; make them with `kgeval run`")
    parts = [distribution(store.gather(f"clean/{key}", keys), plan.tables[key]) for key in there]
    return pd.concat(parts, ignore_index=True)


def _is_synthetic(review: Path) -> bool:
    path = review / "run.json"
    return path.is_file() and bool(json.loads(path.read_text(encoding="utf-8")).get("synthetic", False))
