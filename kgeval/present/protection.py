"""Child protection as far as it may be told: no unit, no area, no number below five."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import labels
from kgeval.present.measure import number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def protection_text(component: pd.DataFrame, cases: int | None, study: Study, lang: str) -> Text:
    """Return the merged component of the whole, the number of cases referred, and the duty to report.

    Parameters
    ----------
    component
        As ``evaluate.safety_component`` returns it.
    cases
        As ``evaluate.referred_cases`` returns it: None is not told apart from none.
    """
    plan, words, numbers = study.evaluation.protection, labels(lang), Numbers(lang=lang)
    if not plan.dangers:
        return Text(paragraphs=())
    said = []
    for row in component.to_dict("records"):
        share = number_of(row, "share")
        name = "protection.component_hidden" if share is None else "protection.component"
        said.append(
            words.fill(
                name,
                label=word_of(plan.label or {}, lang),
                share=numbers.percent(share),
                met=numbers.number(number_of(row, "met"), 0),
                known=numbers.number(number_of(row, "known"), 0),
            )
        )
    if cases is not None:
        said.append(words.fill("protection.cases", n=numbers.count(cases)))
    return Text(paragraphs=(*said, words["protection.rule"], word_of(plan.duty or {}, lang)))


def protection_note(study: Study, lang: str) -> Text:
    """Return where alerts lie and who must open them; whether there is one is not told here."""
    plan, words = study.evaluation.protection, labels(lang)
    if not plan.dangers:
        return Text(paragraphs=())
    named = plan.named or words["protection.nobody"]
    return Text(paragraphs=(words.fill("protection.where", named=named),), kind="warning")
