"""Notebooks stay thin, clean and runnable: they read like the data's way."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from kgeval.present.notebook_text import in_language, title_in

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
COMMON = ["study", "data", "out", "area", "lang"]
HEAVY = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.Try,
    ast.Lambda,
    ast.ListComp,
)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_names_are_numbered_by_tens(path: Path) -> None:
    assert re.fullmatch(r"[1-9][05]_[a-z_]+\.ipynb", path.name)


def test_kept_without_outputs_and_with_a_kernelspec(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(path))


def test_cell_ids_are_readable_and_unique(path: Path) -> None:
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{2,40}", name) for name in ids)


def test_one_cell_of_typed_parameters(path: Path) -> None:
    tagged = [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    lines = [line for line in tagged[0].source.splitlines() if line.strip()]
    nodes = ast.parse(tagged[0].source).body
    assert all(isinstance(node, ast.AnnAssign) and node.value is not None for node in nodes)
    assert [node.target.id for node in nodes][: len(COMMON)] == COMMON
    assert all("  # " in line for line in lines), "each parameter says what it is"


def test_code_is_calls_not_programs(path: Path) -> None:
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 12, cell.id
        heavy = [type(node).__name__ for node in ast.walk(ast.parse(cell.source)) if isinstance(node, HEAVY)]
        assert not heavy, f"{cell.id}: {heavy}"


def test_says_what_it_reads_and_writes(path: Path) -> None:
    first = nbformat.read(path, as_version=4).cells[0].source
    assert first.startswith("# ")
    for word in ("Câu hỏi", "Đọc", "Ghi"):
        assert f"**{word}" in first, word


def test_the_last_cell_writes_through_the_store(path: Path) -> None:
    assert re.search(r"desk\.write|deposit\(desk\.store", code_cells(path)[-1].source)


def test_every_heading_is_there_in_both_languages(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    words = [cell.source for cell in in_language(notebook, "en").cells if cell.cell_type == "markdown"]
    assert words
    assert not [word for word in words if re.search(r"[^\x00-\x7f]", word)], (
        "no Vietnamese on an English page"
    )
    assert all(re.match(r"#+ [A-Z]", word) for word in words)
    assert in_language(notebook, "vi") == notebook
    assert words[0].startswith(f"# {title_in(notebook.cells[0].source, 'en')}\n")
