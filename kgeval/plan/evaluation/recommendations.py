"""``recommendations.toml``: findings, and the advice that may be given only where they are found.

Recommendations, lessons and causes are all advice: each names the findings that it rests on. One that
rests on none is a fault of the study, so that no run can print it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kgeval.plan.evaluation.findings import FindingRule, read_findings
from kgeval.plan.toml import Block, read_toml

Kind = Literal["recommendation", "lesson", "cause"]
KINDS: tuple[Kind, ...] = ("recommendation", "lesson", "cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What is said where one of ``findings`` is found.

    ``scope`` is where it is addressed: the ``whole``, every ``area`` in which it is found, or ``both``.
    ``heading`` groups recommendations by whom they go to and causes by their kind.
    """

    key: str
    kind: Kind
    findings: tuple[str, ...]
    scope: str
    says: Mapping[str, str]
    heading: Mapping[str, str]
    addressee: Mapping[str, str]
    deadline: Mapping[str, str]
    cost: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendations:
    """Everything that ``recommendations.toml`` says, in its order."""

    findings: tuple[FindingRule, ...] = ()
    advice: tuple[Advice, ...] = ()


def read_recommendations(path: Path, languages: tuple[str, ...], faults: list[str]) -> Recommendations:
    """Read ``recommendations.toml``; an absent file means that the study gives no advice."""
    if not path.exists():
        return Recommendations()
    top = Block(path.name, read_toml(path, faults), faults)
    top.only({"finding", *KINDS})
    findings = read_findings(top.block("finding"), languages)
    named = set(top.block("finding").content)
    advice = tuple(_advice(block, kind, named, languages) for kind in KINDS for block in top.blocks(kind))
    return Recommendations(findings=findings, advice=advice)


def _advice(block: Block, kind: Kind, named: set[str], languages: tuple[str, ...]) -> Advice:
    block.only({"key", "findings", "scope", "says", "heading", "addressee", "deadline", "cost"})
    findings = block.texts("findings")
    if not findings:
        block.fault(
            f"this {kind} rests on no finding; name under 'findings' what the results must show, "
            "or take it out"
        )
    for name in findings:
        if name not in named:
            block.fault(f"there is no finding {name!r}; write it as [finding.{name}]")
    needed = kind == "recommendation"
    return Advice(
        key=block.need("key"),
        kind=kind,
        findings=findings,
        scope=block.choice("scope", ("whole", "area", "both"), "whole"),
        says=block.words("says", languages),
        heading=block.words("heading", languages, needed=kind != "lesson"),
        addressee=block.words("addressee", languages, needed=needed),
        deadline=block.words("deadline", languages, needed=needed),
        cost=block.words("cost", languages, needed=needed),
    )
