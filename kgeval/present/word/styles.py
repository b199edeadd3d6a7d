"""The paragraph styles of a report: every formatting stands in a style, none on a run."""

from __future__ import annotations

from typing import Any

from kgeval.present.labels import Labels
from kgeval.present.word.measures import MM, StyleSpec, family, style_specs
from kgeval.present.word.xml import default_fonts, keep_styles, language_of, modern, name_style, own_fonts

_KEPT = ("Default Paragraph Font", "Normal Table", "No List", "Table Grid")


def set_styles(document: Any, words: Labels) -> None:
    """Give a document the styles of the format and no others; new ones are named in its language."""
    from docx.enum.style import WD_STYLE_TYPE

    specs, language = style_specs(), words["office"]
    builtin = [spec.builtin for spec in specs.values() if spec.builtin]
    keep_styles(document.styles, [*_KEPT, *builtin])
    default_fonts(document.styles, family(), language)
    for key, spec in specs.items():
        if spec.builtin:
            style = document.styles[spec.builtin]
        else:
            style = document.styles.add_style(words[f"style.{key}"], WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = document.styles["Normal"]
            name_style(style, _identifier(key))
        _dress(style, spec)
        language_of(style, language)
    for style in document.styles:
        if style.type != WD_STYLE_TYPE.LIST:
            own_fonts(style.element, family())
    modern(document.settings)


def style_of(document: Any, key: str, words: Labels) -> Any:
    """Return a style of the document by its key."""
    return document.styles[style_specs()[key].builtin or words[f"style.{key}"]]


def _identifier(key: str) -> str:
    return "Kg" + "".join(part.title() for part in key.split("_"))


def _dress(style: Any, spec: StyleSpec) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    font, layout = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = family(), Pt(spec.size), spec.bold, spec.italic
    font.color.rgb = RGBColor.from_string(spec.colour)
    layout.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[spec.align]
    layout.space_before, layout.space_after = Pt(spec.before), Pt(spec.after)
    layout.line_spacing = Pt(spec.exact) if spec.exact else spec.line
    layout.first_line_indent = round(spec.first_line * MM)
    layout.keep_with_next = spec.keep
