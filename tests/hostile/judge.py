"""Judge `kgeval read` by a corpus of hostile files: each entry of its manifest says what must happen.

    python tests/hostile/judge.py CORPUS [--config columns.json] [--only WORD] [--jobs 2]

reads every entry of kind ``table`` (and the objects of the file system) in a fresh process with the
entry's limits of time and memory, without its declaration and with it, and prints what differs. The
corpus holds ``manifest.json`` in the form that ``make_hostile.py`` writes; ``form_of`` makes the form
from the columns that it was made for.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TAKEN = {"accept_clean", "accept_logged", "accept_partial"}
# Entries that are judged by another command than `kgeval read`, with what reading alone says of them.
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "weights_bad.csv": ("accept_partial", "weights belong to `kgeval estimate`"),
    "weights_all_zero.csv": ("accept_partial", "weights belong to `kgeval estimate`"),
    "one_psu.csv": ("accept_clean", "clusters belong to `kgeval estimate`"),
    "wave_endline_contradicts.csv": ("accept_clean", "two waves are compared by a study"),
}
OPTIONS = ("encoding", "sheet", "header_row", "header_rows", "date_order", "decimal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one reading left: exit code, both streams, its time and memory, its folder."""

    code: int
    out: str
    err: str
    folder: Path
    seconds: float = 0.0
    rss_mb: float = 0.0
    account: Mapping[str, Any] = field(default_factory=dict)


# ---- the form of a corpus ------------------------------------------------------------------------


def form_of(columns: Iterable[Mapping[str, Any]], *, coded: bool = True) -> str:
    """Return the form (Markdown) of the corpus' columns; ``coded``: choices have codes beside labels."""
    survey, choices, key = [], [], []
    for column in columns:
        name, levels = column["name"], column.get("levels", ())
        kind = {"id": "text", "name": "text", "phone": "text", "text": "text", "date": "date",
                "int": "integer", "float": "decimal", "bool": "integer",
                "category": f"select_one {name}_list"}[column["type"]]  # fmt: skip
        if column.get("role") == "key" or (not key and column["type"] == "id"):
            key.append(name)
        survey.append(
            [kind, name, name, "yes" if column.get("required") else "", _rule(column),
             column.get("pii", "direct" if column["type"] == "text" else "none"),
             "phone" if column["type"] == "phone" else ""]
        )  # fmt: skip
        choices += [
            [f"{name}_list", f"{name[:3]}_{place}" if coded else level, level]
            for place, level in enumerate(levels)
        ]
    head = ["type", "name", "label::vi", "required", "constraint", "class", "content"]
    return "\n".join(
        [
            *_sheet("survey", head, survey),
            *_sheet("choices", ["list_name", "name", "label::vi"], choices),
            *_sheet("settings", ["form_title", "form_id", "version", "default_language", "key"],
                    [["Hostile", "hostile", "1", "vi", " ".join(key)]]),
        ]
    ) + "\n"  # fmt: skip


def _rule(column: Mapping[str, Any]) -> str:
    if column["type"] == "date" and "min" in column:
        return f". >= date('{column['min']}') and . <= date('{column['max']}')"
    if column["type"] in {"int", "float"} and "min" in column:
        return f". >= {column['min']:.10g} and . <= {column['max']:.10g}"
    return ""


def _sheet(name: str, head: list[str], rows: list[list[str]]) -> list[str]:
    def line(cells: list[str]) -> str:
        return "|    | " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [f"| {name} |", line(head), *map(line, rows)]


# ---- reading one entry ---------------------------------------------------------------------------


def arguments(path: Path, form: Path, out: Path, declared: Mapping[str, Any]) -> list[str]:
    """Return the arguments of ``kgeval read``; what is declared becomes its options."""
    options = [f"--{name.replace('_', '-')}={declared[name]}" for name in OPTIONS if name in declared]
    macros = ["--allow-macros"] if declared.get("allow_macros") else []
    return ["read", f"--form={form}", f"--out={out}", "--json", *options, *macros, "--", str(path)]


