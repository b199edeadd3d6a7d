"""The names inside an OLE container: old Office files and password-protected new ones look alike."""

from __future__ import annotations

from kgeval.errors import DataError

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refuse_encrypted(data: bytes, *, file: str) -> None:
    """Raise if the container is a workbook locked by a password.

    Raises
    ------
    DataError
        ``ENCRYPTED``.
    """
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        hint = "open it with its password and save it without one"
        raise DataError("ENCRYPTED", "the workbook is protected by a password", hint=hint, file=file)
