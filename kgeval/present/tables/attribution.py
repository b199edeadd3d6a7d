"""Tables of who stayed, what happened, how sides compare: what a change allows to say."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kgeval.plan.indicator import MAIN
from kgeval.plan.panel import FATES
from kgeval.present.comparability import comparable_words
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import by_label
from kgeval.present.style import change_colour
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.indicator import Indicator
    from kgeval.plan.study import Study

Cell = tuple[str, object]
Record = dict[Hashable, Any]
NOTABLE = 0.25  # a normalised difference beyond it is notable (Imbens & Rubin 2015, ch. 14)
ALPHA = 0.05


def attrition_table(attrition: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return who was met again, by table and area, with what became of the others."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rows = [
        {
            "place": (study.area_label(row["area"], lang), None),
            "baseline": (numbers.number(row["baseline"], 0), row["baseline"]),
            "found": (numbers.number(row["found"], 0), row["found"]),
            "lost": (numbers.percent(row["lost"]), row["lost"]),
            "fates": (fates(row, words) or words["attribution.nobody"], None),
            "new": (numbers.number(row["new"], 0), row["new"]),
        }
        for row in attrition.to_dict("records")
    ]
    notes = dict.fromkeys(word_of(study.panels[key].note, lang) for key in attrition["table"])
    return table_of(
        "attrition",
        words["attribution.attrition"],
        _columns(
            words, ("place", "left"), ("baseline", "right"), ("found", "right"), ("lost", "right"),
            ("fates", "left"), ("new", "right"),
        ),
        rows,
        groups=[word_of(study.tables[key].label, lang) for key in attrition["table"]],
        notes=[words["attribution.note_fates"], *notes],
    )  # fmt: skip


def fates(row: Record, words: Labels) -> str:
    """Return what became of those not met again: ``giải thể 2; từ chối 1``."""
    return "; ".join(
        words.fill("attribution.fate_said", what=words[f"attribution.fate.{fate}"], count=row[fate])
        for fate in FATES
        if row[fate]
    )


def events_table(events: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return what happened to units between the rounds, the areas side by side."""
    words = labels(lang)
    areas = list(dict.fromkeys(events["area"]))
    rows, groups = [], []
    for (table, number), part in events.groupby(["table", "number"], sort=False):
        cells = {row["area"]: _event(row, words) for row in part.to_dict("records")}
        label = word_of(study.panels[str(table)].transitions[int(str(number))].label, lang)
        rows.append({"event": (label, None), **cells})
        groups.append(word_of(study.tables[str(table)].label, lang))
    columns = _columns(words, ("event", "left"))
    columns += [Column(key=area, heading=study.area_label(area, lang), align="right") for area in areas]
    return table_of(
        "events", words["attribution.events"], columns, rows, groups=groups,
        notes=[words["attribution.note_events"]],
    )  # fmt: skip


def _event(row: Record, words: Labels) -> Cell:
    name = "event_unknown" if row["unknown"] else "event_cell"
    text = words.fill(f"attribution.{name}", count=row["count"], both=row["both"], unknown=row["unknown"])
    return text, row["count"]


