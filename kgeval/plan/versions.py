"""Two versions of a study's forms: what each question was and is, which indicators that touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.compare import ASPECTS, RANK, compare
from kgeval.plan.footing import footing
from kgeval.plan.form import Form, Question

if TYPE_CHECKING:
    from kgeval.plan.study import Study

CHANGES = ("form", "question", "aspect", "verdict", "before", "after")
INDICATORS = ("indicator", "variant", "verdict", "questions")
_ASKED = "asked"  # the aspect of a question that stands in one version only


def changed_questions(
    befores: Mapping[str, Form], afters: Mapping[str, Form], language: str
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Set the forms that both versions have side by side.

    Parameters
    ----------
    befores, afters
        The forms of the earlier and of the later version, by what a form is called in both.
    language
        The language to show wordings and choices in; where a form lacks it, its default.

    Returns
    -------
    pandas.DataFrame
        One row a changed aspect of a question (``CHANGES``): ``aspect`` is one of
        ``compare.ASPECTS`` or ``asked``, ``verdict`` that of the question, then the aspect as it was and is.
    dict
        The whole comparison of each form, as ``compare`` returns it.
    """
    comparisons = {name: compare(befores[name], after) for name, after in afters.items() if name in befores}
    rows = [
        (name, *row)
        for name, comparison in comparisons.items()
        for row in _changed(befores[name], afters[name], comparison, language)
    ]
    return pd.DataFrame(rows, columns=list(CHANGES), dtype="str"), comparisons


def changed_indicators(study: Study, comparisons: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Judge each definition of each indicator by the worst of the questions that it is computed from.

    Parameters
    ----------
    study
        The later version.
    comparisons
        By table key, as returned by ``changed_questions``; tables without one count as unchanged.

    Returns
    -------
    pandas.DataFrame
        One row a definition (``INDICATORS``): ``verdict`` is yes, caution or no, ``questions`` names the
        changed ones, separated by spaces.
    """
    verdicts = {
        (table, question): verdict
        for table, comparison in comparisons.items()
        for question, verdict in zip(comparison["question"], comparison["verdict"], strict=True)
        if verdict != "yes"
    }
    rows = []
    for indicator in study.indicators:
        changed = sorted(footing(study, indicator) & verdicts.keys())
        worst = max(
            (verdicts[column] for column in changed), key=lambda verdict: RANK[verdict], default="yes"
        )
        names = " ".join(name for _, name in changed)
        rows.append((indicator.key, indicator.variant, worst, names))
    return pd.DataFrame(rows, columns=list(INDICATORS), dtype="str")


def _changed(
    before: Form, after: Form, comparison: pd.DataFrame, language: str
) -> list[tuple[str, str, str, str, str]]:
    first = {question.name: question for question in before.questions}
    second = {question.name: question for question in after.questions}
    tongues = (
        language if language in before.languages else before.default_language,
        language if language in after.languages else after.default_language,
    )
    rows = []
    for row in comparison.loc[comparison["verdict"] != "yes"].to_dict("records"):
        name = str(row["question"])
        was, now = first.get(name), second.get(name)
        if was is None or now is None:
            sides = [_aspect(one, "wording", tongue) for one, tongue in zip((was, now), tongues, strict=True)]
            rows.append((name, _ASKED, str(row["verdict"]), *sides))
            continue
        for aspect in ASPECTS:
            if row[aspect] != "same":
                sides = [_aspect(was, aspect, tongues[0]), _aspect(now, aspect, tongues[1])]
                rows.append((name, aspect, str(row["verdict"]), *sides))
    return [(question, aspect, verdict, one, other) for question, aspect, verdict, one, other in rows]


def _aspect(question: Question | None, aspect: str, language: str) -> str:
    """Return one aspect of a question as text; "" where there is nothing."""
    if question is None:
        return ""
    wording = question.label.get(language, "")
    rules = {
        "skip": question.relevant,
        "constraint": question.constraint,
        "calculation": question.calculation,
    }
    if aspect in rules:
        rule = rules[aspect]
        return rule.text if rule is not None else ""
    shown = {
        "type": question.type,
        "wording": wording,
        "recall": question.recall or wording,
        "choices": "; ".join(f"{one.name} {one.label.get(language, '')}".strip() for one in question.choices),
        "missing": " ".join(question.missing_codes),
    }
    return shown[aspect]
