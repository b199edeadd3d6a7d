"""The kernel that a notebook of a batch gets: this interpreter, whatever kernelspecs are installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_core.paths import jupyter_runtime_dir

from kgeval.run.forked import PROVISIONER, SEED

KERNEL_NAME = "python3"

# the same answers on every machine, whatever its time zone, locale, hash seed and number of cores
STEADY: Mapping[str, str] = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a seed may have one thread only
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "COLUMNS": "80",
    "LINES": "24",
}


def environment(scratch: Path) -> dict[str, str]:
    """Return what a kernel's environment has beside the user's own.

    ``scratch`` holds the connection files and an IPython without the user's startup files: a run
    must not depend on them. kgeval is found even where it is not installed.
    """
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **STEADY,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch),
    }


class HereKernelManager(AsyncKernelManager):
    """Starts the kernel of the running interpreter; over local sockets, so that ports never collide.

    Where a seed is waiting, the kernel is forked from it.
    """

    def __init__(self, **kwargs: Any) -> None:
        place = Path(jupyter_runtime_dir()) / "kernel"
        kwargs["connection_file"] = f"{place}.json"  # else it lies, with its key, among all temporary files
        if os.name == "posix":
            kwargs |= {"transport": "ipc", "ip": str(place)}
        super().__init__(**kwargs)
        self._kernel_spec = here(forked=bool(os.environ.get(SEED)))  # not the first one found on the machine


def here(*, forked: bool) -> KernelSpec:
    """Return the kernelspec of the running interpreter."""
    if forked:
        group = KernelProvisionerFactory.GROUP_NAME
        entry = EntryPoint(PROVISIONER, "kgeval.run.forked:ForkedProvisioner", group)
        KernelProvisionerFactory.instance().provisioners[PROVISIONER] = (
            entry  # also where it is not installed
        )
    return KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}} if forked else {},
    )
