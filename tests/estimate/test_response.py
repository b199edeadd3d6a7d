"""Weights for those who were not met again: right within classes, and their own error is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.response import Response, response


def units(seed: int = 1, size: int = 60) -> tuple[Response, np.ndarray]:
    """Units with one record a round: the first round's records stand first."""
    draw = np.random.default_rng(seed)
    klass = draw.integers(0, 3, size)
    klass[:4] = -1
    found = draw.random(size) < np.array([0.9, 0.5, 0.7])[np.maximum(klass, 0)]
    found[4:20] = True
    weight = draw.uniform(1, 3, 2 * size)
    y = draw.normal(size=2 * size) + np.tile(klass, 2)
    made = response(
        weight,
        first=np.repeat([True, False], size),
        found=np.tile(found, 2),
        klass=np.tile(klass, 2),
    )
    return made, y


def mean(weight: np.ndarray, made: Response, y: np.ndarray) -> float:
    again = response(weight, first=made.first, found=made.found, klass=made.klass)
    return again.mean(y, ~made.first)[0]


def test_linearised_values_are_the_derivatives_by_each_weight() -> None:
    made, y = units()
    value, scores = made.mean(y, ~made.first)
    assert value == pytest.approx(mean(made.weight, made, y))
    for place in range(len(y)):
        step = 1e-6 * made.weight[place]
        up, down = made.weight.copy(), made.weight.copy()
        up[place] += step
        down[place] -= step
        slope = (mean(up, made, y) - mean(down, made, y)) / (2 * step)
        assert scores[place] == pytest.approx(made.weight[place] * slope, abs=1e-8)
    assert scores.sum() == pytest.approx(0, abs=1e-12)


def test_classes_get_their_first_size_back() -> None:
    made, _ = units()
    for place in range(3):
        own = (made.klass == place) & made.first
        assert (made.weight * made.each)[own].sum() == pytest.approx(made.weight[own].sum())
    assert (made.each[made.klass < 0] == 0).all()
    assert (made.each[~made.found] == 0).all()


def test_who_was_met_as_often_in_every_class_changes_nothing() -> None:
    made, y = units()
    everybody = response(
        np.ones(len(y)), first=made.first, found=np.ones(len(y), dtype=bool), klass=made.klass
    )
    value, scores = everybody.mean(y, ~made.first)
    here = ~made.first & (made.klass >= 0)
    assert value == pytest.approx(y[here].mean())
    assert (scores[made.first] == 0).all()


def test_a_class_without_anybody_is_refused() -> None:
    made, _ = units()
    with pytest.raises(DesignError, match="class 1 nobody was met again"):
        response(made.weight, first=made.first, found=made.found & (made.klass != 1), klass=made.klass)
    alone = replace(made, found=np.zeros(len(made.klass), dtype=bool))
    with pytest.raises(DesignError, match="nobody met again has an answer"):
        alone.mean(np.zeros(len(made.klass)), ~made.first)
