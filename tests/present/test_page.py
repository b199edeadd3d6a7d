"""Pages load nothing, run nothing, and show names as names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nbformat.v4 as nb
import pandas as pd
import pytest

from kgeval import present as show
from kgeval.present.page import cleaned
from tests.present.made_up import NAMES, estimate_row, made_up_study, results, verdict_row

HOSTILE = (
    '<script>alert(1)</script><img src="https://evil.example/x.png" onerror="alert(1)">'
    '<a href="javascript:alert(1)">x</a><iframe src="//evil.example"></iframe><svg onload="alert(1)"></svg>'
    "<style>body{background:url(https://evil.example)}</style>"
    '<div style="background:url(//evil.example)">y</div>'
)


class Page(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def notebook(*outputs: object) -> nb.NotebookNode:
    cells = [nb.new_markdown_cell(f"# Đánh giá\n\n{HOSTILE}"), nb.new_raw_cell(HOSTILE)]
    for shown in outputs:
        html = shown if isinstance(shown, str) else shown._repr_html_()
        data = {"text/html": html, "text/plain": "x", "application/javascript": "alert(1)"}
        output = nb.new_output("execute_result", data=data)
        cells.append(nb.new_code_cell("hidden_code = 1", outputs=[output], execution_count=1))
    return nb.new_notebook(cells=cells)


def assert_safe(html: str) -> None:
    page = Page(html)
    assert not {"script", "iframe", "svg", "object", "embed", "link", "form"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("src", "href"):
            address = attributes.get(name) or ""
            assert not re.match(r"\s*(https?:|//|javascript:)", address, re.IGNORECASE), (tag, address)
    outside_pictures = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=\n]+", "", html)
    assert "evil.example" not in re.sub(r"<title>.*?</title>", "", outside_pictures)


def test_a_notebook_page_is_safe_and_shows_no_code() -> None:
    html = show.notebook_page(notebook(HOSTILE), title=NAMES[3], lang="vi")
    assert_safe(html)
    assert "hidden_code" not in html
    assert '<html lang="vi">' in html
    assert "default-src 'none'" in html
    assert "&lt;img src=x" in html


def test_results_come_through_the_cleaning() -> None:
    estimates, verdicts, _ = results(6)
    study = made_up_study()
    endline = estimates[estimates["round"] == "endline"]
    outputs = (
        show.title(NAMES[3], study=study, lang="vi", synthetic=True),
        show.sentences(endline, verdicts, study, "vi"),
        show.areas_table(endline, verdicts, study, "vi"),
    )
    html = show.notebook_page(
        notebook(*outputs), title="Đánh giá", lang="vi", synthetic=True, banner="Minh họa"
    )
    assert_safe(html)
    assert 'class="kg-title"' in html
    assert 'class="gt_table"' in html
    assert "color: #0072B2" in html
    assert "#kg_areas" not in html  # its style sheet is the page's own
    assert html.count("DỮ LIỆU MÔ PHỎNG – KHÔNG PHẢI SỐ LIỆU THẬT") == 3
    assert html.count("Minh họa") == 2


def test_a_chart_is_a_picture_with_its_words() -> None:
    estimates, verdicts, _ = results(2)
    chart = show.against_target(estimates[estimates["round"] == "endline"], verdicts, made_up_study(2), "vi")
    data, about = chart._repr_mimebundle_()
    cell = nb.new_code_cell("chart", outputs=[nb.new_output("execute_result", data=data, metadata=about)])
    html = show.notebook_page(nb.new_notebook(cells=[cell]), title="t", lang="vi")
    pictures = [attributes for tag, attributes in Page(html).tags if tag == "img"]
    assert pictures[0]["alt"] == chart.alt
    assert str(pictures[0]["src"]).startswith("data:image/png;base64,")


def test_the_same_notebook_gives_the_same_page() -> None:
    executed = notebook("<p>x</p>")
    one, other = (show.notebook_page(executed, title="t", lang="en") for _ in range(2))
    assert one == other


def test_index() -> None:
    section = show.Section(
        title=NAMES[3],
        text="=1+1",
        links=(show.Link(label="Đánh giá", href="a b/10 clean.html", note="<b>"),),
    )
    html = show.index_page("Kết quả", [section], lang="vi", synthetic=True)
    assert_safe(html)
    assert 'href="a%20b/10%20clean.html"' in html
    assert "&lt;b&gt;" in html
    assert html == show.index_page("Kết quả", [section], lang="vi", synthetic=True)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x", "https://evil.example"])
def test_an_index_links_below_itself_only(address: str) -> None:
    with pytest.raises(ValueError, match="below the index page"):
        show.index_page(
            "x", [show.Section(title="x", links=(show.Link(label="x", href=address),))], lang="vi"
        )


def test_cleaning_keeps_text_and_drops_the_rest() -> None:
    text = cleaned(
        '<p class="a" onclick="x">Số <b>liệu</b></p><td style="color: #0072B2; background: red">1</td>'
    )
    assert text.startswith('<p class="a">Số <b>liệu</b></p>')
    assert "onclick" not in text
    assert "background" not in text


def test_a_table_keeps_the_widths_of_its_columns() -> None:
    text = cleaned('<table><colgroup><col style="width:21.1%;"><col style="width:78.9%;"></colgroup></table>')
    assert text.count("width:21.1%") == text.count("width:78.9%") == 1


def test_sentences_and_notes_display_as_escaped_paragraphs() -> None:
    said = show.sentences(pd.DataFrame([estimate_row(area="3")]), None, made_up_study(), "vi")
    assert "<img" not in said._repr_html_()
    assert str(show.note("caveat.census", lang="en")).startswith("Full count")
    assert show.absent_areas([], "vi")._repr_html_() == ""
    assert "Bến Đò" in str(show.absent_areas(["Bến Đò"], "vi"))


def test_target_sentences_are_those_with_a_verdict() -> None:
    rows = pd.DataFrame(
        [estimate_row(), estimate_row(variant="direct"), estimate_row(indicator="M", kind="mean")]
    )
    judged = pd.DataFrame([verdict_row(), verdict_row(variant="direct", official="")])
    assert len(show.target_sentences(rows, judged, made_up_study(), "vi").paragraphs) == 1
    assert len(show.sentences(rows, judged, made_up_study(), "vi").paragraphs) == 3
