"""The text of a finished file, paragraph by paragraph, as a reader meets it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

_PARAGRAPH = re.compile(r"<(w|a):p[ >].*?</\1:p>", re.DOTALL)
_RUN = re.compile(r"<(?:w|a):t(?: [^>]*)?>([^<]*)</(?:w|a):t>")
_READ = re.compile(r"word/document\.xml|ppt/(?:slides|notesSlides)/[^/]+\.xml")
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def paragraphs(name: str, content: bytes) -> list[str]:
    """Return the paragraphs of a Word file, of slides with their notes, or of the page to hand out."""
    if name.endswith((".docx", ".pptx")):
        return [text for part in parts(content, _READ).values() for text in _paragraphs_of(part)]
    data = _DATA.search(content.decode("utf-8")) if name.endswith(".html") else None
    return [] if data is None else list(_strings(json.loads(data[1])))


def parts(content: bytes, names: re.Pattern[str]) -> dict[str, str]:
    """Return the XML parts of an office file whose name matches."""
    with ZipFile(BytesIO(content)) as archive:
        return {
            name: archive.read(name).decode("utf-8") for name in archive.namelist() if names.fullmatch(name)
        }


def _paragraphs_of(part: str) -> Iterator[str]:
    for found in _PARAGRAPH.finditer(part):
        text = unescape("".join(_RUN.findall(found[0])))
        if text.strip():
            yield text


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if key not in ("code", "key", "area", "target", "paths", "locale", "file"):
                yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
