"""One truth about what the project needs: pyproject, locks, conda, Makefile and README agree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, set[str]]:
    """Return package -> versions of a lock (a version may differ by platform or Python)."""
    versions: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", line):
            versions.setdefault(match[1].lower().replace("_", "-"), set()).add(match[2])
    return versions


def required(specifiers: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[ ]", text, maxsplit=1)[0].lower().replace("_", "-") for text in specifiers}


def test_everything_that_is_needed_is_locked() -> None:
    assert required(PYPROJECT["project"]["dependencies"]) <= set(locked("requirements.lock"))
    assert required(PYPROJECT["dependency-groups"]["dev"]) <= set(locked("requirements-dev.lock"))


# Where the module that is imported has another name than what is installed.
INSTALLED_AS = {"PIL": "pillow", "docx": "python-docx", "pptx": "python-pptx"}


def third_parties() -> set[str]:
    """Return what the package imports, anywhere in a file, that is neither Python's nor its own."""
    names = set()
    for path in (ROOT / "kgeval").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module).split(".")[0])
    foreign = names - set(sys.stdlib_module_names) - {"kgeval"}
    return {INSTALLED_AS.get(name, name).lower().replace("_", "-") for name in foreign}


def test_what_is_imported_is_declared() -> None:
    """What comes along with another package today may stay away with its next version."""
    extras = PYPROJECT["project"]["optional-dependencies"].values()
    declared = required([*PYPROJECT["project"]["dependencies"], *(name for part in extras for name in part)])
    assert "pandas" in third_parties()
    assert third_parties() <= declared


def test_the_build_backend_is_pinned_and_locked() -> None:
    (backend,) = PYPROJECT["build-system"]["requires"]
    name, version = backend.split("==")
    assert PYPROJECT["dependency-groups"]["build"] == [backend]
    assert locked("requirements.lock")[name] == {version}


def test_a_wheel_carries_every_file_the_code_reads() -> None:
    """A page or grammar that no pattern names is missed only by those who install from a wheel."""
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["kgeval"]
    carried = {path for pattern in patterns for path in (ROOT / "kgeval").glob(pattern)}
    there = {path for path in (ROOT / "kgeval").rglob("*") if path.is_file()}
    read = {path for path in there if path.suffix not in {".py", ".pyc"} and path.name != "README.md"}
    assert len(read) > 50
    assert not {str(path.relative_to(ROOT)) for path in read - carried}


def test_both_locks_hold_the_same_versions() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


def test_polars_stays_out_of_the_kernels_environment() -> None:
    assert "polars" not in locked("requirements.lock")


def test_locks_name_no_index_and_hash_everything() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index|--find-links|file:", text)
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block.splitlines()[0])


def test_conda_takes_python_from_conda_and_the_rest_from_the_lock() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert re.search(r"- python=3\.(1[1-9])\b", text)
    assert "- -r requirements.lock" in text
    assert not re.search(r"- [a-z0-9-]+==", text)
    minimum = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert f"python={minimum}" in text


def test_the_readme_says_for_windows_what_the_makefile_does() -> None:
    """Without make, the lines are the Makefile's own with Windows' names of the same programs."""
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = dict(re.findall(r"^(\w+)\s*\??=\s*(.+)$", make, flags=re.MULTILINE))
    recipe = {
        name: re.search(rf"^{re.escape(name)}:.*\n((?:\t.*\n)+)", make, flags=re.MULTILINE)[1]
        for name in (".venv/ready", "review")
    }
    lines = [
        line for text in recipe.values() for line in text.splitlines() if not line.strip().startswith("@")
    ]
    for name in ("INSTALL", "ITSELF", "BIN", "PYTHON", "JOBS", "LANG_"):
        lines = [line.replace(f"$({name})", variables[name]) for line in lines]
    windows = [
        line.strip().replace("python3 -m venv", "py -m venv").replace(".venv/bin/", ".venv\\Scripts\\")
        for line in lines
    ]
    for document in ("README.md", "README.vi.md"):
        readme = (ROOT / document).read_text(encoding="utf-8")
        for line in windows:
            assert line in readme, f"{document} lacks: {line}"
