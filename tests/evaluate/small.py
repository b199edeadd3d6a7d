"""A small study of groups in two areas, followed from one round to the next, with a comparison side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from kgeval.plan.comparison import Comparison
from kgeval.plan.evaluation import Evaluation
from kgeval.plan.expression import parse
from kgeval.plan.panel import Panel, Transition
from kgeval.plan.sample import SampleDesign

WORDS = {"vi": "x", "en": "x"}


def panel(**changes: Any) -> Panel:
    given: dict[str, Any] = {
        "table": "groups", "unit": "id", "unit_label": WORDS, "found": parse("${met} = 1"),
        "fates": {"refused": parse("${met} = 4"), "closed": parse("${open} = 0")},
        "transitions": (
            Transition(label=WORDS, before=parse("${legal} = 0"), after=parse("${legal} = 1"), changed=""),
            Transition(label=WORDS, before=None, after=None, changed="place"),
        ),
        "columns": ("legal",), "classes": ("area",), "same": (), "note": {},
    }  # fmt: skip
    return Panel(**(given | changes))


def comparison(**changes: Any) -> Comparison:
    given: dict[str, Any] = {
        "table": "groups", "column": "side", "reference": ("4",), "groups": ("1",), "pooled": True,
        "randomised": False, "unit": "id", "balance": ("legal",), "reference_label": WORDS,
        "group_label": WORDS,
    }  # fmt: skip
    return Comparison(**(given | changes))


def study(
    *indicators: Any, design: SampleDesign | None = None, panel: Any = None, comparison: Any = None
) -> Any:
    area = SimpleNamespace
    return SimpleNamespace(
        baseline=SimpleNamespace(key="baseline"),
        endline=SimpleNamespace(key="endline"),
        languages=("vi", "en"),
        evaluation=Evaluation(),
        areas=(area(code="1", key="a"), area(code="2", key="b")),
        tables={"groups": SimpleNamespace(key="groups", design=design or SampleDesign())},
        indicators=indicators,
        panels={} if panel is None else {"groups": panel},
        comparisons={} if comparison is None else {"groups": comparison},
    )


def groups(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows of (id, round, area, met, open, legal, place)."""
    names = ["id", "round", "area", "met", "open", "legal", "place"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype(dict.fromkeys(names, "str"))
