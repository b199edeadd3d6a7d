"""A delivered file, opened without trusting its name: a regular file, its bytes, its true format."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from kgeval.errors import DataError
from kgeval.prepare.read.limits import Limits

Format = Literal["text", "xlsx", "xls", "ods", "stata", "spss", "parquet"]

FORMAT_OF_SUFFIX: dict[str, Format] = {
    ".csv": "text", ".txt": "text", ".tsv": "text", ".tab": "text",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods",
    ".dta": "stata", ".sav": "spss", ".zsav": "spss", ".parquet": "parquet",
}  # fmt: skip
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STARTS: dict[Format, tuple[bytes, ...]] = {
    "xlsx": (_ZIP, _OLE),  # a password turns a workbook into an OLE container: said by its own name later
    "ods": (_ZIP,),
    "xls": (_OLE, b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"),
    "stata": (b"<stata_dta>", b"\x69", b"\x6c", b"\x71", b"\x72", b"\x73"),
    "spss": (b"$FL2", b"$FL3"),
    "parquet": (b"PAR1",),
}
_MAGIC = {
    _ZIP: "a zip archive (as .xlsx and .ods are)",
    _OLE: "an old Office or password-protected file",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredFile:
    """The bytes of one file and what is known before anything is understood of them."""

    file: str  # below the data folder, forward slashes, control characters made visible
    data: bytes
    sha256: str
    format: Format


def open_file(path: Path, *, root: Path, limits: Limits) -> DeliveredFile:
    """Read the file's bytes, once.

    Links, folders, pipes and devices are refused (a data folder is copied from place to place, and
    what lies behind a link does not travel with it), and so is a file whose content is not what
    its name says.

    Raises
    ------
    DataError
        ``NOT_FOUND``, ``NOT_REGULAR_FILE``, ``PERMISSION``, ``FILE_TOO_LARGE``, ``EMPTY_FILE``,
        ``FORMAT_MISMATCH``.
    """
    file = printable(_below(path, root))
    data = _regular_bytes(path, file, limits)
    return DeliveredFile(
        file=file, data=data, sha256=hashlib.sha256(data).hexdigest(), format=_format(path, data, file)
    )


def printable(name: str) -> str:
    """Return ``name`` with control characters and line ends made visible, fit for a one-line message."""
    return "".join(ch if ch.isprintable() else ascii(ch)[1:-1] for ch in name)


def _below(path: Path, root: Path) -> str:
    try:
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return path.name


def _regular_bytes(path: Path, file: str, limits: Limits) -> bytes:
    with _opened(path, file) as stream:
        about = os.fstat(stream.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise _not_regular(file)
        if about.st_size > limits.file_bytes:
            message = f"the file has {about.st_size:,} bytes, more than {limits.file_bytes:,}"
            raise DataError("FILE_TOO_LARGE", message, hint="deliver it in parts", file=file)
        data = stream.read(limits.file_bytes + 1)
    blank = b" \t\r\n\0\xef\xbb\xbf"
    if not data[:4096].strip(blank) and not data.strip(blank):  # without a copy of every large file
        raise DataError("EMPTY_FILE", "the file is empty", hint="export it again", file=file)
    return data


def _opened(path: Path, file: str) -> BinaryIO:
    """Open without waiting on pipes and without following a link put there after the look."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    hint = "check its name and folder"
    try:
        if (path.is_symlink() and not _dangling(path)) or path.is_dir():
            raise _not_regular(file)
        target = path.resolve() if path.is_symlink() else path  # a link that leads nowhere is not found
        return os.fdopen(os.open(target, flags | getattr(os, "O_BINARY", 0)), "rb")
    except FileNotFoundError:
        raise DataError("NOT_FOUND", "the file is not there", hint=hint, file=file) from None
    except PermissionError:
        hint = "close it in other programs, or ask for the right to read it"
        raise DataError("PERMISSION", "the file may not be read", hint=hint, file=file) from None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _not_regular(file) from None
        hint = "copy it to a local folder and try again"
        message = f"the file cannot be opened ({error.strerror})"
        raise DataError("UNREADABLE", message, hint=hint, file=file) from None


def _not_regular(file: str) -> DataError:
    return DataError(
        "NOT_REGULAR_FILE",
        "this is a link, a folder or a device, not a file",
        hint="put a copy of the file itself into the data folder",
        file=file,
    )


def _dangling(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:  # a link that leads to itself
        return False
    return False


def _format(path: Path, data: bytes, file: str) -> Format:
    suffix = path.suffix.lower()
    named = FORMAT_OF_SUFFIX.get(suffix)
    if named is None:
        known = ", ".join(FORMAT_OF_SUFFIX)
        raise DataError(
            "FORMAT_MISMATCH",
            f"files named {suffix or 'without an ending'} are not read",
            hint=f"deliver one of {known}",
            file=file,
        )
    if not _fits(named, data):
        seen = next((what for magic, what in _MAGIC.items() if data.startswith(magic)), _looks_like(data))
        raise DataError(
            "FORMAT_MISMATCH",
            f"the name ends in {suffix} but the content is {seen}",
            hint="open it in the program that made it and save it again in the format of its name",
            file=file,
        )
    return named


def _fits(named: Format, data: bytes) -> bool:
    if named == "text":
        return not data.startswith(tuple(_MAGIC))
    return data.startswith(_STARTS[named]) and (named != "parquet" or data.endswith(b"PAR1"))


def _looks_like(data: bytes) -> str:
    start = data[:200].lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return "a web page"
    return "something else"
