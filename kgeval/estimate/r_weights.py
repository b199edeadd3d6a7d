"""Lines of R that make calibrated, trimmed and replicate weights as this engine does."""

from __future__ import annotations

from collections.abc import Sequence

from kgeval.errors import DesignError
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.r_literal import r_number, r_text
from kgeval.estimate.replicates import Kind
from kgeval.estimate.totals import Margin

_TYPES = {"JK1": "JK1", "JKn": "JKn", "BRR": "BRR", "Fay": "Fay", "bootstrap": "bootstrap"}


def calibration_columns(calibration: Calibration | None) -> list[str]:
    """Return the lines, before the design is made, of the variables that are calibrated to."""
    if calibration is None or not _by_variables(calibration):
        return []
    return [f'd[[".k{place}"]] <- {value}' for place, (value, _) in enumerate(_known(calibration))]


def _by_variables(calibration: Calibration) -> bool:
    """Whether R needs a variable for each total, not tables of counts."""
    if calibration.method == "poststratify":
        return False
    counts_only = not calibration.totals.sums and calibration.bounds is None
    return not (calibration.method == "rake" and counts_only)


def calibration_lines(calibration: Calibration | None) -> list[str]:
    """Return the lines that calibrate ``design``."""
    if calibration is None:
        return []
    lines = []
    margins = calibration.totals.margins
    if calibration.method == "poststratify":
        lines.append(f"design <- postStratify(design, {_formula(margins[0])}, {_table(margins[0])})")
    elif not _by_variables(calibration):
        formulas, tables = ", ".join(map(_formula, margins)), ", ".join(map(_table, margins))
        control = "control = list(epsilon = 1e-12, maxit = 500)"
        terms = " + ".join(_formula(margin).removeprefix("~ ").replace(" + ", ":") for margin in margins)
        lines += [
            "before <- design",
            f"design <- rake(design, list({formulas}), list({tables}), {control})",
            "# rake() takes unweighted means of the margins off the scores; here weighted ones",
            'if (!inherits(design, "svyrep.design")) design$postStrata <- list(structure(list(',
            f"  qr = qr(model.matrix(~ {terms}, before$variables) * sqrt(weights(before))), stage = 0,",
            '  w = weights(design) / sqrt(weights(before)), index = NULL), class = "greg_calibration"))',
        ]
    else:
        known = [total for _, total in _known(calibration)]
        names = [f".k{place}" for place in range(len(known))]
        population = ", ".join(f"`{name}` = {total!r}" for name, total in zip(names, known, strict=True))
        function = {"rake": "raking"}.get(calibration.method, calibration.method)
        bounds = "" if calibration.bounds is None else f", bounds = c({_limits(calibration.bounds)})"
        terms = " + ".join(f"`{name}`" for name in names)
        lines.append(
            f'design <- calibrate(design, ~ {terms} - 1, c({population}), calfun = "{function}", '
            f"epsilon = 1e-11{bounds})"
        )
    return [*lines, *trim_lines(calibration.trim)]


def trim_lines(limits: tuple[float, float] | None) -> list[str]:
    """Return the line that cuts weights."""
    if limits is None:
        return []
    low, high = (r_number(limit) for limit in limits)
    return [f"design <- trimWeights(design, lower = {low}, upper = {high})"]


def replicate_lines(
    kind: Kind, prefix: str | None, *, weight: str | None, rho: float, mse: bool,
    scale: float | None = None, rscales: Sequence[float] | None = None,
) -> list[str]:  # fmt: skip
    """Return the line that makes a design of replicate weights, given or made."""
    shrink = f", {'rho' if prefix else 'fay.rho'} = {rho!r}" if kind == "Fay" else ""
    centre = f", mse = {'TRUE' if mse else 'FALSE'}"
    if prefix is None:
        if kind == "bootstrap":
            raise DesignError("bootstrap replicates that are made here are drawn at random; R draws others")
        return [f'design <- as.svrepdesign(design, type = "{_TYPES[kind]}"{shrink}{centre})']
    scales = ""
    if kind not in {"BRR", "Fay"}:
        scales += "" if scale is None else f", scale = {scale!r}"
        scales += "" if rscales is None else f", rscales = c({', '.join(map(repr, rscales))})"
        if kind == "bootstrap" and scale is None:
            scales += ", scale = 1 / (length(replicates) - 1), rscales = rep(1, length(replicates))"
    weights = "rep(1, nrow(d))" if weight is None else f"d[[{r_text(weight)}]]"
    pattern = "^" + prefix.replace(".", "[.]") + "_?[0-9]+$"
    made = f'type = "{_TYPES[kind]}", combined.weights = TRUE, data = d{scales}{shrink}{centre}'
    return [
        f"replicates <- grep({r_text(pattern)}, names(d), value = TRUE)",
        f"design <- svrepdesign(weights = {weights}, repweights = as.matrix(d[replicates]), {made})",
    ]


def _known(calibration: Calibration) -> list[tuple[str, float]]:
    """Return each variable in R with its population total."""
    found: list[tuple[str, float]] = []
    for margin in calibration.totals.margins:
        for cell, total in zip(margin.categories, margin.totals, strict=True):
            parts = [
                f"d[[{r_text(name)}]] == {r_text(value)}"
                for name, value in zip(margin.columns, cell, strict=True)
            ]
            found.append((f"as.numeric({' & '.join(parts)})", float(total)))
    if calibration.totals.size is not None:
        found.append(("1", calibration.totals.size))
    found += [(f"d[[{r_text(name)}]]", total) for name, total in calibration.totals.sums]
    return found


def _formula(margin: Margin) -> str:
    return "~ " + " + ".join(f"`{name}`" for name in margin.columns)


def _table(margin: Margin) -> str:
    columns = [
        f"`{name}` = c({', '.join(r_text(cell[place]) for cell in margin.categories)})"
        for place, name in enumerate(margin.columns)
    ]
    counts = ", ".join(repr(float(total)) for total in margin.totals)
    return f"data.frame({', '.join(columns)}, Freq = c({counts}), check.names = FALSE)"


def _limits(limits: tuple[float, float]) -> str:
    return ", ".join(r_number(limit) for limit in limits)
