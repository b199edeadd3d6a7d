"""Reference sheets: what each indicator is, in every language of the study, from the file that drives it."""

from kgeval.present.reference.page import reference_page
from kgeval.present.reference.sheet import Item, ReferenceSheet, reference_sheets
from kgeval.present.reference.workbook import reference_workbook

__all__ = ["Item", "ReferenceSheet", "reference_page", "reference_sheets", "reference_workbook"]
