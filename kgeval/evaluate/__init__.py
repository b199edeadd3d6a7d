"""Numbers into judgement: change, verdicts, findings, the review of a phase.

``estimate_indicators`` and ``change_indicators`` give the frames of a study's indicators in one area,
``judge`` holds them against the targets, ``correction_effects`` says what cleaning did to them; ``change``
serves any frame. What a change allows to say:
``attrition`` and ``events`` (who stayed, what happened), ``response_classes`` and ``adjusted_changes``
(raised for those who were not met again), ``balances`` (were sides alike at first), ``compare_changes``
(against a comparison side) and ``comparison_checks`` (the same in other ways), ``decompose`` (composition
and what changed within groups).
``result_rows`` puts results side by side, ``findings`` says what the study's rules find in them, ``advise``
and ``weigh_criteria`` what may be said because of that. ``fieldwork``, ``reported_against_surveyed``,
``closures``, ``windows``, ``profile``, ``equity_rows``, ``unit_costs``, ``safety_component``,
``referred_cases`` and ``alerts`` are what readers are owed beside. ``task_results`` are the plan line by
line, the registers and reports, and forms held against each other; ``shortlist`` is for the restricted
store alone. ``regressions``, ``differences`` and ``specifications`` (with ``option_ranges`` and ``curves``)
answer what ``research.toml`` asks.
"""

from kgeval.evaluate.advice import advise
from kgeval.evaluate.attrition import attrition, events
from kgeval.evaluate.balances import balances
from kgeval.evaluate.change import change
from kgeval.evaluate.comparison import compare_changes
from kgeval.evaluate.comparison_check import comparison_checks
from kgeval.evaluate.correction_effect import correction_effects
from kgeval.evaluate.criterion import weigh_criteria
from kgeval.evaluate.decomposition import decompose
from kgeval.evaluate.disruption import closures, windows
from kgeval.evaluate.equity import equity_rows
from kgeval.evaluate.fieldwork import fieldwork, reported_against_surveyed
from kgeval.evaluate.finding import findings, result_rows
from kgeval.evaluate.multiplicity import area_tests, with_adjusted_p
from kgeval.evaluate.profile import profile
from kgeval.evaluate.protection import alerts, referred_cases, safety_component
from kgeval.evaluate.research import differences, regressions
from kgeval.evaluate.response import adjusted_changes, response_classes
from kgeval.evaluate.review import change_indicators, estimate_indicators
from kgeval.evaluate.shortlist import shortlist
from kgeval.evaluate.specification import curves, option_ranges, specifications
from kgeval.evaluate.tasks import task_results
from kgeval.evaluate.unit_cost import unit_costs
from kgeval.evaluate.verdict import Verdict, judge

__all__ = [
    "Verdict",
    "adjusted_changes",
    "advise",
    "alerts",
    "area_tests",
    "attrition",
    "balances",
    "change",
    "change_indicators",
    "closures",
    "compare_changes",
    "comparison_checks",
    "correction_effects",
    "curves",
    "decompose",
    "differences",
    "equity_rows",
    "estimate_indicators",
    "events",
    "fieldwork",
    "findings",
    "judge",
    "option_ranges",
    "profile",
    "referred_cases",
    "regressions",
    "reported_against_surveyed",
    "response_classes",
    "result_rows",
    "safety_component",
    "shortlist",
    "specifications",
    "task_results",
    "unit_costs",
    "weigh_criteria",
    "windows",
    "with_adjusted_p",
]
