"""Numbers into judgement: change, verdicts, the review of a phase."""
