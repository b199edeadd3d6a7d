"""``kgeval pack``: the conference pack of a review run, with one command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from kgeval.errors import ParameterError

if TYPE_CHECKING:
    from kgeval.plan.study import Study
    from kgeval.store import Store


@click.command(
    epilog="Example: kgeval pack build/review --out build/conference --lang vi",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("review", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the pack.")
@click.option("--lang", default="", help="vi or en; the language of the run where it is not given.")
@click.option(
    "--area", "areas", multiple=True, help="Reports for these areas only (code or key); else for all."
)
@click.option(
    "--map",
    "boundaries",
    type=click.Path(path_type=Path),
    help="GeoJSON with the areas' boundaries, to draw the map of verdicts from; else a schema of tiles.",
)
def pack(review: Path, out: Path, lang: str, areas: tuple[str, ...], boundaries: Path | None) -> None:
    """Make the report, slides, charts and tables of the finished run in REVIEW."""
    from kgeval.plan.area import WHOLE
    from kgeval.plan.study import read_study
    from kgeval.present.boundaries import read_boundaries
    from kgeval.present.labels import labels
    from kgeval.present.pack import manifest
    from kgeval.present.pack import pack as packed
    from kgeval.present.results import Results
    from kgeval.store import Store

    run = _run(review)
    study = read_study(review / str(run["study_folder"]))
    lang = lang or str(run.get("parameters", {}).get("lang", study.languages[0]))
    labels(lang)
    if lang not in study.languages:
        raise ParameterError(
            f"the study speaks {', '.join(study.languages)}, not {lang!r}; choose one of them"
        )
    store = Store(review)
    estimates, changes, verdicts = (
        store.read(f"results/{name}") for name in ("estimates", "changes", "verdicts")
    )
    results = Results(
        estimates=estimates, changes=changes, verdicts=verdicts, study=study, lang=lang,
        synthetic=bool(run.get("synthetic", False)), concluded=_concluded(store, study),
    )  # fmt: skip
    chosen = [study.area(area) for area in areas]
    codes = [WHOLE if area is None else area.code for area in chosen]
    keys = [area.key for area in study.areas if store.exists(f"{area.key}/accounts")]
    nothing = pd.DataFrame(columns=["file", "sheet", "table", "records"])
    accounts = store.gather("accounts", keys) if keys else nothing
    single = [code for code in results.areas if code != WHOLE]
    shapes = None if boundaries is None else read_boundaries(boundaries, single)
    files = packed(results, accounts, areas=codes, boundaries=shapes)
    about = {
        "study": study.key,
        "lang": lang,
        "areas": codes or list(results.areas),
        "versions": run.get("versions", {}),
    }
    listed = json.dumps({**about, "files": manifest(files)}, ensure_ascii=False, indent=1, sort_keys=True)
    target = Store(out)
    for name, content in {**files, "manifest.json": listed.encode("utf-8")}.items():
        target.write_bytes(name, content)
    click.echo(f"{len(files)} files in {out}; look at {out / 'index.html'}")


def _concluded(store: Store, study: Study) -> dict[str, dict[str, pd.DataFrame]]:
    """Read what the notebooks of each area left beside its results."""
    from kgeval.plan.area import WHOLE
    from kgeval.present.conference import concluded, offices

    places = {WHOLE: WHOLE, **{area.code: area.key for area in study.areas}}
    return {
        code: {
            name: store.read(f"{key}/results/{name}")
            for name in (*concluded.STORED, *offices.STORED)
            if store.exists(f"{key}/results/{name}")
        }
        for code, key in places.items()
    }


def _run(review: Path) -> dict[str, Any]:
    path = review / "run.json"
    if not path.is_file():
        raise ParameterError(f"{review} is no finished run: it holds no run.json; make one with `kgeval run`")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
