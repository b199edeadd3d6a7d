"""The XML of a Word file that python-docx has no door to: fields, fonts, languages, rules, grids.

The schema wants children in a fixed order; an element in the wrong place makes Word offer a repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_FONTS = ("ascii", "hAnsi", "eastAsia", "cs")
_MODERN = "15"  # the layout rules of Word 2013 and later: no "compatibility mode" in the title bar


def own_fonts(element: Any, family: str) -> None:
    """Let a style or the defaults name its typeface: a theme font would win over the named one."""
    fonts = element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in _FONTS:
        fonts.set(_qualified(f"w:{name}"), family)


def default_fonts(styles: Any, family: str, language: str) -> None:
    """Set the typeface and the language that text has where no style speaks; no space between paragraphs."""
    defaults = styles.element.find(_qualified("w:docDefaults"))
    properties = defaults.find(f"{_qualified('w:rPrDefault')}/{_qualified('w:rPr')}")
    fonts = properties.find(_qualified("w:rFonts"))
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in _FONTS:
        fonts.set(_qualified(f"w:{name}"), family)
    written = properties.find(_qualified("w:lang"))
    for name in ("val", "eastAsia", "bidi"):
        written.set(_qualified(f"w:{name}"), language)
    spacing = defaults.find(f".//{_qualified('w:spacing')}")
    for name, value in (("after", "0"), ("line", "240"), ("lineRule", "auto")):
        spacing.set(_qualified(f"w:{name}"), value)


def language_of(style: Any, language: str) -> None:
    """Say in which language the text of a style is written, for spelling and reading aloud."""
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(_qualified("w:lang")):
        properties.remove(old)
    made = _new("w:lang", **dict.fromkeys(("val", "eastAsia", "bidi"), language))
    properties.insert_element_before(made, "w:eastAsianLayout", "w:specVanish", "w:oMath")


def keep_styles(styles: Any, names: Sequence[str]) -> None:
    """Drop every style that is not named: the gallery then shows what the report uses."""
    for style in list(styles):
        if style.name in names:
            for link in style.element.findall(_qualified("w:link")):
                style.element.remove(link)  # to the character style of the same name, which goes
        else:
            style.element.getparent().remove(style.element)


def name_style(style: Any, identifier: str) -> None:
    """Give a style a plain identifier and a place in the gallery."""
    style.element.set(_qualified("w:styleId"), identifier)
    style.quick_style = True


def modern(settings: Any) -> None:
    """Ask for the layout of today's programs; python-docx's template asks for that of 2010."""
    for setting in settings.element.iter(_qualified("w:compatSetting")):
        if setting.get(_qualified("w:name")) == "compatibilityMode":
            setting.set(_qualified("w:val"), _MODERN)


def field(paragraph: Any, code: str, shown: str) -> None:
    """Write a field with the value that is shown until somebody updates it."""
    for part in ("begin", code, "separate", None, "end"):
        run = paragraph.add_run(shown if part is None else "")
        if part in ("begin", "separate", "end"):
            run._r.append(_new("w:fldChar", fldCharType=part))
        elif part is not None:
            instruction = _new("w:instrText")
            instruction.set(_qualified("xml:space"), "preserve")
            instruction.text = f" {part} "
            run._r.append(instruction)


def rule(paragraph: Any) -> None:
    """Draw a rule along a paragraph: a border follows its indents."""
    borders = _new("w:pBdr")
    borders.append(_new("w:top", val="single", sz="6", space="1", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def grid(table: Any, twips: Sequence[int]) -> None:
    """Set the widths of a table's columns: cell widths alone are ignored by some programs."""
    for column, width in zip(table._tbl.tblGrid.findall(_qualified("w:gridCol")), twips, strict=True):
        column.set(_qualified("w:w"), str(width))
    for row in table.rows:
        own = iter(twips)
        for cell in row._tr.tc_lst:  # a merged cell is as wide as the columns that it spans
            cell.width = sum(next(own) for _ in range(cell.grid_span)) * 635


def mark_row(row: Any, *, header: bool = False) -> None:
    """Keep a row on one page; repeat it on every page where it is the table's head."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_new("w:cantSplit"))
    if header:
        properties.append(_new("w:tblHeader"))


def describe_table(table: Any, title: str) -> None:
    """Give a table its title for readers who do not see it."""
    table._tbl.tblPr.append(_new("w:tblCaption", val=title))


def describe_picture(shape: Any, title: str, text: str) -> None:
    """Give a picture its alternative text."""
    shape._inline.docPr.set("descr", text)
    shape._inline.docPr.set("title", title)


def number_pages_from_one(section: Any) -> None:
    """Let a section count its own pages."""
    properties = section._sectPr
    for old in properties.findall(_qualified("w:pgNumType")):
        properties.remove(old)
    properties.insert_element_before(
        _new("w:pgNumType", start="1"), "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg",
        "w:textDirection", "w:bidi", "w:rtlGutter", "w:docGrid",
    )  # fmt: skip


def _new(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(_qualified(f"w:{key}"), value)
    return made


def _qualified(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))
