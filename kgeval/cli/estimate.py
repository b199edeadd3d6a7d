"""The command ``kgeval estimate``: honest estimates from any file, with R's script beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd

from kgeval.errors import DesignError
from kgeval.estimate.estimates import finish, tabulate
from kgeval.estimate.interval import METHODS
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.estimate.quality import standards
from kgeval.estimate.sampled import Options
from kgeval.estimate.scan import tabulate_files
from kgeval.estimate.tabular import is_parquet, read_files
from kgeval.evaluate.levels_and_change import levels_and_change
from kgeval.plan.expression import parse
from kgeval.plan.sample import SampleDesign, stages
from kgeval.store import write_whole

HELP = """Estimate shares, means, totals and ratios from CSV, Parquet, Stata or SPSS files.

Expressions are XLSForm's: ${column} names any column. A definition is split at its first " = ".

\b
Example:
  kgeval estimate mothers.csv --weight weight --cluster hamlet --stratum district \\
      --share 'reads = ${reads_daily} = 1' --ratio 'books = ${books} : ${children}' \\
      --by district --change 'round: baseline -> endline' --out reads.csv
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    paths: tuple[Path, ...]
    design: SampleDesign
    measures: tuple[Measure, ...]
    where: str | None
    by: tuple[str, ...]
    change: tuple[str, str, str] | None
    options: Options

    @property
    def breakdown(self) -> tuple[str, ...]:
        """The columns of the level rows: the round first where a change is asked for."""
        return ((self.change[0],) if self.change else ()) + self.by


