"""The type column: what kind of row it is, in all the spellings that XLSForm has had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

Role = Literal["begin", "end", "question", "note"]

_SELECTS: Mapping[str, str] = {
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "select one from": "select_one",
    "add select one prompt using": "select_one",
    "select_one_from_file": "select_one",
    "select one from file": "select_one",
    "select_one_external": "select_one",
    "select one external": "select_one",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "select multiple from": "select_multiple",
    "select all that apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "add select multiple prompt using": "select_multiple",
    "select_multiple_from_file": "select_multiple",
    "select multiple from file": "select_multiple",
    "rank": "rank",
    "osm": "osm",
}
_PLAIN: Mapping[str, str] = {
    "string": "text",
    "int": "integer",
    "datetime": "datetime",
    "date time": "datetime",
    "photo": "image",
    "location": "geopoint",
    "gps": "geopoint",
    "trigger": "acknowledge",
    "imei": "deviceid",
    "device id": "deviceid",
    "sim id": "simserial",
    "subscriber id": "subscriberid",
    "phone number": "phonenumber",
    "start time": "start",
    "end time": "end",
}
_BLOCK = re.compile(r"^(begin|end)[\s_]+(group|lgroup|repeat|looped group|loop)$")
_OTHER = re.compile(r"\s+(?:or_other|or specify other)$")
METADATA = frozenset(
    {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email",
     "audit", "caseid", "start-geopoint", "background-geopoint", "background-audio"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowType:
    """What a row of the survey sheet is.

    ``type`` is the canonical type (``group`` or ``repeat`` for blocks), ``list_name`` the choice list
    or the file it comes from, ``external`` whether the list stands in the sheet external_choices,
    ``other`` whether a text for "other" follows, ``known`` whether XLSForm has such a type.
    """

    role: Role
    type: str
    list_name: str = ""
    external: bool = False
    other: bool = False
    known: bool = True


def row_type(text: str) -> RowType:
    """Understand a cell of the type column."""
    written = re.sub(r"\s+", " ", text.strip())
    lower = written.lower()
    if block := _BLOCK.match(lower):
        kind = "group" if block[2] == "group" else "repeat"
        return RowType(role="begin" if block[1] == "begin" else "end", type=kind)
    without_other = _OTHER.sub("", lower)
    other = without_other != lower
    written, lower = written[: len(without_other)], without_other
    for spelling in sorted(_SELECTS, key=len, reverse=True):
        if lower.startswith(spelling + " "):
            list_name = written[len(spelling) + 1 :].strip()
            return RowType(
                role="question",
                type=_SELECTS[spelling],
                list_name=list_name,
                external="external" in spelling,
                other=other,
            )
    plain = re.sub(
        r"^(?:add (.*) prompt|q (.*)|get (.*)|uri:(.*))$", lambda m: next(filter(None, m.groups())), lower
    )
    kind = _PLAIN.get(plain, plain)
    role: Role = "note" if kind == "note" else "question"
    return RowType(role=role, type=kind, known=kind in _xlsform_types())


@cache
def _xlsform_types() -> frozenset[str]:
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    return frozenset(name.lower() for name in QUESTION_TYPE_DICT) | METADATA
