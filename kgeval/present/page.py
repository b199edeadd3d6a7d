"""Pages that load nothing: an executed notebook, or an index, as one HTML file without a request.

What a notebook's outputs hold is cleaned before it stands in the page, and the page's own policy
forbids scripts and every address, so that a name with markup in it stays a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from kgeval.present.labels import labels
from kgeval.present.notebook_text import in_language

_RESOURCES = files("kgeval.present") / "resources"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLES = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|[/\\])", re.IGNORECASE)
_TAGS = frozenset(
    """a abbr b blockquote br caption code col colgroup dd div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
    hr i img li ol p pre small span strong sub sup table tbody td tfoot th thead tr ul""".split()  # noqa: SIM905
)
_ATTRIBUTES = {
    "*": ["class", "id", "title", "lang"],
    "a": ["href"],
    "col": ["style"],
    "img": ["alt", "width", "height"],
    "td": ["colspan", "rowspan", "headers", "style"],
    "th": ["colspan", "rowspan", "headers", "scope"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A file to open, by its address below the index page."""

    label: str
    href: str
    note: str = ""
    picture: str = ""  # a small picture as a data address
    more: tuple[Link, ...] = ()  # the same in other formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an index page."""

    title: str
    text: str = ""
    links: tuple[Link, ...] = ()


def notebook_page(notebook: Any, *, title: str, lang: str, synthetic: bool = False, banner: str = "") -> str:
    """Return an executed notebook as one HTML page without code.

    Parameters
    ----------
    notebook
        An ``nbformat`` node, executed.
    title
        The page's title.
    lang
        Language of the page.
    synthetic
        Print the watermark on top of the page and across every printed sheet.
    banner
        The study's own words that every page must carry.
    """
    exporter = _exporter()
    body, _ = exporter.from_notebook_node(
        in_language(notebook, lang), resources={"metadata": {"name": title}}
    )
    return whole_page(
        title, f'<main id="main" class="notebook">{body}</main>', lang, synthetic=synthetic, banner=banner
    )


def index_page(
    title: str, sections: Sequence[Section], *, lang: str, synthetic: bool = False, banner: str = ""
) -> str:
    """Return the page that says where everything is.

    Parameters
    ----------
    title
        The page's title.
    sections
        Its parts in order; links are relative addresses.
    lang, synthetic, banner
        As for ``notebook_page``.
    """
    body = "".join(_section(section) for section in sections)
    page = f'<main id="main" class="index"><h1>{escape(title)}</h1><div class="cards">{body}</div></main>'
    return whole_page(title, page, lang, synthetic=synthetic, banner=banner)


def cleaned(html: object) -> str:
    """Return HTML with the tags and attributes of text, tables and pictures alone; no style sheet."""
    import bleach  # type: ignore[import-untyped]
    from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]

    text = html.decode() if isinstance(html, bytes) else str(html)
    return str(
        bleach.clean(
            _STYLES.sub("", text),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            protocols=["#"],
            css_sanitizer=CSSSanitizer(
                allowed_css_properties=["color", "text-align", "font-weight", "width"]
            ),
            strip=True,
        )
    )


def whole_page(title: str, body: str, lang: str, *, synthetic: bool = False, banner: str = "") -> str:
    """Return a page of our own HTML, with our style and the policy that forbids every request.

    Parameters
    ----------
    title, lang, synthetic, banner
        As for ``notebook_page``.
    body
        HTML in which every foreign text is escaped already.
    """
    words = labels(lang)
    style = (_RESOURCES / "page.css").read_text(encoding="utf-8")
    warnings = [words["caveat.synthetic"]] if synthetic else []
    warnings += [banner] if banner else []
    strip = "".join(f'<p class="warning">{escape(warning)}</p>' for warning in warnings)
    mark = (
        f'<div class="watermark" aria-hidden="true">{escape(words["page.watermark"])}</div>'
        if synthetic
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{words["html"]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">{escape(words["page.skip"])}</a>\n{mark}'
        f"<header>{strip}</header>\n{body}\n"
        f"<footer><p>{escape(words['page.generated'])}</p>{strip}</footer>\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    text = f"<p>{escape(section.text)}</p>" if section.text else ""
    links = "".join(_link(link) for link in section.links)
    listed = f"<ul>{links}</ul>" if links else ""
    kind = "card gallery" if any(link.picture for link in section.links) else "card"
    return f'<section class="{kind}"><h2>{escape(section.title)}</h2>{text}{listed}</section>'


def _link(link: Link) -> str:
    note = f' <span class="note">{escape(link.note)}</span>' if link.note else ""
    picture = f'<img src="{escape(link.picture)}" alt="">' if link.picture else ""
    more = " · ".join(_address(one, escape(one.label)) for one in link.more)
    formats = f'<br><span class="note">{more}</span>' if more else ""
    return f"<li>{_address(link, picture + escape(link.label))}{note}{formats}</li>"


def _address(link: Link, inner: str) -> str:
    if _ELSEWHERE.match(link.href):
        raise ValueError(f"{link.href!r} does not lie below the index page; link files of the run only")
    return f'<a href="{escape(quote(link.href, safe="/#%"))}">{inner}</a>'


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]
        config=Config(
            NbConvertBase={
                "display_data_priority": ["text/html", "image/png", "text/markdown", "text/plain"]
            },
            HTMLExporter={
                "template_name": "page",
                "extra_template_basedirs": [str(_RESOURCES)],
                "sanitize_html": True,
                "exclude_input": True,
                "exclude_input_prompt": True,
                "exclude_output_prompt": True,
                "exclude_anchor_links": True,
                "embed_images": False,
            },
        )
    )
    exporter.register_filter("clean_html", cleaned)
    return exporter
