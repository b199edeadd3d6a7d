"""kgeval: from raw survey files of a programme's baseline and endline to its evaluation.

The parts, in the order of the data:

- ``plan``      what should be: :func:`read_study`, :class:`SampleDesign`
- ``prepare``   raw files → analysable tables (``from kgeval import prepare``)
- ``estimate``  answers → numbers: :func:`estimate` of :func:`share`, :func:`mean`, :func:`ratio`
- ``evaluate``  numbers → judgement (``from kgeval import evaluate``)
- ``present``   frames → sentences, tables, charts, pages (``from kgeval import present``)
- ``run``       notebooks in batch; ``store`` keeps what they make

A notebook begins with :func:`start`, which lays the study, the data and the store on its desk.
"""

from kgeval.errors import DataError, DesignError, ExpressionError, ParameterError, StudyError, UserError
from kgeval.estimate.estimates import estimate
from kgeval.estimate.measure import count, mean, ratio, share, total
from kgeval.plan.sample import SampleDesign
from kgeval.plan.study import Study, read_study
from kgeval.session import Session, start

__all__ = [
    "DataError", "DesignError", "ExpressionError", "ParameterError", "SampleDesign", "Session", "Study",
    "StudyError", "UserError", "count", "estimate", "mean", "ratio", "read_study", "share", "start", "total",
]  # fmt: skip