def _columns(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Split a comma-separated list of column names."""
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def _df(_context: click.Context, _parameter: click.Parameter, text: str) -> DfRule:
    if text in {"domain", "design"}:
        return text  # type: ignore[return-value]  # one of the two words
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter("'domain', 'design' or a number") from None


def _change(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> tuple[str, str, str] | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*(.+?)\s*:\s*(.+?)\s*->\s*(.+?)\s*", text)
    if found is None:
        raise click.BadParameter("write 'COLUMN: FROM -> TO', e.g. 'round: baseline -> endline'")
    return found.group(1), found.group(2), found.group(3)


@click.command(help=HELP, context_settings={"max_content_width": 100})
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--weight", help="Column of sampling weights; without it each record weighs 1.")
@click.option(
    "--cluster", callback=_columns, help="Cluster column, one a stage: C[,C2]. Ids are nested in strata."
)
@click.option("--stratum", callback=_columns, help="Stratum column, one a stage: S[,S2].")
@click.option("--population", callback=_columns, help="Units in the population, one column a stage: N[,N2].")
@click.option(
    "--share", "shares", multiple=True, metavar="'NAME = EXPR'", help="Share of records that meet EXPR."
)
@click.option("--mean", "means", multiple=True, metavar="'NAME = EXPR'", help="Mean of EXPR.")
@click.option("--total", "totals", multiple=True, metavar="'NAME = EXPR'", help="Total of EXPR.")
@click.option("--ratio", "ratios", multiple=True, metavar="'NAME = EXPR : EXPR'", help="Ratio of two totals.")
@click.option("--where", metavar="EXPR", help="Who is asked about; the others' clusters still count.")
@click.option("--by", callback=_columns, help="Columns to break down by, crossed: A,B.")
@click.option("--change", callback=_change, metavar="'COLUMN: FROM -> TO'", help="Change between two rounds.")
@click.option(
    "--rounds",
    type=click.Choice(["same_clusters", "independent", "partial"]),
    default="same_clusters",
    show_default=True,
    help="How the samples of the two rounds belong together.",
)
@click.option("--person", help="Column that names the person in both rounds: answers are paired.")
@click.option("--interval", type=click.Choice(list(METHODS)), default="korn-graubard", show_default=True)
@click.option("--df", callback=_df, default="domain", show_default=True, help="domain, design or a number.")
@click.option(
    "--census", is_flag=True, help="The file is a census: no sampling error, bounds of missing answers."
)
@click.option("--profile", type=click.Choice(list(standards())), default="none", show_default=True)
@click.option(
    "--single-cluster",
    type=click.Choice(["fail", "adjust", "average", "remove", "certainty"]),
    default="fail",
    show_default=True,
    help="What to do with strata of one cluster.",
)
@click.option(
    "--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
)
@click.option("--sampling-errors", is_flag=True, help="Add cv, deft and the limits r ± 2 se (MICS annex).")
@click.option("--show-r", is_flag=True, help="Print the R survey script for the same numbers, and stop.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV or Parquet file; without it print a CSV.")
def estimate(**given: Any) -> None:
    """Estimate from files."""
    asked = _asked(given)
    if given["show_r"]:
        from kgeval.estimate.r_script import r_script

        text = r_script(
            [path.name for path in asked.paths], asked.design, asked.measures,
            by=asked.breakdown, where=asked.where, options=asked.options,
        )  # fmt: skip
        click.echo(text)
        return
    rows = estimate_files(asked, person=given["person"])
    if given["sampling_errors"]:
        from kgeval.estimate.sampling_errors import with_sampling_errors

        rows = with_sampling_errors(rows)
    _write(rows, given["out"])


def _asked(given: dict[str, Any]) -> Asked:
    measures = [
        *(share(*_definition(text)) for text in given["shares"]),
        *(mean(*_definition(text)) for text in given["means"]),
        *(total(*_definition(text)) for text in given["totals"]),
        *(_ratio(text) for text in given["ratios"]),
    ]
    if not measures:
        raise click.UsageError("nothing to estimate: give --share, --mean, --total or --ratio")
    design = SampleDesign(
        weight=given["weight"],
        cluster=given["cluster"] or None,
        stratum=given["stratum"] or None,
        population=given["population"] or None,
        census=given["census"],
        single_cluster=given["single_cluster"],
        df=given["df"],
        rounds=given["rounds"],
    )
    options = Options(
        interval=given["interval"],
        level=given["level"],
        df=given["df"],
        profile=given["profile"],
        icc=design.icc,
    )
    return Asked(
        paths=tuple(given["files"]),
        design=design,
        measures=tuple(measures),
        where=given["where"],
        by=given["by"],
        change=given["change"],
        options=options,
    )


def _definition(text: str) -> tuple[str, str]:
    """Split ``name = expression`` at its first `` = ``."""
    name, sign, expression = text.partition(" = ")
    if not sign or not name.strip() or not expression.strip():
        raise click.UsageError(f"write a definition as 'name = expression', not {text!r}")
    parse(expression.strip())  # a mistake is shown with its place before any file is read
    return name.strip(), expression.strip()


def _ratio(text: str) -> Measure:
    name, _, both = text.partition(" = ")
    above, sign, below = both.partition(" : ")
    if not sign or not name.strip() or not above.strip() or not below.strip():
        raise click.UsageError(f"write a ratio as 'name = ${{numerator}} : ${{denominator}}', not {text!r}")
    parse(above.strip()), parse(below.strip())
    return ratio(name.strip(), above.strip(), below.strip())


def estimate_files(asked: Asked, *, person: str | None = None) -> pd.DataFrame:
    """Return the level rows and, where asked for, the change rows."""
    streamed = all(is_parquet(path) for path in asked.paths)
    if streamed and asked.design.cluster and asked.change is None:
        table = tabulate_files(
            asked.paths, asked.design, asked.measures, wanted=[asked.breakdown], where=asked.where
        )
        return finish(table, [asked.breakdown], asked.options)
    frame = _frame(asked, person)
    if asked.change is not None:
        column, start, end = asked.change
        return levels_and_change(
            frame, asked.design, asked.measures,
            column=column, start=start, end=end, by=asked.by, where=asked.where, options=asked.options,
            person=person,
        )  # fmt: skip
    table = tabulate(frame, asked.design, asked.measures, wanted=[asked.breakdown], where=asked.where)
    return finish(table, [asked.breakdown], asked.options)


def _frame(asked: Asked, person: str | None) -> pd.DataFrame:
    design = asked.design
    codes = [
        *stages(design.cluster),
        *stages(design.stratum),
        *asked.breakdown,
        *([person] if person else []),
    ]
    operands = [asked.where, *(part for one in asked.measures for part in (one.answer, one.per))]
    named = [name for text in operands if isinstance(text, str) for name in sorted(parse(text).names)]
    needed = [*codes, *stages(design.population), *([design.weight] if design.weight else []), *named]
    return read_files(asked.paths, list(dict.fromkeys(needed)), list(dict.fromkeys(codes)))


def _write(rows: pd.DataFrame, out: Path | None) -> None:
    if out is None:
        click.echo(rows.to_csv(index=False), nl=False)
        return
    if out.suffix.lower() not in {".csv", ".parquet"}:
        raise DesignError(
            f"results are written as .csv or .parquet, not {out.suffix or out.name!r}; name the file so"
        )
    if out.suffix.lower() == ".csv":
        data = rows.to_csv(index=False).encode("utf-8")
    else:
        data = rows.to_parquet(index=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, data)
    click.echo(f"{len(rows)} estimates in {out}")
