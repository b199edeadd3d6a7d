"""Dumbbell: where each row stood in both rounds, both intervals, and the change at the right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.errors import ParameterError
from kgeval.plan.area import WHOLE
from kgeval.present.caveat import change_caveat
from kgeval.present.charts.caption import count_parts, measure_words, paged_title, source_note
from kgeval.present.charts.chart import Chart, nothing_to_draw
from kgeval.present.charts.sheet import Sheet, lay_out, scale
from kgeval.present.charts.sheet_words import Column, Content
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers, absent
from kgeval.present.phrase import lowered
from kgeval.present.published import main, plain, publish_changes
from kgeval.present.reading_order import in_reading_order, page_of, several_areas
from kgeval.present.style import SizeName, change_colour, colour, size_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

TWIN = [
    "indicator", "variant", "area", "label", "from_round", "to_round", "from_value", "from_low", "from_high",
    "to_value", "to_low", "to_high", "difference", "low", "high", "from_n", "to_n", "outcome",
]  # fmt: skip
_ORDER = ("up", "down", "unclear", "census", "absent")


def dumbbell(
    changes: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    estimates: pd.DataFrame | None = None,
    size: SizeName = "report",
    synthetic: bool = False,
    name: str = "change",
    page: int | None = None,
) -> Chart:
    """Draw both rounds and the change between them.

    What is not comparable between the rounds, or only with caution, is not drawn: the note names it. Of the
    indicators of one area, the note names those that are not published too; an area stays as an empty row.

    Parameters
    ----------
    changes
        Rows of ``changes``: several areas of one indicator, or the main definitions of one area.
    study, lang
        Words.
    estimates
        The estimates of both rounds: gives the intervals and sample sizes of each round, and says
        which of them must not be shown.
    size, synthetic, name, page
        As for ``against_target``.

    Raises
    ------
    ParameterError
        More rows than the size can show.
    """
    rows, left_out = rows_to_draw(changes, study, lang, estimates)
    if rows.empty:
        return nothing_to_draw(name, TWIN, study, lang, size=size, synthetic=synthetic)
    title = paged_title(_title(rows, study, labels(lang)), rows, size_of(size).rows, page)
    if page is not None:
        rows = page_of(rows, size_of(size).rows, page)
    if len(rows) > size_of(size).rows:
        raise ParameterError(
            f"a chart of size {size!r} shows at most {size_of(size).rows} rows, got {len(rows)}; choose fewer"
        )
    content = _content(rows, left_out, title, study, lang, synthetic=synthetic)
    sheet = lay_out(content, size_of(size))
    _draw(sheet, rows, lang)
    words = labels(lang)
    described = " ".join(
        words.fill(
            "chart.alt_change_row",
            label=label, change=cell, from_value=_value(row, "from_value"), to_value=_value(row, "to_value"),
        )
        for label, cell, (_, row) in zip(
            content.labels, content.columns[1].cells, rows.iterrows(), strict=True
        )
    )  # fmt: skip
    return Chart(
        name=name,
        figure=sheet.figure,
        data=rows.assign(label=list(content.labels)).reindex(columns=TWIN),
        title=content.title,
        alt=words.fill("chart.alt_dumbbell", title=content.title, rows=described),
        dpi=size_of(size).dpi,
    )


def rows_to_draw(
    changes: pd.DataFrame, study: Study, lang: str, estimates: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the published changes that a dumbbell draws, in its order, and those that it only names."""
    everything = main(plain(publish_changes(changes, study, lang, estimates)))
    everything = everything[everything["kind"] == "share"]
    drawn = everything["comparable"] == "yes"
    if not several_areas(everything):
        drawn &= everything["outcome"] != "suppressed"
    rows = in_reading_order(everything[drawn], by="difference")
    return rows, everything[~drawn]


def _content(
    rows: pd.DataFrame, left_out: pd.DataFrame, title: str, study: Study, lang: str, *, synthetic: bool
) -> Content:
    words, numbers = labels(lang), Numbers(lang=lang)
    by_area = several_areas(rows)
    records = [row for _, row in rows.iterrows()]
    first = rows.iloc[0]
    columns = [
        Column(
            heading=words["chart.values"], cells=tuple(_two_values(row, words) for row in records), share=0.2
        ),
        Column(
            heading=words["chart.change"],
            cells=tuple(change_cell(row) for row in records),
            colours=tuple(change_colour(_code(row), row["direction"]) for row in records),
        ),
    ]
    if "from_n" in rows:
        sizes = [
            [numbers.number(number_of(row, column), 0) for column in ("from_n", "to_n")] for row in records
        ]
        cells = tuple(words.fill("chart.two_n", from_n=a, to_n=b) for a, b in sizes)
        columns.append(Column(heading=words["chart.n"], cells=cells, right=True, share=0.1))
    rounds = {"from_round": first["from_label"], "to_round": first["to_label"]}
    subtitle = words.fill("chart.change_subtitle", **rounds)
    if by_area:
        subtitle = f"{subtitle}; {first['label']} ({measure_words(first, words)})"
    return Content(
        title=title,
        subtitle=subtitle,
        labels=tuple(rows["place"] if by_area else rows["short"]),
        columns=tuple(columns),
        notes=source_note(
            study,
            f"{first['from_label']}, {first['to_label']}",
            _remarks(rows, left_out, study, words),
            words,
        ),
        watermark=words["caveat.synthetic"] if synthetic else "",
        strong=frozenset(i for i, area in enumerate(rows["area"]) if by_area and area == WHOLE),
    )


