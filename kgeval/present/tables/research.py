"""Tables of the researchers' page: coefficients, whether they differ between groups, what moves a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.asked_model import ASKED
from kgeval.plan.flag import SUPPRESS
from kgeval.present.answers import round_labels, value_label
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import Measure, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.tables.cells import ALPHA, Record, p_cell
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of

if TYPE_CHECKING:
    from kgeval.plan.research import Model
    from kgeval.plan.study import Study

_NOWHERE = "(intercept)"  # stands in the results; a page has no use for it
_DECIMALS = 2


def regression_tables(regressions: pd.DataFrame, study: Study, lang: str) -> list[TableSpec]:
    """Return one table a model: its coefficients over all records.

    Parameters
    ----------
    regressions
        Rows of ``evaluate.regressions``.
    """
    models = {model.key: model for model in study.research.models}
    whole = regressions[regressions["by"] == ""]
    return [
        _coefficients(part, models[str(key)], study, lang, name=f"model_{key}")
        for key, part in whole.groupby("model", sort=False)
    ]


def group_tables(regressions: pd.DataFrame, study: Study, lang: str) -> list[TableSpec]:
    """Return one table a model that was fitted in groups: its coefficients in each of them."""
    models = {model.key: model for model in study.research.models}
    parts = regressions[regressions["by"] != ""].groupby("model", sort=False)
    return [_coefficients(part, models[str(key)], study, lang, name=f"model_{key}_by") for key, part in parts]


def _coefficients(rows: pd.DataFrame, model: Model, study: Study, lang: str, *, name: str) -> TableSpec:
    words, numbers, label = labels(lang), Numbers(lang=lang), word_of(model.label, lang)
    shown = rows[rows["term"] != _NOWHERE]
    terms = {term.key: word_of(term.label, lang) for term in model.terms}
    records = shown.to_dict("records")
    grouped = bool((shown["by"] != "").any())
    cells = [
        {
            "term": (terms[str(row["term"])], None),
            "estimate": (_estimate(row, model, words, numbers), _number(row, "estimate")),
            "df": (numbers.number(_number(row, "df"), 1), _number(row, "df")),
            "p": (p_cell(_number(row, "p"), numbers), _number(row, "p")),
            "p_holm": (p_cell(_number(row, "p_holm"), numbers), _number(row, "p_holm")),
            "clear": (_clear(row, words), None),
        }
        for row in records
    ]
    wanted: list[tuple[str, Align]] = [
        ("term", "left"),
        ("estimate", "right"),
        ("df", "right"),
        ("p", "right"),
    ]
    wanted += [] if grouped else [("p_holm", "right"), ("clear", "left")]
    columns = _columns(words, *wanted)
    if model.kind == "logistic":
        columns[1] = Column(key="estimate", heading=words["research.column.odds"], align="right")
    return table_of(
        name,
        words.fill("research.asked", outcome=label) if model.key == ASKED else label,
        columns,
        cells,
        subtitle="" if grouped else _about(shown, model, study, words),
        groups=[_group(row, study, words) for row in records] if grouped else [],
        notes=_notes(shown, model, words, grouped=grouped),
    )


def _estimate(row: Record, model: Model, words: Labels, numbers: Numbers) -> str:
    if row["flag"] == SUPPRESS:
        return words["research.withheld"]
    names = (
        ("odds_ratio", "odds_low", "odds_high") if model.kind == "logistic" else ("estimate", "low", "high")
    )
    value, low, high = (number_of(row, name) for name in names)
    decimals = 0 if value is not None and abs(value) >= 1000 else _DECIMALS
    text = numbers.number(value, decimals, sign=model.kind == "linear")
    if value is None or low is None or high is None:
        return text
    return f"{text} ({numbers.range(low, high, decimals=decimals)})"


def _number(row: Record, name: str) -> float | None:
    return None if row["flag"] == SUPPRESS else number_of(row, name)


def _clear(row: Record, words: Labels) -> str:
    p = _number(row, "p_holm")
    if p is None:
        return words["numbers.absent"]
    return words["research.clear" if p < ALPHA else "research.unclear"]


def _about(rows: pd.DataFrame, model: Model, study: Study, words: Labels) -> str:
    numbers, first, told = Numbers(lang=words.lang), rows.iloc[0], round_labels(study, words.lang)
    return words.fill(
        "research.about",
        kind=words[f"research.kind.{model.kind}"],
        rounds=", ".join(told[key] for key in model.rounds or (study.endline.key,)),
        n=numbers.number(first["n"], 0),
        missing=numbers.number(first["n_missing"], 0),
        clusters=numbers.number(first["clusters"], 0),
        strata=numbers.number(first["strata"], 0),
    )


def _group(row: Record, study: Study, words: Labels) -> str:
    numbers = Numbers(lang=words.lang)
    return words.fill(
        "research.about_group",
        group=value_label(study, str(row["table"]), str(row["by"]), str(row["by_value"]), words.lang),
        n=numbers.number(row["n"], 0),
        clusters=numbers.number(row["clusters"], 0),
    )


def _notes(rows: pd.DataFrame, model: Model, words: Labels, *, grouped: bool) -> list[str]:
    sizes = rows["family_size"].dropna()
    notes = [words["research.odds"]] if model.kind == "logistic" else []
    notes += [words[f"research.errors_{way}"] for way in dict.fromkeys(rows["few_clusters"])]
    if (rows["inference"] == "process").any():
        notes.append(words["research.process"])
    if len(sizes) and not grouped:
        notes.append(words.fill("research.family", count=int(sizes.max())))
    if rows["randomised"].any():
        notes.append(words["research.randomised"])
    if not rows["randomised"].all():
        notes.append(words["research.association"])
    return notes


def differences_table(differences: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return, for each term of a model fitted in groups, the test of whether its coefficient differs."""
    words, numbers = labels(lang), Numbers(lang=lang)
    models = {model.key: model for model in study.research.models}
    records = differences[differences["p"].notna()].to_dict("records")
    rows = []
    for row in records:
        terms = {term.key: word_of(term.label, lang) for term in models[row["model"]].terms}
        freedom = f"{numbers.number(row['df'], 0)}; {numbers.number(row['df_error'], 0)}"
        clear = "research.differs" if row["p_holm"] < ALPHA else "research.unclear"
        rows.append(
            {
                "term": (terms[row["term"]], None),
                "groups": (numbers.number(row["groups"], 0), row["groups"]),
                "statistic": (f"{numbers.number(row['statistic'], 2)} ({freedom})", row["statistic"]),
                "p": (p_cell(row["p"], numbers), row["p"]),
                "p_holm": (p_cell(row["p_holm"], numbers), row["p_holm"]),
                "clear": (words[clear], None),
            }
        )
    wanted: list[tuple[str, Align]] = [
        ("term", "left"), ("groups", "right"), ("statistic", "right"), ("p", "right"), ("p_holm", "right"),
        ("clear", "left"),
    ]  # fmt: skip
    return table_of(
        "differences", words["research.differences"], _columns(words, *wanted), rows,
        groups=[word_of(models[row["model"]].label, lang) for row in records],
        notes=[words["research.association"]],
    )  # fmt: skip


