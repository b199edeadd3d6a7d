"""Simulated surveys with a known truth: a study's ``simulation.toml`` makes example data.

In the order of the data: ``model`` is what the study declares; ``presence`` says which units there
are in which round, ``population`` gives them answers (drawn by ``answer``, ``draw``, ``choices``,
``numbers``, ``words`` and ``dial``); ``truth`` knows the indicators of it; ``sample`` draws from it;
``cells`` turns the sample into files in the making, ``fault_site``, ``fault``, ``spoil`` and ``plant`` spoil
them, ``kobo`` and ``workbook`` lay them out; ``simulation`` does it all.

The engine knows no study, no place and no language: all of that stands in the study's folder.
"""

from kgeval.simulate.population import Records
from kgeval.simulate.simulation import Simulated, population, sample, simulate
from kgeval.simulate.truth import true_values

__all__ = ["Records", "Simulated", "population", "sample", "simulate", "true_values"]
