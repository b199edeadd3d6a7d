"""``kgeval forms``: the questionnaires checked, written for Kobo and ODK, and set beside another version."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgeval.cli.options import lang_option, out_option
from kgeval.errors import UserError

if TYPE_CHECKING:
    from kgeval.plan.form import Fault, Form

_SUFFIXES = (".md", ".xlsx", ".xls", ".csv")
_THERE = click.Path(exists=True, path_type=Path)
ODK_VALIDATE = "odk_validate"
_SHOWN = 5  # faults of one kind and form on the console


@click.command()
@click.argument("study", metavar="STUDY", type=_THERE)
@out_option("Where the forms go.")
@click.option("--against", type=_THERE, help="An earlier version: a study, a folder of forms, or one form.")
@lang_option("the first of the forms")
def forms(study: Path, out: Path, against: Path | None, lang: str | None) -> int:
    """Check the questionnaires of STUDY (or of a folder, or one form) and write them for Kobo and ODK.

    Each sound form becomes <name>.xlsx and <name>.xml. Every cell is checked in every language, pyxform
    judges each form, and ODK Validate each XForm where Java is there. What was found stands in
    report.xlsx; with --against, also what changed since, and which indicators can still be compared.

    \b
    Example:
      kgeval forms surveys/my_study --out build/forms --against surveys/my_baseline
    """  # noqa: D301  \b keeps click from joining lines
    from kgeval.plan.form import check_form, read_form
    from kgeval.present.tables.forms import comparison_sheets, faults_sheets
    from kgeval.present.workbook import workbook
    from kgeval.store import write_whole

    sources = form_files(study)
    read = {path.stem: read_form(path) for path in sources}
    lang = _language(lang, read.values())
    java = shutil.which("java") is not None
    found = {path.stem: check_form(read[path.stem], path=path, odk_validate=java) for path in sources}
    written = {path.stem: _written(path, out, found[path.stem]) for path in sources}
    _show(read, found, written, java=java)
    sheets = [*faults_sheets(read, found, lang)]
    if against is not None:
        changes, indicators, named = _compared(study, read, against, lang)
        sheets += comparison_sheets(changes, indicators, named, lang)
        _show_changes(changes, indicators)
    title = sheets[0].table.title
    write_whole(out / "report.xlsx", workbook(sheets, title=title, lang=lang))
    click.echo(f"written to {out}; look at {out / 'report.xlsx'}")
    errors = any(fault.level == "error" for faults in found.values() for fault in faults)
    return UserError.exit_code if errors else 0


def _language(lang: str | None, forms: Iterable[Form]) -> str:
    """Return the language of the report: what is asked for, or the first of the forms that has labels."""
    from kgeval.present.labels import labels, languages

    if lang:
        return labels(lang).lang
    spoken = [one for form in forms for one in form.languages if one in languages()]
    return spoken[0] if spoken else languages()[0]


def form_files(path: Path) -> list[Path]:
    """Return the forms of a study, of a folder of forms, or the one form that the path names.

    Raises
    ------
    UserError
        There is none.
    """
    if path.is_file():
        return [path]
    folder = path / "forms" if (path / "forms").is_dir() else path
    found = sorted(
        file for file in folder.glob("*") if file.suffix in _SUFFIXES and not file.name.startswith("~$")
    )
    if not found:
        raise UserError(f"{path} has no forms; a study keeps them in forms/ as .md, .xlsx, .xls or .csv")
    return found


def _written(source: Path, out: Path, faults: Sequence[Fault]) -> tuple[Path, ...]:
    """Write a form unless pyxform or ODK Validate refuses it; what only we find, a person may accept."""
    from kgeval.plan.form import write_form

    refused = any(fault.level == "error" and fault.check in {"pyxform", ODK_VALIDATE} for fault in faults)
    return () if refused else write_form(source, out)


def _compared(study: Path, after: Mapping[str, Form], against: Path, lang: str) -> tuple[Any, Any, Any]:
    """Return the changed questions, the indicators' verdicts (None without a study), and the study."""
    from kgeval.plan.form import read_form
    from kgeval.plan.study import read_study
    from kgeval.plan.versions import changed_indicators, changed_questions

    before = {path.stem: read_form(path) for path in form_files(against)}
    if len(before) == len(after) == 1:  # two single forms are meant for each other, whatever their names
        before = dict(zip(after, before.values(), strict=True))
    if not before.keys() & after.keys():
        raise UserError(
            f"no form of {against} has the name of one here; forms of one name are compared, "
            f"here are {', '.join(after)}, there {', '.join(before)}"
        )
    changes, comparisons = changed_questions(before, after, lang)
    if not (study / "study.toml").is_file():
        return changes, None, None
    plan = read_study(study)
    return changes, changed_indicators(plan, comparisons), plan


def _show(
    read: Mapping[str, Form],
    found: Mapping[str, Sequence[Fault]],
    written: Mapping[str, Sequence[Path]],
    *,
    java: bool,
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("form", "questions", "languages", "errors", "warnings", "ODK Validate", "written", box=None)
    for name, form in read.items():
        levels = [fault.level for fault in found[name]]
        refused = any(fault.check == ODK_VALIDATE and fault.level == "error" for fault in found[name])
        judged = "refused" if refused else "passed" if java and written[name] else "not run"
        files = ", ".join(path.name for path in written[name]) or "not written"
        counts = [str(levels.count("error")), str(levels.count("warning"))]
        table.add_row(name, str(len(form.questions)), ", ".join(form.languages), *counts, judged, files)
    Console(width=None if Console().is_terminal else 120).print(table)
    if not java:
        click.echo("ODK Validate did not run: it needs Java, which is not there.")
    for name in read:
        _show_faults(name, found[name])


def _show_faults(name: str, faults: Sequence[Fault]) -> None:
    """Print errors and warnings, the first few of each kind: a form may have a hundred alike."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((fault.level, fault.check), []).append(fault)
    for (level, check), alike in kinds.items():
        if level == "note":
            continue
        for fault in alike[:_SHOWN]:
            click.echo(f"{level}: {name}: {fault}")
        if len(alike) > _SHOWN:
            click.echo(
                f"{level}: {name}: and {len(alike) - _SHOWN} more of the check {check!r}: see report.xlsx"
            )


def _show_changes(changes: Any, indicators: Any) -> None:
    questions = changes.drop_duplicates(["form", "question"])
    shared = questions.loc[questions["aspect"] != "asked"]
    counts = shared["verdict"].value_counts()
    click.echo(
        f"questions of both versions that changed: {counts.get('no', 0)} not comparable, "
        f"{counts.get('caution', 0)} with caution; in one version only: {len(questions) - len(shared)}"
    )
    grouped = changes.loc[changes["aspect"] != "asked"].groupby(["verdict", "form", "question"], sort=False)
    for (verdict, form, question), part in grouped:
        click.echo(f"  {verdict:8} {form} {question}: {', '.join(part['aspect'])}")
    if indicators is None:
        return
    for verdict, words in (("no", "not comparable"), ("caution", "with caution"), ("yes", "comparable")):
        own = indicators.loc[indicators["verdict"] == verdict]
        names = ", ".join(f"{i} {v}" for i, v in zip(own["indicator"], own["variant"], strict=True))
        shown = f": {names}" if verdict != "yes" and names else ""
        click.echo(f"indicator definitions {words}: {len(own)}{shown}")
