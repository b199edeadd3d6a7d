"""Texts that hold no answer to any question: errors of spreadsheets, formulas, words for "no answer"."""

from __future__ import annotations

from kgeval.prepare.decode.reading import Mark, Reading, unread
from kgeval.prepare.decode.text import fold, squeeze
from kgeval.prepare.lexicon import words

SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR", "#SPILL!", "#CALC!"}
)


def no_answer(text: str, missing_codes: frozenset[str]) -> Reading | None:
    """Return the reading of a text that holds no answer, or None where it may hold one.

    A declared missing code leaves the cell empty by rule; an undeclared one ("NA", "-", "x") leaves
    it empty with a fault, since only the study can say what it meant.
    """
    bare = squeeze(text)
    if not bare:
        return Reading(None, Mark(rule="WHITESPACE_NORMALISED"))
    if bare in missing_codes:
        return Reading(None, Mark(rule="MISSING_CODE"))
    if bare.upper() in SPREADSHEET_ERRORS:
        return unread("CELL_ERROR")
    if bare.startswith("=") and len(bare) > 1:
        return unread("FORMULA_WITHOUT_VALUE")
    if fold(bare) in _missing():
        return unread("MISSING_CODE_UNDECLARED")
    return None


def _missing() -> frozenset[str]:
    return frozenset(map(fold, words("missing")))
