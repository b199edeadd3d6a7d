"""The review of the phase follows the headings of an administrative summary; a district's has its own."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ORDERS = {
    "40_phase_review": [
        "found", "part-one", "features", "leading", "targets-table", "change-table", "tasks", "agencies",
        "funding", "unit-costs", "part-two", "strengths", "limitations", "causes", "lessons",
        "recommendations", "annex", "evidence", "account", "limits", "write",
    ],
    "30_district_review": [
        "found", "targets-table", "change-table", "tasks", "groups", "strengths", "limitations", "lessons",
        "next", "evidence", "data-account", "data-open", "write",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_sections_stand_in_the_order_of_a_summary(name: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    ids = [cell.id for cell in cells]
    assert [one for one in ids if one in ORDERS[name]] == ORDERS[name]


@pytest.mark.parametrize("name", ORDERS)
def test_each_review_says_what_the_data_do_not_allow(name: str) -> None:
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    assert any('show.note("allowed.' in cell.source for cell in cells)
    assert any("show.limits(" in cell.source for cell in cells)
