"""Tables of baseline characteristics: the sides of a comparison, or those met again beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.present.answers import answer_label, column_label
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import NBSP, Numbers
from kgeval.present.tables.cells import Record, named_columns, p_cell, points
from kgeval.present.tables.comparison import side_label
from kgeval.present.tables.spec import Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.study import Study

NOTABLE = 0.25  # a normalised difference beyond it is notable (Imbens & Rubin 2015, ch. 14)
_STAYERS = "stayers"


def balance_tables(balances: pd.DataFrame, study: Study, lang: str, *, what: str) -> list[TableSpec]:
    """Return one table a followed or compared table.

    Parameters
    ----------
    balances
        Rows of ``evaluate.balances``.
    what
        ``sides`` (of comparisons) or ``stayers``.
    """
    chosen = balances[balances["what"] == what]
    return [_balance_table(part, study, lang) for _, part in chosen.groupby("table", sort=False)]


def _balance_table(rows: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    words = labels(lang)
    records = rows.to_dict("records")
    table, stayers = str(records[0]["table"]), records[0]["what"] == _STAYERS
    names = [_group(row, study, words) for row in records]
    several = len(set(names)) > 1
    if stayers:
        sides = (words["attribution.column.found"], words["attribution.column.lost"])
    else:
        reference = word_of(study.comparisons[table].reference_label, lang)
        sides = (reference, words["attribution.column.mean_group"] if several else names[0])
    columns = named_columns(
        words, ("characteristic", "left"), ("mean_reference", "right"), ("mean_group", "right"),
        ("shift", "right"), ("normalised", "right"), ("p", "right"),
    )  # fmt: skip
    for place, side in zip((1, 2), sides, strict=True):
        columns[place] = Column(key=columns[place].key, heading=side, align="right")
    tested = bool(rows["p"].notna().any())
    name = _STAYERS if stayers else "balance"
    return table_of(
        f"{name}_{table}",
        f"{words[f'attribution.{name}']} – {word_of(study.tables[table].label, lang)}",
        columns if tested else columns[:-1],
        [_cells(row, study, lang) for row in records],
        groups=names if several else [],
        notes=[
            words["attribution.note_cells"],
            words["attribution.note_normalised"],
            *(
                _joint(rows, names, words, several=several)
                if tested
                else [words["attribution.note_census_test"]]
            ),
        ],
    )


def _group(row: Record, study: Study, words: Labels) -> str:
    return words["attribution.column.lost"] if row["what"] == _STAYERS else side_label(row, study, words.lang)


def _cells(row: Record, study: Study, lang: str) -> dict[str, tuple[str, object]]:
    numbers, table = Numbers(lang=lang), str(row["table"])
    asked = {question.name: question for question in study.tables[table].form.questions}
    question = asked.get(row["column"])
    label = column_label(study, table, row["column"], lang)
    if row["level"]:
        label = f"{label}: {answer_label(study, table, row['column'], row['level'], lang)}"
    share = bool(row["level"]) or (question is not None and bool(question.choices))
    measure = Measure(kind="share" if share else "mean", lang=lang)
    gap = number_of(row, "normalised")
    mark = "*" if gap is not None and abs(gap) > NOTABLE else ""
    return {
        "characteristic": (label, None),
        "mean_reference": (_mean(row, "reference", measure), number_of(row, "mean_reference")),
        "mean_group": (_mean(row, "group", measure), number_of(row, "mean_group")),
        "shift": (points(row, "difference", measure), number_of(row, "difference")),
        "normalised": (numbers.number(gap, 2, sign=True) + mark, gap),
        "p": (p_cell(number_of(row, "p"), numbers), number_of(row, "p")),
    }


def _mean(row: Record, side: str, measure: Measure) -> str:
    mean, spread, n = (number_of(row, f"{part}_{side}") for part in ("mean", "sd", "n"))
    if mean is None:
        return measure.numbers.number(None)
    count = measure.numbers.number(n, 0)
    if measure.kind == "share":
        return f"{measure.value(mean)};{NBSP}{count}"
    return f"{measure.value(mean)} ({measure.value(spread)});{NBSP}{count}"


def _joint(rows: pd.DataFrame, names: list[str], words: Labels, *, several: bool) -> list[str]:
    numbers = Numbers(lang=words.lang)
    tests = rows.assign(name=names).drop_duplicates("name")
    said = []
    for row in tests[tests["joint_p"].notna()].to_dict("records"):
        text = words.fill(
            "attribution.note_joint",
            f=numbers.number(row["joint_f"], 2),
            df=numbers.number(row["joint_df"], 0),
            df_error=numbers.number(row["joint_df_error"], 0),
            p=p_cell(row["joint_p"], numbers),
        )
        said.append(f"{row['name']}: {text}" if several else text)
    return said
