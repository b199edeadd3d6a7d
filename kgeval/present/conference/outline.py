"""The outline of the written report: parts, chapters, points; numbered, and nothing empty in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.results import Results
from kgeval.present.word import Appendix, Block, Heading, Paragraph
from kgeval.present.word.document import roman


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter of the summary: its name in the label file, and what the data say in it."""

    name: str
    blocks: tuple[Block, ...] = ()
    to_add: bool = False  # a person has to add something besides


def part(name: str, chapters: Sequence[Chapter], results: Results) -> list[Block]:
    """Return a part with those of its chapters that hold something; nothing where none does.

    In a study with words for the written report each chapter stands, with a place for what only the
    agency knows; elsewhere a chapter without data is left out.
    """
    words, year = labels(results.lang), results.study.endline.year
    filled = [(chapter.name, _content(chapter, results)) for chapter in chapters]
    kept = [(one, blocks) for one, blocks in filled if blocks]
    body: list[Block] = []
    for number, (one, blocks) in enumerate(kept, 1):
        title = words.fill(f"report.chapter.{one}", year=year)
        body += [Heading(text=f"{roman(number)}. {title}"), *_points(blocks)]
    return [Heading(text=words.fill(f"report.part.{name}", year=year), level=1), *body] if body else []


def appendix(name: str, blocks: Sequence[Block], results: Results) -> list[Appendix]:
    """Return an appendix in a list, with a place to fill in where there is no data; or nothing."""
    content = _content(Chapter(name=name, blocks=tuple(blocks)), results)
    title = _own_word(results, "appendix", name)
    return [Appendix(title=title, blocks=tuple(content))] if content else []


def _content(chapter: Chapter, results: Results) -> list[Block]:
    administrative = bool(results.study.report)
    if administrative and (chapter.to_add or not chapter.blocks):
        what = _own_word(results, "fill", chapter.name)
        text = labels(results.lang).fill("report.to_fill", what=what)
        return [*chapter.blocks, Paragraph(text=text, to_fill=True)]
    return list(chapter.blocks)


def _own_word(results: Results, room: str, name: str) -> str:
    """Return the study's own word, or that of the label file."""
    own = results.study.report.get(room, {}).get(name)
    return word_of(own, results.lang) if own else labels(results.lang)[f"report.{room}.{name}"]


def _points(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a chapter with their points numbered."""
    made: list[Block] = []
    number = 0
    for block in blocks:
        if isinstance(block, Heading):
            number += 1
            made.append(Heading(text=f"{number}. {block.text}", level=block.level))
        else:
            made.append(block)
    return made
