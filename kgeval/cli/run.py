"""``kgeval run``: the study, the notebooks and the pages brought together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kgeval.cli.options import FOLDER, PATH, area_option, lang_option, out_option
from kgeval.errors import ParameterError
from kgeval.plan.study import Study, read_study
from kgeval.run.commit import WORK
from kgeval.run.graph import GOOD, Job, Place, graph
from kgeval.run.job import COMMON, JobResult, Setting, given
from kgeval.run.notebook import Notebook, accepted, for_study, read_notebooks
from kgeval.run.parameters import checked, read_parameters
from kgeval.run.record import Asked, exit_code, run_files
from kgeval.run.resume import Ground
from kgeval.store import SYNTHETIC, fingerprint, fingerprints, versions, write_whole


@click.command()
@click.argument("study", type=FOLDER)
@click.option("--data", type=FOLDER, required=True, help="The folder of the delivered files.")
@out_option("Where everything goes.")
@area_option()
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Notebooks at a time. Default: as many as the machine bears."
)
@lang_option()
@click.option("--params", type=PATH, help="JSON file with further parameters.")
@click.option("--notebooks", type=FOLDER, help="The folder of the notebooks. Default: those of kgeval.")
@click.option("--cell-seconds", type=click.IntRange(min=1), default=600, show_default=True,
              help="How long one cell of a notebook may take.")  # fmt: skip
@click.option("--notebook-seconds", type=click.IntRange(min=1), default=3600, show_default=True,
              help="How long one notebook may take.")  # fmt: skip
@click.option("--force", is_flag=True, help="Run every notebook again, also where nothing changed.")
@click.option("--plain-kernels", is_flag=True, help="Start each kernel by itself: slower, the same results.")
@click.option(
    "--cluster", default="", metavar="ADDRESS", help="Dask scheduler that does the jobs (docs/cluster.md)."
)
def run(study: Path, data: Path, out: Path, areas: Sequence[str], **options: Any) -> int:
    """Run the notebooks of the STUDY folder: 10 and 30 for each area, 20 for each and the whole, 40 once.

    Notebook 45 runs once where the study has a research.toml.

    A failing area does not stop the others; it is named at the end with its notebook, cell and error.

    \b
    Example:
      kgeval run surveys/my_study --data my_files --out build/review --area 905 --jobs 2
    """  # noqa: D301  \b keeps click from joining lines
    from rich.console import Console

    from kgeval.run.batch import Pace, run_batch
    from kgeval.run.shown import progress, summarise

    plan = read_study(study)
    setting = _setting(plan, data, out, options)
    notebooks = read_notebooks(options["notebooks"] or _own_notebooks())
    accepted(setting.parameters, notebooks, taken=COMMON)
    notebooks = _titled(for_study(notebooks, plan.folder), setting.lang)
    jobs = graph(
        notebooks, [Place(code=area.code, key=area.key) for area in plan.areas], only=_codes(plan, areas)
    )
    _check_parameters(jobs, setting)
    asked = _asked(plan, setting, areas)
    console = Console()
    with progress(console, len(jobs)) as watch:
        results = run_batch(
            jobs,
            setting,
            areas=[area.key for area in plan.areas],
            ground=Ground(
                study=asked.study_sha256, data=asked.data, versions=asked.versions, force=options["force"]
            ),
            pace=Pace(
                jobs=options["jobs"] or 0,
                notebook_seconds=options["notebook_seconds"],
                plain_kernels=options["plain_kernels"],
                cluster=options["cluster"],
            ),
            watch=watch,
            finish=_finish(plan, setting, asked, {notebook.name: notebook.title for notebook in notebooks}),
        )
    summarise(console, out, results, (datetime.now(UTC) - asked.started).total_seconds())
    if any(result.status in GOOD for result in results):
        _refuse_traces(out)
    return exit_code(results)


def _titled(notebooks: Sequence[Notebook], lang: str) -> tuple[Notebook, ...]:
    from kgeval.present.notebook_text import title_in

    return tuple(replace(one, title=title_in(one.opening, lang) or one.title) for one in notebooks)


def _refuse_traces(out: Path) -> None:
    """Look for persons in the outputs, unless none was found in these very ones by an earlier run."""
    from kgeval.protect import refuse_traces

    note, made = out / WORK / "searched", fingerprint(out / WORK / "jobs")
    if not note.is_file() or note.read_text(encoding="utf-8") != made:
        refuse_traces(out)  # a run that is stopped here, or found somebody, leaves no note
        write_whole(note, made.encode())


def _setting(plan: Study, data: Path, out: Path, options: Mapping[str, Any]) -> Setting:
    lang = plan.spoken(options["lang"])
    for name, folder in (("--data", data), ("the study", plan.folder)):
        if folder.resolve() in (out.resolve(), *out.resolve().parents):
            raise ParameterError(f"--out lies in {name}, which is never written to; choose another folder")
    synthetic = (data / SYNTHETIC).is_file()
    return Setting(
        study=plan.folder.resolve(),
        data=data.resolve(),
        out=out.resolve(),
        lang=lang,
        parameters=read_parameters(options["params"]) if options["params"] else {},
        page=_page(),
        page_options={"synthetic": synthetic, "banner": plan.banner.get(lang, "")},
        titles={code: plan.area_label(code, lang) for code in ("all", *(area.code for area in plan.areas))},
        cell_seconds=options["cell_seconds"],
    )


def _codes(plan: Study, areas: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of the areas asked for; ``all`` among them means no choice."""
    chosen = [plan.area(name) for name in areas]
    return (
        tuple(dict.fromkeys(area.code for area in chosen if area is not None)) if None not in chosen else ()
    )


def _check_parameters(jobs: Sequence[Job], setting: Setting) -> None:
    for job in jobs:
        checked(given(job, setting), job.notebook.parameters, notebook=job.notebook.name)


def _own_notebooks() -> Path:
    """Return the notebooks of the checkout: beside the package, or where the user stands."""
    for folder in (Path(__file__).resolve().parents[2], Path.cwd()):
        if any((folder / "notebooks").glob("[0-9]*_*.ipynb")):
            return folder / "notebooks"
    raise ParameterError(
        "the notebooks are not here; run from the checkout, or give their folder with --notebooks"
    )


def _page() -> Callable[..., str]:
    from kgeval.present.page import notebook_page

    return notebook_page


def _asked(plan: Study, setting: Setting, areas: Sequence[str]) -> Asked:
    return Asked(
        study=plan.key,
        study_sha256=fingerprint(setting.study),
        study_folder=_from(setting.out, setting.study),
        data_folder=_from(setting.out, setting.data),
        data=fingerprints(setting.data),
        parameters={
            "lang": setting.lang,
            "areas": list(_codes(plan, areas)) or ["all"],
            **setting.parameters,
        },
        versions=versions(),
        synthetic=bool(setting.page_options["synthetic"]),
        started=datetime.now(UTC),
    )


def _from(out: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, out)).as_posix()
    except ValueError:  # another drive of a Windows machine
        return path.as_posix()


def _finish(
    plan: Study, setting: Setting, asked: Asked, titles: Mapping[str, str]
) -> Callable[[Sequence[JobResult]], Mapping[str, bytes]]:
    """Return what makes the files about a run once all is over."""

    def files(results: Sequence[JobResult]) -> Mapping[str, bytes]:
        from kgeval.cli.index import index

        page = index(plan, setting, results, titles=titles)
        return {**run_files(asked, results), "index.html": page.encode("utf-8")}

    return files
