"""What was written behind "other", with the choices that were on offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from kgeval.prepare.decode.personal import personal_kinds

COLUMNS = ("rid", "column", "parent", "chosen", "choices", "value")
MASK = "•"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSpecify:
    """Texts shorter than ``letters`` say nothing and are left out."""

    letters: int = 1


def other_texts(
    answers: pd.DataFrame,
    parents: Mapping[str, str],
    choices: Mapping[str, Mapping[str, str]],
    *,
    withheld: Collection[str] = (),
    parameters: OtherSpecify = OtherSpecify(),
) -> pd.DataFrame:
    """Return one row a text (``COLUMNS``).

    Parameters
    ----------
    answers
        Index ``rid``: the text questions and their parents.
    parents
        Text question → the choice question that it specifies.
    choices
        Choice question → code → label, as on offer.
    withheld
        Questions whose answers are not shown; neither is a text that seems to hold a telephone number,
        an identity number, an e-mail address, a place or a date of birth.
    """
    rows = []
    for column, parent in parents.items():
        if column not in answers:
            continue
        offered = choices.get(parent, {})
        shown = "; ".join(f"{code} {label}".strip() for code, label in offered.items())
        texts = answers[column].dropna().astype("str").str.strip()
        for rid, text in texts.loc[texts.str.len() >= parameters.letters].items():
            hide = column in withheld or bool(personal_kinds(text))
            chosen = answers[parent].astype("str").get(rid) if parent in answers else None
            rows.append(
                (rid, column, parent, _chosen(chosen, parent in withheld), shown, MASK if hide else text)
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _chosen(codes: object, hide: bool) -> str:
    if not isinstance(codes, str):
        return ""
    return MASK if hide else codes