def in_process(path: Path, form: Path, out: Path, declared: Mapping[str, Any], limits: Any) -> Outcome:
    """Read in a process of its own, killed at three times its time, its memory measured by the system."""
    command = [sys.executable, "-m", "kgeval", *arguments(path, form, out, declared)]
    work = out.parent / f"{out.name}.cwd"
    work.mkdir(parents=True)
    start = time.monotonic()
    with (work / "stdout").open("wb") as stdout, (work / "stderr").open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, cwd=work, env=_environment())
        while True:
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - start > 3 * limits["seconds"]:
                process.kill()
                _, status, used = os.wait4(process.pid, 0)
                break
            time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    return outcome_of(
        process.returncode,
        (work / "stdout").read_text("utf-8"),
        (work / "stderr").read_text("utf-8"),
        out,
        seconds=used.ru_utime + used.ru_stime,
        rss_mb=used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}


def outcome_of(code: int, out: str, err: str, folder: Path, **measured: float) -> Outcome:
    """Return the outcome with the account that was printed."""
    try:
        account = json.loads(out)["files"][0]
    except (ValueError, LookupError, TypeError):
        account = {}
    return Outcome(code=code, out=out, err=err, folder=folder, account=account, **measured)


# ---- judging -------------------------------------------------------------------------------------


def differences(
    entry: Mapping[str, Any], outcome: Outcome, *, declared: bool = False, canaries: Iterable[str] = ()
) -> list[str]:
    """Return what is not as the entry of the manifest says, one line a fault."""
    wanted, elsewhere = entry["verdict"], entry["file"] in ELSEWHERE
    codes, rejected = entry["codes"], entry["rows_rejected"]
    if elsewhere:
        wanted, codes, rejected = ELSEWHERE[entry["file"]][0], [], None
    account, faults = outcome.account, _always(entry, outcome, canaries)
    if not account:
        return [*faults, f"no account (exit {outcome.code}): {outcome.err.strip()[-300:]}"]
    if declared:
        if account["verdict"] not in TAKEN or outcome.code != 0:
            return [*faults, f"declared, and not taken: {account['verdict']} {outcome.err.strip()}"]
        return faults + _counts(entry, account, None, declared=True)
    if account["verdict"] != wanted:
        faults.append(f"verdict {account['verdict']} {account['codes']}, wanted {wanted}")
    faults += [f"code {code} is not in {account['codes']}" for code in codes if code not in account["codes"]]
    if outcome.code != (0 if wanted in TAKEN else 2):
        faults.append(f"exit {outcome.code}")
    if account["verdict"] in TAKEN:
        return faults + _counts(entry, account, rejected) + _told(entry, outcome, codes)
    return faults + _named(entry, outcome.err)


def _always(entry: Mapping[str, Any], outcome: Outcome, canaries: Iterable[str]) -> list[str]:
    """Return what no entry may do: spill, write a traceback, say more than a line, leave a person's data."""
    limits, faults = entry["limits"], []
    if outcome.seconds > limits["seconds"]:
        faults.append(f"took {outcome.seconds:.1f} s of {limits['seconds']}")
    if outcome.rss_mb > limits["rss_mb"]:
        faults.append(f"took {outcome.rss_mb:.0f} MB of {limits['rss_mb']}")
    if "Traceback" in outcome.err + outcome.out:
        faults.append("a traceback")
    lines = outcome.err.splitlines()
    if len(lines) > 1 or any(not line.isprintable() for line in lines):
        faults.append(f"standard error has {len(lines)} lines: {outcome.err[:200]!r}")
    public = {"standard output": outcome.out, "standard error": outcome.err}
    if outcome.folder.is_dir():
        public |= {
            str(path.relative_to(outcome.folder)): path.read_bytes().decode("utf-8", "replace")
            for path in sorted(outcome.folder.rglob("*"))
            if path.is_file() and "restricted" not in path.relative_to(outcome.folder).parts
        }
    for where, text in public.items():
        seen = [canary for canary in canaries if canary in text]
        if seen:
            faults.append(f"personal data in {where}: {len(seen)} values")
    return faults


def _counts(
    entry: Mapping[str, Any], account: Mapping[str, Any], rejected: int | None, *, declared: bool = False
) -> list[str]:
    faults = []
    if account["kept"] + account["rejected"] + account["structural"] != account["rows_in"]:
        faults.append("the rows do not add up")
    if entry["rows_in"] is not None and account["rows_in"] != entry["rows_in"] and not declared:
        faults.append(f"rows_in {account['rows_in']}, wanted {entry['rows_in']}")
    gone = account["rejected"] + account["structural"]
    if rejected is not None and gone != rejected:
        faults.append(f"{gone} rows rejected or structural, wanted {rejected}")
    return faults


