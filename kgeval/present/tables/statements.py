"""Plain statements of a study under their headings: comparability, unintended results, independence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.found import result_words
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import Text
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.evaluation.statements import Statement
    from kgeval.plan.study import Study


def baseline_table(study: Study, lang: str) -> TableSpec:
    """Return what makes the rounds comparable or not: each point, what is known, what follows."""
    words = labels(lang)
    rows = [
        {
            "point": (word_of(one.heading, lang), None),
            "known": (word_of(one.says, lang), None),
            "follows": (word_of(one.follows, lang), None),
        }
        for one in study.evaluation.baseline
    ]
    if rows:
        rows.insert(min(2, len(rows)), _season(study, lang))
    columns = [
        Column(key=key, heading=words[f"baseline.column.{key}"]) for key in ("point", "known", "follows")
    ]
    return table_of("baseline", words["baseline.title"], columns, rows)


def statements_text(
    statements: Sequence[Statement], study: Study, lang: str, *, results: pd.DataFrame | None = None
) -> Text:
    """Return one paragraph a statement, with the results that it shows.

    Parameters
    ----------
    results
        Rows as ``evaluate.result_rows`` returns them, of one area.
    """
    words = labels(lang)
    said = []
    for one in statements:
        shown = [] if results is None else _shown(one, results, study, lang)
        numbers = words.fill("statement.shows", results="; ".join(shown)) if shown else ""
        said.append(
            words.fill(
                "statement.paragraph",
                heading=word_of(one.heading, lang),
                says=" ".join(part for part in (word_of(one.says, lang), numbers) if part),
            )
        )
    return Text(paragraphs=tuple(said), kind="led")


def _shown(statement: Statement, results: pd.DataFrame, study: Study, lang: str) -> list[str]:
    plain = results[results["by"] == ""]
    return [
        result_words(row, study, lang, with_change=pd.notna(row["difference"]), in_full=True)
        for reference in statement.shows
        for row in plain[
            (plain["indicator"] == reference.indicator) & (plain["variant"] == reference.variant)
        ].to_dict("records")
    ]


def _season(study: Study, lang: str) -> dict[str, tuple[str, None]]:
    """Return when the fieldwork of each round was, by the study's own days."""
    words, numbers = labels(lang), Numbers(lang=lang)
    told = [
        words.fill(
            "baseline.fieldwork",
            round=word_of(one.label, lang),
            from_to=words.fill("numbers.from_to", low=numbers.date(one.starts), high=numbers.date(one.ends)),
        )
        for one in study.rounds
        if one.starts is not None and one.ends is not None
    ]
    months = [set(_months(one.starts, one.ends)) for one in study.rounds]
    same = all(months) and set.intersection(*months) == set.union(*months)
    return {
        "point": (words["baseline.season"], None),
        "known": ("; ".join(told) or words["baseline.season_unknown"], None),
        "follows": (words["baseline.same_season" if same else "baseline.other_season"] if told else "", None),
    }


def _months(starts: object, ends: object) -> list[int]:
    if starts is None or ends is None:
        return []
    return [period.month for period in pd.period_range(str(starts), str(ends), freq="M")]
