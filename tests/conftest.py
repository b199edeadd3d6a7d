"""What every test finds as a fresh process would, and where to find what lies beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

# Reference values, real forms and exports, hostile files: they lie beside the project and never enter it.
SHARED = Path(os.environ.get("KGEVAL_SHARED", Path(__file__).parents[2] / "shared"))

# Laws look at the same examples in every run: a change is judged by itself. `make laws` looks at new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("new", print_blob=True)
settings.load_profile(os.environ.get("LAWS", "same"))


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip where a file or folder of :data:`SHARED` is not there."""
    reason = f"{path.name} lies outside the project, see CONTRIBUTING.md"
    return pytest.mark.skipif(not path.exists(), reason=reason)


@pytest.fixture(autouse=True)
def usual_strings() -> None:
    """A notebook's session chooses how text lies in memory; the next test shall not inherit it."""
    pd.reset_option("mode.string_storage")
