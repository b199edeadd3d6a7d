"""Population totals as a table: which of its layouts it has, told by what it holds."""

from __future__ import annotations

import pandas as pd
import pytest

from kgeval.errors import DesignError
from kgeval.estimate.totals import read_totals


def test_terms_may_stand_under_a_heading_that_is_nearly_a_column() -> None:
    records = pd.DataFrame({"names": ["a", "b"], "sex": ["f", "m"], "age": [3, 4]})
    table = pd.DataFrame({"name": ["(Intercept)", "age"], "total": [100, 360]})
    found = read_totals(table, records)
    assert found == read_totals(table.rename(columns={"name": "term"}), records)


def test_a_mistyped_column_is_told() -> None:
    records = pd.DataFrame({"sex": ["f", "m"]})
    with pytest.raises(DesignError, match="did you mean 'sex'"):
        read_totals(pd.DataFrame({"sexx": ["f", "m"], "total": [60, 40]}), records)
