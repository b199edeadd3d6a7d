"""A drawn chart with what belongs to it: its numbers, its title, its description in words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.style import SizeName, font, size_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FIXED: dict[str, dict[str, Any]] = {  # nothing in a file tells when or by which version it was made
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure, the rows that it draws (its CSV twin), its title and its alternative text.

    ``dpi`` is the resolution of the PNG; ``pictures`` keeps what was drawn, by kind and resolution, so that
    slides, report and files share one drawing. In a notebook it displays itself as a picture with its
    alternative text.
    """

    name: str
    figure: Any
    data: pd.DataFrame
    title: str
    alt: str
    dpi: int
    pictures: dict[tuple[str, int], bytes] = field(default_factory=dict, compare=False, repr=False)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        width = round(float(self.figure.get_figwidth()) * 110)
        shown = {
            "image/png": b64encode(picture(self, "png")).decode("ascii"),
            "text/plain": self.alt,
        }
        return shown, {"image/png": {"alt": self.alt, "width": width}}


class Charts(tuple[Chart, ...]):
    """Several charts that display themselves one below the other."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for chart in self:
            display(chart)  # type: ignore[no-untyped-call]


def save(*charts: Chart, formats: Iterable[str] = ("png", "svg", "csv")) -> dict[str, bytes]:
    """Return the files of charts, by file name; the same chart gives the same bytes.

    Parameters
    ----------
    charts
        What the functions of this package drew.
    formats
        Any of ``png``, ``svg``, ``pdf`` and ``csv``.
    """
    kinds = tuple(formats)
    return {
        f"{chart.name}.{kind}": twin(chart.data) if kind == "csv" else picture(chart, kind)
        for chart in charts
        for kind in kinds
    }


def nothing_to_draw(
    name: str, columns: Iterable[str], study: Study, lang: str, *, size: SizeName, synthetic: bool
) -> Chart:
    """Return the chart that says there is nothing to draw: an empty result is shown, never left out."""
    from kgeval.present.charts.sheet import lay_out
    from kgeval.present.charts.sheet_words import Content

    words = labels(lang)
    content = Content(
        title=words["chart.no_rows"],
        subtitle=word_of(study.title, lang),
        labels=("",),
        columns=(),
        notes=(),
        watermark=words["caveat.synthetic"] if synthetic else "",
    )
    sheet = lay_out(content, size_of(size))
    sheet.axes.set_axis_off()
    return Chart(
        name=name,
        figure=sheet.figure,
        data=pd.DataFrame(columns=list(columns)),
        title=content.title,
        alt=content.title,
        dpi=size_of(size).dpi,
    )


def picture(chart: Chart, kind: str, *, dpi: int | None = None) -> bytes:
    """Return the figure as a file of one kind, drawn once: what a notebook shows is what it saves."""
    wanted = (kind, dpi or chart.dpi)
    if wanted not in chart.pictures:
        chart.pictures[wanted] = _drawn(chart.figure, *wanted)
    return chart.pictures[wanted]


def _drawn(figure: Any, kind: str, dpi: int) -> bytes:
    from matplotlib import rc_context

    target = BytesIO()
    with rc_context(settings()), _plain_fonts() if kind == "pdf" else nullcontext():
        figure.savefig(target, format=kind, dpi=dpi, metadata=_FIXED[kind], facecolor="white")
    return target.getvalue()


@contextmanager
def _plain_fonts() -> Iterator[None]:
    """Leave out of fonts in PDF the tables for shaping text: nothing here uses them, and reading is slow."""
    from fontTools.subset import Options  # type: ignore[import-untyped]

    dropped = Options._drop_tables_default  # the only door that matplotlib leaves open
    Options._drop_tables_default = [*dropped, "GDEF", "GPOS", "GSUB", "MATH"]
    try:
        yield
    finally:
        Options._drop_tables_default = dropped


def twin(data: pd.DataFrame) -> bytes:
    """Return the numbers of a chart as CSV for machines: UTF-8, comma, decimal dots.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    texts = [name for name in data if not pd.api.types.is_numeric_dtype(data[name])]
    safe = data.assign(**{str(name): data[name].map(_defused) for name in texts})
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _defused(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def settings() -> Any:
    """Return the matplotlib settings under which every figure is made and saved."""
    return {
        "font.family": font(),
        "text.parse_math": False,  # a name with two dollar signs stays a name
        "svg.hashsalt": "kgeval",
        "svg.fonttype": "path",  # office programs have other fonts
        "pdf.fonttype": 42,
        "axes.unicode_minus": True,
    }
