"""A report in the administrative format, as a Word file that a secretary can go on editing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from kgeval.present.archive import MADE, restamped
from kgeval.present.charts.chart import Chart, picture
from kgeval.present.labels import Labels, labels
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.widths import column_widths

_POINT = 12700  # English metric units
_MM = 36000
_TWIP_MM = 1440 / 25.4
_PICTURE_DPI = 300
_PADDING = 0.165  # inches of a cell that no text takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """Who issues the report, to whom; what nobody has filled in stays an empty line to fill."""

    agency: str = ""
    superior: str = ""
    number: str = ""
    place: str = ""
    date: str = ""
    abstract: str = ""
    signatory_title: str = ""
    signatory_name: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: level 1 is a part, 2 a section, 3 a point."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the body; ``to_fill`` marks what a person has to write."""

    text: str
    to_fill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its caption."""

    chart: Chart
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """An appendix on a page of its own, landscape where its table is wide."""

    title: str
    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Figure | TableSpec


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
        Numbered in Roman figures, each on a new page.
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
    _set_up(document, words)
    _page(document.sections[0], wide=False)
    marks = [words["caveat.synthetic"]] if synthetic else []
    _header(document.sections[0], [*marks, *([banner] if banner else [])])
    _masthead(document, masthead, words)
    writer = _Writer(document=document, words=words, counts={"table": 0, "figure": 0})
    for block in body:
        writer.add(block)
    _signature(document, masthead, words)
    for number, appendix in enumerate(appendices, 1):
        wide = any(_is_wide(block) for block in appendix.blocks)
        _page(document.add_section(), wide=wide)
        _line(document, f"{words['word.appendix']} {_roman(number)}", "heading", bold=True, align="center")
        _line(document, appendix.title.upper(), "heading", bold=True, align="center")
        for block in appendix.blocks:
            writer.add(block)
    target = BytesIO()
    document.save(target)
    return restamped(target.getvalue())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes blocks and numbers tables and figures."""

    document: Any
    words: Labels
    counts: dict[str, int]

    def add(self, block: Block) -> None:
        if isinstance(block, Heading):
            _heading(self.document, block)
        elif isinstance(block, Paragraph):
            _body(self.document, block)
        elif isinstance(block, Figure):
            self._figure(block)
        else:
            self._table(block)

    def _caption(self, kind: str, text: str) -> str:
        self.counts[kind] += 1
        return f"{self.words[f'word.{kind}']} {self.counts[kind]}. {text}"

    def _figure(self, figure: Figure) -> None:
        paragraph = _line(self.document, "", "body", align="center", keep=True)
        stream = BytesIO(picture(figure.chart, "png", dpi=_PICTURE_DPI))
        shape = paragraph.add_run().add_picture(stream, width=round(_measure("figure", "width") * _MM))
        shape._inline.docPr.set("descr", figure.chart.alt)  # python-docx has no door to it
        shape._inline.docPr.set("title", figure.chart.title)
        _line(self.document, self._caption("figure", figure.caption), "caption", italic=True, align="center")

    def _table(self, table: TableSpec) -> None:
        _line(
            self.document,
            self._caption("table", table.title),
            "caption",
            bold=True,
            align="center",
            keep=True,
        )
        if table.subtitle:
            _line(self.document, table.subtitle, "note", italic=True, align="center", keep=True)
        if len(table.cells):
            _grid(self.document, table)
        for note in table.notes:
            _line(self.document, note, "note", italic=True)


