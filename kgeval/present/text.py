"""What was found, as a sentence that a district officer would sign.

Every sentence is a template of the label file, chosen by the codes of the results frames.
"""

from __future__ import annotations

from dataclasses import dataclass

from kgeval.plan.flag import CENSUS, SUPPRESS
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, Row, measure_of, number_of, text_of, word_of
from kgeval.present.numbers import NBSP, Numbers
from kgeval.present.phrase import in_brackets, lowered, reason_words, subject


def sentence(
    estimate: Row, verdict: Row | None, *, indicator: Indicator, place: str, lang: str, first: bool = False
) -> str:
    """Return what one row of ``estimates`` says, and how it stands to its target.

    Parameters
    ----------
    estimate
        One row of ``estimates``.
    verdict
        Its row of ``verdicts``; None where there is no target.
    indicator
        The definition behind the row.
    place
        The printed name of the area.
    lang
        Language of the labels.
    first
        Explain the confidence interval, as at its first use on a page.

    Returns
    -------
    str
        One to four sentences; a suppressed value does not stand in them.
    """
    words = labels(lang)
    label = word_of(indicator.label, lang)
    if text_of(estimate, "flag") == SUPPRESS:
        reason = reason_words(text_of(estimate, "reason"), lang) or words["sentence.suppressed_default"]
        return words.fill(
            "sentence.suppressed",
            place=place, label=lowered(label), absent=words["numbers.absent"], reason=reason,
        )  # fmt: skip
    if number_of(estimate, "value") is None:
        return words.fill(
            "sentence.not_estimable",
            place=place, label=lowered(label), reason=in_brackets(text_of(estimate, "reason"), words),
        )  # fmt: skip
    case = _Case(
        estimate=estimate, verdict=verdict, indicator=indicator, place=place, words=words, first=first
    )
    return " ".join(part for part in (case.main(), *case.remarks()) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An estimate that has a value, with all that its sentences need."""

    estimate: Row
    verdict: Row | None
    indicator: Indicator
    place: str
    words: Labels
    first: bool

    @property
    def census(self) -> bool:
        return text_of(self.estimate, "interval_method") == CENSUS

    @property
    def statistical(self) -> str:
        return text_of(self.verdict, "statistical") if self.verdict is not None else ""

    @property
    def official(self) -> str:
        given = text_of(self.verdict, "official") if self.verdict is not None else ""
        return "" if given == "not_estimable" else given

    @property
    def target(self) -> float | None:
        return number_of(self.verdict, "target") if self.verdict is not None else None

    @property
    def lower_is_better(self) -> bool:
        return self.indicator.direction == "lower"

    @property
    def measure(self) -> Measure:
        limits = [number_of(self.estimate, column) for column in ("value", "low", "high")]
        return measure_of(self.indicator, self.words.lang).beside(self.target, *limits)

    @property
    def numbers(self) -> Numbers:
        return self.measure.numbers

    @property
    def value(self) -> str:
        text = self.measure.with_unit(number_of(self.estimate, "value"))
        flag = text_of(self.estimate, "flag")
        return f"({text})" if flag == "parentheses" else f"{text}*" if flag == "review" else text

    @property
    def unit(self) -> str:
        return word_of(self.indicator.unit, self.words.lang)

    @property
    def unknown(self) -> int:
        return int(number_of(self.estimate, "n_missing") or 0)

    def main(self) -> str:
        """Return the sentence of the result and its verdict."""
        parts = {
            "lead": self._lead(), "subject": self._subject(), "value": self.value, "unit": self.unit,
            "target": self._target_words(), "unknown": self.numbers.count(self.unknown),
            "relation": self.words[f"relation.{self._relation()}"], "official": self._official_word(),
            "from_to": self._from_to(),
        }  # fmt: skip
        return self.words.fill(f"sentence.{self._template()}", **parts)

    def remarks(self) -> list[str]:
        """Return what a reader must know beside the result."""
        return [
            *self._about_missing(),
            *self._about_certainty(),
            *self._about_flag(),
            *self._about_definition(),
        ]

    def _template(self) -> str:
        if self.target is None or self.statistical == "":
            return "plain"
        if self.census and self.indicator.kind == "count":
            return self._counted("count") + ("_lower" if self.lower_is_better else "")
        if self.census:
            return self._better(self._counted("census"))
        return self._sampled_official() if self.official else self._sampled_reference()

    def _sampled_official(self) -> str:
        uncertain = {"not_estimable": "no_interval", "unclear": "official_unclear", "not_met": "not_met"}
        return self._better(uncertain.get(self.statistical, self.official))

    def _better(self, template: str) -> str:
        """Return the template that does not call a value below its target above it, where less is better."""
        return f"{template}_lower" if template.endswith("exceeded") and self.lower_is_better else template

    def _sampled_reference(self) -> str:
        met = "statistical_met_lower" if self.lower_is_better else "statistical_met"
        return {"met": met, "not_met": "statistical_not_met", "unclear": "unclear"}.get(
            self.statistical, "plain"
        )

    def _counted(self, kind: str) -> str:
        if self.statistical in ("unclear", "not_estimable"):
            return f"{kind}_unclear"
        return f"{kind}_{self.official or self.statistical}"

    def _relation(self) -> str:
        value, target = number_of(self.estimate, "value"), self.target
        if value is None or target is None or abs(value - target) <= 1e-9:
            return "equal"
        return "above" if value > target else "below"

    def _target_words(self) -> str:
        exact = self.measure.exact(self.target)
        return f"{exact} {self.measure.unit}" if self.measure.unit else exact

    def _official_word(self) -> str:
        return self.words[f"verdict.official.{self.official or 'none'}"]

    def _subject(self) -> str:
        return subject(self.place, word_of(self.indicator.label, self.words.lang), self.words.lang)

    def _lead(self) -> str:
        label = word_of(self.indicator.label, self.words.lang)
        if label.startswith(self.words.listed("subject.nouns")):
            return self.words.fill("subject.is", subject=self._subject(), result=self._result())
        return self.words.fill("subject.colon", place=self.place, label=label, result=self._result())

    def _result(self) -> str:
        if self.census and self.indicator.kind == "count":
            return self._census_count()
        if self.census and self.indicator.kind == "share":
            return self._census_share()
        n = self.numbers.n(number_of(self.estimate, "n"))
        if self._from_to() == "":
            return self.words.fill("sentence.share_bare", value=self.value, n=n)
        if self.first:
            return self.words.fill("sentence.share_first", value=self.value, from_to=self._from_to(), n=n)
        interval = self.words.fill("sentence.interval", from_to=self._from_to())
        return self.words.fill("sentence.share", value=self.value, interval=interval, n=n)

    def _from_to(self) -> str:
        low, high = number_of(self.estimate, "low"), number_of(self.estimate, "high")
        return "" if low is None or high is None else self.measure.from_to(low, high)

    def _bounds(self) -> str:
        low, high = number_of(self.estimate, "missing_low"), number_of(self.estimate, "missing_high")
        return "" if low is None or high is None else self.measure.from_to(low, high)

    def _census_share(self) -> str:
        answered = int(number_of(self.estimate, "n") or 0)
        total = answered + self.unknown
        met = round((number_of(self.estimate, "value") or 0) * answered)
        numbers = self.numbers
        said = self.words.fill(
            "sentence.census_share",
            x=numbers.number(met, 0), r=numbers.number(answered, 0), total=numbers.number(total, 0),
            unknown=numbers.number(self.unknown, 0),
        ).replace("N = ", f"N{NBSP}={NBSP}")  # fmt: skip
        if self.unknown and self._bounds():
            return said + self.words.fill(
                "sentence.census_bounds",
                from_to=self._bounds(),
                total=numbers.number(total, 0),
                unit=self.unit,
            )
        return said + self.words.fill("sentence.census_percent", value=self.value, unit=self.unit)

    def _census_count(self) -> str:
        said = self.words.fill("sentence.count", value=self.value, unit=self.unit)
        if not self.unknown or not self._bounds():
            return said
        return said + self.words.fill(
            "sentence.count_bounds",
            unknown=self.numbers.count(self.unknown), from_to=self._bounds(), unit=self.unit,
        )  # fmt: skip

    def _about_missing(self) -> list[str]:
        if not self.unknown or self.census:
            return []
        missing = self.numbers.number(self.unknown, 0)
        if not self._bounds():
            return [self.words.fill("sentence.missing_plain", missing=missing)]
        share = self.numbers.percent(self.unknown / (self.unknown + (number_of(self.estimate, "n") or 0)))
        return [self.words.fill("sentence.missing", missing=missing, share=share, from_to=self._bounds())]

    def _about_certainty(self) -> list[str]:
        if self.census:
            said = self.words.fill("sentence.official_point", official=self._official_word())
            return [said] if self.statistical == "unclear" and self.official else []
        if self.statistical != "unclear" or self.verdict is None or self.indicator.kind != "share":
            return []
        limit = number_of(self.verdict, "min_certifiable")
        if limit is None:
            extreme = self.numbers.percent_exact(0 if self.lower_is_better else 1)
            return [self.words.fill("sentence.no_certifiable", extreme=extreme)]
        at = self.words["sentence.at_most" if self.lower_is_better else "sentence.at_least"]
        return [self.words.fill("sentence.min_certifiable", at_least=at, limit=self.measure.with_unit(limit))]

    def _about_flag(self) -> list[str]:
        name = f"sentence.{text_of(self.estimate, 'flag')}"
        return (
            [self.words[name]]
            if name in {"sentence.review", "sentence.parentheses", "sentence.footnote"}
            else []
        )

    def _about_definition(self) -> list[str]:
        if self.target is None or self.official:
            return []
        if self.indicator.variant != MAIN:
            return [self.words["sentence.variant"]]
        undecided = self.indicator.target is not None and not self.indicator.target.decided_by
        return [self.words["sentence.undecided"]] if undecided else []