def _told(entry: Mapping[str, Any], outcome: Outcome, codes: Iterable[str]) -> list[str]:
    """Return rows and columns that the findings and the log do not name although the entry does."""
    where, wanted = entry.get("where") or {}, entry["must_name"]
    lines = [
        line
        for name, code in (("findings", "check"), ("corrections", "rule"), ("rejected", "reason"))
        for line in _table(outcome.folder / f"{name}.csv")
        if not codes or line[code] in codes
    ]
    faults = []
    if codes and "row" in wanted and "row" in where:
        rows = {int(line["row"]) for line in lines if line["row"]}
        if not rows & set(_listed(where["row"])):
            faults.append(f"no row of {where['row']} is named, but {sorted(rows)[:12]}")
    if codes and "column" in wanted and isinstance(where.get("column"), str):
        columns = {line.get("column", "") for line in lines}
        if where["column"] not in columns:
            faults.append(f"column {where['column']} is not named, but {sorted(columns)[:12]}")
    return faults


def _named(entry: Mapping[str, Any], message: str) -> list[str]:
    """Return what the line on standard error does not name."""
    where, faults = entry.get("where") or {}, []
    printable = re.sub(r"\s+", " ", entry["file"].rpartition("/")[2])
    for what in entry["must_name"]:
        if what == "file" and printable not in message:
            faults.append("the file is not named")
        elif what == "row" and not re.search(r"\brows? [0-9]+", message):
            faults.append("no row is named")
        elif what == "row" and "row" in where:
            named = {int(number) for number in re.findall(r"\brows? ([0-9]+)", message)}
            if not named & set(_listed(where["row"])):
                faults.append(f"row {named} is named, wanted {where['row']}")
        elif what == "column" and "column" in where and str(where["column"]).lower() not in message.lower():
            faults.append(f"column {where['column']} is not named")
        elif what in {"column", "sheet", "part"} and not re.search(rf"\b{what}s? ", message):
            faults.append(f"no {what} is named")
    return [f"{fault}: {message.strip()}" for fault in faults]


def _listed(rows: int | list[int]) -> list[int]:
    return rows if isinstance(rows, list) else [rows]


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


# ---- a whole corpus ------------------------------------------------------------------------------


def judge(corpus: Path, form: Path, scratch: Path, *, only: str = "", jobs: int = 2) -> dict[str, list[str]]:
    """Read every table of the corpus in fresh processes; return the faults by entry, empty ones left out."""
    manifest = json.loads((corpus / "manifest.json").read_text("utf-8"))
    tried = [
        (entry, declared)
        for entry in manifest["files"]
        if entry["kind"] in {"table", "fs"} and only in entry["file"]
        for declared in ({}, entry.get("declare") or {})[: 2 if entry.get("declare") else 1]
        if not (entry["file"] == "fs/unreadable.csv" and os.geteuid() == 0)  # root reads it
    ]

    def one(place: int) -> tuple[str, list[str]]:
        entry, declared = tried[place]
        out = scratch / f"{place:04d}"
        outcome = in_process(corpus / entry["file"], form, out, declared, entry["limits"])
        name = f"{entry['file']} {declared or ''}".strip()
        found = differences(entry, outcome, declared=bool(declared), canaries=manifest["canaries"])
        return name, found

    with ThreadPoolExecutor(jobs) as pool:
        results = dict(pool.map(one, range(len(tried))))
    spilled = [str(path) for folder in (corpus, scratch) for path in folder.rglob("KGEVAL_PWNED")]
    faults = {name: found for name, found in results.items() if found}
    return faults | ({"KGEVAL_PWNED": spilled} if spilled else {})


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("corpus", type=Path)
    options.add_argument(
        "--config", type=Path, required=True, help="the columns, as make_hostile.py prints them"
    )
    options.add_argument("--only", default="")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument(
        "--uncoded", action="store_true", help="choices without codes: the level is the name"
    )
    asked = options.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    columns = json.loads(asked.config.read_text("utf-8"))["columns"]
    with tempfile.TemporaryDirectory() as name:
        form = Path(name) / "form.md"
        form.write_text(form_of(columns, coded=not asked.uncoded), encoding="utf-8")
        faults = judge(asked.corpus, form, Path(name) / "out", only=asked.only, jobs=asked.jobs)
    for entry, found in faults.items():
        print(entry, *(f"\n    {fault}" for fault in found), sep="")
    print(f"{len(faults)} entries differ")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
