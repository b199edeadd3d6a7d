"""Papermill's own engine, which here hands back the notebook whatever happens to its kernel."""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, papermill_engines

from kgeval.run.kernel import KERNEL_NAME, HereKernelManager

ENGINE = "kgeval"


class Engine(NBClientEngine):  # type: ignore[misc]  # papermill is untyped
    """Papermill's engine with a kernel of this interpreter, shut down at once when the work is done."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, kept: list[Any], folder: str, **kwargs: Any
    ) -> None:
        """Execute a notebook in ``folder``; ``kept`` gets its node, as far as it came."""
        kept.append(nb_man.nb)
        super().execute_managed_notebook(
            nb_man,
            kernel_name or KERNEL_NAME,
            kernel_manager_class=HereKernelManager,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": folder}},
            **kwargs,
        )


def register() -> None:
    """Make the engine known to papermill by its name."""
    papermill_engines.register(ENGINE, Engine)
