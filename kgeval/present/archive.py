"""Office files are zip archives: pack them so that the same content gives the same bytes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MADE = datetime(2000, 1, 1)  # stands in every file instead of the clock
_STAMP = (1980, 1, 1, 0, 0, 0)


def restamped(content: bytes) -> bytes:
    """Return a zip archive with fixed dates, its members in their order."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as given, ZipFile(target, "w", ZIP_DEFLATED) as made:
        for member in given.infolist():
            info = ZipInfo(member.filename, _STAMP)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            made.writestr(info, given.read(member))
    return target.getvalue()
