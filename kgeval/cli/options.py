"""The options that several commands share, each worded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kgeval.errors import ParameterError

PATH = click.Path(path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def area_option(of: str = "") -> Option:
    """``--area``, given once for each area; ``of`` says what is made for it alone."""
    return click.option(
        "--area",
        "areas",
        multiple=True,
        help=f"{of}Code or key of an area; may be repeated. Default: all.",
    )


def lang_option(default: str = "the study's first") -> Option:
    """``--lang``; a command that has read the study asks ``Study.spoken`` whether it speaks it."""
    return click.option("--lang", help=f"Language of what people see. Default: {default}.")


def out_option(of: str = "The folder to write to.") -> Option:
    """``--out``, a folder that need not be there."""
    return click.option("--out", type=PATH, required=True, help=of)


def out_file_option(*endings: str) -> Option:
    """``--out`` of a command that writes one file, whose ending chooses its format.

    Raises
    ------
    ParameterError
        When it is called: the file's name ends otherwise.
    """
    known = " or ".join(endings)

    def checked(_context: click.Context, _parameter: click.Parameter, path: Path) -> Path:
        if path.suffix not in endings:
            raise ParameterError(f"--out {path.name!r} must end in {known}: the ending chooses the format")
        return path

    return click.option("--out", type=PATH, required=True, callback=checked, help=f"The file: {known}.")
