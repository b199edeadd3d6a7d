"""Parts of a computation at the same time: NumPy and SciPy let go of the interpreter while they compute."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

Part = TypeVar("Part")


def side_by_side(parts: Sequence[Callable[[], Part]]) -> list[Part]:
    """Compute the parts on as many threads as there are processors; return what each gives, in their order.

    For parts that take a millisecond or more: a thread costs a tenth of one. ``OMP_NUM_THREADS`` bounds
    the threads here as it does in other numerical libraries; runs that work on many areas at once set it.

    Examples
    --------
    >>> side_by_side([lambda: 2 + 2, lambda: 3 + 3])
    [4, 6]
    """
    threads = min(len(parts), _processors()) if len(parts) > 1 else 1
    if threads == 1:
        return [part() for part in parts]
    from concurrent.futures import ThreadPoolExecutor  # takes longer than a small estimate

    with ThreadPoolExecutor(threads) as workers:
        return list(workers.map(lambda part: part(), parts))


def _processors() -> int:
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "").strip()
    return min(here, int(asked)) if asked.isdecimal() and int(asked) else here