@cache
def _measures() -> dict[str, dict[str, Any]]:
    text = (files("kgeval.present") / "resources" / "nd30.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _measure(room: str, name: str) -> float:
    return float(_measures()[room][name])


def _set_up(document: Any, words: Labels) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    family = str(_measures()["type"]["family"])
    for style in document.styles:
        fonts = style.element.find(f".//{qn('w:rFonts')}")
        if fonts is None:
            continue
        for name in list(fonts.attrib):
            del fonts.attrib[name]  # theme fonts would win over the named one
        for name in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{name}"), family)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = family, Pt(_measure("type", "body"))
    properties = normal.element.get_or_add_rPr()
    for language in properties.findall(qn("w:lang")):
        properties.remove(language)
    language = OxmlElement("w:lang")
    for name in ("val", "eastAsia", "bidi"):
        language.set(qn(f"w:{name}"), words["office"])
    properties.append(language)
    core = document.core_properties
    core.created = core.modified = MADE
    core.author = core.last_modified_by = "kgeval"
    core.title = words["word.kind"]
    core.comments, core.language = "", words["office"]


def _page(section: Any, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT

    width, height = (round(_measure("page", name) * _MM) for name in ("width", "height"))
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if wide else (width, height)
    for side in ("top", "bottom", "left", "right"):
        setattr(section, f"{side}_margin", round(_measure("page", side) * _MM))
    section.header_distance = round(_measure("page", "header") * _MM)


def _header(section: Any, marks: Sequence[str]) -> None:
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    _align(number, "center")
    _field(number, "PAGE", "2")
    for header in (section.header, section.first_page_header):
        for row, mark in enumerate(marks):
            own = header is section.first_page_header and row == 0
            paragraph = header.paragraphs[0] if own else header.add_paragraph()
            _align(paragraph, "center")
            run = paragraph.add_run(mark)
            _set(run, "note", bold=True)
            _colour(run, "B34700")


def _masthead(document: Any, head: Masthead, words: Labels) -> None:
    left, right = _measure("masthead", "left"), _measure("masthead", "right")
    table = _bare_table(document, (left, right))
    agency, nation = table.rows[0].cells
    first = agency.paragraphs[0]
    lines = [(head.superior.upper(), False), (head.agency.upper() or words["word.agency_to_fill"], True)]
    for text, bold in [line for line in lines if line[0]]:
        _fill(first, text, "masthead", bold=bold)
        last, first = first, agency.add_paragraph()
    _rule(last, left, _measure("masthead", "agency_rule"))
    _fill(first, f"{words['word.number']} {head.number or words['word.number_to_fill']}", "number")
    motto = nation.paragraphs[0]
    for name, kind in (("word.nation", "masthead"), ("word.motto", "motto")):
        if words[name]:
            _fill(motto, words[name], kind, bold=True)
            last, motto = motto, nation.add_paragraph()
    if words["word.motto"]:
        _rule(last, right, _measure("masthead", "motto_rule"))
    when = head.date or words["word.date_to_fill"]
    _fill(motto, f"{head.place}, {when}" if head.place else when, "date", italic=True)
    _line(document, "", "body")
    _line(document, words["word.kind"], "heading", bold=True, align="center", after=0)
    title = _line(document, head.abstract, "heading", bold=True, align="center")
    width = _measure("page", "width") - _measure("page", "left") - _measure("page", "right")
    _rule(title, width, 0.25)


def _signature(document: Any, head: Masthead, words: Labels) -> None:
    table = _bare_table(document, (80, 85))
    recipients, signature = table.rows[0].cells
    _fill(
        recipients.paragraphs[0],
        words["word.recipients"],
        "recipients_title",
        bold=True,
        italic=True,
        align="left",
    )
    for line in (*head.recipients, words["word.archive"]):
        _fill(recipients.add_paragraph(), line, "recipients", align="left")
    title = head.signatory_title.upper() or words["word.signatory_to_fill"]
    _fill(signature.paragraphs[0], title, "signature", bold=True)
    for _ in range(3):
        signature.add_paragraph()
    _fill(signature.add_paragraph(), head.signatory_name, "signature", bold=True)


def _heading(document: Any, heading: Heading) -> None:
    align = "center" if heading.level == 1 else "left"
    text = heading.text.upper() if heading.level == 1 else heading.text
    paragraph = document.add_paragraph(style=f"Heading {heading.level}")
    _fill(paragraph, text, "heading", bold=heading.level < 3, italic=heading.level > 2, align=align)
    _space(paragraph, after=_measure("space", "after"), keep=True)


def _body(document: Any, block: Paragraph) -> None:
    paragraph = _line(document, block.text, "body", italic=block.to_fill, align="both")
    paragraph.paragraph_format.first_line_indent = round(_measure("space", "first_line") * _MM)
    paragraph.paragraph_format.line_spacing = _measure("space", "line")


def _line(
    document: Any,
    text: str,
    kind: str,
    *,
    align: str = "left",
    keep: bool = False,
    after: float | None = None,
    bold: bool = False,
    italic: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    _fill(paragraph, text, kind, bold=bold, italic=italic, align=align)
    _space(paragraph, after=_measure("space", "after") if after is None else after, keep=keep)
    return paragraph


def _fill(
    paragraph: Any, text: str, kind: str, *, bold: bool = False, italic: bool = False, align: str = "center"
) -> None:
    _align(paragraph, align)
    _space(paragraph, after=0)
    if text:
        _set(paragraph.add_run(text), kind, bold=bold, italic=italic)


def _set(run: Any, kind: str, *, bold: bool = False, italic: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    family = str(_measures()["type"]["family"])
    run.font.name, run.font.size = family, Pt(_measure("type", kind))
    run.font.bold, run.font.italic = bold, italic
    _colour(run, "000000")
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), family)


def _colour(run: Any, colour: str) -> None:
    from docx.shared import RGBColor

    run.font.color.rgb = RGBColor.from_string(colour)


def _align(paragraph: Any, align: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    known = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }
    paragraph.alignment = known[align]


def _space(paragraph: Any, *, after: float, keep: bool = False) -> None:
    paragraph.paragraph_format.space_before = 0
    paragraph.paragraph_format.space_after = round(after * _POINT)
    paragraph.paragraph_format.keep_with_next = keep


def _rule(paragraph: Any, width: float, share: float) -> None:
    """Draw a rule below a paragraph over a share of ``width`` mm: its border follows its indents."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    holder = paragraph.insert_paragraph_before("")
    holder._p.addprevious(paragraph._p)  # the empty paragraph that carries the rule stands below
    indent = round(width * (1 - share) / 2 * _MM)
    holder.paragraph_format.left_indent = holder.paragraph_format.right_indent = indent
    holder.paragraph_format.line_spacing = Pt(4)
    _space(holder, after=4)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    holder._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")


def _bare_table(document: Any, widths: Sequence[float]) -> Any:
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    _widths(table, widths)
    return table


def _widths(table: Any, widths: Sequence[float]) -> None:
    from docx.oxml.ns import qn

    # Cell widths alone are ignored by some programs: the grid decides.
    for grid, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        grid.set(qn("w:w"), str(round(width * _TWIP_MM)))
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = round(width * _MM)


def _grid(document: Any, table: TableSpec) -> None:
    columns = list(table.columns)
    made = document.add_table(rows=1, cols=len(columns))
    made.style = "Table Grid"
    made.autofit = False
    for cell, column in zip(made.rows[0].cells, columns, strict=True):
        _fill(cell.paragraphs[0], column.heading, "table", bold=True)
    _mark_row(made.rows[0], "tblHeader")
    group = ""
    for number in range(len(table.cells)):
        if table.groups and table.groups[number] != group:
            group = table.groups[number]
            cells = made.add_row().cells
            heading = cells[0].merge(cells[-1]).paragraphs[0]
            _fill(heading, group, "table", bold=True, align="left")
            heading.paragraph_format.keep_with_next = True
        row = made.add_row()
        for cell, column in zip(row.cells, columns, strict=True):
            _fill(cell.paragraphs[0], str(table.cells[column.key].iloc[number]), "table", align=column.align)
    section = document.sections[-1]
    room = (section.page_width - section.left_margin - section.right_margin) / _MM
    for row in made.rows:
        _mark_row(row, "cantSplit")
    _widths_of_grid(
        made,
        [width * 25.4 for width in column_widths(table, _measure("type", "table"), room / 25.4, _PADDING)],
    )
    _line(document, "", "note", after=0)


def _widths_of_grid(made: Any, widths: Sequence[float]) -> None:
    from docx.oxml.ns import qn

    for grid, width in zip(made._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        grid.set(qn("w:w"), str(int(width * _TWIP_MM)))
    for row in made.rows:
        if len(row._tr.tc_lst) == len(widths):  # merged rows keep the grid's width
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = round(width * _MM)


def _mark_row(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _field(paragraph: Any, code: str, shown: str) -> None:
    """Write a field with the value that is shown until somebody updates it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    def char(kind: str) -> Callable[[], Any]:
        def made() -> Any:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            return element

        return made

    def instruction() -> Any:
        element = OxmlElement("w:instrText")
        element.set(qn("xml:space"), "preserve")
        element.text = f" {code} "
        return element

    for part in (char("begin"), instruction, char("separate")):
        run = paragraph.add_run()
        _set(run, "page_number")
        run._r.append(part())
    _set(paragraph.add_run(shown), "page_number")
    run = paragraph.add_run()
    run._r.append(char("end")())


def _is_wide(block: Block) -> bool:
    return isinstance(block, TableSpec) and len(block.columns) >= _measure("table", "landscape_from")


def _roman(number: int) -> str:
    text = ""
    for value, letters in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        while number >= value:
            text, number = text + letters, number - value
    return text
