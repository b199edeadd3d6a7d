"""The house keeps its floors: who may import whom, and no study's name in the code."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kgeval"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Each room may import from itself and from the rooms named here; what stands on top may import all.
FLOORS = {
    "errors": set(),
    "store": {"errors"},
    "session": {"errors", "store", "plan"},  # what a notebook has on its desk
    "plan": {"errors", "store"},
    "prepare": {"errors", "store", "plan"},
    "estimate": {"errors", "store", "plan"},
    "present": {"errors", "store", "plan"},
    "run": {"errors", "store", "plan"},
    "protect": {"errors", "store", "plan"},
    "evaluate": {"errors", "store", "plan", "estimate", "protect"},
}
ON_TOP = {"cli", "simulate", "__init__", "__main__"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written whole, from kgeval"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("kgeval.")}
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_keeps_its_floor(path: Path) -> None:
    own = room(path)
    if own in ON_TOP:
        return
    strangers = imported_rooms(path) - FLOORS[own] - {own}
    assert not strangers, f"{own} must not import {', '.join(sorted(strangers))}"


def test_every_room_has_its_floor() -> None:
    assert {room(path) for path in MODULES} <= set(FLOORS) | ON_TOP


def study_words() -> set[str]:
    """Names of studies and of their areas, in every language of their files."""
    words = set()
    for areas in (ROOT / "surveys").glob("*/areas.csv"):
        words |= {areas.parent.name, areas.parent.name.replace("_", " ")}
        with areas.open(encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                words |= {row["key"], row["label_vi"], row["label_en"]}
    # A word of everyday English that some trial calls an arm says nothing about a study.
    everyday = {"control", "water", "sanitation", "nutrition", "handwashing", "wsh"}
    return {word.casefold() for word in words} - everyday


def test_no_study_is_named_in_the_code() -> None:
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, study_words())) + r")\b", re.IGNORECASE)
    for path in [*MODULES, *sorted((ROOT / "notebooks").glob("*.ipynb"))]:
        found = pattern.findall(path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(ROOT)} names {sorted(set(found))}"


# Letters that only Vietnamese has: a sentence for people belongs in a data file.
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def constants(path: Path) -> list[ast.Constant]:
    """Return the texts of a module but its docstrings, where an example may speak Vietnamese."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [node for node in texts if id(node) not in docstrings]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_for_people_stand_in_data_files(path: Path) -> None:
    for node in constants(path):
        words = [word for word in node.value.split() if VIETNAMESE.search(word)]
        assert len(words) < 3, f"{path.relative_to(ROOT)}:{node.lineno}: {node.value[:60]!r}"


def test_no_link_is_tracked() -> None:
    """A link of one working copy, say to its environment, would take the environment's place in another."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a working copy")
    listed = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    links = [line.split("\t")[1] for line in listed.stdout.splitlines() if line.startswith("120000")]
    assert links == []


# ``docs/page.md``, "Heading": where the code sends its reader.
POINTER = re.compile(r'``(docs/[\w-]+\.md)``(?:,\s+"([^"]+)")?')


def test_what_docstrings_point_to_is_there() -> None:
    pointers = {
        (page, " ".join(heading.split()))
        for path in MODULES
        for page, heading in POINTER.findall(path.read_text(encoding="utf-8"))
    }
    assert ("docs/method.md", "Verdicts") in pointers
    for page, heading in pointers:
        lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
        titles = [line.lstrip("# ") for line in lines if line.startswith("#")]
        assert any(title.startswith(heading) for title in titles), f"{page} has no section {heading!r}"
