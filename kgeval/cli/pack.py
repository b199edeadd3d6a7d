"""``kgeval pack``: the conference pack of a review run, with one command."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from kgeval.cli.options import FOLDER, PATH, area_option, lang_option, out_option
from kgeval.errors import ParameterError

_CHART_FORMATS = ("png", "svg", "pdf", "csv")
_MOST_JOBS = 2  # more would need more than a gigabyte, and the longest part decides

if TYPE_CHECKING:
    from kgeval.plan.study import Study
    from kgeval.present.pack import Spread
    from kgeval.present.results import Results
    from kgeval.store import Store


@click.command(
    epilog="Example: kgeval pack build/review --out build/conference --lang vi",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("review", type=FOLDER)
@out_option("The folder for the pack.")
@lang_option("the run's")
@area_option("Reports for this area only. ")
@click.option(
    "--map",
    "boundaries",
    type=PATH,
    help="GeoJSON with the areas' boundaries, to draw the map of verdicts from; else a schema of tiles.",
)
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(_CHART_FORMATS),
    help="Formats of the charts. Default: all.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="Processes at a time. Default: 2, on one core 1.")
def pack(review: Path, out: Path, lang: str | None, areas: tuple[str, ...], **options: Any) -> int:
    """Make the report, slides, charts and tables of the finished run in REVIEW.

    Nothing is written where a file does not pass its checks or names a person, or where the run shows
    what the study, as it is now, withholds.
    """
    from kgeval.plan.area import WHOLE
    from kgeval.plan.study import read_study
    from kgeval.present.boundaries import read_boundaries
    from kgeval.present.pack import pack as packed
    from kgeval.protect import refuse_traces_in, refuse_unflagged
    from kgeval.store import Store

    run = _run(review)
    study, store = read_study(review / str(run["study_folder"])), Store(review)
    lang = study.spoken(lang or run.get("parameters", {}).get("lang"))
    results = _results(store, study, lang, synthetic=bool(run.get("synthetic", False)))
    refuse_unflagged(results.estimates, study)
    boundaries, formats = options["boundaries"], options["formats"]
    chosen = [study.area(area) for area in areas]
    codes = [WHOLE if area is None else area.code for area in chosen]
    single = [code for code in results.areas if code != WHOLE]
    shapes = None if boundaries is None else read_boundaries(boundaries, single)
    with _spread(options["jobs"] or min(_MOST_JOBS, os.cpu_count() or 1)) as spread:
        files = packed(
            results, _accounts(store, study),
            areas=codes, boundaries=shapes, formats=formats or _CHART_FORMATS, spread=spread,
        )  # fmt: skip
    refuse_traces_in(files, identifiers=review)
    asked = [word for code in codes for word in ("--area", code)]
    asked += ["--map", boundaries.name] if boundaries is not None else []
    asked += [word for kind in formats for word in ("--format", kind)]
    about = _manifest(files, results, codes, run, asked)
    target = Store(out)
    for name, content in {**files, "manifest.json": about}.items():
        target.write_bytes(name, content)
    click.echo(f"{len(files)} files in {out}; look at {out / 'index.html'}")
    return 0


@contextmanager
def _spread(jobs: int) -> Iterator[Spread]:
    """Give what makes several parts at a time, each in a fresh process."""
    if jobs == 1:
        yield map
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool.map


def _results(store: Store, study: Study, lang: str, *, synthetic: bool) -> Results:
    from kgeval.present.results import Results

    estimates, changes, verdicts = (
        store.read(f"results/{name}") for name in ("estimates", "changes", "verdicts")
    )
    return Results(
        estimates=estimates, changes=changes, verdicts=verdicts, study=study, lang=lang,
        synthetic=synthetic, concluded=_concluded(store, study),
    )  # fmt: skip


def _concluded(store: Store, study: Study) -> dict[str, dict[str, pd.DataFrame]]:
    """Read what the notebooks of each area left beside its results."""
    from kgeval.plan.area import WHOLE
    from kgeval.present.conference import concluded, offices

    places = {WHOLE: WHOLE, **{area.code: area.key for area in study.areas}}
    there = {
        code: {
            name: store.read(f"{key}/results/{name}")
            for name in (*concluded.STORED, *offices.STORED)
            if store.exists(f"{key}/results/{name}")
        }
        for code, key in places.items()
    }
    named = _named(store, study)
    return {
        code: frames if named.empty else {**frames, offices.PUBLIC: named} for code, frames in there.items()
    }


def _named(store: Store, study: Study) -> pd.DataFrame:
    """Read the records that the study declares public by nature, of all areas."""
    from kgeval.present.tables.group_list import public_records

    plan, keys = study.programme.public, [area.key for area in study.areas]
    if plan is None or not store.anywhere(f"clean/{plan.table}", keys):
        return pd.DataFrame()
    return public_records(store.gather(f"clean/{plan.table}", keys), study)


def _accounts(store: Store, study: Study) -> pd.DataFrame:
    keys = [area.key for area in study.areas if store.exists(f"{area.key}/accounts")]
    nothing = pd.DataFrame(columns=["file", "sheet", "table", "records"])
    return store.gather("accounts", keys) if keys else nothing


def _manifest(
    files: Mapping[str, bytes],
    results: Results,
    codes: Sequence[str],
    run: Mapping[str, Any],
    asked: Sequence[str],
) -> bytes:
    """Say what the pack holds and how to make it again; without folders, which differ between machines."""
    from kgeval.present.pack import manifest

    about = {
        "study": results.study.key,
        "study_sha256": run.get("study_sha256", ""),
        "lang": results.lang,
        "areas": [*codes] or list(results.areas),
        "versions": run.get("versions", {}),
        "command": " ".join(["kgeval pack REVIEW --out OUT --lang", results.lang, *asked]),
        "files": manifest(files),
    }
    return json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")


def _run(review: Path) -> dict[str, Any]:
    path = review / "run.json"
    if not path.is_file():
        raise ParameterError(f"{review} is no finished run: it holds no run.json; make one with `kgeval run`")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
