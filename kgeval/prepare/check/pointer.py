"""Answers that name a record of another table which is not there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kgeval.plan.study import Study
from kgeval.prepare import plain
from kgeval.prepare.draft import Draft
from kgeval.prepare.outcome import Outcome, found


def pointers(study: Study, drafts: Mapping[str, Draft], table: str) -> Outcome:
    """Find pointers to no record: the study's links say which column points to which table.

    A record may be named in another round than its own; that is another matter (attrition).
    """
    draft = drafts[table]
    findings = []
    for column, target in _links(study, table):
        if target not in drafts or column not in draft.answers:
            continue
        there = drafts[target]
        named = plain.plain(draft.answers[column]).dropna()
        missing = named.index[~named.isin(there.keys().reindex(there.answers.index))]
        rids = draft.unsettled(column, pd.Index(missing))
        findings.append(
            found("LINK_UNMATCHED", rids, severity="warning", action="kept", column=column, detail=target)
        )
    return Outcome(findings=tuple(findings))


def _links(study: Study, table: str) -> list[tuple[str, str]]:
    """Return (column, table pointed to) of every link that starts in the table, each once."""
    link = study.tables[table].area.link
    links = [(link[1], link[0])] if link else []
    for derived in study.norms.derived:
        if derived.lookup is not None and derived.table == table:
            links.append((derived.lookup.by, derived.lookup.table))
        if derived.over is not None and derived.over.table == table:
            links.append((derived.over.by, derived.table))
    own = set(study.tables[table].key_columns)  # a key that is shared with another table points to none
    return [pair for pair in dict.fromkeys(links) if pair[0] not in own]
