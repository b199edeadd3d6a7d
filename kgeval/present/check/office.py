"""Faults of office files: small type, outside addresses, no words, repeated titles, no watermark."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from html import unescape

from kgeval.present.check.texts import paragraphs, parts
from kgeval.present.labels import labels
from kgeval.present.results import Results

_SMALLEST = 12  # points, on slides
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_SEEN = re.compile(r"ppt/(?:slides/slide|charts/chart)\d+\.xml")
_HEADER = re.compile(r"word/header\d+\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_RELATIONS = re.compile(r".*\.rels")
_NAMED = {
    ".docx": (re.compile(r"word/document\.xml"), re.compile(r"<wp:docPr [^>]*>")),
    ".pptx": (_SLIDE, re.compile(r"<p:nv(?:Pic|GraphicFrame)Pr>\s*<p:cNvPr [^>]*>")),
}
_TITLE = re.compile(r'<p:sp>(?:(?!</p:sp>).)*?<p:ph type="(?:title|ctrTitle)".*?</p:sp>', re.DOTALL)
_RUN = re.compile(r"<a:t>([^<]*)</a:t>")
_WATERMARKED = {".docx": _HEADER, ".pptx": _SLIDE, ".xlsx": _SHEET}


def office_faults(files: Mapping[str, bytes], results: Results) -> list[str]:
    """Return what is wrong with the Word files, slides and workbooks of a pack."""
    found = []
    for name, content in files.items():
        kind = name[name.rfind(".") :]
        if kind not in _WATERMARKED:
            continue
        faults = [*_outside(content), *_unnamed(kind, content), *_unmarked(kind, content, results)]
        if kind == ".pptx":
            faults += [*_small(content), *_repeated(content)]
        if not all(unicodedata.is_normalized("NFC", text) for text in paragraphs(name, content)):
            faults.append("letters and their marks are apart (not NFC)")
        found += [f"{name}: {fault}" for fault in faults]
    return found


def _outside(content: bytes) -> list[str]:
    linked = parts(content, _RELATIONS)
    return ["links to an outside address"] if any('"External"' in text for text in linked.values()) else []


def _unnamed(kind: str, content: bytes) -> list[str]:
    if kind not in _NAMED:
        return []
    names, picture = _NAMED[kind]
    found = [tag for part in parts(content, names).values() for tag in picture.findall(part)]
    bare = sum(not re.search(r'descr="[^"]', tag) for tag in found)
    return [f"{bare} pictures have no alternative text"] if bare else []


def _unmarked(kind: str, content: bytes, results: Results) -> list[str]:
    if not results.synthetic:
        return []
    mark, seen = labels(results.lang)["caveat.synthetic"], parts(content, _WATERMARKED[kind])
    missing = [name for name, text in seen.items() if mark not in "".join(_plain(text))]
    if missing or not seen:
        return [f"the watermark of simulated data is missing in {', '.join(missing) or 'its header'}"]
    return []


def _plain(part: str) -> str:
    """Return the text of a part, joined over the runs that it is split into."""
    return unescape(re.sub(r"<[^>]+>", "", part))


def _small(content: bytes) -> list[str]:
    sizes = {
        int(size) for part in parts(content, _SEEN).values() for size in re.findall(r' sz="(\d+)"', part)
    }
    small = sorted(size / 100 for size in sizes if size < _SMALLEST * 100)
    return [f"type of {small[0]:g} points, below {_SMALLEST}"] if small else []


def _repeated(content: bytes) -> list[str]:
    titles: Counter[str] = Counter()
    for part in parts(content, _SLIDE).values():
        found = _TITLE.search(part)
        titles[unescape("".join(_RUN.findall(found[0]))) if found else ""] += 1
    faults = ["a slide has no title"] if titles.pop("", 0) else []
    return faults + [f"title {title!r} stands on {n} slides" for title, n in titles.items() if n > 1]
