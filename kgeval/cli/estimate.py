"""The command ``kgeval estimate``: honest estimates from any file, with R's script beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pandas as pd

from kgeval.cli.estimate_request import change_of, column, columns, df_rule, read_request, two_limits
from kgeval.cli.estimate_rows import estimate_files
from kgeval.errors import DesignError
from kgeval.estimate.interval import METHODS
from kgeval.estimate.quality import standards
from kgeval.estimate.replicates import KINDS
from kgeval.store import write_whole

HELP = """Estimate shares, means, totals and ratios from CSV, Parquet, Stata or SPSS files.

Expressions are XLSForm's: ${column} names any column. A definition is split at its first " = ".

\b
Example:
  kgeval estimate mothers.csv --weight weight --cluster hamlet --stratum district \\
      --share 'reads = ${reads_daily} = 1' --ratio 'books = ${books} : ${children}' \\
      --by district --change 'round: baseline -> endline' --out reads.csv
"""


@click.command(help=HELP, context_settings={"max_content_width": 100})
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--weight", callback=column, help="Column of sampling weights; without it each record weighs 1."
)
@click.option(
    "--cluster", callback=columns, help="Cluster column, one a stage: C[,C2]. Ids are nested in strata."
)
@click.option("--stratum", callback=columns, help="Stratum column, one a stage: S[,S2].")
@click.option(
    "--population",
    callback=columns,
    help="Units in the population, or the sampled shares of them, one column a stage: N[,N2].",
)
@click.option(
    "--share", "shares", multiple=True, metavar="'NAME = EXPR'", help="Share of records that meet EXPR."
)
@click.option("--mean", "means", multiple=True, metavar="'NAME = EXPR'", help="Mean of EXPR.")
@click.option("--total", "totals", multiple=True, metavar="'NAME = EXPR'", help="Total of EXPR.")
@click.option("--ratio", "ratios", multiple=True, metavar="'NAME = EXPR : EXPR'", help="Ratio of two totals.")
@click.option(
    "--quantile",
    "quantiles",
    multiple=True,
    metavar="'NAME = EXPR @ 0.5'",
    help="Quantile of EXPR.",
)
@click.option("--where", metavar="EXPR", help="Who is asked about; the others' clusters still count.")
@click.option("--by", callback=columns, help="Columns to break down by, crossed: A,B.")
@click.option(
    "--change", callback=change_of, metavar="'COLUMN: FROM -> TO'", help="Change between two rounds."
)
@click.option(
    "--rounds",
    type=click.Choice(["same_clusters", "independent", "partial"]),
    default="same_clusters",
    show_default=True,
    help="How the samples of the two rounds belong together.",
)
@click.option(
    "--person", callback=column, help="Column that names the person in both rounds: answers are paired."
)
@click.option(
    "--poststratify", type=click.Path(path_type=Path), metavar="TOTALS.csv", help="Known counts of one table."
)
@click.option(
    "--rake", type=click.Path(path_type=Path), metavar="TOTALS.csv", help="Known counts of margins."
)
@click.option(
    "--calibrate", type=click.Path(path_type=Path), metavar="TOTALS.csv", help="Known counts and sums."
)
@click.option(
    "--calibrate-method",
    type=click.Choice(["linear", "raking", "logit"]),
    default="linear",
    show_default=True,
    help="Distance of --calibrate.",
)
@click.option("--bounds", callback=two_limits, metavar="LOW,HIGH", help="Limits of new weight / old weight.")
@click.option("--trim", callback=two_limits, metavar="LOW,HIGH", help="Limits of the weights themselves.")
@click.option("--replicates", metavar="PREFIX", help="Replicate weights are the columns PREFIX1, PREFIX2 …")
@click.option(
    "--replicate-type",
    type=click.Choice(list(KINDS)),
    help="Their kind; without --replicates they are made from the design.",
)
@click.option(
    "--replicate-scales",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Columns scale and rscales of the replicates.",
)
@click.option("--replicate-count", type=click.IntRange(2), default=500, show_default=True, help="Bootstrap.")
@click.option("--fay-rho", type=float, default=0.5, show_default=True, help="Fay's coefficient.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of bootstrap replicates made here.")
@click.option("--mse", is_flag=True, help="Spread of the replicates about the estimate, not their mean.")
@click.option(
    "--few-clusters",
    type=click.Choice(["none", "cr2"]),
    default="none",
    show_default=True,
    help="cr2 corrects shares and means for few clusters (under about 12).",
)
@click.option("--interval", type=click.Choice(list(METHODS)), default="korn-graubard", show_default=True)
@click.option(
    "--df", callback=df_rule, default="domain", show_default=True, help="domain, design or a number."
)
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
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS",
    help="Dask scheduler that sums many Parquet files (docs/cluster.md).",
)
@click.option("--out", type=click.Path(path_type=Path), help="CSV or Parquet file; without it print a CSV.")
def estimate(**given: Any) -> int:
    """Estimate from files."""
    request = read_request(given)
    if given["show_r"]:
        from kgeval.cli.estimate_r import script_of

        click.echo(script_of(request))
        return 0
    rows = estimate_files(request)
    if given["sampling_errors"]:
        from kgeval.estimate.sampling_errors import with_sampling_errors

        rows = with_sampling_errors(rows)
    _write(rows, given["out"])
    return 0


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
    write_whole(out, data)
    click.echo(f"{len(rows)} estimates in {out}")
