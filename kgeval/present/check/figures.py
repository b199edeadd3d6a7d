"""Faults of drawn charts: unreadable text, repeated titles, wrong counts, no words, no watermark."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from kgeval.present.charts.caption import VERDICTS
from kgeval.present.charts.chart import Chart
from kgeval.present.labels import Labels, labels
from kgeval.present.layout import overlaps
from kgeval.present.results import Results

_CHANGES = ("up", "down", "unclear", "census", "absent")
_ROOMS = {"title.targets": VERDICTS, "title.indicators": VERDICTS, "title.change": _CHANGES}
_PAGE = re.compile(r" \(\d+/\d+\)$")


def figure_faults(drawn: Iterable[Chart], results: Results) -> list[str]:
    """Return what is wrong with charts of one size."""
    drawn, words, found = tuple(drawn), labels(results.lang), []
    for chart in drawn:
        found += [f"{chart.name}: {fault}" for fault in overlaps(chart.figure)]
        if not chart.alt.strip():
            found.append(f"{chart.name}: the picture has no alternative text")
        if not unicodedata.is_normalized("NFC", chart.title + chart.alt):
            found.append(f"{chart.name}: letters and their marks are apart (not NFC)")
        if results.synthetic and not _marked(chart, words):
            found.append(f"{chart.name}: the watermark of simulated data is missing")
        found += [f"{chart.name}: {fault}" for fault in _count_faults(chart, words)]
    titles = Counter(chart.title for chart in drawn if not chart.data.empty)
    return [*found, *(f"title {title!r} stands on {n} charts" for title, n in titles.items() if n > 1)]


def _marked(chart: Chart, words: Labels) -> bool:
    said = " ".join(text.get_text() for text in chart.figure.texts).split()
    return " ".join(words["caveat.synthetic"].split()) in " ".join(said)


def _count_faults(chart: Chart, words: Labels) -> list[str]:
    """Return each count of a title that its rows do not give: ``2/3 … met`` where one is met."""
    if "outcome" not in chart.data or _PAGE.search(chart.title):
        return []  # the rows of other pages are counted in a title as well
    rows = chart.data
    several = rows["area"].nunique() > 1
    single = rows[rows["area"] != "all"] if several else rows
    found = []
    for room, known in _ROOMS.items():
        counted = Counter(one if one in known else "absent" for one in single["outcome"])
        for outcome in known:
            for said, total in _counts(chart.title, words[f"{room}_{outcome}"]):
                if (said, total) != (counted[outcome], len(single)):
                    found.append(f"the title counts {said} of {total} as {outcome}, its rows do not")
    return found


def _counts(title: str, template: str) -> list[tuple[int, int]]:
    """Return the counts that a title says in the words of a template with ``{n}`` of ``{total}``."""
    pattern = re.escape(template).replace(r"\{n\}", r"(\d+)").replace(r"\{total\}", r"(\d+)")
    pattern = re.sub(r"\\\{\w+\\\}", ".+?", pattern)
    found = [(int(match[0]), int(match[1])) for match in re.findall(f"(?<!\\d){pattern}(?:;|$)", title)]
    return found if "{total}" in template and "{n}" in template else []
