"""The reference sheet of an indicator: what it means, how it is computed, where its limits lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.expression import Expression
from kgeval.plan.flag import SUPPRESS
from kgeval.plan.indicator import MAIN, Indicator
from kgeval.present.answers import by_label
from kgeval.present.labels import labels
from kgeval.present.measure import measure_of, number_of, word_of
from kgeval.present.numbers import Numbers
from kgeval.present.reference.rule import in_words

if TYPE_CHECKING:
    from kgeval.plan.norm import Derived
    from kgeval.plan.study import Study
    from kgeval.plan.table import Table

Words = Mapping[str, str]  # language → text


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a sheet: its heading and its text, in every language."""

    heading: Words
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSheet:
    """One indicator: its lines, the questions and columns behind it, its other definitions."""

    key: str
    title: Words
    items: tuple[Item, ...]
    questions: tuple[Item, ...]
    variants: tuple[Item, ...]


def reference_sheets(study: Study, estimates: pd.DataFrame | None = None) -> tuple[ReferenceSheet, ...]:
    """Return the sheets of all indicators, in the study's order.

    Parameters
    ----------
    estimates
        Results of a finished review, from which baseline values are taken; None: they are left out.
    """
    mains = [one for one in study.indicators if one.variant == MAIN]
    return tuple(_sheet(study, one, estimates) for one in mains)


def _sheet(study: Study, indicator: Indicator, estimates: pd.DataFrame | None) -> ReferenceSheet:
    table = study.tables[indicator.table]
    others = [one for one in study.indicators if one.key == indicator.key and one.variant != MAIN]
    names = {name for one in (indicator, *others) for name in one.names}
    return ReferenceSheet(
        key=indicator.key,
        title={
            lang: word_of(indicator.short, lang) or word_of(indicator.label, lang) for lang in study.languages
        },
        items=tuple(_items(study, indicator, table, estimates)),
        questions=tuple(_questions(study, table, sorted(names))),
        variants=tuple(_variant(study, one, indicator) for one in others),
    )


def _items(
    study: Study, indicator: Indicator, table: Table, estimates: pd.DataFrame | None
) -> Iterable[Item]:
    def line(name: str, text: Words) -> Item:
        return Item(heading=_said(study, f"reference.row.{name}"), text=text)

    design = "census" if table.design.census else "sample"
    yield line("code", dict.fromkeys(study.languages, indicator.key))
    yield line("name", indicator.short)
    yield line("definition", indicator.label)
    yield line("kind", _said(study, f"reference.kind.{indicator.kind}"))
    yield line("unit", indicator.unit)
    yield line(
        "population",
        {
            lang: f"{word_of(table.label, lang)} ({labels(lang)[f'reference.{design}']})"
            for lang in study.languages
        },
    )
    yield line("denominator", _rule(study, indicator, indicator.counts))
    for name, rule in (("numerator", indicator.succeeds), ("value", indicator.value), ("per", indicator.per)):
        if rule is not None:
            yield line(name, _rule(study, indicator, rule))
    yield line("source", dict.fromkeys(study.languages, indicator.source))
    yield line("method", indicator.method)
    yield line("breakdowns", _breakdowns(study, indicator))
    yield line("rounds", _rounds(study, indicator))
    yield line("target", _target(study, indicator))
    yield line("direction", _said(study, f"reference.direction.{indicator.direction}"))
    yield line("comparable", _comparable(study, indicator))
    yield line("disclosure", _said(study, f"reference.disclosure.{indicator.disclosure}"))
    yield line("limits", indicator.limits)
    yield line("baseline", _baseline(study, indicator, estimates))
    yield line("log", _log(study, indicator))


def _said(study: Study, name: str) -> Words:
    return {lang: labels(lang)[name] for lang in study.languages}


def _rule(study: Study, indicator: Indicator, rule: Expression | None) -> Words:
    if rule is None:
        return _said(study, "reference.everybody")
    return {lang: _read(study, indicator.table, rule, lang) for lang in study.languages}


def _read(study: Study, table: str, rule: Expression, lang: str) -> str:
    columns = {
        column.name: word_of(column.label, lang) for column in study.norms.derived if column.table == table
    }
    return in_words(rule, _answers(study, table, lang), lang, columns=columns)


def _answers(study: Study, table: str, lang: str) -> dict[str, dict[str, str]]:
    """Return question → code → words, those of columns looked up in another table among them."""

    def of(key: str) -> dict[str, dict[str, str]]:
        return {
            question.name: {choice.name: word_of(choice.label, lang) for choice in question.choices}
            for question in study.tables[key].form.questions
        }

    looked_up = {
        column.name: of(column.lookup.table).get(column.lookup.column, {})
        for column in study.norms.derived
        if column.table == table and column.lookup is not None and column.lookup.table in study.tables
    }
    return of(table) | looked_up


