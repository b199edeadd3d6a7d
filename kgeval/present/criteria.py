"""The criteria of an evaluation, one paragraph each: what was found on either side, and what limits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.found import found_words, in_one_sentence
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.phrase import lowered
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def criteria_text(weighed: pd.DataFrame, found: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return one paragraph a criterion.

    Parameters
    ----------
    weighed
        As ``evaluate.weigh_criteria`` returns them.
    found
        As ``evaluate.findings`` returns them.
    """
    words = labels(lang)
    plan = {one.key: one for one in study.evaluation.criteria}
    said = []
    for row in weighed.to_dict("records"):
        one = plan[row["criterion"]]
        parts = [words[f"criteria.{row['conclusion']}"]]
        if row["conclusion"] != "insufficient":
            for side in ("supports", "opposes"):
                names = found_words(found, row[side].split(), study, lang)
                if names:
                    parts.append(words.fill(f"criteria.{side}", findings=lowered(in_one_sentence(names))))
        parts.append(words.fill("criteria.limits", limits=word_of(one.limits, lang)))
        said.append(
            words.fill(
                "criteria.paragraph",
                label=word_of(one.label, lang),
                question=word_of(one.question, lang),
                answer=" ".join(parts),
            )
        )
    return Text(paragraphs=tuple(said), kind="led")
