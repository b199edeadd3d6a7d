"""The areas that a study reports on, with the codes that were valid at its time."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

AREA_COLUMNS = ("area", "district")  # columns of clean tables that hold an area's code
WHOLE = "all"  # stands for the whole of the study wherever an area's code could stand
_KEY = re.compile(r"^[a-z0-9_]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area: ``code`` is text (leading zeros count), ``key`` names its folder.

    A code alone does not name an area for ever, since codes are given anew: it is valid from
    ``valid_from`` to ``valid_to`` (missing: open). ``aliases`` are the spellings met in the field.
    """

    code: str
    key: str
    label: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def read_areas(path: Path, languages: tuple[str, ...], faults: list[str]) -> tuple[Area, ...]:
    """Read ``areas.csv`` (code, key, valid_from, valid_to, parent, label_<language>…, aliases)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        faults.append(
            f"{path.name}: cannot be read ({error.__class__.__name__}); a study needs it as UTF-8 CSV"
        )
        return ()
    needed = {"code", "key", *(f"label_{language}" for language in languages)}
    absent = sorted(needed - set(rows[0] if rows else ()))
    if absent:
        faults.append(f"{path.name}: has no column {', '.join(absent)}, or no row")
        return ()
    areas = tuple(
        _area(row, f"{path.name} row {number}", languages, faults) for number, row in enumerate(rows, 2)
    )
    for field in ("code", "key"):
        values = [getattr(area, field) for area in areas]
        faults.extend(
            f"{path.name}: {field} {value!r} stands twice"
            for value in sorted({v for v in values if values.count(v) > 1})
        )
    return areas


def _area(row: Mapping[str, str], where: str, languages: tuple[str, ...], faults: list[str]) -> Area:
    key = (row["key"] or "").strip()
    if not _KEY.match(key) or key == WHOLE:
        faults.append(f"{where}: key {key!r} must be of a-z, 0-9 and _, and not {WHOLE!r}")
    label = {language: (row[f"label_{language}"] or "").strip() for language in languages}
    faults.extend(f"{where}: label_{language} is empty" for language, word in label.items() if not word)
    code = (row["code"] or "").strip()
    if not code or code == WHOLE:
        faults.append(f"{where}: code {code!r} must be a text other than {WHOLE!r}")
    return Area(
        code=code,
        key=key,
        label=label,
        aliases=tuple(alias.strip() for alias in (row.get("aliases") or "").split(";") if alias.strip()),
        parent=(row.get("parent") or "").strip(),
        valid_from=_day(row.get("valid_from"), where, faults),
        valid_to=_day(row.get("valid_to"), where, faults),
    )


def _day(text: str | None, where: str, faults: list[str]) -> date | None:
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        faults.append(f"{where}: {text!r} is no date; write year-month-day")
        return None
