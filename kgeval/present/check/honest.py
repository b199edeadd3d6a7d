"""What would mislead if it were printed, though every number in it is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.charts.chart import Chart
from kgeval.present.check.texts import paragraphs
from kgeval.present.labels import labels
from kgeval.present.measure import Measure, word_of
from kgeval.present.published import plain, publish
from kgeval.present.reading_order import several_areas
from kgeval.present.results import Results

_P_VALUE = re.compile(r"\bp\s*[=<≤]\s*0?[.,]\d|\bp-value", re.IGNORECASE)
_PERCENT = re.compile(r"\d+(?:[.,]\d+)?%")
_NO_TWIN = frozenset({"rank", "p", "p_one_sided", "p_value"})


def honest_faults(files: Mapping[str, bytes], drawn: Iterable[Chart], results: Results) -> list[str]:
    """Return what would mislead a reader, one line a fault."""
    drawn = tuple(drawn)
    rows = plain(publish(results.endline, results.verdicts, results.study, results.lang))
    return [
        *_maps(drawn),
        *_titles(drawn, results),
        *_compared(drawn, results),
        *_foreign(rows, results),
        *_counts(rows, results),
        *_points(rows),
        *_exposed(drawn, results),
        *_words(files, drawn, results),
    ]


def _maps(drawn: tuple[Chart, ...]) -> list[str]:
    """Area is not people: a map never stands before, or without, the chart with the intervals."""
    names = [chart.name for chart in drawn]
    found = []
    for chart in drawn:
        beside = chart.name.replace("tiles_", "targets_")
        if chart.name.startswith("tiles_") and beside not in names[: names.index(chart.name)]:
            found.append(f"{chart.name}: the map stands before the chart with the intervals")
        if chart.name.startswith("tiles_") and {"value", "low", "high"} & set(chart.data):
            found.append(f"{chart.name}: a map shows verdicts alone")
    return found


def _titles(drawn: tuple[Chart, ...], results: Results) -> list[str]:
    """Find titles that do not name their definition: a share has several denominators."""
    found = []
    for chart in drawn:
        keys = set(chart.data.get("indicator", ()))
        if (
            len(keys) != 1
            or chart.name.startswith(("gaps", "cascade", "forest", "change"))
            or chart.data.empty
        ):
            continue
        short, others = _shorts(results, keys.pop())
        if several_areas(chart.data) and short not in chart.title:
            found.append(f"{chart.name}: the title does not say of whom the share is ({short})")
        if short in others:
            found.append(f"{chart.name}: {short!r} names definitions with other denominators as well")
    return found


def _shorts(results: Results, key: str) -> tuple[str, set[str]]:
    own = results.study.indicator(key)
    others = [one for one in results.study.indicators if one.key == key and one.variant != MAIN]
    names = {word_of(one.short, results.lang) for one in others if one.counts != own.counts}
    return word_of(own.short, results.lang) or word_of(own.label, results.lang), names


def _compared(drawn: tuple[Chart, ...], results: Results) -> list[str]:
    """No change is drawn of what was asked over another window, or not at all, in one round."""
    keys = ["indicator", "variant", "area"]
    changes = plain(results.changes)
    yes = changes[(changes["comparable"] == "yes") & changes["from_value"].notna()]
    fit = set(yes[keys].itertuples(index=False, name=None))
    found = []
    for chart in drawn:
        if not chart.name.startswith(("change", "forest")) or chart.data.empty:
            continue
        rows = chart.data[chart.data["difference" if "difference" in chart.data else "value"].notna()]
        wrong = set(rows[keys].itertuples(index=False, name=None)) - fit
        found += [f"{chart.name}: the rounds of {key} are not comparable" for key, _, _ in sorted(wrong)]
    return found


def _foreign(rows: pd.DataFrame, results: Results) -> list[str]:
    """No percentage of elsewhere stands beside a target: in its words there is the target's own alone."""
    found = []
    for key in dict.fromkeys(rows.loc[rows["target"].notna(), "indicator"]):
        one = results.study.indicator(key)
        if one.target is None or one.kind != "share":
            continue
        own = Measure(kind="share", lang=results.lang)
        known = {own.exact(value) for value in (one.target.value, *one.target.areas.values())}
        said = {*_PERCENT.findall(word_of(one.target.label, results.lang))}
        decimals = {percent for percent in said - known if re.search("[.,]", percent)}
        found += [
            f"{key}: {percent} in the words of its target is not its target" for percent in sorted(decimals)
        ]
    return found


def _counts(rows: pd.DataFrame, results: Results) -> list[str]:
    """Find counts without what they are counted among, and visits counted as groups."""
    found, tables = [], results.study.tables
    units = {key: getattr(table, "unit", {}) for key, table in tables.items()}
    for key in dict.fromkeys(rows.loc[rows["kind"] == "count", "indicator"]):
        one, own = results.study.indicator(key), rows[rows["indicator"] == key]
        if bool((own["value"].notna() & own["n"].isna()).any()):
            found.append(f"{key}: a count without the number that it is counted among")
        unit = word_of(one.unit, results.lang)
        elsewhere = {word_of(words, results.lang) for name, words in units.items() if name != one.table}
        if unit and unit in elsewhere and unit != word_of(units.get(one.table, {}), results.lang):
            found.append(f"{key}: counts records of another table as {unit!r}")
    return found


def _points(rows: pd.DataFrame) -> list[str]:
    """Definitions beside each other: the one that was named beforehand is among them."""
    judged = rows[rows["target"].notna()]
    shown = judged.groupby("indicator")["variant"].agg(set)
    return [
        f"{key}: other definitions stand without the official one"
        for key, own in shown.items()
        if MAIN not in own
    ]


def _exposed(drawn: tuple[Chart, ...], results: Results) -> list[str]:
    """Find attributes of single groups shown by area, and ranks or p-values in a twin."""
    profile = {one.key: one.disclosure for one in results.study.indicators}
    found = []
    for chart in drawn:
        rows = chart.data
        if "value" not in rows or "area" not in rows or rows.empty or "indicator" not in rows:
            continue
        single = rows[(rows["area"] != WHOLE) & rows["value"].notna()]
        wrong = sorted({key for key in single["indicator"] if profile.get(key) == "groups"})
        found += [
            f"{chart.name}: {key} is an attribute of groups and is published for the whole alone"
            for key in wrong
        ]
        found += [f"{chart.name}: its rows hold {name}" for name in sorted(_NO_TWIN & set(rows))]
    return found


def _words(files: Mapping[str, bytes], drawn: tuple[Chart, ...], results: Results) -> list[str]:
    """No ranks, no p-values, and no cause where there is no comparison group."""
    words, said = labels(results.lang), [(chart.name, chart.title) for chart in drawn]
    texts = [(name, text) for name, content in files.items() for text in paragraphs(name, content)]
    found = [f"{name}: prints a p-value" for name, text in texts if _P_VALUE.search(text)]
    own = _own_words(results)
    for name, title in said:
        left = _without(title.casefold(), own)
        for room in ("ranks", "causes"):
            used = [word for word in words.listed(f"check.{room}") if word in left]
            found += [f"{name}: the title says {word!r}; {words['check.why_' + room]}" for word in used]
    return list(dict.fromkeys(found))


def _own_words(results: Results) -> list[str]:
    named = [word_of(one.short, results.lang) for one in results.study.indicators]
    named += [results.place(area) for area in results.areas]
    return sorted({name.casefold() for name in named if name}, key=len, reverse=True)


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text
