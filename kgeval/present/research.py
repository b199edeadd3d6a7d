"""What the data allow the researchers to say, and what a specification curve says, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, number_of, word_of
from kgeval.present.prose import Text

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_TOLERANCE = 1e-9


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
    verdict = words[f"curve.{_standing(row, main, target, lower=indicator.direction == 'lower')}"]
    filled["target"] = measure.exact(target)
    parts.append(words.fill("curve.said_target", **filled, verdict=verdict))
    if counted["surely"] or counted["surely_not"]:
        parts.append(words.fill("curve.said_sure", **filled))
    return parts


def _standing(row: Row, main: float, target: float, *, lower: bool) -> str:
    """Return where the main value stands; with an interval, whether that is sure."""
    sign = -1 if lower else 1
    reaches = sign * (main - target) >= -_TOLERANCE
    near, far = ("main_high", "main_low") if lower else ("main_low", "main_high")
    low, high = number_of(row, near), number_of(row, far)
    if low is None or high is None:
        return "main_reaches" if reaches else "main_not"
    if sign * (low - target) >= -_TOLERANCE:
        return "main_surely"
    if sign * (high - target) < -_TOLERANCE:
        return "main_surely_not"
    return "main_open_reaches" if reaches else "main_open_not"
