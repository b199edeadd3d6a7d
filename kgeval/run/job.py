"""One job: a notebook executed by papermill in a kernel of its own, kept with its page."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgeval import errors
from kgeval.run.graph import Job, Status
from kgeval.run.parameters import as_declared
from kgeval.run.saved import INJECTED, settled
from kgeval.run.scratch import scratch
from kgeval.store import STAGED_ROOT, STAGING, write_whole

Page = Callable[..., str]  # (notebook node, *, title, lang, synthetic, banner) -> HTML
COMMON = ("study", "data", "out", "area", "lang")  # parameters that the command gives itself
_MORE_TIME = "mend it, or allow more: --cell-seconds"
_LESS_MEMORY = "run again, with fewer --jobs if memory was short"
_NO_KERNEL = "no kernel could be started; .kgeval/workers.log in the output folder says why"
# an apostrophe within a word opens nothing; what may itself hold quotation marks ends at the last, if any
_QUOTED = re.compile(r"""((?<!\w\w)'|")(?:.*\1|.*)""", re.DOTALL)
_AFTER_COLON = re.compile(r"(?<=: )[^'\"].*")  # pandas and datetime quote a cell there without any marks
_OUR_CODE = re.compile(r"\[[A-Z][A-Z0-9_]*\]; ")  # libraries, too, call an error DataError
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all jobs of a run share.

    Parameters
    ----------
    study, data, out
        Absolute paths; the notebooks get them relative to where they are kept.
    lang
        Language of what people see.
    parameters
        Further values for the notebooks that declare them.
    page, page_options
        Makes the page of an executed notebook; ``None``: no pages.
    titles
        Area code to the words that stand behind a page's title.
    cell_seconds
        How long one cell may take.
    seed
        Address of the process that kernels are forked from; empty: plain kernels.
    scratch
        Folder of the run's own temporary files; empty: the usual one, as on other machines.
    """

    study: Path
    data: Path
    out: Path
    lang: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    page: Page | None = None
    page_options: Mapping[str, Any] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    cell_seconds: int = 600
    seed: str = ""
    scratch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """How a job ended: ``cell`` and ``error`` say where and why it failed, ``reason`` why it ran or not."""

    notebook: str
    area: str
    folder: str
    status: Status
    seconds: float = 0.0
    cell: str = ""
    error: str = ""
    error_type: str = ""
    reason: str = ""
    peak_mb: float = 0.0

    @property
    def key(self) -> str:
        """Return what names the job."""
        return f"{self.folder}.{self.notebook}"


def given(job: Job, setting: Setting) -> dict[str, object]:
    """Return the parameters of a job's notebook, those that it declares.

    Paths are relative to the folder where the notebook is kept and runs, so that it can be opened
    and run again there, whatever the folder above is called.
    """
    home = setting.out / job.place.key / "notebooks"
    values: dict[str, object] = {
        "study": _relative(setting.study, home),
        "data": _relative(setting.data, home),
        "out": _relative(setting.out, home),
        "area": job.place.code,
        "lang": setting.lang,
        **setting.parameters,
    }
    declared = job.notebook.parameters
    return {name: as_declared(value, declared[name]) for name, value in values.items() if name in declared}


def run_job(job: Job, setting: Setting, staged: Path) -> JobResult:
    """Execute a job; its outputs, its notebook and its page are in ``staged`` afterwards.

    The notebook is kept when it fails, too, with the traceback in its cell.
    """
    started = time.perf_counter()
    node, failure = _executed(job, setting, staged)
    kept = f"{job.place.key}/notebooks/{job.notebook.name}"
    names = _names(setting, staged)
    if node is not None:
        settled(node, names, forget=_found_again(job))
        write_whole(staged / f"{kept}.ipynb", _bytes(node), durable=False)
        if setting.page is not None:
            html = setting.page(node, title=_title(job, setting), lang=setting.lang, **setting.page_options)
            write_whole(staged / f"{kept}.html", html.encode("utf-8"), durable=False)
    return JobResult(
        notebook=job.notebook.name,
        area=job.place.code,
        folder=job.place.key,
        status="failed" if failure else "done",
        seconds=time.perf_counter() - started,
        cell=failure.get("cell", ""),
        error=failure.get("error", ""),
        error_type=failure.get("error_type", ""),
        peak_mb=_peak_mb(),
    )


def _peak_mb() -> float:
    """Return the most memory that this process and one of its kernels have taken; 0 where unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    from kgeval.run.forked import ForkedKernel

    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, plain = (
        resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return float(own + max(plain, ForkedKernel.peak_mb))


def _executed(job: Job, setting: Setting, staged: Path) -> tuple[Any, dict[str, str]]:
    """Return the executed notebook (None where not even a kernel started) and what went wrong."""
    # jsonschema would make forty grammars, for a second, to check addresses: a notebook holds none
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    from kgeval.run.engine import ENGINE, register

    register()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    home = setting.out / job.place.key / "notebooks"
    home.mkdir(parents=True, exist_ok=True)
    kept: list[Any] = []
    try:
        with _surroundings(setting, staged):
            papermill.execute_notebook(
                str(job.notebook.path).replace("{", "{{").replace("}", "}}"),  # papermill fills them in
                None,
                given(job, setting),
                engine_name=ENGINE,
                kept=kept,
                folder=str(home),
                progress_bar=False,
                execution_timeout=setting.cell_seconds,
                start_timeout=60,
            )
    except papermill.PapermillExecutionError as error:
        return kept[-1], {
            "cell": _cell(kept[-1]),
            "error": summary(error.ename, error.evalue),
            "error_type": error.ename,
        }
    except (CellTimeoutError, TimeoutError):
        seen = f"the cell took longer than {setting.cell_seconds} s and was stopped; {_MORE_TIME}"
        return _noted(kept, "CellTimeout", seen)
    except DeadKernelError:
        return _noted(
            kept, "DeadKernel", f"the kernel died (out of memory, or it was killed); {_LESS_MEMORY}"
        )
    except RuntimeError:
        return None, {"error": _NO_KERNEL, "error_type": "KernelDidNotStart"}
    return kept[-1], {}


def summary(name: str, message: str) -> str:
    """Return one line on an error. Messages of our own hold no personal value; others may quote one.

    Examples
    --------
    >>> summary("ValueError", "could not convert string to float: 'Lan'")
    "ValueError: could not convert string to float: '…'"
    """
    text = _ANSI.sub("", message).strip()
    own = getattr(errors, name, None)
    ours = isinstance(own, type) and issubclass(own, errors.UserError)
    if ours and (name != "DataError" or _OUR_CODE.search(text)):
        return text.split("\n")[0]
    masked = _QUOTED.sub(r"\1…\1", text).split("\n")[0]  # a value may hold a line break
    masked = _AFTER_COLON.sub("…", masked)[:200]
    return f"{name}: {masked}".rstrip(": ")


def _noted(kept: list[Any], name: str, seen: str) -> tuple[Any, dict[str, str]]:
    failure = {"cell": "", "error": seen, "error_type": name}
    if not kept:
        return None, failure
    from nbformat import NotebookNode

    node = kept[-1]
    running = [cell for cell in node.cells if cell.cell_type == "code" and _was_started(cell)]
    if running:
        running[-1].outputs.append(
            NotebookNode(  # type: ignore[no-untyped-call]
                output_type="error", ename=name, evalue=seen, traceback=[f"{name}: {seen}"]
            )
        )
    return node, failure | {"cell": _cell(node)}


def _was_started(cell: Any) -> bool:
    return bool(cell.metadata.get("papermill", {}).get("start_time"))


def _cell(node: Any) -> str:
    """Return number and name of the failed cell, counted as in the notebook that the user knows."""
    own = [cell for cell in node.cells if INJECTED not in cell.metadata.get("tags", [])]
    own = [cell for cell in own if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(own, start=1):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return f"{number} ({cell.id})" if cell.get("id") else str(number)
    return "parameters"


def _found_again(job: Job) -> list[str]:
    """Return the folders that a notebook, opened where it is kept, learns from ``run.json``."""
    declared = job.notebook.parameters
    return [name for name in ("study", "data") if name in declared and not declared[name].default]


def _title(job: Job, setting: Setting) -> str:
    words = setting.titles.get(job.place.code, "")
    return f"{job.notebook.title} – {words}" if words else job.notebook.title


def _names(setting: Setting, staged: Path) -> dict[str, str]:
    return {
        str(staged): ".",
        str(setting.out): ".",
        str(setting.data): setting.data.name,
        str(setting.study): setting.study.name,
        str(Path(__file__).resolve().parents[2]): "kgeval",
        sys.prefix: "python",
        sys.base_prefix: "python",
        str(Path.home()): "~",
    }


def _relative(path: Path, home: Path) -> str:
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # another drive of a Windows machine
        return path.as_posix()


def _bytes(node: Any) -> bytes:
    import nbformat

    text: str = nbformat.writes(node, version=4)  # type: ignore[no-untyped-call]
    return (text.rstrip("\n") + "\n").encode("utf-8")


@contextmanager
def _surroundings(setting: Setting, staged: Path) -> Iterator[None]:
    """Set what the kernel inherits, and take it back."""
    from kgeval.run.forked import SEED
    from kgeval.run.kernel import environment

    former = dict(os.environ)
    with scratch(setting.scratch) as folder:
        os.environ.update(environment(folder))
        os.environ.update({STAGED_ROOT: str(setting.out), STAGING: str(staged), SEED: setting.seed})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(former)
