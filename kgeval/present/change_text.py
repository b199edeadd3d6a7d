"""What changed between two rounds, as a sentence. No template here names a cause."""

from __future__ import annotations

from collections.abc import Mapping

from kgeval.plan.flag import CENSUS, SUPPRESS
from kgeval.plan.indicator import Indicator
from kgeval.present.comparability import comparable_words
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, measure_of, number_of, text_of, word_of
from kgeval.present.numbers import Numbers, absent
from kgeval.present.phrase import because, in_brackets, in_passing, lowered, subject


def change_sentence(
    change: Row, *, indicator: Indicator, place: str, rounds: Mapping[str, str], lang: str
) -> str:
    """Return what one row of ``changes`` says.

    Parameters
    ----------
    change
        One row of ``changes``.
    indicator
        The definition behind the row.
    place
        The printed name of the area.
    rounds
        The printed name of each round, by its key.
    lang
        Language of the labels.
    """
    words, measure = labels(lang), measure_of(indicator, lang)
    label = word_of(indicator.label, lang)
    named = {"place": place, "label": lowered(label)}
    if text_of(change, "comparable") == "no":
        reason = comparable_words(indicator, lang)
        return words.fill("change_sentence.not_comparable", **named, reason=because(reason, words))
    if text_of(change, "flag") == SUPPRESS:
        reason = words["sentence.suppressed_default"]
        return words.fill(
            "change_sentence.suppressed", **named, absent=words["numbers.absent"], reason=reason
        )
    if number_of(change, "difference") is None:
        reason = (
            words["change_sentence.no_baseline"]
            if number_of(change, "from_value") is None and number_of(change, "to_value") is not None
            else in_brackets(text_of(change, "reason"), words)
        )
        return words.fill("change_sentence.not_estimable", **named, reason=reason)
    parts = {
        "subject": subject(place, label, lang),
        "from_value": measure.value(number_of(change, "from_value")),
        "to_value": measure.with_unit(number_of(change, "to_value")),
        "from_round": in_passing(rounds.get(text_of(change, "from_round"), text_of(change, "from_round"))),
        "to_round": in_passing(rounds.get(text_of(change, "to_round"), text_of(change, "to_round"))),
    }
    said = [_change_main(change, parts, measure, words), *_moves(change, indicator, words)]
    if text_of(change, "comparable") == "caution":
        reason = comparable_words(indicator, lang, text_of(change, "reason"))
        said.append(
            words.fill("change_sentence.caution", reason=reason)
            if reason
            else words["change_sentence.caution_plain"]
        )
    return " ".join(said)


def change_direction(change: Row) -> str:
    """Return the code of a change: up, down, unclear, census or not_estimable."""
    low, high = number_of(change, "low"), number_of(change, "high")
    if number_of(change, "difference") is None or text_of(change, "comparable") == "no":
        return "not_estimable"
    if low is None or high is None:
        return CENSUS if number_of(change, "se") is None else "not_estimable"
    return "up" if low > 0 else "down" if high < 0 else "unclear"


def _change_main(change: Row, parts: dict[str, str], measure: Measure, words: Labels) -> str:
    direction = change_direction(change)
    difference = number_of(change, "difference") or 0.0
    low, high = number_of(change, "low"), number_of(change, "high")
    if direction == "down":
        difference, low, high = -difference, -(high or 0.0), -(low or 0.0)
    clear = direction in ("up", "down")
    interval = (
        ""
        if absent(low) or absent(high)
        else words.fill("change_sentence.interval", from_to=measure.difference_from_to(low, high))
    )
    template = direction if direction != "not_estimable" else "no_interval"
    return words.fill(
        f"change_sentence.{template}",
        **parts, difference=measure.difference(difference, sign=not clear), interval=interval,
    )  # fmt: skip


def _moves(change: Row, indicator: Indicator, words: Labels) -> list[str]:
    if indicator.kind != "share" or indicator.direction == "none":
        return []  # only an answer that succeeds or fails gets better or worse
    numbers = Numbers(lang=words.lang)
    counts = {
        column: number_of(change, column) for column in ("improved", "worsened", "same", "entries", "exits")
    }
    unit = word_of(indicator.unit, words.lang)
    written = {name: numbers.number(count, 0) for name, count in counts.items()}
    said = []
    if all(counts[name] is not None for name in ("improved", "worsened", "same")):
        said.append(words.fill("change_sentence.census_moves", unit=unit, **written))
    if counts["entries"] or counts["exits"]:
        said.append(words.fill("change_sentence.census_turnover", unit=unit, **written))
    return said
