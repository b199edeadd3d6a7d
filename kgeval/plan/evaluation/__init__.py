"""What an evaluation owes its readers beside its numbers, as a study's data files say it.

Each file is read by the module of its subject and may be absent: then the study lacks that section.

>>> Evaluation().recommendations.advice
()
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kgeval.plan.evaluation.costs import UnitCost, read_costs
from kgeval.plan.evaluation.criteria import Criterion, read_criteria
from kgeval.plan.evaluation.disruptions import Disruption, read_disruptions
from kgeval.plan.evaluation.equity import Cut, read_equity
from kgeval.plan.evaluation.evidence import Evidence, read_evidence
from kgeval.plan.evaluation.profile import Count, read_profile
from kgeval.plan.evaluation.protection import Protection, read_protection
from kgeval.plan.evaluation.recommendations import Recommendations, read_recommendations
from kgeval.plan.evaluation.statements import Statement, read_statements
from kgeval.plan.evaluation.theory import Pathway, read_theory


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that a study's evaluation files say; what is absent is empty."""

    profile: tuple[Count, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    disruptions: tuple[Disruption, ...] = ()
    theory: tuple[Pathway, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    costs: tuple[UnitCost, ...] = ()
    equity: tuple[Cut, ...] = ()
    baseline: tuple[Statement, ...] = ()
    unintended: tuple[Statement, ...] = ()
    independence: tuple[Statement, ...] = ()
    protection: Protection = field(default_factory=Protection)
    recommendations: Recommendations = field(default_factory=Recommendations)


def read_evaluation(folder: Path, languages: tuple[str, ...], faults: list[str]) -> Evaluation:
    """Read the evaluation files of a study folder; what is wrong is appended to ``faults``."""
    return Evaluation(
        profile=read_profile(folder / "profile.toml", languages, faults),
        evidence=read_evidence(folder / "evidence.toml", languages, faults),
        disruptions=read_disruptions(folder / "disruptions.toml", languages, faults),
        theory=read_theory(folder / "theory.toml", languages, faults),
        criteria=read_criteria(folder / "criteria.toml", languages, faults),
        costs=read_costs(folder / "costs.toml", languages, faults),
        equity=read_equity(folder / "equity.toml", languages, faults),
        baseline=read_statements(folder / "baseline.toml", languages, faults),
        unintended=read_statements(folder / "unintended.toml", languages, faults),
        independence=read_statements(folder / "independence.toml", languages, faults),
        protection=read_protection(folder / "protection.toml", languages, faults),
        recommendations=read_recommendations(folder / "recommendations.toml", languages, faults),
    )


__all__ = ["Evaluation", "read_evaluation"]
