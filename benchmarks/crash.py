"""Kill runs at random moments, press Ctrl-C, start several at once, fill the disk: count what is torn.

    python benchmarks/crash.py [--kills 200] [--interrupts 40] [--rounds 50] [--disks 20] [--seed 404]

A run is a small review of three areas with real kernels. After each kill, and each Ctrl-C (which a
terminal sends to all processes of the run), every table must be whole and agree with its provenance,
and the next run must finish and leave what a run that nobody disturbed leaves; of four runs started
together exactly one may write; on a full disk (a small tmpfs, for which one must be root) nothing may
be torn.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kgeval.errors import UserError
from kgeval.store import Store, fingerprints

ROOT = Path(__file__).resolve().parents[1]
BUSY = DISK = 4


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests/run"))
    import tiny

    options = argparse.ArgumentParser(description=__doc__)
    for name, count in (("kills", 200), ("interrupts", 40), ("rounds", 50), ("disks", 20), ("seed", 404)):
        options.add_argument(f"--{name}", type=int, default=count)
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, it would be ignored
    with tempfile.TemporaryDirectory() as name:
        desk = Path(name)
        tiny.write_study(desk / "study")
        (desk / "data").mkdir()
        (desk / "data/mothers.csv").write_text("mid,district,round,reads\n", encoding="utf-8")
        tiny.write_notebooks(desk / "notebooks")
        print(stops(desk, chosen.kills, "kills", chance), flush=True)
        print(stops(desk, chosen.interrupts, "interrupts", chance), flush=True)
        print(together(desk, chosen.rounds), flush=True)
        print(disks(desk, chosen.disks, chance))


def start(desk: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    folders = ["--data", desk / "data", "--out", out, "--notebooks", desk / "notebooks"]
    command = [sys.executable, "-m", "kgeval", "run", desk / "study", *folders, "--force", *more]
    return subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def torn(out: Path) -> int:
    """Count the tables that are not what their provenance says, once the next run has opened the folder."""
    bad = 0
    for path in out.rglob("*.parquet"):
        if ".kgeval" not in path.parts:
            try:
                Store(out).read(path.relative_to(out).with_suffix("").as_posix())
            except (UserError, OSError, ValueError):
                bad += 1
    return bad


def stops(desk: Path, count: int, what: str, chance: random.Random) -> str:
    """Kill the run's first process, or press Ctrl-C, so many times; say what that left."""
    out, bad, orphans, failed, other = desk / what, 0, 0, 0, 0
    whole = time.perf_counter()
    assert start(desk, out).wait() == 0
    whole = time.perf_counter() - whole
    undisturbed = made(out)
    for _ in watched(count, what):
        run = start(desk, out)
        time.sleep(chance.uniform(0, whole))
        if what == "kills":
            run.send_signal(signal.SIGKILL)
        else:
            os.killpg(run.pid, signal.SIGINT)
        run.wait()
        bad += torn(out)
        time.sleep(1)
        orphans += alive(out)
        failed += start(desk, out).wait() != 0
        other += made(out) != undisturbed
    return (
        f"{count} {what}: {bad} torn, {orphans} left running; of the next runs {failed} did not finish "
        f"and {other} left anything else than a run that nobody disturbed"
    )


def made(out: Path) -> dict[str, str]:
    """Return the checksum of every file that a run leaves; ``run.json`` alone knows the time."""
    return {name: checksum for name, checksum in fingerprints(out).items() if name != "run.json"}


def watched(count: int, what: str) -> Iterator[int]:
    """Count up, and say on standard error how far it is: the whole programme takes over an hour."""
    for number in range(count):
        print(f"{what}: {number} of {count}", end="\r", file=sys.stderr, flush=True)
        yield number


def alive(out: Path) -> int:
    """Count the processes that still work for a run that was killed."""
    import psutil

    return sum(str(out) in str(process.info["environ"]) for process in psutil.process_iter(["environ"]))


def together(desk: Path, count: int) -> str:
    strange = 0
    for number in watched(count, "rounds"):
        codes = sorted(run.wait() for run in [start(desk, desk / f"together{number % 3}") for _ in range(4)])
        strange += codes.count(0) + codes.count(BUSY) != 4 or codes.count(0) < 1
    return (
        f"{count} rounds of 4 runs at once: {strange} rounds with anything but one writer and polite refusals"
    )


def disks(desk: Path, count: int, chance: random.Random) -> str:
    bad = unfinished = 0
    for _ in watched(count, "disks"):
        out = desk / "small"
        out.mkdir(exist_ok=True)
        size = chance.randrange(16, 400)
        if subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", out], check=False
        ).returncode:
            return "full disks: not tried, a tmpfs cannot be mounted here"
        try:
            code = start(desk, out / "out", "--plain-kernels").wait()
            bad += torn(out / "out") + (code not in (0, DISK))
            subprocess.run(["mount", "-o", "remount,size=64m", out], check=True)
            unfinished += start(desk, out / "out", "--plain-kernels").wait() != 0
            bad += torn(out / "out")
        finally:
            subprocess.run(["umount", "-l", out], check=True)
    return f"{count} full disks: {bad} torn or not exit code 4, {unfinished} not finished with more room"


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = str(ROOT)
    main()
