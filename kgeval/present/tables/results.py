"""Tables of results: targets, variants, areas side by side, estimates, breakdowns, changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.flag import CENSUS
from kgeval.plan.indicator import MAIN
from kgeval.present.caveat import change_caveat
from kgeval.present.charts.dumbbell import change_cell, clearly_wished
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import MEASURED, Measure, number_of, text_of, word_of
from kgeval.present.numbers import Numbers, absent
from kgeval.present.phrase import reason_words
from kgeval.present.published import main, plain, publish, publish_changes
from kgeval.present.result import bounds_cell, interval_cell, measure_beside, statistical_words, value_cell
from kgeval.present.style import change_colour, verdict_colour
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

Cell = tuple[str, object]
_MARKED = ("met", "not_met", "unclear")


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
    ``variants_table``, never alone. With ``reported`` (``results/reported``) what the offices say of
    each stands beside what the survey found.
    """
    words = labels(lang)
    rows = _judged(main(plain(publish(estimates, verdicts, study, lang))))
    told = {} if reported is None or reported.empty else _told(reported)
    wanted: list[tuple[str, Align]] = [
        ("target_label", "left"), ("plan", "right"), ("reported", "right"), ("done", "right"),
        ("interval", "right"), ("percent_of_target", "right"), ("official", "left"), ("statistical", "left"),
        ("n", "right"),
    ]  # fmt: skip
    columns = _columns(words, *(pair for pair in wanted if told or pair[0] != "reported"))
    return table_of(
        "targets",
        words["table.targets"] + (f" – {place}" if place else ""),
        columns,
        [_target_row(row, study, words, told) for row in rows],
        subtitle=_as_of(rows, study, words),
        notes=[words["caveat.two_verdicts"], *_remarks(rows, words)] if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def variants_table(
    estimates: pd.DataFrame, verdicts: pd.DataFrame, study: Study, lang: str, *, place: str = ""
) -> TableSpec:
    """Return every definition of each indicator with a target, the official one first and marked."""
    words = labels(lang)
    rows = _judged(plain(publish(estimates, verdicts, study, lang)))
    several = {
        key for key in (row["indicator"] for row in rows) if sum(r["indicator"] == key for r in rows) > 1
    }
    rows = [row for row in rows if row["indicator"] in several]
    columns = _columns(
        words,
        ("indicator", "left"), ("variant", "left"), ("plan", "right"), ("value", "right"),
        ("interval", "right"), ("missing_bounds", "right"), ("statistical", "left"), ("n", "right"),
    )  # fmt: skip
    return table_of(
        "variants",
        words["table.variants"] + (f" – {place}" if place else ""),
        columns,
        [_result_row(row, words) for row in rows],
        subtitle=_as_of(rows, study, words),
        groups=[_target_label(row, study) for row in rows],
        notes=_remarks(rows, words) if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def areas_table(estimates: pd.DataFrame, verdicts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each target in each area, in the study's order of areas: no ranking."""
    words = labels(lang)
    rows = _judged(main(plain(publish(estimates, verdicts, study, lang))))
    order = {key: number for number, key in enumerate(dict.fromkeys(row["indicator"] for row in rows))}
    rows = sorted(rows, key=lambda row: order[row["indicator"]])
    columns = _columns(
        words,
        ("place", "left"), ("plan", "right"), ("value", "right"), ("interval", "right"), ("official", "left"),
        ("statistical", "left"), ("n", "right"),
    )  # fmt: skip
    return table_of(
        "areas",
        words["table.areas"],
        columns,
        [_result_row(row, words) for row in rows],
        subtitle=_as_of(rows, study, words),
        groups=[_target_label(row, study) for row in rows],
        notes=[words["caveat.no_rank"], *_remarks(rows, words)] if rows else [words["table.empty"]],
        colours=_verdict_colours(rows),
    )


def estimates_table(estimates: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return values with their intervals, sample sizes and what missing answers leave open."""
    words = labels(lang)
    rows = _records(plain(publish(estimates, None, study, lang)))
    rounds = list(dict.fromkeys(row["round_label"] for row in rows))
    wanted: list[tuple[str, Align]] = [
        ("indicator", "left"), ("round", "left"), ("value", "right"), ("interval", "right"), ("n", "right"),
        ("missing", "right"), ("missing_bounds", "right"), ("note", "left"),
    ]  # fmt: skip
    columns = _columns(words, *(pair for pair in wanted if pair[0] != "round" or len(rounds) > 1))
    return table_of(
        "estimates",
        words["table.estimates"],
        columns,
        [_result_row(row, words) for row in rows],
        subtitle=rounds[0] if len(rounds) == 1 else "",
        notes=_remarks(rows, words) if rows else [words["table.empty"]],
    )


def breakdowns_table(estimates: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the main definitions by groups; a group that too few answers carry shows a dash.

    A breakdown of which nothing is published is named in the notes.
    """
    words = labels(lang)
    cut = [row for row in _records(main(publish(estimates, None, study, lang))) if row["by"]]
    seen = {_heading(row) for row in cut if number_of(row, "value") is not None}
    rows = [row for row in cut if _heading(row) in seen]
    unseen = dict.fromkeys(_heading(row) for row in cut if _heading(row) not in seen)
    columns = _columns(
        words,
        ("group", "left"), ("value", "right"), ("interval", "right"), ("n", "right"), ("note", "left"),
    )  # fmt: skip
    return table_of(
        "breakdowns",
        words["table.breakdowns"],
        columns,
        [_result_row(row, words) for row in rows],
        groups=[_heading(row) for row in rows],
        notes=[*(_remarks(rows, words) if rows else [words["table.empty"]]), *_unpublished(unseen, words)],
    )


def _heading(row: pd.Series) -> str:
    return f"{row['short']} – {row['by_label']}"


def _unpublished(names: Iterable[str], words: Labels) -> list[str]:
    listed = "; ".join(names)
    return [words.fill("table.not_published", what=listed)] if listed else []


def changes_table(
    changes: pd.DataFrame, study: Study, lang: str, *, estimates: pd.DataFrame | None = None
) -> TableSpec:
    """Return both rounds, the change with its interval, and whether it is clear.

    What is not published is named in the notes; a target stays in its row, with dashes.
    """
    words = labels(lang)
    everything = _records(publish_changes(changes, study, lang, estimates))
    rows = [row for row in everything if row["outcome"] != "suppressed" or _has_target(row, study)]
    unseen = dict.fromkeys(
        row["short"] for row in everything if row["outcome"] == "suppressed" and not _has_target(row, study)
    )
    columns = _columns(
        words,
        ("indicator", "left"), ("from_value", "right"), ("to_value", "right"), ("difference", "right"),
        ("clear", "left"), ("note", "left"),
    )  # fmt: skip
    return table_of(
        "changes",
        words["table.changes"],
        columns,
        [_change_row(row, words) for row in rows],
        notes=[
            change_caveat(study, lang, changes["indicator"]) if rows else words["table.empty"],
            *([words["chart.note_wished"]] if rows and clearly_wished(pd.DataFrame(rows)) else []),
            *_unpublished(unseen, words),
        ],
        colours={
            (number, "clear"): change_colour(row["outcome"], row["direction"])
            for number, row in enumerate(rows)
            if row["outcome"] in ("up", "down", "unclear")
        },
    )


def _has_target(row: pd.Series, study: Study) -> bool:
    return study.indicator(row["indicator"], row["variant"]).target is not None


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    return [Column(key=key, heading=words[f"column.{key}"], align=align) for key, align in wanted]


def _records(rows: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in rows.iterrows()]


def _judged(rows: pd.DataFrame) -> list[pd.Series]:
    return _records(rows[rows["target"].notna()])


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
    return _result_row(row, words) | {
        "target_label": (_target_label(row, study), None),
        "reported": (measure_beside(row).value(said), said),
        "done": (value_cell(row), value),
        "percent_of_target": (Measure(kind="share", lang=words.lang).value(reached), reached),
    }


def _result_row(row: pd.Series, words: Labels) -> dict[str, Cell]:
    numbers, measure = Numbers(lang=words.lang), measure_beside(row)
    value, target = number_of(row, "value"), number_of(row, "target")
    return {
        "indicator": (_name(row), None),
        "variant": (_variant_words(row, words), None),
        "place": (row["place"], None),
        "round": (row["round_label"], None),
        "group": (row["group"], None),
        "plan": (measure.exact(target), target),
        "value": (value_cell(row), value),
        "interval": (interval_cell(row), None),
        "n": (numbers.number(number_of(row, "n"), 0), number_of(row, "n")),
        "missing": (numbers.number(number_of(row, "n_missing"), 0), number_of(row, "n_missing")),
        "missing_bounds": (bounds_cell(row), None),
        "official": (_official_words(row, words), None),
        "statistical": (_statistical_words(row, words), None),
        "note": (_note(row, words), None),
    }


def _name(row: pd.Series) -> str:
    """Return the indicator's name, with the unit of its values where they are neither shares nor counts."""
    name = str(row["short"] if row["variant"] == MAIN else row["label"])
    return f"{name} ({row['unit']})" if row["kind"] in MEASURED and row["unit"] else name


def _change_row(row: pd.Series, words: Labels) -> dict[str, Cell]:
    measure = Measure(kind=row["kind"], lang=words.lang)
    conclusions = {"up": "clear_up", "down": "clear_down", "unclear": "unclear", "census": "census",
                   "suppressed": "suppressed"}  # fmt: skip
    caution = ""
    if row["comparable"] != "yes":
        caution = row["comparable_reason"] or words["change_sentence.caution_plain"]
    elif row["outcome"] == "not_estimable" and absent(row["from_value"]):
        caution = words["change_sentence.no_baseline"].strip()
    return {
        "indicator": (_name(row), None),
        "from_value": (measure.value(number_of(row, "from_value")), number_of(row, "from_value")),
        "to_value": (measure.value(number_of(row, "to_value")), number_of(row, "to_value")),
        "difference": (change_cell(row), number_of(row, "difference")),
        "clear": (words[f"value.{conclusions.get(row['outcome'], 'not_estimable')}"], None),
        "note": (caution, None),
    }


def _target_label(row: pd.Series, study: Study) -> str:
    target = study.indicator(row["indicator"], row["variant"]).target
    label = word_of(target.label, row["lang"]) if target is not None else ""
    return label or str(row["label"])


def _variant_words(row: pd.Series, words: Labels) -> str:
    official = row["variant"] == MAIN and text_of(row, "official")
    return words["value.main" if official else "value.reference"]


def _official_words(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["numbers.absent"]
    return (
        words[f"verdict.official.{text_of(row, 'official')}"]
        if row["official"]
        else words["value.no_official"]
    )


def _statistical_words(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["verdict.chart.suppressed"]
    mark = words[f"value.mark_{row['outcome']}"] if row["outcome"] in _MARKED else ""
    return mark + statistical_words(row, words)


def _note(row: pd.Series, words: Labels) -> str:
    if row["outcome"] == "suppressed":
        return words["verdict.chart.suppressed"]
    if number_of(row, "value") is None:
        return reason_words(text_of(row, "reason"), words.lang) or words["verdict.chart.not_estimable"]
    flag = text_of(row, "flag")
    return words[f"sentence.{flag}"] if flag in ("review", "footnote", "parentheses") else ""


def _as_of(rows: Sequence[pd.Series], study: Study, words: Labels) -> str:
    if study.data_as_of is None:
        return words["table.as_of_unknown"] if rows else ""
    return words.fill("table.as_of", date=Numbers(lang=words.lang).date(study.data_as_of))


def _remarks(rows: Sequence[pd.Series], words: Labels) -> list[str]:
    holds = {
        "caveat.sample": any(number_of(row, "low") is not None for row in rows),
        "caveat.census": any(row["interval_method"] == CENSUS for row in rows),
        "caveat.suppressed": any(row["outcome"] == "suppressed" for row in rows),
        "chart.note_review": any(row["flag"] == "review" for row in rows),
    }
    return [words[name] for name, true in holds.items() if true]


def _verdict_colours(rows: Sequence[pd.Series]) -> dict[tuple[int, str], str]:
    return {
        (number, "statistical"): verdict_colour(row["outcome"])
        for number, row in enumerate(rows)
        if row["outcome"] in _MARKED
    }
