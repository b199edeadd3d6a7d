"""The process that does one task for a Dask worker: reads it from standard input, writes the answer."""

import os
import pickle
import sys
import threading
from pathlib import Path

from kgeval.run.workers import die_with


def main() -> None:
    """Do the task; whatever it prints goes to standard error, so that the answer stays whole."""
    answer = os.dup(1)
    os.dup2(2, 1)
    threading.Thread(target=die_with, args=(os.getppid(),), daemon=True).start()
    work, arguments = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  from our own parent
    with os.fdopen(answer, "wb") as out:
        out.write(pickle.dumps(work(*arguments, Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
