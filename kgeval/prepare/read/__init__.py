"""Delivered files into records: ``read`` takes any format, ``match_columns`` finds the form's questions."""

from kgeval.prepare.read.columns import Arranged, Matching, arrange, match_columns
from kgeval.prepare.read.delivered import read
from kgeval.prepare.read.limits import Limits

__all__ = ["Arranged", "Limits", "Matching", "arrange", "match_columns", "read"]
