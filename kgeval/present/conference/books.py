"""The workbook of a conference: every published result as a number, its sampling error, the accounts."""

from __future__ import annotations

import pandas as pd

from kgeval.plan.area import WHOLE
from kgeval.present.caveat import CHANGE, caveats
from kgeval.present.labels import labels
from kgeval.present.measure import word_of
from kgeval.present.published import publish
from kgeval.present.results import Results
from kgeval.present.tables.changes import changes_table
from kgeval.present.tables.data import accounts_table
from kgeval.present.tables.results import areas_table, estimates_table, targets_table, variants_table
from kgeval.present.workbook import Sheet, sampling_errors, workbook


def tables(results: Results, accounts: pd.DataFrame) -> bytes:
    """Return the workbook: targets, variants, areas, estimates, changes, sampling errors, accounts."""
    words, study, lang = labels(results.lang), results.study, results.lang
    own = results.of(WHOLE)
    by_area = results.endline[results.endline["area"] != WHOLE]
    everything = publish(results.estimates, results.verdicts, study, lang)
    made = {
        "targets": targets_table(own.endline, own.verdicts, study, lang, place=results.place(WHOLE)),
        "variants": variants_table(own.endline, own.verdicts, study, lang),
        "areas": areas_table(by_area, results.verdicts, study, lang),
        "estimates": estimates_table(own.endline, study, lang),
        "changes": changes_table(own.changes[own.changes["by"] == ""], study, lang, estimates=own.estimates),
        "sampling_errors": sampling_errors(everything[everything["by"] == ""], lang),
        "accounts": accounts_table(accounts, study, lang),
    }
    names = ("sample", "census", CHANGE, "no_average", "suppressed")
    return workbook(
        [Sheet(tab=words[f"tab.{name}"], table=table) for name, table in made.items()],
        title=word_of(study.title, lang),
        notes=caveats(study, lang, names),
        lang=lang,
        synthetic=results.synthetic,
    )
