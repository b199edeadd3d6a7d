"""What a comparison and the loss of units say, in sentences that name no cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.plan.indicator import MAIN
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.phrase import lowered
from kgeval.present.prose import Text
from kgeval.present.tables.attrition import fates
from kgeval.present.tables.cells import ALPHA, Record
from kgeval.present.tables.comparison import conclusion, conditions, side_label

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_MOST = 12  # comparisons told one by one; more are counted, the table holds them all


def attrition_sentences(attrition: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return one paragraph a followed table: how many were met again, what became of the others."""
    words, numbers = labels(lang), Numbers(lang=lang)
    said = []
    for row in attrition[attrition["area"] == WHOLE].to_dict("records"):
        told = fates(row, words)
        said.append(
            words.fill(
                "attribution.attrition_said",
                table=word_of(study.tables[row["table"]].label, lang),
                unit=word_of(study.panels[row["table"]].unit_label, lang),
                found=numbers.number(row["found"], 0),
                baseline=numbers.number(row["baseline"], 0),
                lost=numbers.percent(row["lost"]),
                fates=f" ({told})" if told else "",
            )
        )
    return Text(paragraphs=tuple(said))


def comparison_sentences(comparison: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return what the comparison says, and under which condition it may be read as more than a change.

    Parameters
    ----------
    comparison
        Rows of ``evaluate.compare_changes`` with the columns of ``evaluate.with_adjusted_p``; main
        definitions.
    """
    if comparison.empty:
        return Text(paragraphs=())
    words = labels(lang)
    rows = comparison[(comparison["variant"] == MAIN) & comparison["p"].notna()].to_dict("records")
    if len(rows) > _MOST:
        clear = sum(conclusion(row) == "clear_more" for row in rows)
        where = word_of(study.whole, lang)
        said = [words.fill("attribution.summary", where=where, clear=clear, total=len(rows))]
    else:
        said = [_sentence(row, study, words) for row in rows]
    return Text(paragraphs=(*said, *conditions(comparison, words)) if said else ())


def _sentence(row: Record, study: Study, words: Labels) -> str:
    indicator = study.indicator(row["indicator"], row["variant"])
    measure = Measure(kind=indicator.kind, lang=words.lang)
    name = "comparison_clear" if conclusion(row) == "clear_more" else "comparison_unclear"
    if name == "comparison_unclear" and (number_of(row, "p") or 0.0) < ALPHA:
        name = "comparison_unclear_of_many"  # the interval alone would say more than the family allows
    changes = {
        key: measure.difference(number_of(row, key))
        for key in ("group_change", "reference_change", "difference")
    }
    return words.fill(
        f"attribution.{name}",
        what=word_of(indicator.label, words.lang),
        count=int(row["family_size"]),
        group=lowered(side_label(row, study, words.lang)),
        reference=lowered(word_of(study.comparisons[row["table"]].reference_label, words.lang)),
        interval=words.fill(
            "change_sentence.interval",
            from_to=measure.difference_from_to(number_of(row, "low"), number_of(row, "high")),
        ),
        **changes,
    )
