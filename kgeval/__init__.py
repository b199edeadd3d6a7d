"""kgeval: from raw survey files of a programme's baseline and endline to its evaluation.

The parts, in the order of the data:

- ``plan``      what should be: :func:`read_study`, :class:`SampleDesign`
- ``prepare``   raw files → analysable tables (``from kgeval import prepare``)
- ``estimate``  answers → numbers: :func:`estimate` of :func:`share`, :func:`mean`, :func:`ratio`
- ``evaluate``  numbers → judgement (``from kgeval import evaluate``)
- ``present``   frames → sentences, tables, charts, pages (``from kgeval import present``)
- ``run``       notebooks in batch; ``store`` keeps what they make

Of any sample, without a study:

- :func:`estimate`; :func:`estimate_reweighted` where weights are calibrated (:class:`Calibration` to
  :func:`read_totals`), trimmed or replicated (:func:`make_replicates`);
- :func:`estimate_quantiles` of :func:`quantile`; :func:`estimate_recordwise` of these and of
  :func:`population_variance`;
- :func:`change` between two rounds; :func:`regress`, :func:`t_test`, :func:`association`.

``kgeval.estimate`` is that function and hides the package of its name, from which one imports whole:
``from kgeval.estimate.regression import regress``.

A notebook begins with :func:`start`, which lays the study, the data and the store on its desk.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from kgeval.errors import DataError, DesignError, ExpressionError, ParameterError, StudyError, UserError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import Measure, count, mean, ratio, share, total
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study, read_study
from kgeval.session import Session, start

if TYPE_CHECKING:
    from kgeval.estimate.association import association
    from kgeval.estimate.calibrate import Calibration
    from kgeval.estimate.population_variance import population_variance
    from kgeval.estimate.quantile import estimate_quantiles, quantile
    from kgeval.estimate.recordwise import estimate_recordwise
    from kgeval.estimate.regression import regress
    from kgeval.estimate.resample import make_replicates
    from kgeval.estimate.reweighted import estimate_reweighted
    from kgeval.estimate.t_test import t_test
    from kgeval.estimate.totals import read_totals
    from kgeval.evaluate.change import change

# name -> module, imported when somebody asks for the name: `import kgeval` stays quick
_ON_DEMAND = {
    "Calibration": "kgeval.estimate.calibrate",
    "association": "kgeval.estimate.association",
    "change": "kgeval.evaluate.change",
    "estimate_quantiles": "kgeval.estimate.quantile",
    "estimate_recordwise": "kgeval.estimate.recordwise",
    "estimate_reweighted": "kgeval.estimate.reweighted",
    "make_replicates": "kgeval.estimate.resample",
    "population_variance": "kgeval.estimate.population_variance",
    "quantile": "kgeval.estimate.quantile",
    "read_totals": "kgeval.estimate.totals",
    "regress": "kgeval.estimate.regression",
    "t_test": "kgeval.estimate.t_test",
}

__all__ = [
    "Calibration", "DataError", "DesignError", "ExpressionError", "Measure", "ParameterError", "SampleDesign",
    "Session", "Study", "StudyError", "UserError", "association", "change", "count", "estimate",
    "estimate_quantiles", "estimate_recordwise", "estimate_reweighted", "make_replicates", "mean",
    "population_variance", "quantile", "ratio", "read_study", "read_totals", "regress", "share", "start",
    "t_test", "total",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ON_DEMAND[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
