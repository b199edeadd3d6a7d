"""The theory of change as a table, each step with the evidence that there is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.evaluation.theory import STEPS
from kgeval.present.found import result_words
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Row, text_of, word_of
from kgeval.present.phrase import raised
from kgeval.present.result import statistical_words
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def theory_table(results: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return activity, output, outcome, assumption and evidence of each pathway.

    Parameters
    ----------
    results
        Rows as ``evaluate.result_rows`` returns them, of one area.
    """
    words = labels(lang)
    plain = results[results["by"] == ""]
    rows = []
    for way in study.evaluation.theory:
        evidence = [
            _evidence(row, study, words)
            for reference in way.evidence
            for row in plain[
                (plain["indicator"] == reference.indicator) & (plain["variant"] == reference.variant)
            ].to_dict("records")
        ]
        shown = ". ".join(evidence) or words["theory.no_evidence"]
        rows.append(
            {step: (word_of(way.steps[step], lang), None) for step in STEPS} | {"evidence": (shown, None)}
        )
    columns = [Column(key=key, heading=words[f"theory.column.{key}"]) for key in (*STEPS, "evidence")]
    return table_of(
        "theory", words["theory.title"], columns, rows, notes=[words["theory.note"]] if rows else []
    )


def _evidence(row: Row, study: Study, words: Labels) -> str:
    said = raised(result_words(row, study, words.lang))
    verdict = text_of(row, "statistical")
    return f"{said} – {statistical_words(row, words)}" if verdict else said
