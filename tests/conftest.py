"""What every test finds as a fresh process would."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(autouse=True)
def usual_strings() -> None:
    """A notebook's session chooses how text lies in memory; the next test shall not inherit it."""
    pd.reset_option("mode.string_storage")
