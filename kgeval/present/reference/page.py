"""Reference sheets as one page without a request: an index of links, then a section an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kgeval.present.labels import labels
from kgeval.present.page import whole_page
from kgeval.present.reference.sheet import Item, ReferenceSheet


def reference_page(
    sheets: Sequence[ReferenceSheet], *, title: str, languages: Sequence[str], banner: str = ""
) -> str:
    """Return the page; every text of the study is escaped.

    Parameters
    ----------
    sheets
        As ``reference_sheets`` returns them.
    title
        The study's name.
    languages
        The languages in the order of their columns; the first is that of the page.
    banner
        What every page must say.
    """
    words = labels(languages[0])
    listed = "".join(
        f'<li><a href="#{escape(sheet.key)}">{escape(sheet.key)}</a> {escape(sheet.title[languages[0]])}</li>'
        for sheet in sheets
    )
    body = (
        f'<main id="main" class="reference"><h1>{escape(words["reference.title"])}</h1>'
        f"<p><em>{escape(title)}</em></p>"
        f'<nav id="index"><h2>{escape(words["reference.index"])}</h2><ul>{listed}</ul></nav>'
        + "".join(_sheet(sheet, languages) for sheet in sheets)
        + "</main>"
    )
    return whole_page(f"{words['reference.title']} – {title}", body, languages[0], banner=banner)


def _sheet(sheet: ReferenceSheet, languages: Sequence[str]) -> str:
    words = [labels(lang) for lang in languages]
    title = " / ".join(dict.fromkeys(sheet.title[lang] for lang in languages))
    rows = _head(words[0]["reference.item"], [word["reference.language"] for word in words], languages)
    rows += _rows(sheet.items, languages)
    for name, items in (("questions", sheet.questions), ("variants", sheet.variants)):
        if items:
            headings = [word[f"reference.{name}"] for word in words]
            rows += _head("", headings, languages) + _rows(items, languages)
    return (
        f'<section id="{escape(sheet.key)}"><h2>{escape(sheet.key)}. {escape(title)}</h2>'
        f'<table class="sheet">{rows}</table>'
        f'<p><a href="#index">{escape(words[0]["reference.back"])}</a></p></section>'
    )


def _head(first: str, headings: Sequence[str], languages: Sequence[str]) -> str:
    cells = "".join(
        f'<th scope="col" lang="{lang}">{escape(heading)}</th>'
        for lang, heading in zip(languages, headings, strict=True)
    )
    return f'<tr><th scope="col">{escape(first)}</th>{cells}</tr>'


def _rows(items: Sequence[Item], languages: Sequence[str]) -> str:
    made = []
    for item in items:
        heading = "<br>".join(
            escape(text) for text in dict.fromkeys(item.heading[lang] for lang in languages)
        )
        cells = "".join(f'<td lang="{lang}">{escape(item.text[lang])}</td>' for lang in languages)
        made.append(f'<tr><th scope="row">{heading}</th>{cells}</tr>')
    return "".join(made)
