"""The R script beside a request: ``kgeval estimate --show-r``."""

from __future__ import annotations

from kgeval.cli.estimate_request import Request
from kgeval.cli.estimate_rows import calibration_of, frame_of, numbers_of
from kgeval.errors import DesignError
from kgeval.estimate.r_script import r_script
from kgeval.estimate.r_weights import replicate_lines, trim_lines


def script_of(request: Request) -> str:
    """Write the script; what R's survey cannot do in a few lines is refused with the reason."""
    weighting, change = request.weighting, request.change
    if change is not None and change.person:
        raise DesignError("--show-r knows no pairing by person; make the differences a column first")
    if weighting.few_clusters == "cr2":
        raise DesignError(
            "--show-r has no script for --few-clusters; in R 4.5: svyglm(y ~ 1, design, std.errors = "
            '"Bell-McCaffrey", degf = TRUE)'
        )
    if weighting.kind is not None and weighting.trim is not None:
        raise DesignError(
            "R's trimWeights cuts replicate weights without giving back what was cut; leave out --trim or "
            "the replicates"
        )
    calibration = calibration_of(request, frame_of(request)) if weighting.totals is not None else None
    return r_script(
        [path.name for path in request.paths], request.design, request.measures,
        by=request.breakdown, where=request.where, options=request.options, quantiles=request.quantiles,
        rounds=None if change is None else (change.column, change.start, change.end),
        calibration=calibration, weights=_weights(request),
    )  # fmt: skip


def _weights(request: Request) -> list[str]:
    """Return the lines of trimmed design weights or of replicates."""
    weighting = request.weighting
    if weighting.kind is None:
        return trim_lines(weighting.trim) if weighting.totals is None else []
    from kgeval.estimate.replicates import read_scales

    scale, rscales = (None, None) if weighting.scales is None else read_scales(numbers_of(weighting.scales))
    return replicate_lines(
        weighting.kind, weighting.prefix,
        weight=request.design.weight, rho=weighting.rho, mse=weighting.mse, scale=scale, rscales=rscales,
    )  # fmt: skip
