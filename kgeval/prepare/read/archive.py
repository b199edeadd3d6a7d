"""A zip archive looked at before anything in it is opened: its directory, its sizes, its XML."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.parsers import expat

from kgeval.errors import DataError
from kgeval.prepare.read.file import printable
from kgeval.prepare.read.limits import Limits

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The parts of a zip archive that was found sound."""

    data: bytes
    parts: tuple[str, ...]

    def read(self, part: str) -> bytes:
        """Return one part's bytes."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return archive.read(part)


def open_archive(data: bytes, *, file: str, limits: Limits) -> Archive:
    """Check an archive as a whole: nothing is unpacked to disk, no size is believed before it is counted.

    Raises
    ------
    DataError
        ``TRUNCATED``, ``ZIP_TOO_MANY_PARTS``, ``ZIP_UNSAFE_PATH``, ``ZIP_DUPLICATE_PART``,
        ``ZIP_BOMB``, ``ZIP_CORRUPT``, ``ENCRYPTED``, ``XML_ENTITY``, ``XML_MALFORMED``; each names
        the part where there is one.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError):
        hint = "the file was cut off on its way; copy or export it again"
        raise DataError(
            "TRUNCATED", "the archive has no directory at its end", hint=hint, file=file
        ) from None
    with archive:
        infos = archive.infolist()
        _directory(infos, file, limits)
        unpacked = 0
        for info in infos:
            unpacked += _part(archive, info, file, limits, unpacked)
    return Archive(data=data, parts=tuple(info.filename for info in infos))


def _directory(infos: list[zipfile.ZipInfo], file: str, limits: Limits) -> None:
    """Refuse what the directory alone shows."""
    if len(infos) > limits.parts:
        message = f"the archive has {len(infos):,} parts, more than {limits.parts:,}"
        raise DataError("ZIP_TOO_MANY_PARTS", message, hint="save it again without pictures", file=file)
    for info in infos:
        # orig_filename is what stands in the archive; filename is what Python made of it
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts or "\0" in name:
            hint = "this is not the work of a spreadsheet program; ask the sender for a fresh export"
            raise _fault("ZIP_UNSAFE_PATH", "a part leads out of the archive", hint, file, info.filename)
        if info.flag_bits & 0x1:
            hint = "save it without a password"
            raise _fault("ENCRYPTED", "the file is protected by a password", hint, file, info.filename)
    for name, count in Counter(info.filename.lower() for info in infos).items():
        if count > 1:
            hint = "two versions of one part: open it in the spreadsheet program and save it again"
            raise _fault("ZIP_DUPLICATE_PART", f"the archive holds a part {count} times", hint, file, name)
    total = sum(info.file_size for info in infos)
    largest = max(infos, key=lambda info: info.file_size, default=None)
    if largest is not None and total > limits.unpacked_bytes:
        raise _bomb(file, largest.filename)


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str, limits: Limits, before: int) -> int:
    """Read one part through, counting and checking; return its true size."""
    parser = _parser() if info.filename.lower().endswith((".xml", ".rels", ".vml")) else None
    size = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                packed = max(info.compress_size, 1)
                if before + size > limits.unpacked_bytes or (
                    size > limits.ratio_from_bytes and size > limits.ratio * packed
                ):
                    raise _bomb(file, info.filename)
                if parser is not None:
                    parser.Parse(piece, False)
        if parser is not None:
            parser.Parse(b"", True)
    except _EntityError:
        hint = "no spreadsheet program writes document types or entities; ask for a fresh export"
        raise _fault("XML_ENTITY", "a document type is declared in it", hint, file, info.filename) from None
    except expat.ExpatError:
        hint = "the file is damaged; open it in the spreadsheet program and save it again"
        raise _fault(
            "XML_MALFORMED", "its XML breaks off or is not well formed", hint, file, info.filename
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        hint = "the file was damaged on its way; copy or export it again"
        raise _fault("ZIP_CORRUPT", "a part cannot be unpacked", hint, file, info.filename) from None
    return size


class _EntityError(Exception):
    """A document type was met."""


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise _EntityError

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _bomb(file: str, part: str) -> DataError:
    hint = "it would fill the memory of this machine; ask for a fresh export"
    return _fault("ZIP_BOMB", "a part is far larger than its packed size", hint, file, part)


def _fault(code: str, message: str, hint: str, file: str, part: str) -> DataError:
    return DataError(code, f"part {printable(part)!r}: {message}", hint=hint, file=file)
