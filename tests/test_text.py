"""How text lies in memory changes what a step costs, never what it gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kgeval.store import Provenance, text_storage
from kgeval.store.tables import parquet
from kgeval.store.text import SMALL


def test_small_deliveries_are_python_strings_and_large_ones_arrow(tmp_path: Path) -> None:
    (tmp_path / "2018").mkdir()
    (tmp_path / "2018" / "mothers.csv").write_bytes(b"x" * 10)
    assert text_storage(tmp_path) == "python"
    with (tmp_path / "mothers.csv").open("wb") as file:
        file.truncate(SMALL)  # a hole: no disk is filled
    assert text_storage(tmp_path) == "pyarrow"


@pytest.mark.parametrize("dtype", ["str", object], ids=["text", "objects"])
def test_a_table_gives_the_same_file_however_its_text_lies(dtype: object) -> None:
    made_of = Provenance(study="s", study_sha256="0", inputs={}, parameters={}, versions={})
    files = set()
    for storage in ("python", "pyarrow"):
        with pd.option_context("mode.string_storage", storage):
            frame = pd.DataFrame({"place": pd.Series(["Hà Tiên", None, ""], dtype="str"), "n": [1, 2, 3]})
            files.add(parquet(frame.astype({"place": dtype}), made_of))
    assert len(files) == 1
