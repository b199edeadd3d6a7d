"""Office files are zip archives: pack them so that the same content gives the same bytes."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MADE = datetime(2000, 1, 1)  # stands in every file instead of the clock
_STAMP = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def restamped(content: bytes) -> bytes:
    """Return an office file with fixed dates, its members in their order; workbooks inside it as well."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as given, ZipFile(target, "w", ZIP_DEFLATED) as made:
        for member in given.infolist():
            info = ZipInfo(member.filename, _STAMP)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            made.writestr(info, _settled(member.filename, given.read(member)))
    return target.getvalue()


def _settled(name: str, content: bytes) -> bytes:
    if name.endswith(".xlsx"):  # the numbers behind a native chart
        return restamped(content)
    if name.endswith("docProps/core.xml"):
        return _DATES.sub(rb"\g<1>" + MADE.isoformat().encode("ascii") + b"Z", content)
    return content
