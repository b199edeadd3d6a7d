"""Bytes to text: strict, decided by a byte order mark or by a declaration, never by a guess."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

from kgeval.errors import DataError
from kgeval.prepare.decode.legacy import LEGACY, decode_bytes, likely_encoding
from kgeval.prepare.read.header import NUMBER_LIKE
from kgeval.prepare.read.note import Note

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text of a file and how it was understood."""

    text: str
    encoding: str
    notes: tuple[Note, ...]


def decode_text(data: bytes, *, declared: str | None, file: str) -> Text:
    """Return the file's text.

    A byte order mark decides; else the declared encoding; else strict UTF-8. Text that is not
    valid is refused with the row and column of the first fault.

    Raises
    ------
    DataError
        ``ENCODING_UNKNOWN``, ``ENCODING_BAD_BYTE``, ``ENCODING_CONTRADICTED``, ``TRUNCATED``,
        ``NUL_BYTE``.
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", ""))
    wanted = _known(declared, file) if declared else ""
    if mark and wanted and not encoding.startswith(wanted.removesuffix("-sig")):
        raise DataError(
            "ENCODING_CONTRADICTED",
            f"the file is marked as {encoding}, but {wanted} is declared",
            hint="take the declaration away: the mark decides",
            file=file,
        )
    body = data[len(mark) :]
    encoding = encoding or wanted or "utf-8"
    if encoding in LEGACY:
        notes = (*_transcoded(encoding), *_doubted(body, encoding))
        return Text(text=decode_bytes(body, encoding), encoding=encoding, notes=notes)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_valid(body, encoding, error, declared=declared, file=file) from None
    if "\0" in text:
        raise _nul(text, file)
    if encoding not in {"utf-8", "ascii"}:
        return Text(text=unicodedata.normalize("NFC", text), encoding=encoding, notes=_transcoded(encoding))
    notes = (Note(code="BOM_STRIPPED", detail=encoding),) if mark else ()
    return Text(text=text, encoding=encoding, notes=notes)


def _transcoded(encoding: str) -> tuple[Note, ...]:
    return (Note(code="ENCODING_TRANSCODED", detail=encoding),)


def _doubted(body: bytes, declared: str) -> tuple[Note, ...]:
    """Note that the text reads as Vietnamese in another old encoding than the declared one."""
    likely = likely_encoding(body)
    return (Note(code="ENCODING_DOUBTED", detail=likely),) if likely not in {"", declared} else ()


def _known(declared: str, file: str) -> str:
    name = declared.strip().lower().replace("_", "-")
    if name in LEGACY:
        return name
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, ValueError):
        raise DataError(
            "ENCODING_UNKNOWN",
            f"no encoding is named {declared!r}",
            hint=f"declare utf-8, utf-16, cp1258, windows-1252 or one of {', '.join(LEGACY)}",
            file=file,
        ) from None
    return "utf-8" if found.name in {"utf-8-sig", "ascii"} else found.name


def _not_valid(
    body: bytes, encoding: str, error: UnicodeDecodeError, *, declared: str | None, file: str
) -> DataError:
    row, column = _place(body[: error.start].decode(encoding, "replace"))
    if error.end == len(body) and error.reason == "unexpected end of data":
        hint = "the file breaks off inside a letter; export or copy it again"
        return DataError("TRUNCATED", "the last row is not complete", hint=hint, file=file, row=row)
    if encoding.startswith(("utf-16", "utf-32")):
        return _bad_byte(encoding, file, row, column)
    if body.count(0) * 5 > len(body):
        return _unmarked_utf16(file)
    if sum(byte < 32 and byte not in b"\t\r\n\f\x1a" for byte in body[:100_000]) * 50 > len(body[:100_000]):
        hint = "open it in the program that made it and export it as text"
        return DataError("ENCODING_UNKNOWN", "this is not text in any encoding", hint=hint, file=file)
    good = sum(1 for ch in body.decode(encoding, "ignore") if ord(ch) > 127)
    bad = body.decode(encoding, "replace").count("\ufffd")
    if declared or good >= bad:
        return _bad_byte(encoding, file, row, column)
    likely = likely_encoding(body)
    hint = (
        f"declare its encoding: it looks like {likely}"
        if likely
        else "export it as UTF-8, or declare its encoding"
    )
    return DataError(
        "ENCODING_UNKNOWN",
        "the text is not UTF-8",
        hint=hint,
        file=file,
        row=row,
        column=column,
        declarable=True,
    )


def _bad_byte(encoding: str, file: str, row: int, column: str) -> DataError:
    message = f"a byte that is not {encoding} text"
    hint = "mend that cell in the program the file comes from and export it as UTF-8"
    return DataError("ENCODING_BAD_BYTE", message, hint=hint, file=file, row=row, column=column)


def _nul(text: str, file: str) -> DataError:
    if text.count("\0") * 5 > len(text):
        return _unmarked_utf16(file)
    row, column = _place(text[: text.index("\0")])
    hint = "the file is damaged there; export it again"
    return DataError("NUL_BYTE", "a NUL byte in the text", hint=hint, file=file, row=row, column=column)


def _unmarked_utf16(file: str) -> DataError:
    hint = "declare utf-16-le or utf-16-be, or export it as UTF-8"
    message = "every other byte is empty: the text seems to be UTF-16 without its mark"
    return DataError("ENCODING_UNKNOWN", message, hint=hint, file=file, declarable=True)


def _place(before: str) -> tuple[int, str]:
    """Return row and column of the byte that follows ``before``: the column's name, or its number.

    A first row with a number in it is taken for a record, whose cells no message may name.
    """
    text = before.replace("\r\n", "\n").replace("\r", "\n")
    parts = text.split('"')  # every second one stands inside of quotes, where line ends count nothing
    parts[1::2] = [part.replace("\n", " ") for part in parts[1::2]]
    records = '"'.join(parts).split("\n")
    header = records[0] if len(records) > 1 else ""
    delimiter = max(",;\t|", key=header.count)
    field = sum(part.count(delimiter) for part in records[-1].split('"')[::2])
    names = header.split(delimiter)
    named = len(names) > 1 and not any(NUMBER_LIKE.fullmatch(cell.strip(' "')) for cell in names)
    name = names[field].strip(' "') if named and field < len(names) else ""
    return len(records), unicodedata.normalize("NFC", name) if name.isprintable() and name else str(field + 1)
