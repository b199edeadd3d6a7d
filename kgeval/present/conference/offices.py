"""What the offices did, spent and reported, as blocks of the written report: the plan line by line.

A review leaves these frames beside its results; where one is not there, nothing is said.
"""

from __future__ import annotations

from kgeval.plan.area import WHOLE
from kgeval.present.measure import measure_of
from kgeval.present.offices import funding_text, reports_text
from kgeval.present.results import Results
from kgeval.present.tables.group_list import group_list_table
from kgeval.present.tables.offices import funding_table, register_table
from kgeval.present.tables.plan import plan_table
from kgeval.present.tables.spec import TableSpec
from kgeval.present.word import Block, Paragraph

PUBLIC = "public"  # the records that may be named one by one
STORED = ("plan", "register", "reports", "funding", "reported")


def leading(own: Results) -> tuple[Block, ...]:
    """Return who has reported, and who in time."""
    rows = own.told("reports")
    said = () if rows is None or own.areas != (WHOLE,) else reports_text(rows, own.study, own.lang).paragraphs
    return tuple(Paragraph(text=text) for text in said)


def lines(own: Results, shown: str) -> tuple[Block, ...]:
    """Return the lines of a part of the plan, each with its result or the sentence why there is none."""
    rows = own.told("plan")
    if rows is None:
        return ()
    here = WHOLE in own.areas
    table = plan_table(rows, own.estimates, own.verdicts, own.study, own.lang, shown=shown, answered=not here)
    return tuple(
        Paragraph(text=f"{cells['text']}. {cells['result']}") for cells in table.cells.to_dict("records")
    )


def spending(own: Results) -> tuple[Block, ...]:
    """Return what was spent, then the plan's lines on funding."""
    rows = own.told("funding")
    said = () if rows is None else funding_text(rows, own.study, own.lang).paragraphs
    return (*(Paragraph(text=text) for text in said), *lines(own, "funding"))


def activities(own: Results) -> TableSpec | None:
    """Return the register of activities; None where there is none."""
    rows = own.told("register")
    return None if rows is None else register_table(rows, own.study, own.lang, area=_area(own))


def money(own: Results) -> TableSpec | None:
    """Return plan against spending; None where there is no budget."""
    rows = own.told("funding")
    return None if rows is None else funding_table(rows, own.study, own.lang)


def groups(own: Results) -> tuple[Block, ...]:
    """Return the list of those whom the programme supports: what is public of each by nature."""
    rows = own.told(PUBLIC)
    return () if rows is None else (group_list_table(rows, own.study, own.lang, area=_area(own)),)


def reported_values(own: Results) -> dict[str, str]:
    """Return what the offices report of each indicator in this area, as it is printed."""
    rows = own.told("reported")
    if rows is None:
        return {}
    first = rows[rows["area"] == _area(own)].drop_duplicates("indicator").dropna(subset=["value"])
    return {
        key: measure_of(own.study.indicator(key), own.lang).value(value)
        for key, value in zip(first["indicator"], first["value"], strict=True)
    }


def _area(own: Results) -> str:
    return own.areas[-1] if own.areas else WHOLE
