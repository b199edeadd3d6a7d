"""What the field checks found, in the words of those who work through it: a workbook for the day, a list."""

from kgeval.present.field_checks.told import FieldWords, field_words, not_run, overview
from kgeval.present.field_checks.workbook import field_workbook

__all__ = ["FieldWords", "field_words", "field_workbook", "not_run", "overview"]
