"""Frames into what people see: sentences, tables, charts, pages.

In the order of use: what results say (``sentences``, ``target_sentences``, ``change_sentences``,
``title``, ``note``), tables that display themselves (``targets_table`` …), charts
(``against_target``, ``dumbbell`` …, ``save``), headings that vanish with what they
head (``section``), pages (``notebook_page``, ``index_page``).
"""

from kgeval.present.answers import round_labels
from kgeval.present.attribution import attrition_sentences, comparison_sentences
from kgeval.present.change_text import change_sentence
from kgeval.present.charts.against_target import against_target, against_target_by_area
from kgeval.present.charts.bullet import bullet
from kgeval.present.charts.cascade import cascade
from kgeval.present.charts.chart import Chart, Charts, save
from kgeval.present.charts.dumbbell import dumbbell
from kgeval.present.charts.forest import Forest, forest
from kgeval.present.charts.gaps import gaps
from kgeval.present.charts.specification import specification_curve, specification_curves
from kgeval.present.charts.tiles import tiles
from kgeval.present.commendation import criteria_table, shortlist_text
from kgeval.present.comparability import rounds_table
from kgeval.present.criteria import criteria_text
from kgeval.present.findings import findings_workbook
from kgeval.present.found import found_text
from kgeval.present.labels import labels, languages
from kgeval.present.offices import agreement_text, funding_text, reports_text
from kgeval.present.page import Link, Section, index_page, notebook_page
from kgeval.present.prose import (
    Text,
    absent_areas,
    change_sentences,
    limits,
    note,
    sentences,
    target_sentences,
    title,
)
from kgeval.present.protection import protection_note, protection_text
from kgeval.present.published import publish, publish_changes
from kgeval.present.research import curve_sentences, research_allowed
from kgeval.present.section import Headed, section
from kgeval.present.tables.advice import causes, lessons, recommendations_table
from kgeval.present.tables.area_tests import area_tests_table
from kgeval.present.tables.attrition import attrition_table, events_table
from kgeval.present.tables.balance import balance_tables
from kgeval.present.tables.breakdowns import breakdowns_table
from kgeval.present.tables.changes import changes_table
from kgeval.present.tables.comparison import checks_table, comparison_table
from kgeval.present.tables.costs import costs_table
from kgeval.present.tables.crosschecks import crosschecks_table, disagreements_table
from kgeval.present.tables.data import (
    accounts_table,
    corrections_table,
    files_table,
    findings_table,
    open_points_table,
    refused_table,
    tables_table,
)
from kgeval.present.tables.decomposition import decomposition_table
from kgeval.present.tables.disruption import disruption_text, windows_table
from kgeval.present.tables.effects import effects_table
from kgeval.present.tables.equity import equity_table
from kgeval.present.tables.evidence import fieldwork_table, reported_table
from kgeval.present.tables.group_list import group_list_table
from kgeval.present.tables.offices import (
    funding_table,
    register_table,
    reported_shares_table,
    reports_table,
)
from kgeval.present.tables.plan import plan_table
from kgeval.present.tables.profile import profile_table
from kgeval.present.tables.research import (
    differences_table,
    group_tables,
    options_table,
    regression_tables,
)
from kgeval.present.tables.response import adjusted_table, response_table
from kgeval.present.tables.results import areas_table, estimates_table, targets_table, variants_table
from kgeval.present.tables.spec import TableSpec
from kgeval.present.tables.statements import baseline_table, statements_text
from kgeval.present.tables.theory import theory_table
from kgeval.present.text import sentence

__all__ = [
    "Chart",
    "Charts",
    "Forest",
    "Headed",
    "Link",
    "Section",
    "TableSpec",
    "Text",
    "absent_areas",
    "accounts_table",
    "adjusted_table",
    "against_target",
    "against_target_by_area",
    "agreement_text",
    "area_tests_table",
    "areas_table",
    "attrition_sentences",
    "attrition_table",
    "balance_tables",
    "baseline_table",
    "breakdowns_table",
    "bullet",
    "cascade",
    "causes",
    "change_sentence",
    "change_sentences",
    "changes_table",
    "checks_table",
    "comparison_sentences",
    "comparison_table",
    "corrections_table",
    "costs_table",
    "criteria_table",
    "criteria_text",
    "crosschecks_table",
    "curve_sentences",
    "decomposition_table",
    "differences_table",
    "disagreements_table",
    "disruption_text",
    "dumbbell",
    "effects_table",
    "equity_table",
    "estimates_table",
    "events_table",
    "fieldwork_table",
    "files_table",
    "findings_table",
    "findings_workbook",
    "forest",
    "found_text",
    "funding_table",
    "funding_text",
    "gaps",
    "group_list_table",
    "group_tables",
    "index_page",
    "labels",
    "languages",
    "lessons",
    "limits",
    "note",
    "notebook_page",
    "open_points_table",
    "options_table",
    "plan_table",
    "profile_table",
    "protection_note",
    "protection_text",
    "publish",
    "publish_changes",
    "recommendations_table",
    "refused_table",
    "register_table",
    "regression_tables",
    "reported_shares_table",
    "reported_table",
    "reports_table",
    "reports_text",
    "research_allowed",
    "response_table",
    "round_labels",
    "rounds_table",
    "save",
    "section",
    "sentence",
    "sentences",
    "shortlist_text",
    "specification_curve",
    "specification_curves",
    "statements_text",
    "tables_table",
    "target_sentences",
    "targets_table",
    "theory_table",
    "tiles",
    "title",
    "variants_table",
    "windows_table",
]
