"""What a pack must pass before it is written: one file a kind of fault, one line a fault."""

from kgeval.present.check.figures import figure_faults
from kgeval.present.check.honest import honest_faults
from kgeval.present.check.numbers import number_faults
from kgeval.present.check.office import office_faults
from kgeval.present.check.pages import page_faults

__all__ = ["figure_faults", "honest_faults", "number_faults", "office_faults", "page_faults"]
