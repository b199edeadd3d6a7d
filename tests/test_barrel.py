"""What ``import kgeval`` offers, and what it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import kgeval as kg


def run(program: str) -> str:
    """Run a program in an interpreter of its own: pytest lays modules over names of the same name."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


def test_every_name_that_is_offered_is_there() -> None:
    assert kg.__all__ == sorted(kg.__all__)
    there = "(name for name in kg.__all__ if callable(getattr(kg, name)) and name in dir(kg))"
    assert run(f"import kgeval as kg; print(*{there})").split() == kg.__all__
    with pytest.raises(AttributeError, match="no attribute 'regres'"):
        kg.regres  # noqa: B018  the name alone is the test


def test_types_are_told_where_the_names_come_from() -> None:
    """The imports for type checkers and those on demand are the same."""
    tree = ast.parse(Path(kg.__file__).read_text(encoding="utf-8"))
    checked = next(node for node in tree.body if isinstance(node, ast.If)).body
    told = {alias.name: node.module for node in checked for alias in node.names}
    assert told == kg._ON_DEMAND
    assert set(told) < set(kg.__all__)


def test_the_function_estimate_hides_its_package_but_not_the_rooms_in_it() -> None:
    program = """
import kgeval as kg, pandas as pd
from kgeval.estimate.regression import regress
assert regress is kg.regress
rows = kg.estimate(pd.DataFrame({"y": [0, 1]}), kg.SampleDesign(), kg.share("y", "${y} = 1"))
print(rows["value"].item())
"""
    assert run(program) == "0.5\n"


def test_plain_import_loads_nothing_heavy() -> None:
    loaded = set(run("import sys, kgeval; print(*sys.modules)").split())
    assert "kgeval.estimate.estimates" in loaded
    assert not loaded & {"statsmodels", "matplotlib", "duckdb", "openpyxl", "IPython", "docx", "great_tables"}
    assert not loaded & {*kg._ON_DEMAND.values()}
