"""A report as a Word file: head, body, signature, appendices with page numbers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from kgeval.present.archive import MADE, restamped
from kgeval.present.labels import Labels, labels
from kgeval.present.tables.spec import TableSpec
from kgeval.present.word.blocks import Appendix, Block, Masthead
from kgeval.present.word.head import write_head, write_signature
from kgeval.present.word.measures import MM, measure, text_width
from kgeval.present.word.styles import set_styles
from kgeval.present.word.writer import Writer
from kgeval.present.word.xml import field, number_pages_from_one


def report(
    masthead: Masthead,
    body: Sequence[Block],
    *,
    appendices: Sequence[Appendix] = (),
    lang: str,
    synthetic: bool = False,
    banner: str = "",
) -> bytes:
    """Return a .docx file.

    Parameters
    ----------
    masthead
        The agency's head and the signature block.
    body
        Headings, paragraphs, tables and figures in order; tables and figures are numbered.
    appendices
        Numbered in Roman figures, each on a new page with page numbers of its own.
    lang
        Language of the words.
    synthetic
        Print the watermark on top of every page.
    banner
        The study's own words that every page must carry.
    """
    from docx import Document

    words = labels(lang)
    document = Document()
    set_styles(document, words)
    _core(document, masthead, words)
    writer = Writer(document=document, words=words, counts={"table": 0, "figure": 0})
    _page(document.sections[0], wide=False)
    marks = [words["caveat.synthetic"]] if synthetic else []
    _header(writer, [*marks, *([banner] if banner else [])])
    write_head(writer, masthead)
    for block in body:
        writer.add(block)
    write_signature(writer, masthead)
    for number, appendix in enumerate(appendices, 1):
        _appendix(writer, appendix, number, masthead)
    target = BytesIO()
    document.save(target)
    return restamped(target.getvalue())


def _appendix(writer: Writer, appendix: Appendix, number: int, masthead: Masthead) -> None:
    words = writer.words
    wide = any(_is_wide(block) for block in appendix.blocks)
    section = writer.document.add_section()
    _page(section, wide=wide)
    number_pages_from_one(section)
    writer.line(f"{words['word.appendix']} {roman(number)}", "appendix")
    writer.line(appendix.title.upper(), "appendix")
    attached = words.fill(
        "word.attached",
        number=masthead.number or words["word.number_to_fill"],
        date=masthead.date or words["word.date_to_fill"],
        agency=masthead.agency or words["word.to_fill"],
    )
    last = writer.line(attached, "attached")
    writer.rule_below(last, text_width(wide=wide), measure("masthead", "abstract_rule"))
    for block in appendix.blocks:
        writer.add(block, wide=wide)


def roman(number: int) -> str:
    """Return a number in Roman figures: ``IV``."""
    text = ""
    for value, letters in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            text, number = text + letters, number - value
    return text


def _is_wide(block: Block) -> bool:
    return isinstance(block, TableSpec) and len(block.columns) >= measure("table", "landscape_from")


def _page(section: Any, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT

    width, height = (round(measure("page", name) * MM) for name in ("width", "height"))
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if wide else (width, height)
    for side in ("top", "bottom", "left", "right"):
        setattr(section, f"{side}_margin", round(measure("page", side) * MM))
    section.header_distance = round(measure("page", "header") * MM)


def _header(writer: Writer, marks: Sequence[str]) -> None:
    """Write the page number on all pages but the first, and what every page must say; sections inherit it."""
    section = writer.document.sections[0]
    section.different_first_page_header_footer = True
    number = writer.fill(section.header.paragraphs[0], "", "header")
    field(number, "PAGE", "2")
    for header in (section.header, section.first_page_header):
        for row, mark in enumerate(marks):
            own = header is section.first_page_header and row == 0
            writer.fill(header.paragraphs[0] if own else header.add_paragraph(), mark, "watermark")


def _core(document: Any, masthead: Masthead, words: Labels) -> None:
    core = document.core_properties
    core.created = core.modified = MADE
    core.author = core.last_modified_by = masthead.agency or "kgeval"
    core.title = f"{words['word.kind']}: {masthead.abstract}"[:255]
    core.comments, core.language = "", words["office"]
