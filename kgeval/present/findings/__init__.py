"""What cleaning found, as a workbook that somebody works through and whose decisions can be replayed."""

from kgeval.present.findings.workbook import decision_headings, decision_words, findings_workbook

__all__ = ["decision_headings", "decision_words", "findings_workbook"]