def options_table(options: pd.DataFrame, study: Study, lang: str) -> TableSpec:
    """Return, for each option of each choice of a curve, how many specifications and how far they run."""
    words, numbers = labels(lang), Numbers(lang=lang)
    rows, groups = [], []
    for row in options.to_dict("records"):
        indicator = study.indicator(str(row["indicator"]))
        measure = Measure(kind=indicator.kind, lang=lang)
        rows.append(
            {
                "option": (option_label(study, row["indicator"], row["choice"], row["option"], lang), None),
                "specs": (numbers.number(row["specs"], 0), row["specs"]),
                **{
                    key: (measure.value(number_of(row, key)), number_of(row, key))
                    for key in ("lowest", "median", "highest")
                },
            }
        )
        choice = words[f"research.choice.{row['choice']}"]
        groups.append(f"{word_of(indicator.short, lang)}: {choice}")
    wanted: list[tuple[str, Align]] = [("option", "left"), ("specs", "right")]
    wanted += [(key, "right") for key in ("lowest", "median", "highest")]
    return table_of("moves", words["research.moves"], _columns(words, *wanted), rows, groups=groups)


def option_label(study: Study, indicator: str, choice: str, option: str, lang: str) -> str:
    """Return the printed name of an option of a curve."""
    if choice in ("weight", "missing"):
        return labels(lang)[f"research.option.{choice}_{option}"]
    curve = next(one for one in study.research.curves if one.indicator == indicator)
    found = next((one.label for one in curve.choices[choice] if one.key == option), {})
    return word_of(found, lang) or option


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    return [Column(key=key, heading=words[f"research.column.{key}"], align=align) for key, align in wanted]
