"""What ``kgeval estimate`` is asked for, read from its options."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kgeval.errors import DesignError
from kgeval.estimate.few_clusters import FewClusters
from kgeval.estimate.linear import DfRule
from kgeval.estimate.measure import Measure, mean, ratio, share, total
from kgeval.estimate.quantile import Quantile, quantile
from kgeval.estimate.replicates import Kind
from kgeval.estimate.sampled import Options
from kgeval.estimate.tabular import plain_name
from kgeval.plan.expression import parse
from kgeval.plan.sample import SampleDesign, stages

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The round column, its two values and how the rounds belong together."""

    column: str
    start: str
    end: str
    person: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """What makes the weights and their variance other than plain design weights.

    Parameters
    ----------
    totals, method, bounds
        A file of population totals and how to calibrate to it; ``method`` is ``None`` without.
    trim
        Limits of the weights.
    prefix, kind, scales, mse, rho, count, seed
        Replicate weights: given in columns (``prefix``) or made (``kind`` alone).
    few_clusters
        ``"cr2"`` or ``"none"``.
    """

    totals: Path | None = None
    method: str | None = None
    bounds: Limits | None = None
    trim: Limits | None = None
    prefix: str | None = None
    kind: Kind | None = None
    scales: Path | None = None
    mse: bool = False
    rho: float = 0.5
    count: int = 500
    seed: int = 1
    few_clusters: FewClusters = "none"

    @property
    def is_plain(self) -> bool:
        """Whether linearisation with the design weights is all."""
        return not (self.totals or self.trim or self.kind or self.few_clusters == "cr2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for."""

    paths: tuple[Path, ...]
    design: SampleDesign
    measures: tuple[Measure, ...]
    quantiles: tuple[Quantile, ...]
    where: str | None
    by: tuple[str, ...]
    change: Change | None
    options: Options
    weighting: Weighting
    dask: str = ""  # address of a scheduler that the files are spread over

    @property
    def breakdown(self) -> tuple[str, ...]:
        """The columns of the level rows: the round first where a change is asked for."""
        return ((self.change.column,) if self.change else ()) + self.by

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns that are codes, not numbers: kept as they are written."""
        design, change = self.design, self.change
        person = (change.person,) if change and change.person else ()
        return (*stages(design.cluster), *stages(design.stratum), *self.breakdown, *person)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, but those of replicate weights and population totals."""
        parts = [self.where, *(part for one in self.measures for part in (one.answer, one.per))]
        parts += [one.answer for one in self.quantiles]
        named = [name for text in parts if isinstance(text, str) for name in sorted(parse(text).names)]
        weight = (self.design.weight,) if self.design.weight else ()
        return tuple(dict.fromkeys([*self.codes, *stages(self.design.population), *weight, *named]))


def read_request(given: dict[str, Any]) -> Request:
    """Read the options of the command; a mistake in an expression is shown before any file is read."""
    measures = (
        *(share(*definition(text)) for text in given["shares"]),
        *(mean(*definition(text)) for text in given["means"]),
        *(total(*definition(text)) for text in given["totals"]),
        *(_ratio(text) for text in given["ratios"]),
    )
    quantiles = tuple(_quantile(text) for text in given["quantiles"])
    if not measures and not quantiles:
        raise click.UsageError("nothing to estimate: give --share, --mean, --total, --ratio or --quantile")
    if given["where"] is not None:
        parse(given["where"])
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
    change = None if given["change"] is None else Change(
        column=given["change"][0], start=given["change"][1], end=given["change"][2], person=given["person"]
    )  # fmt: skip
    _refuse_what_is_passed_over(given)
    request = Request(
        paths=tuple(given["files"]),
        design=design,
        measures=measures,
        quantiles=quantiles,
        where=given["where"],
        by=given["by"],
        change=change,
        options=Options(
            interval=given["interval"], level=given["level"], df=given["df"], profile=given["profile"],
            icc=design.icc,
        ),
        weighting=_weighting(given),
        dask=given["dask"],
    )  # fmt: skip
    _refuse_what_does_not_go_together(request)
    return request


def _weighting(given: dict[str, Any]) -> Weighting:
    files = {
        method: given[method] for method in ("poststratify", "rake", "calibrate") if given[method] is not None
    }
    if len(files) > 1:
        raise click.UsageError("give one of --poststratify, --rake and --calibrate")
    method = next(iter(files), None)
    if given["bounds"] is not None and method in {None, "poststratify"}:
        raise click.UsageError("--bounds limits the weights of --calibrate or --rake; give one of them")
    if given["replicates"] and not given["replicate_type"]:
        raise click.UsageError("--replicates needs --replicate-type: JK1, JKn, BRR, Fay or bootstrap")
    if given["replicate_scales"] and not given["replicates"]:
        raise click.UsageError("--replicate-scales belongs to the weights of --replicates")
    if given["mse"] and not given["replicate_type"]:
        raise click.UsageError("--mse belongs to replicate weights; give --replicate-type")
    named = {"calibrate": given["calibrate_method"]}
    return Weighting(
        totals=files.get(method) if method else None,
        method=named.get(method, method) if method else None,
        bounds=given["bounds"],
        trim=given["trim"],
        prefix=given["replicates"],
        kind=given["replicate_type"],
        scales=given["replicate_scales"],
        mse=given["mse"],
        rho=given["fay_rho"],
        count=given["replicate_count"],
        seed=given["seed"],
        few_clusters=given["few_clusters"],
    )


def _refuse_what_is_passed_over(given: dict[str, Any]) -> None:
    """Refuse an option that another one would have to give a meaning, and a file that is named twice."""
    files = [path.resolve() for path in given["files"]]
    twice = [path.name for path in files if files.count(path) > 1]
    if twice:
        raise click.UsageError(f"{twice[0]} is named twice, so its records would count twice; name it once")
    kind, change = given["replicate_type"], given["change"]
    passed_over = {
        "--person belongs to --change": given["person"] and change is None,
        "--rounds belongs to --change": given["rounds"] != "same_clusters" and change is None,
        "--calibrate-method belongs to --calibrate": given["calibrate_method"] != "linear"
        and given["calibrate"] is None,
        "--fay-rho belongs to --replicate-type Fay": given["fay_rho"] != 0.5 and kind != "Fay",
    }
    for words, is_so in passed_over.items():
        if is_so:
            option, _, needed = words.partition(" belongs to ")
            raise click.UsageError(f"{words}; give {needed}, or leave out {option}")


def _refuse_what_does_not_go_together(request: Request) -> None:
    weighting, change = request.weighting, request.change
    if request.design.census and not (weighting.is_plain and not request.quantiles):
        raise DesignError(
            "a census has no sampling error: calibration, replicates, trimming, the correction for few "
            "clusters and quantiles with intervals do not apply; leave out --census or those options"
        )
    if change is None:
        return
    if request.quantiles:
        raise DesignError("the change of a quantile is not estimated; ask for --by the round column instead")
    if weighting.few_clusters == "cr2":
        raise DesignError(
            "--few-clusters corrects levels, not changes; leave out --change, or regress the answer on the "
            "round in a notebook (kgeval.estimate.regression.regress)"
        )
    if not weighting.is_plain and (change.person or request.design.rounds == "partial"):
        raise DesignError(
            "calibrated or replicate weights do not go together with --person or --rounds partial; leave one "
            "out"
        )


def definition(text: str) -> tuple[str, str]:
    """Split ``name = expression`` at its first `` = ``."""
    name, sign, expression = text.partition(" = ")
    if not sign or not name.strip() or not expression.strip():
        raise click.UsageError(f"write a definition as 'name = expression', not {text!r}")
    parse(expression.strip())
    return name.strip(), expression.strip()


def _ratio(text: str) -> Measure:
    name, _, both = text.partition(" = ")
    above, sign, below = both.partition(" : ")
    if not sign or not name.strip() or not above.strip() or not below.strip():
        raise click.UsageError(f"write a ratio as 'name = ${{numerator}} : ${{denominator}}', not {text!r}")
    parse(above.strip()), parse(below.strip())
    return ratio(name.strip(), above.strip(), below.strip())


def _quantile(text: str) -> Quantile:
    head, sign, place = text.rpartition(" @ ")
    try:
        probability = float(place)
    except ValueError:
        probability = -1.0
    if not sign or not 0 < probability < 1:
        raise click.UsageError(
            f"write a quantile as 'name = expression @ 0.5', with a number between 0 and 1, not {text!r}"
        )
    return quantile(*definition(head), probability)


def columns(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Split a comma-separated list of column names."""
    return tuple(plain_name(part) for part in text.split(",") if part.strip()) if text else ()


def column(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Read the name of one column."""
    return None if text is None else plain_name(text)


def df_rule(_context: click.Context, _parameter: click.Parameter, text: str) -> DfRule:
    """Read ``domain``, ``design`` or a number."""
    if text in {"domain", "design"}:
        return text  # type: ignore[return-value]  # one of the two words
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter("write domain, design or a number, e.g. 30") from None


def two_limits(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Limits | None:
    """Read ``LOW,HIGH``; either may be left out."""
    if text is None:
        return None
    low, sign, high = text.partition(",")
    try:
        return float(low or "-inf"), float(high or "inf") if sign else float("nan")
    except ValueError:
        raise click.BadParameter("write LOW,HIGH, e.g. 0.5,2") from None


def change_of(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> tuple[str, str, str] | None:
    """Read ``COLUMN: FROM -> TO``."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(.+?)\s*:\s*(.+?)\s*->\s*(.+?)\s*", text)
    if found is None:
        raise click.BadParameter("write 'COLUMN: FROM -> TO', e.g. 'round: baseline -> endline'")
    if found.group(2) == found.group(3):
        raise click.BadParameter(f"both rounds are {found.group(2)!r}; name two")
    return plain_name(found.group(1)), found.group(2), found.group(3)
