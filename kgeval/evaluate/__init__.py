"""Numbers into judgement: change, verdicts, the review of a phase.

``estimate_indicators`` and ``change_indicators`` give the frames of a study's indicators in one area,
``judge`` holds them against the targets; ``change`` serves any frame. What a change allows to say:
``attrition`` and ``events`` (who stayed, what happened), ``compare_changes`` (against a comparison side).
"""

from kgeval.evaluate.attrition import attrition, events
from kgeval.evaluate.change import change
from kgeval.evaluate.comparison import compare_changes
from kgeval.evaluate.multiplicity import adjusted
from kgeval.evaluate.review import change_indicators, estimate_indicators
from kgeval.evaluate.verdict import Verdict, judge

__all__ = [
    "Verdict", "adjusted", "attrition", "change", "change_indicators", "compare_changes",
    "estimate_indicators", "events", "judge",
]  # fmt: skip
