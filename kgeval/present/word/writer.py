"""Writes paragraphs, tables and figures into a document, and numbers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from kgeval.present.charts.chart import picture
from kgeval.present.labels import Labels
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.widths import NARROWER_SERIF, column_widths
from kgeval.present.word.blocks import Block, Figure, Heading, Paragraph
from kgeval.present.word.measures import MM, MM_IN_INCH, TWIPS_IN_MM, measure, text_width
from kgeval.present.word.styles import style_of
from kgeval.present.word.xml import describe_picture, describe_table, field, grid, mark_row, rule

_PICTURE_DPI = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Where blocks are written; ``counts`` are the tables and figures so far."""

    document: Any
    words: Labels
    counts: dict[str, int]

    def add(self, block: Block, *, wide: bool = False) -> None:
        """Write one block; ``wide`` says that the page is landscape."""
        if isinstance(block, Heading):
            self.line(block.text, f"heading_{block.level}")
        elif isinstance(block, Paragraph):
            self.line(block.text, "to_fill" if block.to_fill else "body")
        elif isinstance(block, Figure):
            self._figure(block)
        else:
            self._table(block, wide=wide)

    def line(self, text: str, style: str) -> Any:
        """Write one paragraph at the end of the document."""
        return self.fill(self.document.add_paragraph(), text, style)

    def fill(self, paragraph: Any, text: str, style: str) -> Any:
        """Write a text into an empty paragraph in one of the report's styles."""
        paragraph.style = style_of(self.document, style, self.words)
        if text:
            paragraph.add_run(text)
        return paragraph

    def rule_below(self, paragraph: Any, width: float, share: float) -> None:
        """Draw a rule over a share of ``width`` mm below a paragraph."""
        holder = self.fill(paragraph.insert_paragraph_before(""), "", "rule")
        holder._p.addprevious(paragraph._p)  # the empty paragraph that carries the rule stands below
        indent = round(width * (1 - share) / 2 * MM)
        holder.paragraph_format.left_indent = holder.paragraph_format.right_indent = indent
        rule(holder)

    def _caption(self, kind: str, text: str) -> Any:
        self.counts[kind] += 1
        word = self.words[f"word.{kind}"]
        paragraph = self.line(f"{word} ", "caption")
        field(paragraph, f"SEQ {word} \\* ARABIC", str(self.counts[kind]))
        paragraph.add_run(f". {text}")
        return paragraph

    def _figure(self, figure: Figure) -> None:
        paragraph = self.line("", "figure")
        stream = BytesIO(picture(figure.chart, "png", dpi=_PICTURE_DPI))
        shape = paragraph.add_run().add_picture(stream, width=round(measure("figure", "width") * MM))
        describe_picture(shape, figure.chart.title, figure.chart.alt)
        self._caption("figure", figure.caption)

    def _table(self, table: TableSpec, *, wide: bool) -> None:
        self._caption("table", table.title).paragraph_format.keep_with_next = True
        if table.subtitle:
            self.line(table.subtitle, "under_title")
        if len(table.cells):
            self._grid(table, text_width(wide=wide))
            self.line("", "rule")
        for note in table.notes:
            self.line(note, "note")

    def _grid(self, table: TableSpec, room: float) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT

        made = self.document.add_table(rows=1, cols=len(table.columns))
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        describe_table(made, table.title)
        for cell, column in zip(made.rows[0].cells, table.columns, strict=True):
            self._cell(cell, column.heading, "table_head")
        group = ""
        for number in range(len(table.cells)):
            if table.groups and table.groups[number] != group:
                group = table.groups[number]
                cells = made.add_row().cells
                self._cell(cells[0].merge(cells[-1]), group, "table_head", align="left")
            row = made.add_row()
            for cell, column in zip(row.cells, table.columns, strict=True):
                text = str(table.cells[column.key].iloc[number])
                self._cell(cell, text, "table", align=column.align)
        for number, row in enumerate(made.rows):
            mark_row(row, header=number == 0)
        inches = column_widths(
            table, measure("type", "table"), room / MM_IN_INCH, measure("type", "cell") / MM_IN_INCH,
            narrower=NARROWER_SERIF,
        )  # fmt: skip
        grid(made, [int(width * MM_IN_INCH * TWIPS_IN_MM) for width in inches])

    def _cell(self, cell: Any, text: str, style: str, *, align: str = "center") -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self.fill(cell.paragraphs[0], text, style)
        known = {
            "left": WD_ALIGN_PARAGRAPH.LEFT,
            "center": WD_ALIGN_PARAGRAPH.CENTER,
            "right": WD_ALIGN_PARAGRAPH.RIGHT,
        }
        paragraph.alignment = known[align]
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def bare_table(document: Any, widths: Sequence[float]) -> Any:
    """Add a table of one row without borders, its columns so many millimetres wide."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    grid(table, [int(width * TWIPS_IN_MM) for width in widths])
    mark_row(table.rows[0])
    return table