def comparison_table(comparison: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return the change of each side and the difference of the changes, indicator by indicator.

    Parameters
    ----------
    comparison
        Rows of ``evaluate.compare_changes``, with ``p_holm`` and ``family_size`` of
        ``evaluate.adjusted``.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    shown = comparison[comparison["difference"].notna() | comparison["comparable"].eq("no")]
    records = shown.to_dict("records")
    rows = []
    for row in records:
        indicator = study.indicator(row["indicator"], row["variant"])
        measure = Measure(kind=indicator.kind, lang=lang)
        rows.append(
            {
                "side": (side_label(row, study, lang), None),
                **{
                    key: (measure.value(number_of(row, key)), number_of(row, key))
                    for key in ("reference_from", "group_from")
                },
                **{
                    key: (_points(row, key, measure), number_of(row, key))
                    for key in ("reference_change", "group_change")
                },
                "gap": (gap_cell(row, measure), number_of(row, "difference")),
                "p_holm": (p_cell(number_of(row, "p_holm"), numbers), number_of(row, "p_holm")),
                "clear": (words[f"attribution.{conclusion(row)}"], None),
            }
        )
    return table_of(
        "comparison",
        words["attribution.comparison"],
        _columns(
            words, ("side", "left"), ("reference_from", "right"), ("reference_change", "right"),
            ("group_from", "right"), ("group_change", "right"), ("gap", "right"), ("p_holm", "right"),
            ("clear", "left"),
        ),
        rows,
        groups=[_name(study.indicator(row["indicator"], row["variant"]), lang) for row in records],
        notes=[*conditions(shown, words), *_family(shown, words)],
        colours={
            (place, "clear"): change_colour("up" if conclusion(row) == "clear_more" else "unclear")
            for place, row in enumerate(records)
            if conclusion(row) != "none"
        },
    )  # fmt: skip


def conditions(comparison: pd.DataFrame, words: Labels) -> list[str]:
    """Return what a reader of a comparison must know: how the sides came about, what is inferred."""
    if comparison.empty:
        return []
    holds = {
        "note_randomised": bool(comparison["randomised"].any()),
        "note_chosen": not bool(comparison["randomised"].all()),
        "note_process": bool((comparison["inference"] == "process").any()),
    }
    return [words[f"attribution.{name}"] for name, true in holds.items() if true]


def _family(comparison: pd.DataFrame, words: Labels) -> list[str]:
    sizes = comparison["family_size"].dropna()
    return [words.fill("attribution.note_family", count=int(sizes.max()))] if len(sizes) else []


def side_label(row: Record, study: Study, lang: str) -> str:
    """Return the printed name of a side: the pooled side's own, an area's, or an answer's."""
    comparison = study.comparisons[str(row["table"])]
    group = str(row["group"])
    if comparison.pooled:
        return word_of(comparison.group_label, lang)
    if comparison.column in ("area", "district"):
        return study.area_label(group, lang)
    return answer_label(study, comparison.table, comparison.column, group, lang)


def answer_label(study: Study, table: str, column: str, code: str, lang: str) -> str:
    """Return the printed name of a question's answer; the code where it has none."""
    for question in study.tables[table].form.questions:
        if question.name == column:
            for choice in question.choices:
                if choice.name == code:
                    return word_of(choice.label, lang)
    return code


def conclusion(row: Record) -> str:
    """Return ``clear_more``, ``unclear`` or ``none``: what a difference of changes allows to say."""
    p = number_of(row, "p_holm") if "p_holm" in row else number_of(row, "p")
    if p is None:
        return "none"
    return "clear_more" if p < ALPHA else "unclear"


def gap_cell(row: Record, measure: Measure) -> str:
    """Return a difference with its interval: ``+16,9 (10,2 – 23,6)``."""
    difference, low, high = (number_of(row, key) for key in ("difference", "low", "high"))
    text = _points(row, "difference", measure)
    return (
        text if difference is None or low is None or high is None else f"{text} ({measure.range(low, high)})"
    )


def p_cell(p: float | None, numbers: Numbers) -> str:
    """Return a p value with three decimals, never as zero: ``< 0,001``."""
    if p is None:
        return numbers.number(None)
    return f"< {numbers.number(0.001, 3)}" if p < 0.001 else numbers.number(p, 3)


def _points(row: Record, key: str, measure: Measure) -> str:
    value = number_of(row, key)
    if value is None:
        return measure.numbers.number(None)
    decimals = 0 if measure.kind != "share" and abs(value) >= 1000 else 1
    return measure.numbers.number(value * measure.scale, decimals, sign=True)


def balance_table(rows: pd.DataFrame, study: Study, table: str, lang: str, *, name: str, sides: Sequence[str],
                  notes: Sequence[str] = ()) -> TableSpec:  # fmt: skip
    """Return baseline characteristics of two sides.

    Parameters
    ----------
    rows
        ``rows`` of ``evaluate.balance``.
    table
        The study's table, whose form names the columns.
    name
        ``balance`` or ``stayers``: which title.
    sides
        What the reference and the group are called.
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    asked = {question.name: question for question in study.tables[table].form.questions}
    cells = []
    for row in rows.to_dict("records"):
        question = asked.get(row["column"])
        label = word_of(question.label, lang) if question is not None else row["column"]
        if row["level"]:
            label = f"{label}: {answer_label(study, table, row['column'], row['level'], lang)}"
        share = bool(row["level"]) or (question is not None and len(question.choices) == 2)
        measure = Measure(kind="share" if share else "mean", lang=lang)
        gap = number_of(row, "normalised")
        mark = "*" if gap is not None and abs(gap) > NOTABLE else ""
        cells.append(
            {
                "characteristic": (label, None),
                "mean_reference": (_mean(row, "reference", measure), number_of(row, "mean_reference")),
                "mean_group": (_mean(row, "group", measure), number_of(row, "mean_group")),
                "difference": (_points(row, "difference", measure), number_of(row, "difference")),
                "normalised": (numbers.number(gap, 2, sign=True) + mark, gap),
                "p": (p_cell(number_of(row, "p"), numbers), number_of(row, "p")),
            }
        )
    columns = _columns(
        words, ("characteristic", "left"), ("mean_reference", "right"), ("mean_group", "right"),
        ("difference", "right"), ("normalised", "right"), ("p", "right"),
    )  # fmt: skip
    for place, side in zip((1, 2), sides, strict=True):
        columns[place] = Column(key=columns[place].key, heading=side, align="right")
    tested = bool(rows["p"].notna().any()) if len(rows) else False
    return table_of(
        name,
        words[f"attribution.{name}"],
        columns if tested else columns[:-1],
        [{key: row[key] for key in row if tested or key != "p"} for row in cells],
        notes=[words["attribution.note_cells"], words["attribution.note_normalised"], *notes],
    )


def _mean(row: Record, side: str, measure: Measure) -> str:
    mean, spread, n = (number_of(row, f"{part}_{side}") for part in ("mean", "sd", "n"))
    if mean is None:
        return measure.numbers.number(None)
    count = measure.numbers.number(n, 0)
    if measure.kind == "share":
        return f"{measure.value(mean)}; {count}"
    return f"{measure.value(mean)} ({measure.value(spread)}); {count}"


def _name(indicator: Indicator, lang: str) -> str:
    return word_of(indicator.short if indicator.variant == MAIN else indicator.label, lang)


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    """Return columns headed by the subject's own words, else by those of the results."""
    return [
        Column(
            key=key,
            heading=words[
                f"attribution.column.{key}" if f"attribution.column.{key}" in words else f"column.{key}"
            ],
            align=align,
        )
        for key, align in wanted
    ]


def decomposition_table(parts: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return each change divided into composition and within, by the classes it was divided by."""
    words = labels(lang)
    rows = []
    for row in parts.to_dict("records"):
        indicator = study.indicator(row["indicator"], row["variant"])
        measure = Measure(kind=indicator.kind, lang=lang)
        rows.append(
            {
                "by": (by_label(study, indicator, row["by"], lang), None),
                "difference": (_points(row, "change", measure), number_of(row, "change")),
                **{
                    part: (_part_cell(row, part, measure), number_of(row, part))
                    for part in ("composition", "within")
                },
            }
        )
    return table_of(
        "decomposition",
        words["attribution.decomposition"],
        _columns(
            words, ("by", "left"), ("difference", "right"), ("composition", "right"), ("within", "right")
        ),
        rows,
        groups=[_name(study.indicator(key), lang) for key in parts["indicator"]],
        notes=[words["attribution.note_decomposition"], *_cautions(parts, study, lang)],
    )


def _part_cell(row: Record, part: str, measure: Measure) -> str:
    cell: Record = {"difference": row[part], "low": row[f"{part}_low"], "high": row[f"{part}_high"]}
    return gap_cell(cell, measure)


def _cautions(parts: pd.DataFrame, study: Study, lang: str) -> list[str]:
    """Return what must be known to read the change of an indicator that is compared with caution."""
    marked = dict.fromkeys(parts.loc[parts["comparable"] == "caution", "indicator"])
    return [
        f"{_name(indicator, lang)}: {comparable_words(indicator, lang)}"
        for indicator in map(study.indicator, marked)
    ]
