"""What the data allow the researchers to say, and what a specification curve says, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, number_of, word_of
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study


def research_allowed(study: Study, lang: str) -> Text:
    """Return in one sentence what the data allow the researchers to say, and what not."""
    drawn = any(comparison.randomised for comparison in study.comparisons.values())
    name = "allowed.research_drawn" if drawn else "allowed.research"
    return Text(paragraphs=(labels(lang)[name],), kind="note")


def curve_sentences(curves: pd.DataFrame, study: Study, lang: str) -> Text:
    """Return one paragraph a curve: its main value, how far the others run, what that means for the target.

    Parameters
    ----------
    curves
        Rows of ``evaluate.curves``.
    """
    words = labels(lang)
    because = {curve.indicator: word_of(curve.because, lang) for curve in study.research.curves}
    said = []
    for row in curves[curves["shown"] > 0].to_dict("records"):
        key = str(row["indicator"])
        parts = [*_parts(row, study, words), words.fill("curve.because", because=because[key])]
        said.append(" ".join(parts))
    return Text(paragraphs=tuple(said))


def _parts(row: Row, study: Study, words: Labels) -> list[str]:
    indicator = study.indicator(str(row.get("indicator")))
    measure = Measure(kind=indicator.kind, lang=words.lang)
    written = {
        key: measure.value(number_of(row, key)) for key in ("main", "lowest", "median", "highest", "target")
    }
    counted = {key: int(row.get(key)) for key in ("specs", "shown", "reaching", "surely", "surely_not")}
    filled = {**written, **counted, "what": word_of(indicator.short, words.lang)}
    parts = [words.fill("curve.said", **filled)]
    main, target = number_of(row, "main"), number_of(row, "target")
    if main is None or target is None:
        return parts
    gap = main - target if indicator.direction != "lower" else target - main
    verdict = words["curve.main_reaches" if gap >= -1e-9 else "curve.main_not"]
    filled["target"] = measure.exact(target)
    parts.append(words.fill("curve.said_target", **filled, verdict=verdict))
    if counted["surely"] or counted["surely_not"]:
        parts.append(words.fill("curve.said_sure", **filled))
    return parts
