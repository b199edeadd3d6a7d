"""Without sides drawn by lot nothing that people read says what brought a change about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kgeval import present as show
from kgeval.evaluate import with_adjusted_p
from kgeval.plan.study import Study, read_study
from kgeval.present.tables.spec import html
from tests.evaluate.results import changes, estimates

ROOT = Path(__file__).parents[1]
CAUSES = {
    "vi": re.compile(r"tác động|hiệu quả|\bnhờ\b|do Đề án|góp phần làm tăng|đã giúp", re.IGNORECASE),
    "en": re.compile(
        r"\bimpact|(?<!design )\beffects?\b|thanks to|because of|due to|\bhelped\b|\bcaused\b", re.IGNORECASE
    ),
}  # fmt: skip


def study() -> Study:
    return read_study(ROOT / "surveys" / "kien_giang")


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_fixed_text_of_a_notebook_names_a_cause(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    for cell in cells:
        if cell.cell_type == "markdown":
            assert not CAUSES["vi"].search(cell.source), cell.id
            assert not CAUSES["en"].search(cell.source), cell.id


def test_no_word_of_the_study_names_a_cause_of_what_was_found() -> None:
    plan = study().evaluation
    said = [plan.recommendations, plan.theory, plan.baseline, plan.unintended, plan.equity, study().research]
    texts = list(_texts(said, "vi"))
    assert len(texts) > 60
    for text in texts:
        assert not CAUSES["vi"].search(text), text


def _texts(value: object, lang: str) -> Iterator[str]:
    """Yield the words in one language of whatever stands in a study's files."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), lang)
    elif isinstance(value, dict):
        if isinstance(value.get(lang), str):
            yield value[lang]
        else:
            for part in value.values():
                yield from _texts(part, lang)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, lang)


def moved(**other: object) -> pd.DataFrame:
    usual = {
        "from_round": "baseline", "to_round": "endline", "from_value": 0.4, "to_value": 0.7,
        "difference": 0.3, "se": 0.05, "low": 0.2, "high": 0.4, "df": 30.0, "reason": "",
    }  # fmt: skip
    down = {"difference": -0.3, "low": -0.4, "high": -0.2, "from_value": 0.7, "to_value": 0.4}
    unclear = {"low": -0.1, "high": 0.7}
    rows = [{"indicator": key} | usual | part | other
            for key, part in (("T3", {}), ("T2", down), ("T1", unclear))]  # fmt: skip
    return changes(*rows)


def compared() -> pd.DataFrame:
    usual = {
        "variant": "main", "table": "groups", "group": "group", "randomised": False, "inference": "process",
        "reference_from": 0.3, "reference_to": 0.5, "reference_change": 0.2, "group_from": 0.3,
        "group_to": 0.8, "group_change": 0.5, "difference": 0.3, "se": 0.05, "low": 0.2, "high": 0.4,
        "df": 40.0, "comparable": "yes", "reason": "",
    }  # fmt: skip
    return with_adjusted_p(
        pd.DataFrame([usual | {"indicator": "III1c", "p": 0.001}, usual | {"indicator": "V4", "p": 0.04}])
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_page_made_of_changes_and_comparisons_names_a_cause(lang: str) -> None:
    plan, seen = study(), moved()
    levels = estimates({"indicator": "T3", "value": 0.7, "low": 0.6, "high": 0.8})
    chart = show.dumbbell(seen, plan, lang, name="change", estimates=None)
    made = [
        str(show.change_sentences(seen, plan, lang)),
        str(show.comparison_sentences(compared(), plan, lang)),
        str(show.sentences(levels, None, plan, lang)),
        str(show.limits(plan, lang)),
        html(show.changes_table(seen, plan, lang)),
        html(show.comparison_table(compared(), plan, lang)),
        chart.title,
        chart.alt,
        *(text.get_text() for text in chart.figure.texts),
    ]
    words = re.sub(r"<style.*?</style>|<[^>]+>", " ", " ".join(made), flags=re.DOTALL)
    assert "30" in words
    assert not CAUSES[lang].search(words)
