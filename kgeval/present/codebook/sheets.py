"""The codebook as a workbook: a sheet a table, and the distributions as numbers."""

from __future__ import annotations

from typing import Any

from kgeval.plan.codebook import Entry
from kgeval.present.codebook.book import Book
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.spec import Column, TableSpec, table_of
from kgeval.present.workbook import Sheet, workbook

_TEXTS = (
    "name", "section", "type", "choices", "skip", "required", "constraint", "message", "calculation",
    "missing", "personal", "source", "indicators",
)  # fmt: skip


def codebook_workbook(book: Book) -> bytes:
    """Return the codebook as an .xlsx file."""
    words = labels(book.lang)
    sheets = [Sheet(tab=name, table=_columns(book, key, name, words)) for key, name in book.tables.items()]
    if book.distribution is not None:
        sheets.append(Sheet(tab=words["codebook.tab_answers"], table=_distribution(book, words)))
    return workbook(
        sheets,
        title=words.fill("codebook.title", study=book.title),
        notes=[
            words["codebook.how"],
            words["codebook.hidden" if book.distribution is not None else "codebook.no_data"],
        ],
        lang=book.lang,
        synthetic=book.synthetic,
    )


def _columns(book: Book, key: str, name: str, words: Labels) -> TableSpec:
    tongues = (book.lang, *(lang for lang in book.languages if lang != book.lang))
    names = [_TEXTS[0], *(f"label_{lang}" for lang in tongues), *_TEXTS[1:]]
    headings = {f"label_{lang}": words.fill("codebook.label", lang=lang) for lang in tongues}
    columns = [Column(key=one, heading=headings.get(one) or words[f"codebook.{one}"]) for one in names]
    rows = [
        {one: (text, None) for one, text in _texts(book, entry, words).items()}
        | {f"label_{lang}": (word_of(entry.label, lang), None) for lang in tongues}
        for entry in book.of_table(key)
    ]
    return table_of(f"codebook_{key}", name, columns, rows)


def _texts(book: Book, entry: Entry, words: Labels) -> dict[str, str]:
    required = words["codebook.yes"] if entry.required == "yes" else entry.required
    return {
        "name": entry.name,
        "section": book.section(entry),
        "type": book.kind(entry),
        "choices": "\n".join(f"{one.name} = {word_of(one.label, book.lang)}" for one in entry.choices),
        "skip": entry.skip,
        "required": required,
        "constraint": entry.constraint,
        "message": word_of(entry.message, book.lang),
        "calculation": entry.calculation,
        "missing": " ".join(entry.missing),
        "personal": words[f"personal.{entry.personal}"] if entry.personal else "",
        "source": entry.source,
        "indicators": ", ".join(entry.indicators),
    }


def _distribution(book: Book, words: Labels) -> TableSpec:
    rows: list[dict[str, tuple[str, object]]] = []
    for entry in book.entries:
        answers = {one.name: word_of(one.label, book.lang) for one in entry.choices}
        rows.extend(_answered(book, entry, row, answers) for row in book.answers(entry))
    columns = [
        Column(
            key=key,
            heading=words[f"codebook.{key}"],
            align="right" if key in ("asked", "n", "value") else "left",
        )
        for key in ("table", "name", "wording", "round", "asked", "n", "code", "value", "withheld_why")
    ]
    return table_of("answers", words["codebook.title_answers"], columns, rows)


def _answered(
    book: Book, entry: Entry, row: dict[str, Any], answers: dict[str, str]
) -> dict[str, tuple[str, object]]:
    numbers, words = Numbers(lang=book.lang), labels(book.lang)
    return {
        "table": (book.tables[entry.table], None),
        "name": (entry.name, None),
        "wording": (word_of(entry.label, book.lang), None),
        "round": (book.rounds.get(row["round"], row["round"]), None),
        "asked": (numbers.number(row["asked"], 0), row["asked"]),
        "n": (numbers.number(row["n"], 0), row["n"]),
        "code": (_answer(row, answers, words), None),
        "value": (book.shown(row), None if row["kind"] == "date" else row["value"]),
        "withheld_why": (words["codebook.withheld"] if row["withheld"] else "", None),
    }


def _answer(row: dict[str, Any], answers: dict[str, str], words: Labels) -> str:
    if row["kind"] == "share":
        return f"{row['code']} = {answers.get(row['code'], '')}"
    return words[f"codebook.{row['code']}"] if row["code"] else ""
