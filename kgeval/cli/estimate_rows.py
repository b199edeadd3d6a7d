"""From a request to the rows of ``kgeval estimate``: read the files, choose the road, estimate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kgeval.cli.estimate_request import Change, Request
from kgeval.errors import DesignError
from kgeval.estimate.breakdown import as_text
from kgeval.estimate.estimates import finish, tabulate
from kgeval.estimate.scan import Map, tabulate_files
from kgeval.estimate.tabular import column_names, is_parquet, read_files, written_names

if TYPE_CHECKING:
    from kgeval.estimate.calibrate import Calibration
    from kgeval.estimate.replicates import Replicates
    from kgeval.plan.sample import SampleDesign


def estimate_files(request: Request) -> pd.DataFrame:
    """Return the level rows and, where asked for, the change rows."""
    kinds = [is_parquet(path) for path in request.paths]  # each file is looked for
    streamed = all(kinds) and all(written_names(path) == column_names(path) for path in request.paths)
    if streamed and request.design.cluster and _is_simple(request):
        table = tabulate_files(
            request.paths, request.design, request.measures, wanted=[request.breakdown],
            where=request.where, over=_over(request),
        )  # fmt: skip
        return finish(table, [request.breakdown], request.options)
    if request.dask:
        raise DesignError(
            "--dask spreads estimates of Parquet files with --cluster, without --change, quantiles or other "
            "weights; leave it out, and this machine does them alone"
        )
    frame = frame_of(request)
    if not request.weighting.is_plain:
        return _reweighted(request, frame)
    pieces = [_levels_and_change(request, frame)] if request.measures else []
    if request.quantiles:
        pieces.append(_quantiles(request, frame, None, None))
    return _below(pieces)


def _over(request: Request) -> Map | None:
    """Return the ``map`` of the cluster that was asked for."""
    if not request.dask:
        return None
    from kgeval.run.cluster import cluster_map

    return cluster_map(request.dask)


def _is_simple(request: Request) -> bool:
    return request.change is None and request.weighting.is_plain and not request.quantiles


def _below(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    return pieces[0] if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)


def frame_of(request: Request) -> pd.DataFrame:
    """Read the columns that are needed; of a change only the records of its two rounds."""
    weighting = request.weighting
    needed = [*request.columns]
    codes = [*request.codes]
    if weighting.totals is not None or weighting.prefix is not None:
        present = column_names(request.paths[0])
        if weighting.prefix is not None:
            from kgeval.estimate.replicates import replicate_columns

            needed += replicate_columns(present, weighting.prefix)
        if weighting.totals is not None:
            from kgeval.estimate.totals import read_totals

            totals = read_totals(_table(weighting.totals), _head(request, present))
            needed += totals.columns
            codes += [column for margin in totals.margins for column in margin.columns]
    change = request.change
    frame = read_files(
        request.paths, list(dict.fromkeys(needed)), list(dict.fromkeys(codes)),
        weight=request.design.weight,
        asked=None if change is None else lambda records: _of_both_rounds(change, _rounds(change, records)),
    )  # fmt: skip
    if change is None:
        return frame
    rounds = _rounds(change, frame)
    _need_both_rounds(request, rounds)
    return frame.assign(**{change.column: rounds})[_of_both_rounds(change, rounds)].reset_index(drop=True)


def _rounds(change: Change, frame: pd.DataFrame) -> pd.Series:
    """Return the round of each record as text."""
    found = frame[change.column]
    return found.map(as_text, na_action="ignore").astype("str").where(found.notna())


def _of_both_rounds(change: Change, rounds: pd.Series) -> pd.Series:
    return rounds.isin([change.start, change.end])


def _need_both_rounds(request: Request, rounds: pd.Series) -> None:
    assert request.change is not None
    found = set(rounds.dropna())
    for name in (request.change.start, request.change.end):
        if name not in found:
            raise DesignError(
                f"column {request.change.column!r} holds no {name!r} among its {len(found)} values; correct "
                "--change 'COLUMN: FROM -> TO'"
            )


def _head(request: Request, present: list[str]) -> pd.DataFrame:
    """Read what tells terms such as ``stypeH`` from columns: the texts of the first file."""
    return read_files(request.paths[:1], present, present)


def _table(path: Path) -> pd.DataFrame:
    names = column_names(path)
    return read_files([path], names, names)


def _levels_and_change(request: Request, frame: pd.DataFrame) -> pd.DataFrame:
    if request.change is None:
        table = tabulate(
            frame, request.design, request.measures, wanted=[request.breakdown], where=request.where
        )
        return finish(table, [request.breakdown], request.options)
    from kgeval.evaluate.levels_and_change import levels_and_change

    change = request.change
    return levels_and_change(
        frame, request.design, request.measures,
        column=change.column, start=change.start, end=change.end, by=request.by, where=request.where,
        options=request.options, person=change.person,
    )  # fmt: skip


def _reweighted(request: Request, frame: pd.DataFrame) -> pd.DataFrame:
    from kgeval.estimate.reweighted import estimate_reweighted

    change, design, weighting = request.change, request.design, request.weighting
    if change is not None:
        from kgeval.estimate.rounds import nest_in_rounds

        frame, design = nest_in_rounds(frame, design, change.column)
    calibration, replicates = calibration_of(request, frame), _replicates(request, design, frame)
    options = request.options
    pieces = []
    if request.measures:
        levels = estimate_reweighted(
            frame, design, request.measures,
            calibration=calibration, replicates=replicates, by=request.breakdown or None,
            where=request.where, interval=options.interval, level=options.level, df=options.df,
            profile=options.profile, trim=None if calibration else weighting.trim,
            few_clusters=weighting.few_clusters,
        )  # fmt: skip
        pieces.append(levels)
    if request.quantiles:
        pieces.append(_quantiles(replace(request, design=design), frame, calibration, replicates))
    rows = _below(pieces)
    if change is None:
        return rows
    from kgeval.estimate.weighted import weigh
    from kgeval.evaluate.levels_and_change import beside
    from kgeval.evaluate.reweighted_change import reweighted_change

    sample = weigh(
        frame, design, calibration=calibration, replicates=replicates,
        trim=None if calibration else weighting.trim,
    )  # fmt: skip
    changes = reweighted_change(
        frame, sample, request.measures,
        column=change.column, start=change.start, end=change.end, by=request.by, where=request.where,
        level=options.level, df=options.df,
    )  # fmt: skip
    return beside(
        rows, changes,
        column=change.column, start=change.start, end=change.end, by=request.by, level=options.level,
    )  # fmt: skip


def calibration_of(request: Request, frame: pd.DataFrame) -> Calibration | None:
    """Read the population totals and say how to calibrate to them."""
    weighting = request.weighting
    if weighting.totals is None or weighting.method is None:
        return None
    from kgeval.estimate.calibrate import Calibration
    from kgeval.estimate.totals import read_totals

    method = {"raking": "rake"}.get(weighting.method, weighting.method)
    return Calibration(
        totals=read_totals(_table(weighting.totals), frame),
        method=method,  # type: ignore[arg-type]  # one of the choices of the option
        bounds=weighting.bounds,
        trim=weighting.trim,
    )


def _replicates(request: Request, design: SampleDesign, frame: pd.DataFrame) -> Replicates | None:
    weighting = request.weighting
    if weighting.kind is None:
        return None
    if weighting.prefix is None:
        from kgeval.estimate.resample import make_replicates

        return make_replicates(
            frame, design, weighting.kind,
            replicates=weighting.count, rho=weighting.rho, seed=weighting.seed, mse=weighting.mse,
        )  # fmt: skip
    from kgeval.estimate.replicates import given_replicates, read_scales

    scale, rscales = (None, None) if weighting.scales is None else read_scales(numbers_of(weighting.scales))
    return given_replicates(
        frame, weighting.prefix, weighting.kind,
        scale=scale, rscales=rscales, mse=weighting.mse, rho=weighting.rho,
    )  # fmt: skip


def numbers_of(path: Path) -> pd.DataFrame:
    """Read a small table of numbers."""
    return read_files([path], column_names(path), [])


def _quantiles(
    request: Request, frame: pd.DataFrame, calibration: Calibration | None, replicates: Replicates | None
) -> pd.DataFrame:
    from kgeval.estimate.quantile import estimate_quantiles

    if request.weighting.few_clusters == "cr2":
        raise DesignError("--few-clusters corrects shares and means, not quantiles; ask for them apart")
    return estimate_quantiles(
        frame, request.design, request.quantiles,
        calibration=calibration, replicates=replicates, by=request.by or None, where=request.where,
        level=request.options.level, df=request.options.df,
        trim=None if calibration else request.weighting.trim,
    )  # fmt: skip
