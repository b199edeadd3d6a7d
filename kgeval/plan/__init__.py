"""What should be: expressions, forms, sample designs, indicators, norms, and the study that holds them.

``with_model`` adds to a study a model that is asked for by parameters.
"""

from kgeval.plan.asked_model import with_model

__all__ = ["with_model"]
