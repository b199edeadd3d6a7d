"""The plan line by line: what was to be done, and the figures that answer it, or why none does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, text_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.published import is_census, plain, publish
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.programme import Line
    from kgeval.plan.study import Study

_COLUMNS: tuple[tuple[str, Align], ...] = (
    ("text", "left"), ("result", "left"), ("who", "left"), ("due", "left"),
)  # fmt: skip


def plan_table(
    lines: pd.DataFrame,
    estimates: pd.DataFrame,
    verdicts: pd.DataFrame,
    study: Study,
    lang: str,
    *,
    shown: str = "",
    answered: bool = False,
) -> TableSpec:
    """Return lines of the plan with their results.

    Parameters
    ----------
    lines
        As ``evaluate.plan_lines`` returns them, of one place.
    estimates, verdicts
        Results of the same place.
    shown
        The section of the review (``targets``, ``tasks``, ``funding``, ``agencies``) whose parts of the plan
        are wanted; empty: all.
    answered
        Leave out what nothing of this place answers (a district has no provincial offices).
    """
    words, numbers = labels(lang), Numbers(lang=lang)
    title = words.fill("plan.title", document=study.programme.document)
    if lines.empty:
        return table_of("plan", title, [], [])
    published = {
        (row["indicator"], row["variant"]): pd.Series(row)
        for row in plain(publish(_asked(lines, estimates), verdicts, study, lang)).to_dict("records")
    }
    parts = [key for key, part in study.programme.parts.items() if shown in ("", part.shown)]
    wanted = lines[lines["part"].isin(parts)]
    wanted = wanted[wanted["answered"]] if answered else wanted
    plan = {line.key: line for line in study.programme.lines}
    rows, groups = [], []
    for key, of_line in wanted.groupby("line", sort=False):
        line = plan[str(key)]
        pairs = zip(of_line["indicator"], of_line["variant"], strict=True)
        said = [published[pair] for pair in pairs if pair in published]
        rows.append(
            {
                "text": (f"{line.key}. {word_of(line.text, lang)}", None),
                "result": (_result(line, said, study, words), None),
                "who": (word_of(line.who, lang), None),
                "due": (numbers.date(line.due) if line.due else words["plan.no_due"], None),
            }
        )
        groups.append(word_of(study.programme.parts[line.part].label, lang))
    dated = any(plan[str(key)].due for key in wanted["line"].unique())
    headed = [(name, side) for name, side in _COLUMNS if dated or name != "due"]
    columns = [Column(key=name, heading=words[f"plan.column.{name}"], align=side) for name, side in headed]
    return table_of(
        "_".join(filter(None, ["plan", shown])),
        title,
        columns,
        rows,
        subtitle=words.fill("table.as_of", date=numbers.date(study.data_as_of)) if study.data_as_of else "",
        groups=groups,
        notes=[words["plan.note"]] if rows else [],
    )


def _asked(lines: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the last round's plain rows of what the lines name."""
    named = set(zip(lines["indicator"], lines["variant"], strict=True))
    keys = zip(estimates["indicator"], estimates["variant"], estimates["by"], strict=True)
    chosen = [(indicator, variant) in named and by == "" for indicator, variant, by in keys]
    found = estimates[pd.Series(chosen, index=estimates.index, dtype=bool)]
    last = found["round"].iloc[-1] if len(found) else ""
    return found[found["round"] == last]


def _result(line: Line, said: list[pd.Series], study: Study, words: Labels) -> str:
    if not said:
        parts = [word_of(line.silent, words.lang)]
    else:
        first, *more = (_figure(row, study, words) for row in said)
        parts = ["; ".join([first, *(figure[:1].lower() + figure[1:] for figure in more)]) + "."]
    return " ".join([*parts, *filter(None, [word_of(line.always, words.lang)])])


def _figure(row: pd.Series, study: Study, words: Labels) -> str:
    """Return ``Short name: 83,6% (chỉ tiêu 80%: Vượt)``."""
    indicator = study.indicator(text_of(row, "indicator"), text_of(row, "variant"))
    # a name that begins with its unit needs none behind its number
    unit, name = text_of(row, "unit"), text_of(row, "short")
    unit = "" if name.casefold().startswith(unit.casefold()) else unit
    measure = Measure(kind=indicator.kind, lang=words.lang, unit=unit)
    value = number_of(row, "value")
    if value is None:
        result = words["plan.hidden"]
    elif indicator.kind == "share" and is_census(row):
        answered = int(number_of(row, "n") or 0)
        result = words.fill(
            "plan.counted", share=measure.value(value), x=measure.numbers.number(round(value * answered), 0),
            n=measure.numbers.number(answered, 0),
        )  # fmt: skip
    elif indicator.kind == "share":
        interval = measure.range(number_of(row, "low"), number_of(row, "high"))
        result = words.fill("plan.sampled", share=measure.value(value), interval=interval)
    elif indicator.kind == "total":
        result = f"{measure.numbers.count(value)} {measure.unit}"
    else:
        result = f"{measure.value(value)}{'' if measure.unit == '%' else ' '}{measure.unit}"
    missing = int(number_of(row, "n_missing") or 0)
    if missing and indicator.kind in ("total", "count"):
        result += words.fill("plan.unknown", count=missing)
    return words.fill("plan.figure", name=name, result=result.rstrip()) + _judged(row, measure, words)


def _judged(row: pd.Series, measure: Measure, words: Labels) -> str:
    target, official = number_of(row, "target"), text_of(row, "official")
    if target is None or not official:
        return ""
    return words.fill(
        "plan.judged", target=measure.exact(target), official=words[f"verdict.official.{official}"]
    )
