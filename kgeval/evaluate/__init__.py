"""Numbers into judgement: change, verdicts, the review of a phase.

``estimate_indicators`` and ``change_indicators`` give the frames of a study's indicators in one area,
``judge`` holds them against the targets; ``change`` serves any frame.
"""

from kgeval.evaluate.change import change
from kgeval.evaluate.review import change_indicators, estimate_indicators
from kgeval.evaluate.verdict import Verdict, judge

__all__ = ["Verdict", "change", "change_indicators", "estimate_indicators", "judge"]
