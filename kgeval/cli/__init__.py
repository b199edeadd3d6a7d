"""The command ``kgeval``: where the parts meet. Each subcommand is imported when it is called."""

from __future__ import annotations

import errno
import importlib
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from kgeval.errors import BusyError, StudyError, UserError

# name -> (module, its click command, the line in the list of commands)
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "run": ("kgeval.cli.run", "run", "Run the notebooks: every area and the whole, or the areas you name."),
    "study": ("kgeval.cli.study", "study", "Look at a study's definition: `study check`."),
    "forms": ("kgeval.cli.forms", "forms", "Check the questionnaires and write them for Kobo and ODK."),
    "simulate": (
        "kgeval.cli.simulate",
        "simulate",
        "Simulate the deliveries of a study, with a known truth.",
    ),
    "clean": ("kgeval.cli.clean", "clean", "Clean a study's deliveries, without notebooks."),
    "check": ("kgeval.cli.check", "check", "Check data while they come in: a workbook for the day."),
    "decide": ("kgeval.cli.decide", "decide", "Take the decisions of a filled findings.xlsx into the study."),
    "read": ("kgeval.cli.read", "read", "Read any file with any form: records, findings, account."),
    "audit": ("kgeval.cli.audit", "audit", "Find the cells that changed with no line in the log."),
    "codebook": ("kgeval.cli.codebook", "codebook", "Write the codebook of a study, and of a run of it."),
    "estimate": (
        "kgeval.cli.estimate",
        "estimate",
        "Estimate shares, means, totals, ratios from any file.",
    ),
    "indicators": ("kgeval.cli.indicators", "indicators", "Write reference sheets of a study's indicators."),
    "pack": ("kgeval.cli.pack", "pack", "Make the report, slides, charts and tables of a run."),
}
_DISK = (errno.ENOSPC, errno.EROFS, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))
BUG = 70
STOPPED = 130
ENDINGS = {
    0: "all is well",
    1: "some areas failed, the others are whole",
    2: "the input is wrong: a line says what, and how to mend it",
    3: "refused: a publication would say too much about a few",
    4: "another run writes there, or the disk is full",
    10: "an output holds an answer that identifies a person",
    BUG: "a bug of kgeval; a report lies in the present folder",
    STOPPED: "stopped by Ctrl-C or kill; what was finished is whole",
}
_EPILOG = "\b\n" + "\n".join(["Exit codes:", *(f"  {code:3} {words}" for code, words in ENDINGS.items())])


class _Lazy(click.Group):
    """Knows its commands by name and line, so that ``kgeval --help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command | None = getattr(importlib.import_module(module), attribute, None)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from kgeval.run.parameters import nearest

            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from kgeval.store import versions

        click.echo("kgeval {kgeval}, Python {python}, pandas {pandas}".format_map(versions()))
        ctx.exit()


@click.group(
    cls=_Lazy,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Say the version, and stop.",
)
def kgeval() -> None:
    """From raw survey files of a baseline and an endline to the evaluation.

    \b
    Example:
      kgeval run surveys/my_study --data my_files --out build/review
    """  # noqa: D301  \b keeps click from joining lines


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process with its exit code, one of ``ENDINGS``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # whatever the console's code page
    warnings.showwarning = _warn
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        outcome = kgeval.main(args=arguments, prog_name="kgeval", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped; what was finished is whole. Run again to go on")
        return STOPPED
    except Exception as error:  # noqa: BLE001  what is no fault of the input is a bug, and reported as one
        return _answer(error)
    return outcome if isinstance(outcome, int) else 0


def _answer(error: Exception) -> int:
    """Say what is wrong, in one line a fault, and return the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return error.exit_code
    if isinstance(error, click.ClickException):
        _complain(error.format_message())
        return error.exit_code
    if isinstance(error, UserError):
        _complain(*(error.faults if isinstance(error, StudyError) else (str(error),)))
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _DISK:
        _complain(f"{error.strerror}: free some space, or choose another folder")
        return BusyError.exit_code
    return _bug(error)


def _complain(*lines: str) -> None:
    for line in lines:
        click.echo(f"kgeval: {' '.join(line.split())}", err=True)


def _warn(message: Warning | str, *_where: Any, **_how: Any) -> None:
    _complain(f"warning: {message}")  # in one line, without the place in the program


def _bug(error: Exception) -> int:
    from kgeval.cli.bug import write_report

    path = write_report(error)
    _complain(f"this is a bug of kgeval, not of your data; please send the file {path} (it holds no data)")
    return BUG


def _stop(_number: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt
