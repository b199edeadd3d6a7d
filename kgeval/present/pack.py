"""The conference pack: every file that people take away, and the checks that it must pass.

The same results give the same bytes in every file; a pack that does not pass is not written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from io import BytesIO

import pandas as pd

from kgeval.errors import UserError
from kgeval.plan.area import WHOLE
from kgeval.present.boundaries import Boundaries
from kgeval.present.charts.chart import Chart, save
from kgeval.present.check import (
    figure_faults,
    honest_faults,
    number_faults,
    office_faults,
    page_faults,
)
from kgeval.present.conference import area_report, charts, deck
from kgeval.present.handout import handout
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.page import Link, Section, index_page
from kgeval.present.published import publish
from kgeval.present.results import Results
from kgeval.present.tables.data import accounts_table
from kgeval.present.tables.results import (
    areas_table,
    changes_table,
    estimates_table,
    targets_table,
    variants_table,
)
from kgeval.present.workbook import Sheet, sampling_errors, workbook

FORMATS = ("png", "svg", "pdf", "csv")


class PackError(UserError):
    """The pack does not pass its checks; ``faults`` holds one line a fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("the pack does not pass its checks, nothing was written: " + "; ".join(self.faults))


def pack(
    results: Results,
    accounts: pd.DataFrame,
    *,
    areas: Iterable[str] = (),
    boundaries: Boundaries | None = None,
    formats: Iterable[str] = FORMATS,
) -> dict[str, bytes]:
    """Return every file of the conference pack by its path.

    Parameters
    ----------
    results
        The results of a review run.
    accounts
        The accounts of the data.
    areas
        Areas that get a report of their own besides the whole; none: all.
    boundaries
        The areas' boundaries for the map; None: a schema of tiles.
    formats
        The formats of charts.

    Raises
    ------
    PackError
        Whatever ``kgeval.present.check`` finds, all at once.
    """
    kinds = tuple(formats)
    drawn = charts(results, boundaries=boundaries)
    projected = charts(results, size="slide", boundaries=boundaries)
    wanted = tuple(areas) or results.areas
    files = {f"charts/{name}": content for name, content in save(*drawn, formats=kinds).items()}
    files |= {f"charts/hall/{name}": content for name, content in save(*projected, formats=kinds).items()}
    files |= {_report_name(results, area): area_report(results, area) for area in wanted}
    files["slides.pptx"] = deck(results, projected)
    files["tables.xlsx"] = tables(results, accounts)
    files["alt_texts.csv"] = _alt_texts(drawn)
    named = labels(results.lang)["handout.file"]
    files["page.html"] = handout(results, boundaries=boundaries, file=named).encode("utf-8")
    files["index.html"] = _index(results, wanted, drawn).encode("utf-8")
    found = [*figure_faults(projected, results), *faults(drawn, results, files)]
    if found:
        raise PackError(dict.fromkeys(found))
    return dict(sorted(files.items()))


def tables(results: Results, accounts: pd.DataFrame) -> bytes:
    """Return the workbook: targets, variants, areas, estimates, changes, sampling errors, accounts."""
    words, study, lang = labels(results.lang), results.study, results.lang
    own = results.of(WHOLE)
    by_area = results.endline[results.endline["area"] != WHOLE]
    everything = publish(results.estimates, results.verdicts, study, lang)
    made = (
        targets_table(own.endline, own.verdicts, study, lang, place=results.place(WHOLE)),
        variants_table(own.endline, own.verdicts, study, lang),
        areas_table(by_area, results.verdicts, study, lang),
        estimates_table(own.endline, study, lang),
        changes_table(own.changes[own.changes["by"] == ""], study, lang, estimates=own.estimates),
        sampling_errors(everything[everything["by"] == ""], lang),
        accounts_table(accounts, study, lang),
    )
    names = ("sample", "census", "no_comparison", "no_average", "suppressed")
    return workbook(
        [Sheet(tab=table.title, table=table) for table in made],
        title=word_of(study.title, lang),
        notes=[words[f"caveat.{name}"] for name in names],
        lang=lang,
        synthetic=results.synthetic,
    )


def faults(drawn: Iterable[Chart], results: Results, files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with a pack: one line a fault; ``drawn`` are the charts of one size."""
    drawn = tuple(drawn)
    return [
        *figure_faults(drawn, results),
        *number_faults(files, drawn, results),
        *honest_faults(files, drawn, results),
        *office_faults(files, results),
        *page_faults(files, results),
    ]


def manifest(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the sha256 of each file by its path."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _report_name(results: Results, area: str) -> str:
    code = results.study.area(area)
    return f"report_{WHOLE if code is None else code.key}.docx"


def _alt_texts(drawn: Iterable[Chart]) -> bytes:
    rows = pd.DataFrame(
        [[chart.name, chart.title, chart.alt] for chart in drawn], columns=["chart", "title", "alt"]
    )
    target = BytesIO()
    rows.to_csv(target, index=False, lineterminator="\n")
    return target.getvalue()


def _index(results: Results, areas: Iterable[str], drawn: Iterable[Chart]) -> str:
    words = labels(results.lang)
    documents = [
        *(
            Link(label=words["pack.report"], href=_report_name(results, area), note=results.place(area))
            for area in areas
        ),
        Link(label=words["handout.page"], href="page.html"),
        Link(label=words["pack.slides"], href="slides.pptx"),
        Link(label=words["pack.workbook"], href="tables.xlsx"),
        Link(label=words["pack.alt_texts"], href="alt_texts.csv"),
    ]
    pictures = [Link(label=chart.title, href=f"charts/{chart.name}.png") for chart in drawn]
    return index_page(
        words.fill("pack.title", title=word_of(results.study.title, results.lang)),
        [
            Section(title=words["pack.documents"], links=tuple(documents)),
            Section(title=words["pack.charts"], text=words["pack.for_reading"], links=tuple(pictures)),
        ],
        lang=results.lang,
        synthetic=results.synthetic,
        banner=word_of(results.study.banner, results.lang),
    )
