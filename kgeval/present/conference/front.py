"""The first page of a pack: every document, and every chart with a small picture and its formats."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from io import BytesIO

from kgeval.plan.area import WHOLE
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.page import Link, Section, index_page
from kgeval.present.results import Results

_WIDTH = 480  # pixels of a small picture: sharp at the width of a card on any screen
_COLOURS = 64


def front_page(
    results: Results, areas: Iterable[str], charts: Mapping[str, str], files: Mapping[str, bytes]
) -> str:
    """Return ``index.html``.

    Parameters
    ----------
    results
        Give the words.
    areas
        The areas that have a report.
    charts
        The titles of the charts by name, in their order.
    files
        The files of the pack; a chart links to those formats of it that are there.
    """
    words = labels(results.lang)
    documents = [
        *(
            Link(label=words["pack.report"], href=report_name(results, area), note=results.place(area))
            for area in areas
        ),
        Link(label=words["pack.slides"], href="slides.pptx"),
        Link(label=words["handout.page"], href="page.html"),
        Link(label=words["pack.workbook"], href="tables.xlsx"),
        Link(label=words["pack.alt_texts"], href="alt_texts.csv"),
        Link(label=words["pack.manifest"], href="manifest.json"),
    ]
    pictures = [_chart(name, title, files, words["pack.hall"]) for name, title in charts.items()]
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


def report_name(results: Results, area: str) -> str:
    """Return the file name of an area's report."""
    code = results.study.area(area)
    return f"report_{WHOLE if code is None else code.key}.docx"


def _chart(name: str, title: str, files: Mapping[str, bytes], hall: str) -> Link:
    there = [
        Link(label=f"{word}{path.rpartition('.')[2].upper()}", href=path)
        for folder, word in (("charts/", ""), ("charts/hall/", f"{hall} "))
        for path in files
        if path.rpartition(".")[0] == f"{folder}{name}" and not (word and path.endswith(".csv"))
    ]
    drawn = files.get(f"charts/{name}.png")
    return Link(
        label=title,
        href=there[0].href if drawn is None else f"charts/{name}.png",
        picture="" if drawn is None else _small(drawn),
        more=tuple(there),
    )


def _small(picture: bytes) -> str:
    """Return a small copy of a picture as a data address."""
    from PIL import Image

    with Image.open(BytesIO(picture)) as drawn:
        high = round(drawn.height * _WIDTH / drawn.width)
        small = drawn.convert("RGB").resize((_WIDTH, high), Image.Resampling.LANCZOS)
    target = BytesIO()
    small.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, format="png", optimize=True)
    return f"data:image/png;base64,{b64encode(target.getvalue()).decode('ascii')}"
