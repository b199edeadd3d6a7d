"""Tables of results: targets, variants, areas side by side, estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import main, plain, publish
from kgeval.present.result import measure_beside, value_cell
from kgeval.present.style import verdict_colour
from kgeval.present.tables.result_row import MARKED, Cell, columns_of, records_of, remarks, result_row
from kgeval.present.tables.spec import Align, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def targets_table(
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    place: str = "",
    reported: pd.DataFrame | None = None,
) -> TableSpec:
    """Return the official table: target, plan, result, percent of the target, both verdicts, as-of date.

    Only the main definition of each indicator with a target stands in it; the others stand in
    ``variants_table``, never alone.

    Parameters
    ----------
    estimates, verdicts
        ``results/estimates`` and ``results/verdicts`` of one place; shares from 0 to 1.
    study, lang
        The study, and one of its languages.
    place
        The place's name, for the title; "": none.
    reported
        ``results/reported``: what the offices say of each stands beside what the survey found.
    """
    words = labels(lang)
    rows = _judged(main(plain(publish(estimates, verdicts, study, lang))))
    told = {} if reported is None or reported.empty else _told(reported)
    wanted: list[tuple[str, Align]] = [
        ("target_label", "left"), ("plan", "right"), ("reported", "right"), ("done", "right"),
        ("interval", "right"), ("percent_of_target", "right"), ("official", "left"), ("statistical", "left"),
        ("n", "right"),
    ]  # fmt: skip
    columns = columns_of(words, *(pair for pair in wanted if told or pair[0] != "reported"))
    return table_of(
        "targets",
        words["table.targets"] + (f" – {place}" if place else ""),
        columns,
        [_target_row(row, study, words, told) for row in rows],
        subtitle=_as_of(rows, study, words),
        notes=[words["caveat.two_verdicts"], *remarks(rows, words)] if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def variants_table(
    estimates: pd.DataFrame, verdicts: pd.DataFrame, study: Study, lang: str, *, place: str = ""
) -> TableSpec:
    """Return every definition of each indicator with a target, the official one first and marked.

    Parameters
    ----------
    estimates, verdicts, study, lang, place
        As in :func:`targets_table`.
    """
    words = labels(lang)
    rows = _judged(plain(publish(estimates, verdicts, study, lang)))
    several = {
        key for key in (row["indicator"] for row in rows) if sum(r["indicator"] == key for r in rows) > 1
    }
    rows = [row for row in rows if row["indicator"] in several]
    columns = columns_of(
        words,
        ("indicator", "left"), ("variant", "left"), ("plan", "right"), ("value", "right"),
        ("interval", "right"), ("missing_bounds", "right"), ("statistical", "left"), ("n", "right"),
    )  # fmt: skip
    return table_of(
        "variants",
        words["table.variants"] + (f" – {place}" if place else ""),
        columns,
        [result_row(row, words) for row in rows],
        subtitle=_as_of(rows, study, words),
        groups=[_target_label(row, study) for row in rows],
        notes=remarks(rows, words) if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def areas_table(estimates: pd.DataFrame, verdicts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each target in each area, in the study's order of areas: no ranking.

    Parameters
    ----------
    estimates, verdicts, study, lang
        As in :func:`targets_table`, of all areas.
    """
    words = labels(lang)
    rows = _judged(main(plain(publish(estimates, verdicts, study, lang))))
    order = {key: number for number, key in enumerate(dict.fromkeys(row["indicator"] for row in rows))}
    rows = sorted(rows, key=lambda row: order[row["indicator"]])
    columns = columns_of(
        words,
        ("place", "left"), ("plan", "right"), ("value", "right"), ("interval", "right"), ("official", "left"),
        ("statistical", "left"), ("n", "right"),
    )  # fmt: skip
    return table_of(
        "areas",
        words["table.areas"],
        columns,
        [result_row(row, words) for row in rows],
        subtitle=_as_of(rows, study, words),
        groups=[_target_label(row, study) for row in rows],
        notes=[words["caveat.no_rank"], *remarks(rows, words)] if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def estimates_table(estimates: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return values with their intervals, sample sizes and what missing answers leave open.

    Parameters
    ----------
    estimates, study, lang
        As in :func:`targets_table`; one round or several.
    """
    words = labels(lang)
    rows = records_of(plain(publish(estimates, None, study, lang)))
    rounds = list(dict.fromkeys(row["round_label"] for row in rows))
    wanted: list[tuple[str, Align]] = [
        ("indicator", "left"), ("round", "left"), ("value", "right"), ("interval", "right"), ("n", "right"),
        ("missing", "right"), ("missing_bounds", "right"), ("note", "left"),
    ]  # fmt: skip
    columns = columns_of(words, *(pair for pair in wanted if pair[0] != "round" or len(rounds) > 1))
    return table_of(
        "estimates",
        words["table.estimates"],
        columns,
        [result_row(row, words) for row in rows],
        subtitle=rounds[0] if len(rounds) == 1 else "",
        notes=remarks(rows, words) if rows else [words["table.empty"]],
    )


def _judged(rows: pd.DataFrame) -> list[pd.Series]:
    return records_of(rows[rows["target"].notna()])


def _told(reported: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the first reported value of each indicator and area."""
    first = reported.drop_duplicates(["indicator", "area"])
    return dict(zip(zip(first["indicator"], first["area"], strict=True), first["value"], strict=True))


def _target_row(
    row: pd.Series, study: Study, words: Labels, told: Mapping[tuple[str, str], float]
) -> dict[str, Cell]:
    value, target = number_of(row, "value"), number_of(row, "target")
    reached, said = None, told.get((row["indicator"], row["area"]))
    if value is not None and target and row["direction"] != "lower":
        reached = value / target
    return result_row(row, words) | {
        "target_label": (_target_label(row, study), None),
        "reported": (measure_beside(row).value(said), said),
        "done": (value_cell(row), value),
        "percent_of_target": (Measure(kind="share", lang=words.lang).value(reached), reached),
    }


def _target_label(row: pd.Series, study: Study) -> str:
    target = study.indicator(row["indicator"], row["variant"]).target
    label = word_of(target.label, row["lang"]) if target is not None else ""
    return label or str(row["label"])


def _as_of(rows: Sequence[pd.Series], study: Study, words: Labels) -> str:
    if study.data_as_of is None:
        return words["table.as_of_unknown"] if rows else ""
    return words.fill("table.as_of", date=Numbers(lang=words.lang).date(study.data_as_of))


def _verdict_colours(rows: Sequence[pd.Series]) -> dict[tuple[int, str], str]:
    return {
        (number, "statistical"): verdict_colour(row["outcome"])
        for number, row in enumerate(rows)
        if row["outcome"] in MARKED
    }
