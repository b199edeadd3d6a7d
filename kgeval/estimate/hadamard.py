"""Hadamard matrices: +1 and −1 in balance, one column a half-sample.

Source: Paley (1933), *J. Math. Phys.* 12, 311-320 (constructions I and II); Sylvester's doubling.
"""

from __future__ import annotations

import numpy as np

from kgeval.estimate.units import Floats


def hadamard(least: int) -> Floats:
    """Return the smallest matrix of order ``least`` or more that these constructions reach.

    Its first row is all ones, so that every other row holds as many +1 as −1.

    Examples
    --------
    >>> matrix = hadamard(13)
    >>> len(matrix), bool((matrix @ matrix.T == len(matrix) * np.eye(len(matrix))).all())
    (16, True)
    >>> [len(hadamard(order)) for order in (1, 2, 3, 5, 9, 21, 25, 33)]
    [1, 2, 4, 8, 12, 24, 28, 36]
    """
    order = max(least, 1)
    while (found := _construct(order)) is None:
        order += 1
    return np.asarray(found * found[0])


def _construct(order: int) -> Floats | None:
    if order <= 2:
        return np.array([[1.0, 1.0], [1.0, -1.0]])[:order, :order]
    if order % 4:
        return None
    if _is_prime(order - 1):
        return _paley(order - 1)
    half = order // 2
    if half % 4 == 2 and _is_prime(half - 1):
        return _paley_second(half - 1)
    smaller = _construct(half)
    return None if smaller is None else np.kron(np.array([[1.0, 1.0], [1.0, -1.0]]), smaller)


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def _residues(prime: int) -> Floats:
    """Return Jacobsthal's matrix: the quadratic character of i − j."""
    squares = {value * value % prime for value in range(1, prime)}
    character = np.array([0.0, *(1.0 if value in squares else -1.0 for value in range(1, prime))])
    place = np.arange(prime)
    return np.asarray(character[(place[:, None] - place) % prime])


def _paley(prime: int) -> Floats:
    """Build construction I, for a prime that leaves 3 when divided by 4."""
    skew = np.zeros((prime + 1, prime + 1))
    skew[0, 1:], skew[1:, 0], skew[1:, 1:] = 1.0, -1.0, _residues(prime)
    return skew + np.eye(prime + 1)


def _paley_second(prime: int) -> Floats:
    """Build construction II, for a prime that leaves 1 when divided by 4."""
    conference = np.zeros((prime + 1, prime + 1))
    conference[0, 1:] = conference[1:, 0] = 1.0
    conference[1:, 1:] = _residues(prime)
    plus, minus = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[1.0, -1.0], [-1.0, -1.0]])
    return np.kron(conference, plus) + np.kron(np.eye(prime + 1), minus)
