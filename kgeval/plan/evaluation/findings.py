"""What results must show before something may be said: a finding is a rule over the rows of the results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from kgeval.plan.expression import Expression
from kgeval.plan.indicator import MAIN
from kgeval.plan.toml import Block

Bearing = Literal["strength", "limit", "context"]
Evidence = Literal["strong", "moderate", "weak"]

EVIDENCE: tuple[Evidence, ...] = ("weak", "moderate", "strong")  # in rising order
# What a rule may ask of a row: its value, its target and verdicts, and its change since the first round.
COLUMNS = frozenset(
    {"area", "value", "low", "high", "n", "n_missing", "missing_low", "missing_high", "plain", "target",
     "official", "statistical", "shortfall", "difference", "difference_low", "difference_high", "comparable"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """Rows of one indicator of which ``when`` is true are the finding.

    ``indicators`` are keys; ``by`` and ``by_value`` choose a group of a breakdown, empty: the plain row.
    ``bearing`` says whether it speaks for the programme, of a limit, or of circumstances; ``at_most`` caps
    the strength of evidence, where the source of the answers (somebody's own word) bears no more.
    """

    key: str
    indicators: tuple[str, ...]
    variant: str
    by: str
    by_value: str
    when: Expression
    bearing: Bearing
    says: Mapping[str, str]
    at_most: Evidence


def read_findings(blocks: Block, languages: tuple[str, ...]) -> tuple[FindingRule, ...]:
    """Read the blocks ``[finding.<key>]``."""
    read = (_finding(blocks.block(key), key, languages) for key in blocks.content)
    return tuple(one for one in read if one is not None)


def _finding(block: Block, key: str, languages: tuple[str, ...]) -> FindingRule | None:
    block.only({"indicator", "variant", "by", "by_value", "when", "bearing", "says", "at_most"})
    indicators, when = block.texts("indicator"), block.expression("when")
    if not indicators:
        block.fault("'indicator' is missing: a finding is about the results of an indicator")
    if when is None:
        if not block.text("when"):
            block.fault("'when' is missing: without a rule on the results there is no finding")
        return None
    return FindingRule(
        key=key,
        indicators=indicators,
        variant=block.text("variant", MAIN),
        by=block.text("by"),
        by_value=block.text("by_value"),
        when=when,
        bearing=cast("Bearing", block.choice("bearing", ("strength", "limit", "context"), "limit")),
        says=block.words("says", languages),
        at_most=cast("Evidence", block.choice("at_most", EVIDENCE, "strong")),
    )
