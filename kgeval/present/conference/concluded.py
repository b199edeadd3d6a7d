"""What the notebooks concluded, as blocks of the written report: counts, findings, lessons, proposals, costs.

A review leaves these frames beside its results; where one is not there, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from kgeval.present.found import found_text
from kgeval.present.labels import labels
from kgeval.present.results import Results
from kgeval.present.tables.advice import causes, lessons, recommendations_table
from kgeval.present.tables.costs import costs_table
from kgeval.present.tables.profile import profile_table
from kgeval.present.tables.spec import TableSpec
from kgeval.present.word import Block, Heading, Paragraph

STORED = ("findings", "recommendations", "lessons", "causes", "profile", "unit_costs")


def features(own: Results) -> tuple[Block, ...]:
    """Return what the area is like."""
    counts = own.told("profile")
    return () if counts is None else _table(profile_table(counts, own.study, own.lang))


def found(own: Results, bearing: str) -> tuple[Block, ...]:
    """Return the findings of one bearing that no verdict on a target says already."""
    rows = own.told("findings")
    if rows is None:
        return ()
    besides = rows[rows["statistical"].fillna("") == ""]
    return _paragraphs(found_text(besides, own.study, own.lang, bearing=bearing).paragraphs)


def circumstances(own: Results) -> tuple[Block, ...]:
    """Return the circumstances that the data show, and that they are no proven causes."""
    known = own.told("causes")
    return () if known is None else _paragraphs(causes(known, own.study, own.lang).paragraphs)


def learnt(own: Results) -> tuple[Block, ...]:
    """Return the lessons with their findings."""
    advice, rows = own.told("lessons"), own.told("findings")
    if advice is None or rows is None:
        return ()
    return _paragraphs(lessons(advice, rows, own.study, own.lang, synthetic=own.synthetic).paragraphs)


def proposals(own: Results) -> tuple[Block, ...]:
    """Return the recommendations under those whom they go to, each with its finding, deadline and cost."""
    advice, rows = own.told("recommendations"), own.told("findings")
    if advice is None or rows is None:
        return ()
    words = labels(own.lang)
    table = recommendations_table(advice, rows, own.study, own.lang, synthetic=own.synthetic)
    blocks: list[Block] = []
    for heading, (_, row) in zip(table.groups, table.cells.iterrows(), strict=True):
        if Heading(text=heading, level=3) not in blocks:
            blocks.append(Heading(text=heading, level=3))
        blocks.append(
            Paragraph(text=words.fill("advice.proposal", **{str(key): text for key, text in row.items()}))
        )
    return (*blocks, *_paragraphs(table.notes[1:])) if blocks else ()


def costs(own: Results) -> tuple[Block, ...]:
    """Return what one unit cost and whose money it was."""
    rows = own.told("unit_costs")
    return () if rows is None else _table(costs_table(rows, own.study, own.lang))


def _table(table: TableSpec) -> tuple[Block, ...]:
    return () if table.cells.empty else (table,)


def _paragraphs(said: Sequence[str]) -> tuple[Block, ...]:
    return tuple(Paragraph(text=text) for text in said)
