"""The codebook as one page: a part a table, a card a column."""

from __future__ import annotations

from html import escape
from typing import Any

from kgeval.plan.codebook import Entry
from kgeval.present.codebook.book import Book
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.numbers import Numbers
from kgeval.present.page import whole_page


def codebook_page(book: Book) -> str:
    """Return the codebook as HTML without a request; every text is escaped."""
    words = labels(book.lang)
    title = words.fill("codebook.title", study=book.title)
    links = "".join(
        f'<li><a href="#t-{escape(key)}">{escape(name)}</a> <span class="note">'
        f"{escape(words.fill('codebook.columns', count=len(book.of_table(key))))}</span></li>"
        for key, name in book.tables.items()
    )
    notes = [
        words["codebook.how"],
        words["codebook.hidden" if book.distribution is not None else "codebook.no_data"],
    ]
    lead = "".join(f"<p>{escape(note)}</p>" for note in notes)
    parts = "".join(_table(book, key, name, words) for key, name in book.tables.items())
    head = f"<h1>{escape(title)}</h1>{lead}<nav><ul>{links}</ul></nav>"
    body = f'<main id="main" class="codebook">{head}{parts}</main>'
    return whole_page(title, body, book.lang, synthetic=book.synthetic, banner=book.banner)


def _table(book: Book, key: str, name: str, words: Labels) -> str:
    cards, section = [], ""
    for entry in book.of_table(key):
        here = words["codebook.derived"] if entry.type == "derived" else book.section(entry)
        if here != section:
            section = here
            cards.append(f"<h3>{escape(section)}</h3>" if section else "")
        cards.append(_card(book, entry, words))
    head = f"<h2>{escape(name)} <code>{escape(key)}</code></h2>"
    return f'<section id="t-{escape(key)}">{head}{"".join(cards)}</section>'


def _card(book: Book, entry: Entry, words: Labels) -> str:
    label, *others = (word_of(entry.label, lang) for lang in _tongues(book))
    translated = "".join(
        f'<p class="other">{escape(other)}</p>' for other in others if other and other != label
    )
    marks = [f'<span class="mark">{escape(book.kind(entry))}</span>']
    if entry.personal is not None:
        css = escape(entry.personal)
        marks.append(f'<span class="mark {css}">{escape(words[f"personal.{entry.personal}"])}</span>')
    if entry.required:
        marks.append(f'<span class="mark">{escape(words["codebook.required"])}</span>')
    facts = "".join(
        f"<dt>{escape(words[f'codebook.{name}'])}</dt><dd>{text}</dd>"
        for name, text in _facts(book, entry)
        if text
    )
    return (
        f'<article id="c-{escape(entry.table)}-{escape(entry.name)}">'
        f'<header class="name"><code>{escape(entry.name)}</code>{"".join(marks)}</header>'
        f'<p class="label">{escape(label or entry.name)}</p>{translated}'
        f"{_answers(book, entry, words)}<dl>{facts}</dl></article>"
    )


def _tongues(book: Book) -> tuple[str, ...]:
    return (book.lang, *(lang for lang in book.languages if lang != book.lang))


def _facts(book: Book, entry: Entry) -> list[tuple[str, str]]:
    message = escape(word_of(entry.message, book.lang))
    limit = _code(entry.constraint) + (f" – {message}" if message else "")
    required = "" if entry.required in ("", "yes") else _code(entry.required)
    return [
        ("hint", escape(word_of(entry.hint, book.lang))),
        ("skip", _code(entry.skip)),
        ("required_if", required),
        ("constraint", limit if entry.constraint else ""),
        ("calculation", _code(entry.calculation)),
        ("missing", escape(", ".join(entry.missing))),
        ("source", escape(entry.source)),
        ("indicators", escape(", ".join(entry.indicators))),
    ]


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _answers(book: Book, entry: Entry, words: Labels) -> str:
    """Return the choices with their shares, or the spread of a number, one column a round."""
    rows = book.answers(entry)
    rounds = list(dict.fromkeys(row["round"] for row in rows))
    cells = {(row["round"], row["code"]): row for row in rows}
    if entry.choices:
        listed = [
            (one.name, word_of(one.label, book.lang), one.name in entry.missing) for one in entry.choices
        ]
    else:
        codes = dict.fromkeys(row["code"] for row in rows if row["code"])
        listed = [(code, words[f"codebook.{code}"], False) for code in codes]
    if not listed and not rows:
        return ""
    heads = "".join(
        f'<th scope="col" colspan="2">{escape(_round(book, rows, one, words))}</th>' for one in rounds
    )
    lines = "".join(
        f'<tr><th scope="row">{f"<code>{escape(code)}</code> " if entry.choices else ""}{escape(label)}'
        f"{' <i>' + escape(words['codebook.no_answer']) + '</i>' if missing else ''}</th>"
        f"{''.join(_cell(book, cells.get((one, code))) for one in rounds)}</tr>"
        for code, label, missing in listed
    )
    withheld = any(row["withheld"] for row in rows)
    note = f'<p class="note">{escape(words["codebook.withheld"])}</p>' if withheld else ""
    head = f"<thead><tr><th></th>{heads}</tr></thead>" if rounds else ""
    return f'<table class="answers">{head}<tbody>{lines}</tbody></table>{note}'


def _round(book: Book, rows: list[dict[str, Any]], key: str, words: Labels) -> str:
    row = next(row for row in rows if row["round"] == key)
    numbers = Numbers(lang=book.lang)
    counts = {"n": numbers.number(row["n"], 0), "asked": numbers.number(row["asked"], 0)}
    return f"{book.rounds.get(key, key)}: {words.fill('codebook.answered', **counts)}"


def _cell(book: Book, row: dict[str, Any] | None) -> str:
    if row is None:
        return "<td></td><td></td>"
    share = row["value"] if row["kind"] == "share" and row["value"] == row["value"] else 0.0
    bar = (
        '<svg class="bar" width="90" height="9" aria-hidden="true">'
        f'<rect width="{90 * share:.1f}" height="9"/></svg>'
    )
    return f'<td class="value">{escape(book.shown(row))}</td><td>{bar if row["kind"] == "share" else ""}</td>'
