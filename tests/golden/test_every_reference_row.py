"""No reference value is passed over: each is compared, or has no value for a reason that is named."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from tests.golden.reference import TAKEN, absent, degenerate, every_row

TAKERS = (
    "test_reference_values", "test_reference_models", "test_reference_weights", "test_reference_quantiles",
)  # fmt: skip


@absent
def test_every_row_is_compared_or_has_no_value_for_a_named_reason() -> None:
    for taker in TAKERS:
        import_module(f"tests.golden.{taker}")
    rows = every_row()
    assert not TAKEN["compared"] & TAKEN["degenerate"]
    passed_over = rows.drop(index=sorted(TAKEN["compared"] | TAKEN["degenerate"]))
    assert passed_over.empty, passed_over["case"].value_counts()
    reasons = Counter(degenerate(rows.loc[number]) for number in TAKEN["degenerate"])
    assert "" not in reasons
    assert len(rows) == len(TAKEN["compared"]) + sum(reasons.values())


@absent
@pytest.mark.parametrize("kind", ["compared", "degenerate"])
def test_both_kinds_occur(kind: str) -> None:
    for taker in TAKERS:
        import_module(f"tests.golden.{taker}")
    assert TAKEN[kind]
