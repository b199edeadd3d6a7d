"""What the checks of questionnaires found, and what changed between two versions of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.plan.form import Fault, Form
from kgeval.plan.form.model import Level
from kgeval.present.labels import Labels, labels
from kgeval.present.measure import word_of
from kgeval.present.tables.spec import Align, Column, TableSpec, table_of
from kgeval.present.workbook import Sheet

if TYPE_CHECKING:
    from kgeval.plan.study import Study

_LEVELS: tuple[Level, ...] = ("error", "warning", "note")


def faults_sheets(forms: Mapping[str, Form], found: Mapping[str, Sequence[Fault]], lang: str) -> list[Sheet]:
    """Return the sheet of the forms with their counts, and the sheet of all faults.

    Parameters
    ----------
    forms, found
        The forms and what ``check_form`` says of each, by name.
    lang
        Language of the words.
    """
    words = labels(lang)
    return [
        Sheet(tab=words["forms.tab_forms"], table=_forms(forms, found, words)),
        Sheet(tab=words["forms.tab_faults"], table=_faults(found, words)),
    ]


def comparison_sheets(
    changes: pd.DataFrame, indicators: pd.DataFrame | None, study: Study | None, lang: str
) -> list[Sheet]:
    """Return the sheet of changed questions and, for a study, that of its indicators.

    Parameters
    ----------
    changes, indicators
        As ``plan.versions`` returns them.
    study
        Gives the indicators' names.
    """
    words = labels(lang)
    sheets = [Sheet(tab=words["forms.tab_changes"], table=_changes(changes, words))]
    if indicators is not None and study is not None:
        sheets.append(
            Sheet(tab=words["forms.tab_indicators"], table=_indicators(indicators, changes, study, words))
        )
    return sheets


def _forms(forms: Mapping[str, Form], found: Mapping[str, Sequence[Fault]], words: Labels) -> TableSpec:
    rows: list[dict[str, tuple[str, object]]] = []
    for name, form in forms.items():
        levels = [fault.level for fault in found[name]]
        counts: dict[str, int] = {
            "questions": len(form.questions),
            "repeats": len(form.repeats),
            **{level: levels.count(level) for level in _LEVELS},
        }
        rows.append(
            {
                "form": (name, None),
                "title": (form.title, None),
                "languages": (", ".join(form.languages), None),
                "key": (", ".join(form.record_key), None),
                **{key: (str(count), count) for key, count in counts.items()},
            }
        )
    columns = _columns(
        words, ("form", "left"), ("title", "left"), ("languages", "left"), ("key", "left"),
        ("questions", "right"), ("repeats", "right"), *((level, "right") for level in _LEVELS),
    )  # fmt: skip
    return table_of("forms", words["forms.title_forms"], columns, rows)


def _faults(found: Mapping[str, Sequence[Fault]], words: Labels) -> TableSpec:
    rows: list[dict[str, tuple[str, object]]] = [
        {
            "level": (words[f"forms.{fault.level}"], None),
            "check": (words.one_of("form_check", fault.check), None),
            "form": (name, None),
            "sheet": (fault.sheet, None),
            "row": (str(fault.row or ""), fault.row or None),
            "column": (fault.column, None),
            "reason": (fault.reason, None),
            "remedy": (fault.remedy, None),
        }
        for name, faults in found.items()
        for fault in faults
    ]
    columns = _columns(
        words, ("level", "left"), ("check", "left"), ("form", "left"), ("sheet", "left"), ("row", "right"),
        ("column", "left"), ("reason", "left"), ("remedy", "left"),
    )  # fmt: skip
    notes = () if rows else (words["forms.no_faults"],)
    return table_of("faults", words["forms.title_faults"], columns, rows, notes=notes)


def _changes(changes: pd.DataFrame, words: Labels) -> TableSpec:
    rows: list[dict[str, tuple[str, object]]] = [
        {
            "form": (row["form"], None),
            "question": (row["question"], None),
            "verdict": (words[f"comparable.{row['verdict']}"], None),
            "aspect": (words[f"aspect.{row['aspect']}"], None),
            "before": (row["before"], None),
            "after": (row["after"], None),
        }
        for row in changes.to_dict("records")
    ]
    columns = _columns(
        words, ("form", "left"), ("question", "left"), ("verdict", "left"), ("aspect", "left"),
        ("before", "left"), ("after", "left"),
    )  # fmt: skip
    notes = () if rows else (words["forms.no_changes"],)
    return table_of("changes", words["forms.title_changes"], columns, rows, notes=notes)


def _indicators(indicators: pd.DataFrame, changes: pd.DataFrame, study: Study, words: Labels) -> TableSpec:
    aspects = {
        name: ", ".join(words[f"aspect.{aspect}"] for aspect in dict.fromkeys(part["aspect"]))
        for name, part in changes.groupby("question", sort=False)
    }
    rows: list[dict[str, tuple[str, object]]] = []
    for row in indicators.to_dict("records"):
        named = study.indicator(row["indicator"], row["variant"])
        why = "; ".join(f"{name}: {aspects[name]}" for name in row["questions"].split())
        rows.append(
            {
                "indicator": (row["indicator"], None),
                "label": (word_of(named.label, words.lang), None),
                "variant": (row["variant"], None),
                "verdict": (words[f"comparable.{row['verdict']}"], None),
                "why": (why, None),
            }
        )
    columns = _columns(
        words, ("indicator", "left"), ("label", "left"), ("variant", "left"), ("verdict", "left"),
        ("why", "left"),
    )  # fmt: skip
    return table_of("indicators", words["forms.title_indicators"], columns, rows)


def _columns(words: Labels, *wanted: tuple[str, Align]) -> list[Column]:
    return [Column(key=key, heading=words[f"forms.{key}"], align=align) for key, align in wanted]
