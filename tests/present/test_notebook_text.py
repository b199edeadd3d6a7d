"""Headings in the language of a page, and every word of a notebook that is not one of kgeval's own."""

from __future__ import annotations

import nbformat
import pytest

from kgeval.present.notebook_text import in_language, title_in


@pytest.mark.parametrize(
    "source",
    [
        "## Results\n\n*Weighted* shares of each district, with our remarks.",
        "# Our notebook\n\n*Read this first.*\n\n- a\n- b",
        "## Résultats\n\n*Weighted* shares",
    ],
)
def test_cells_of_others_lose_no_word(source: str) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    assert in_language(notebook, "en").cells[0].source == source
    assert title_in(source, "en") == ""


def test_own_headings_are_in_english_alone() -> None:
    own = "## Đã nhận những gì\n\n*What came in.* Mỗi tệp được đọc nguyên văn."
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(own)])
    assert in_language(notebook, "en").cells[0].source == "## What came in"
