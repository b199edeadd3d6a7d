"""The executed notebook as it is kept: the same bytes for the same input, wherever it ran."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

INJECTED = "injected-parameters"
_MARKER = "papermill-error-cell-tag"
_KERNEL_FILE = re.compile(r"(?:[A-Za-z]:)?[^\s\"'<>]*ipykernel_\d+[/\\]\d+\.py")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_TEXT_TYPES = ("text/plain", "text/html", "text/markdown")


def settled(notebook: Any, names: Mapping[str, str], *, forget: Iterable[str] = ()) -> Any:
    """Strip an executed notebook of clocks, random ids and the paths of this machine, in place.

    Parameters
    ----------
    notebook
        An nbformat node.
    names
        Absolute path to what is written in its stead.
    forget
        Parameters whose value is a path of this machine; they are kept as empty text.

    Returns
    -------
    notebook
        The same node, for the caller's convenience.
    """
    for key in ("papermill", "widgets"):
        notebook.metadata.pop(key, None)
    notebook.cells = [cell for cell in notebook.cells if _MARKER not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(notebook.cells):
        for key in ("papermill", "execution", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = INJECTED
            for name in forget:
                cell.source = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = ""', cell.source)
        elif not cell.get("id"):
            cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = [_output(output, names) for output in _joined(cell.outputs)]
    return notebook


def _joined(outputs: Iterable[Any]) -> list[Any]:
    # how a stream is cut into messages is chance, and so is which of two streams comes first
    joined: list[Any] = []
    run: dict[str, Any] = {}
    for output in outputs:
        if output.output_type != "stream":
            joined += [run[name] for name in sorted(run, reverse=True)]
            run = {}
            joined.append(output)
        elif output.name in run:
            run[output.name].text += output.text
        else:
            run[output.name] = output
    return joined + [run[name] for name in sorted(run, reverse=True)]


def _output(output: Any, names: Mapping[str, str]) -> Any:
    if output.output_type == "stream":
        output.text = plain(output.text, names)
    elif output.output_type == "error":
        output.evalue = plain(output.evalue, names)
        output.traceback = [plain(line, names) for line in output.traceback]
    else:
        for kind in _TEXT_TYPES:
            if isinstance(output.get("data", {}).get(kind), str):
                output.data[kind] = plain(output.data[kind], names)
    return output


def plain(text: str, names: Mapping[str, str]) -> str:
    """Return text without the paths, process numbers and addresses that differ from run to run."""
    text = _ADDRESS.sub("0x…", _KERNEL_FILE.sub("cell", text))
    for path in sorted(names, key=len, reverse=True):
        text = text.replace(path, names[path])
    return text
