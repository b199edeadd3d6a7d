"""Field checks while data come in, one file a check: each a pure function from frames to a frame.

``checks.field_checks`` runs them all on a delivery; ``submissions`` gives them what they look at,
``parameters`` what a study declares otherwise. Personal answers are compared and never shown.
"""

from kgeval.prepare.field.checks import SHEETS, FieldChecks, field_checks
from kgeval.prepare.field.parameters import Parameters, parameters

__all__ = ["SHEETS", "FieldChecks", "Parameters", "field_checks", "parameters"]
