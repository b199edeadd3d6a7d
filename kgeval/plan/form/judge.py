"""pyxform's own judgement of a form, and ODK Validate's where Java is there; given as theirs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from kgeval.plan.form.model import Fault, Level
from kgeval.plan.form.sheets import definition, quiet_readers

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_NOISE = re.compile(  # of ODK Validate: headings, its temporary file, addresses in memory
    r"^(ODK Validate Errors:|>> XForm is invalid\.|Result: Invalid|The following files .*|\$\{tmp\w+\})$"
    r"|, Bad node: \S+@[0-9a-f]+$|^: "
)
_SHEET = re.compile(r"On the '(\w+)' sheet")


def judge(path: Path, *, odk_validate: bool = False) -> list[Fault]:
    """Return what pyxform says of a form: what it refuses as errors, what it warns of as warnings."""
    from pyxform.validators.odk_validate import ODKValidateError
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    faults: list[Fault] = []
    java = odk_validate and shutil.which("java") is not None
    if odk_validate and not java:
        faults.append(_said("ODK Validate", "it needs Java, which is not there; it did not run", "note"))
    try:
        with quiet_readers():
            convert(definition(path, path.read_bytes()), warnings=warnings, validate=java)
    except ODKValidateError as error:
        faults.extend(_lines("ODK Validate", str(error), "error"))
    except Exception as error:  # noqa: BLE001 - a form that breaks pyxform is one that it does not take
        faults.append(_said("pyxform", str(error) or type(error).__name__, "error"))
    return faults + [fault for warning in warnings for fault in _lines("pyxform", warning, "warning")]


def _lines(who: str, text: str, level: Level) -> Iterator[Fault]:
    said = (_NOISE.sub("", line).strip() for line in text.splitlines())
    yield from (_said(who, line, level) for line in said if line)


def _said(who: str, text: str, level: Level) -> Fault:
    row, sheet = _ROW.search(text), _SHEET.search(text)
    reason = " ".join(_ROW.sub("", text).split())
    return Fault(
        sheet=sheet[1] if sheet else "survey",
        row=int(row[1]) if row else 0,
        column="",
        reason=f"{who}: {reason}",
        remedy="",
        check=who.lower().replace(" ", "_"),
        level=level,
    )
