"""A notebook as the runner sees it: its number, its title, its parameters, how often it runs.

A notebook says itself how it is run, in its metadata::

    {"kgeval": {"runs": "area and whole", "reads": {"10_clean": "whole"}, "data": false, "needs": ""}}

``runs`` is ``area`` (once for each area), ``area and whole`` or ``once``. ``reads`` names the earlier
notebooks whose tables it needs, of its own ``area`` or of the ``whole`` study; left out, it is every
earlier notebook, of the own area if it runs for areas only. ``data`` says whether it looks into the
delivered files itself, which it does unless it says no. ``needs`` is a file of the study without which
the notebook has nothing to say: where a study has no such file, it is not run.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from kgeval.errors import ParameterError, UserError
from kgeval.run.parameters import NAME, Parameter, nearest, parameters
from kgeval.store import sha256

Runs = Literal["area", "area and whole", "once"]
Extent = Literal["area", "whole"]
_FILE = re.compile(r"^[a-z][a-z0-9_]*\.[a-z]+$")
_NUMBERED = re.compile(r"^\d+_[a-z][a-z0-9_]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """One numbered notebook: ``name`` is its file's name without suffix, ``sha256`` of its bytes.

    ``opening`` is the text of the cell that holds its ``title``; ``imports`` are the modules that its cells
    import, in their order.
    """

    name: str
    path: Path
    title: str
    opening: str
    runs: Runs
    reads: Mapping[str, Extent]
    reads_data: bool
    needs: str
    imports: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    sha256: str


def read_notebooks(folder: Path | str) -> tuple[Notebook, ...]:
    """Return the numbered notebooks of a folder in the order of their numbers.

    Raises
    ------
    UserError
        The folder has none, or one of them is no notebook.
    ParameterError
        A parameters cell is not what it must be.
    """
    folder = Path(folder)
    paths = [path for path in folder.glob("*.ipynb") if _NUMBERED.match(path.stem)]
    if not paths:
        raise UserError(f"no numbered notebook in {folder.name!r}; give the folder with --notebooks")
    paths.sort(key=lambda path: (int(path.stem.split("_")[0]), path.stem))
    notebooks: list[Notebook] = []
    for path in paths:
        notebooks.append(_read(path, tuple(notebooks)))
    return tuple(notebooks)


def _read(path: Path, earlier: tuple[Notebook, ...]) -> Notebook:
    data = path.read_bytes()
    try:
        content = json.loads(data)
        cells = content["cells"]
        sources = [(cell["cell_type"], _text(cell["source"]), cell.get("metadata", {})) for cell in cells]
        about = content.get("metadata", {}).get("kgeval", {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{path.name} is no notebook; open and save it in JupyterLab") from error
    tagged = [
        source for kind, source, meta in sources if kind == "code" and "parameters" in meta.get("tags", [])
    ]
    if len(tagged) != 1:
        raise ParameterError(
            f"notebook {path.stem} has {len(tagged)} cells tagged 'parameters'; it must have exactly one"
        )
    openings = [
        (line[2:].strip(), source)
        for kind, source, _ in sources
        if kind == "markdown"
        for line in source.splitlines()
        if line.startswith("# ")
    ]
    title, opening = openings[0] if openings else (path.stem, "")
    runs = _runs(about, path.stem)
    return Notebook(
        name=path.stem,
        path=path,
        title=title,
        opening=opening,
        runs=runs,
        reads=_reads(about, runs, path.stem, earlier),
        reads_data=about.get("data", True) is not False,
        needs=_needs(about, path.stem),
        imports=tuple(dict.fromkeys(_imported(source for kind, source, _ in sources if kind == "code"))),
        parameters=parameters(tagged[0], notebook=path.stem),
        sha256=sha256(data),
    )


def for_study(notebooks: tuple[Notebook, ...], folder: Path) -> tuple[Notebook, ...]:
    """Return the notebooks that have something to say about the study in a folder."""
    return tuple(one for one in notebooks if not one.needs or (folder / one.needs).is_file())


def accepted(
    values: Mapping[str, object], notebooks: tuple[Notebook, ...], *, taken: tuple[str, ...]
) -> None:
    """Refuse values that no notebook declares, and those that the command gives itself (``taken``).

    Raises
    ------
    ParameterError
        With the nearest name that exists.
    """
    known = {name for notebook in notebooks for name in notebook.parameters}
    for name in values:
        if not NAME.fullmatch(name):
            raise ParameterError(f"{name[:40]!a} is no parameter name; use small letters, digits and _ only")
        if name in taken:
            raise ParameterError(
                f"parameter {name!r} is given by the command itself; leave it out of the file"
            )
        if name not in known:
            raise ParameterError(f"no notebook has a parameter {name!r}{nearest(name, known)}")


def _runs(about: Mapping[str, Any], name: str) -> Runs:
    runs = about.get("runs", "area")
    if runs not in ("area", "area and whole", "once"):
        raise UserError(
            f"notebook {name}: metadata kgeval.runs is {runs!r}; use 'area', 'area and whole' or 'once'"
        )
    return cast("Runs", runs)


def _needs(about: Mapping[str, Any], name: str) -> str:
    needs = about.get("needs", "")
    if not isinstance(needs, str) or not (needs == "" or _FILE.match(needs)):
        raise UserError(
            f"notebook {name}: metadata kgeval.needs is {needs!r}; name one file of a study's folder"
        )
    return needs


def _reads(
    about: Mapping[str, Any], runs: Runs, name: str, earlier: tuple[Notebook, ...]
) -> dict[str, Extent]:
    names = [notebook.name for notebook in earlier]
    reads = about.get("reads", dict.fromkeys(names, "area" if runs == "area" else "whole"))
    for read, extent in reads.items():
        if read not in names or extent not in ("area", "whole"):
            raise UserError(
                f"notebook {name}: metadata kgeval.reads names {read!r}: {extent!r}; "
                "name an earlier notebook and 'area' or 'whole'"
            )
    return dict(reads)


def _imported(cells: Iterable[str]) -> Iterator[str]:
    for cell in cells:
        try:
            statements = list(ast.walk(ast.parse(cell)))
        except (SyntaxError, ValueError, RecursionError):  # a magic, or a fault that its own run will show
            continue
        for statement in statements:
            if isinstance(statement, ast.Import):
                yield from (name.name for name in statement.names)
            elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
                yield statement.module


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