def change_cell(row: pd.Series) -> str:
    """Return a published change with its interval: ``+16,9 (10,2 – 23,6)``."""
    words = labels(row["lang"])
    difference = number_of(row, "difference")
    if difference is None:
        return words["numbers.absent"]
    measure = Measure(kind=row["kind"], lang=row["lang"])
    text = measure.bare_difference(difference)
    low, high = number_of(row, "low"), number_of(row, "high")
    if row["outcome"] == "census":
        return words.fill("chart.change_census", change=text)
    return text if low is None or high is None else f"{text} ({measure.range(low, high)})"


def clearly_wished(rows: pd.DataFrame) -> bool:
    """Return whether a published change is coloured: clear, and of an indicator that should rise or fall."""
    return bool((rows["outcome"].isin(["up", "down"]) & (rows["direction"] != "none")).any())


def _two_values(row: pd.Series, words: Labels) -> str:
    if absent(row["from_value"]) and absent(row["to_value"]):
        return words["numbers.absent"]
    values = {column: _value(row, column).removesuffix("%") for column in ("from_value", "to_value")}
    return words.fill("chart.two_values", **values)


def _value(row: pd.Series, column: str) -> str:
    return Measure(kind=row["kind"], lang=row["lang"]).value(number_of(row, column))


def _code(row: pd.Series) -> str:
    return row["outcome"] if row["outcome"] in _ORDER else "not_estimable"


def _remarks(rows: pd.DataFrame, left_out: pd.DataFrame, study: Study, words: Labels) -> list[str]:
    remarks = [words["chart.note_change"], change_caveat(study, words.lang, rows["indicator"])]
    if "from_low" in rows and bool(rows["from_low"].notna().any()):
        remarks.append(words["chart.note_interval"])
    if clearly_wished(rows):
        remarks.append(words["chart.note_wished"])
    if bool((rows["outcome"] == "suppressed").any()):
        remarks.append(words["chart.note_suppressed"])
    withheld = left_out["outcome"] == "suppressed"
    for note, left in (("not_compared", left_out[~withheld]), ("not_published", left_out[withheld])):
        if not left.empty:
            remarks.append(words.fill(f"chart.note_{note}", what=", ".join(dict.fromkeys(left["short"]))))
    return remarks


def _title(rows: pd.DataFrame, study: Study, words: Labels) -> str:
    by_area = several_areas(rows)
    single = rows[rows["area"] != WHOLE] if by_area else rows
    counted = Counter(o if o in _ORDER else "absent" for o in single["outcome"])
    level = lowered(word_of(study.area_level, words.lang)) if by_area else words["title.indicator_level"]
    parts = count_parts(counted, "title.change", _ORDER, len(single), words, level=level)
    first = rows.iloc[0]
    return f"{first['short'] if by_area else first['place']}: {parts}"


def _draw(sheet: Sheet, rows: pd.DataFrame, lang: str) -> None:
    numbers = Numbers(lang=lang)
    low, high = _limits(rows)
    scale(sheet, low, high, lambda tick, digits: numbers.number(tick, digits) + "%", within=(0.0, 100.0))
    off = sheet.size.label / 72 * 0.38
    for (_, row), y in zip(rows.iterrows(), sheet.centres, strict=True):
        ends = [number_of(row, column) for column in ("from_value", "to_value")]
        if None not in ends:
            xs = [(end or 0.0) * 100 for end in ends]
            sheet.axes.plot(
                xs, [y + off, y - off], color=colour("rule"), linewidth=sheet.size.whisker, zorder=2
            )
        _draw_round(sheet, row, "from", y + off, colour("from_round"), hollow=True)
        _draw_round(sheet, row, "to", y - off, colour("to_round"), hollow=False)


def _draw_round(sheet: Sheet, row: pd.Series, side: str, y: float, tint: str, *, hollow: bool) -> None:
    value = number_of(row, f"{side}_value")
    if value is None:
        return
    low, high = number_of(row, f"{side}_low"), number_of(row, f"{side}_high")
    if low is not None and high is not None:
        sheet.axes.plot(
            [low * 100, high * 100], [y, y], color=tint, linewidth=sheet.size.whisker * 0.8,
            solid_capstyle="butt", zorder=3, clip_on=False,
        )  # fmt: skip
    face: dict[str, Any] = {"markerfacecolor": colour("paper") if hollow else tint, "markeredgecolor": tint}
    sheet.axes.plot(
        [value * 100], [y], marker="o", markersize=sheet.size.marker,
        markeredgewidth=sheet.size.whisker * 0.8, zorder=4, clip_on=False, **face,
    )  # fmt: skip


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    names = ["from_value", "to_value", "from_low", "from_high", "to_low", "to_high"]
    numbers = pd.concat([rows[name].astype("float64") for name in names if name in rows]).dropna() * 100
    if numbers.empty:
        return 0.0, 100.0
    pad = max(float(numbers.max() - numbers.min()) * 0.08, 2.0)
    return max(0.0, float(numbers.min()) - pad), min(100.0, float(numbers.max()) + pad)