def _breakdowns(study: Study, indicator: Indicator) -> Words:
    return {
        lang: "; ".join(
            by_label(study, indicator, "*".join(columns), lang) for columns in indicator.breakdowns
        )
        or labels(lang)["reference.none"]
        for lang in study.languages
    }


def _rounds(study: Study, indicator: Indicator) -> Words:
    asked = [one for one in study.rounds if not indicator.rounds or one.key in indicator.rounds]
    return {lang: "; ".join(word_of(one.label, lang) for one in asked) for lang in study.languages}


def _target(study: Study, indicator: Indicator) -> Words:
    target = indicator.target
    if target is None:
        return _said(study, "reference.none")
    return {
        lang: labels(lang).fill(
            "reference.target",
            label=word_of(target.label, lang),
            value=measure_of(indicator, lang).exact(target.value),
            as_of=Numbers(lang=lang).date(target.as_of),
            document=target.document or target.decided_by or labels(lang)["numbers.absent"],
        )
        for lang in study.languages
    }


def _comparable(study: Study, indicator: Indicator) -> Words:
    said = _said(study, f"reference.comparable.{indicator.comparable}")
    return {
        lang: ". ".join(part for part in (said[lang], word_of(indicator.comparable_reason, lang)) if part)
        for lang in study.languages
    }


def _baseline(study: Study, indicator: Indicator, estimates: pd.DataFrame | None) -> Words:
    if estimates is None:
        return _said(study, "reference.no_baseline")
    rows = estimates[
        (estimates["indicator"] == indicator.key)
        & (estimates["variant"] == MAIN)
        & (estimates["round"] == study.baseline.key)
        & (estimates["area"] == "all")
        & (estimates["by"].fillna("") == "")
        & (estimates["flag"] != SUPPRESS)
    ]
    value = number_of(rows.iloc[0], "value") if len(rows) else None
    if value is None:
        return _said(study, "reference.no_value")
    return {
        lang: labels(lang).fill(
            "reference.baseline",
            value=measure_of(indicator, lang).with_unit(value),
            date=word_of(study.baseline.label, lang),
        )
        for lang in study.languages
    }


def _log(study: Study, indicator: Indicator) -> Words:
    """Return what changed in the definition: when its target was decided is all that a study records."""
    decided = indicator.target.decided_at if indicator.target is not None else None
    first = _said(study, "reference.first")
    if decided is None:
        return first
    return {lang: f"{Numbers(lang=lang).date(decided)}: {first[lang]}" for lang in study.languages}


def _variant(study: Study, variant: Indicator, main: Indicator) -> Item:
    """Return the other definition: its name, then the rules in which it differs from the main one."""
    text = {}
    for lang in study.languages:
        words = labels(lang)
        parts = [word_of(variant.label, lang)]
        for name, own, other in (
            ("denominator", variant.counts, main.counts),
            ("numerator", variant.succeeds, main.succeeds),
            ("value", variant.value, main.value),
        ):
            if own is not None and own != other:
                rule = _read(study, variant.table, own, lang)
                parts.append(f"{words[f'reference.row.{name}']}: {rule}")
        text[lang] = ". ".join(parts)
    return Item(heading=dict.fromkeys(study.languages, f"{variant.key}.{variant.variant}"), text=text)


def _questions(study: Study, table: Table, names: Sequence[str]) -> Iterable[Item]:
    """Yield the questions and columns that rules name, and those that the columns are made from."""
    asked = {question.name: question for question in table.form.questions}
    derived = {column.name: column for column in study.norms.derived if column.table == table.key}
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name in derived:
            column = derived[name]
            yield Item(heading=dict.fromkeys(study.languages, name), text=_column(study, column))
            waiting += sorted(column.expression.names) if column.expression is not None else []
        elif name in asked:
            question = asked[name]
            text = {
                lang: _with_choices(
                    word_of(question.label, lang),
                    [f"{choice.name} {word_of(choice.label, lang)}" for choice in question.choices],
                )
                for lang in study.languages
            }
            yield Item(heading=dict.fromkeys(study.languages, name), text=text)


def _with_choices(label: str, choices: Sequence[str]) -> str:
    return f"{label} [{'; '.join(choices)}]" if choices else label


def _column(study: Study, column: Derived) -> Words:
    text = {}
    for lang in study.languages:
        words, label = labels(lang), word_of(column.label, lang)
        if column.lookup is not None:
            table = word_of(study.tables[column.lookup.table].label, lang)
            how = words.fill("reference.lookup", table=table, column=column.lookup.column)
        elif column.over is not None:
            how = words.fill("reference.over", table=word_of(study.tables[column.over.table].label, lang))
        elif column.expression is not None:
            rule = _read(study, column.table, column.expression, lang)
            how = words.fill("reference.derived", rule=rule)
        else:
            how = ""
        text[lang] = ". ".join(part for part in (label, how) if part)
    return text
