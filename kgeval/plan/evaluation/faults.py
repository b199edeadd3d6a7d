"""The evaluation files may name only what the study has: indicators, tables, columns, findings, rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from kgeval.plan.evaluation.findings import COLUMNS
from kgeval.plan.evaluation.reference import Reference, Tally
from kgeval.plan.expression import Expression

if TYPE_CHECKING:  # the study is built first and then checked: no circle at run time
    from kgeval.plan.study import Study


def evaluation_faults(study: Study) -> Iterator[str]:
    """Yield one line for every name in the evaluation files that stands nowhere."""
    for where, reference in _references(study):
        yield from _unknown_definition(study, where, reference)
    for where, table, rules in _rules(study):
        yield from _unknown_columns(study, where, table, rules)
    yield from _finding_faults(study)
    for cut in study.evaluation.equity:
        definitions = [one for one in study.indicators if (one.key, one.variant) == cut.of.pair]
        if cut.by and definitions and (cut.by,) not in definitions[0].breakdowns:
            yield f"equity.toml: {cut.of.indicator} is not broken down by {cut.by!r}; add it to 'breakdowns'"
    yield from _unguarded(study)
    known = {rule.key for rule in study.norms.rules}
    yield from (
        f"protection.toml: norms.toml has no rule {name!r}"
        for name in study.evaluation.protection.rules
        if name not in known
    )


def _references(study: Study) -> Iterator[tuple[str, Reference]]:
    plan = study.evaluation
    for pair in plan.evidence.reported:
        yield from (("evidence.toml", one) for one in (pair.reported, pair.surveyed))
    for disruption in plan.disruptions:
        yield from (("disruptions.toml", one) for one in disruption.outcomes)
        yield from (("disruptions.toml", one) for window in disruption.windows for one in window.indicators)
    yield from (("theory.toml", one) for way in plan.theory for one in way.evidence)
    yield from (("equity.toml", cut.of) for cut in plan.equity)
    yield from (("baseline.toml", one) for said in plan.baseline for one in said.shows)
    yield from (("unintended.toml", one) for said in plan.unintended for one in said.shows)


def _rules(study: Study) -> Iterator[tuple[str, str, list[Expression]]]:
    plan = study.evaluation
    for work in plan.evidence.fieldwork:
        yield "evidence.toml", work.table, list(work.fates.values())
        yield from _tallied("evidence.toml", work.planned)
    for count in plan.profile:
        yield from _tallied("profile.toml", count.of)
    for disruption in plan.disruptions:
        yield from _tallied("disruptions.toml", disruption.closure)
    for cost in plan.costs:
        yield from _tallied("costs.toml", cost.spent)
        yield from _tallied("costs.toml", cost.units)
    for danger in plan.protection.dangers:
        rules = [rule for rule in (danger.positive, danger.referred) if rule is not None]
        yield "protection.toml", danger.table, rules


def _tallied(where: str, tally: Tally | None) -> Iterator[tuple[str, str, list[Expression]]]:
    if tally is not None:
        yield where, tally.table, [rule for rule in (tally.where, tally.sums) if rule is not None]


def _finding_faults(study: Study) -> Iterator[str]:
    findings = study.evaluation.recommendations.findings
    for finding in findings:
        where = f"recommendations.toml [finding.{finding.key}]"
        for key in finding.indicators:
            yield from _unknown_definition(study, where, Reference(key, finding.variant))
        for name in sorted(finding.when.names - COLUMNS):
            yield f"{where}: rows of results have no column {name!r}{_near(name, COLUMNS)}"
    known = {finding.key for finding in findings}
    for criterion in study.evaluation.criteria:
        for name in (*criterion.supports, *criterion.opposes):
            if name not in known:
                near = _near(name, known)
                yield f"criteria.toml [{criterion.key}]: recommendations.toml has no finding {name!r}{near}"


def _unguarded(study: Study) -> Iterator[str]:
    """Yield what tells of a child in danger and would yet lie in the open store."""
    for danger in study.evaluation.protection.dangers:
        rules = [rule for rule in (danger.positive, danger.referred) if rule is not None]
        names = {name for rule in rules for name in rule.names}
        asked = (
            {one.name for one in study.tables[danger.table].form.questions}
            if danger.table in study.tables
            else set()
        )
        for name in sorted((names & asked) - set(study.guarded.get(danger.table, ()))):
            yield (
                f"protection.toml: {name!r} of table {danger.table!r} tells of a child in danger; "
                "give it the class 'restricted' in its form"
            )


def _unknown_definition(study: Study, where: str, reference: Reference) -> Iterator[str]:
    known = {(one.key, one.variant) for one in study.indicators}
    if reference.pair not in known:
        names = {key for key, _ in known} if reference.indicator not in {key for key, _ in known} else set()
        yield (
            f"{where}: there is no indicator {reference.indicator!r} with variant {reference.variant!r}"
            f"{_near(reference.indicator, names)}"
        )


def _unknown_columns(study: Study, where: str, table: str, rules: list[Expression]) -> Iterator[str]:
    if table not in study.tables:
        yield f"{where}: there is no table {table!r}{_near(table, study.tables)}"
        return
    columns = study.columns(table)
    for name in sorted({name for rule in rules for name in rule.names} - columns):
        yield f"{where}: table {table!r} has no column {name!r}{_near(name, columns)}"


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else "; write the name as its file has it"
