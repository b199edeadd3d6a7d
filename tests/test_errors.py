"""Errors come back whole from another process."""

from __future__ import annotations

import pickle

import pytest

from kgeval.errors import DataError, DesignError, ExpressionError, StudyError, UserError


@pytest.mark.parametrize(
    "error",
    [
        DesignError("one line"),
        DataError("EMPTY", "no rows", hint="give some", file="a.csv", row=3),
        ExpressionError("odd", text="1 +", position=2),
        StudyError(["one", "two"]),
    ],
)
def test_an_error_travels_with_all_that_it_says(error: UserError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.__dict__ == error.__dict__
