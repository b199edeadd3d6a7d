"""The R ``survey`` script that an auditor can run for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kgeval.errors import DesignError
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.quantile import Quantile
from kgeval.estimate.r_weights import calibration_columns, calibration_lines
from kgeval.estimate.sampled import Options
from kgeval.plan.expression import Expression, parse
from kgeval.plan.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    Negative,
    Node,
    NumberLiteral,
    Reference,
    TextLiteral,
)
from kgeval.plan.sample import SampleDesign, stages

_FUNCTIONS = r"""
# Korn-Graubard: Clopper-Pearson at n* = min(n, n_e * r), the cut last.
korn_graubard <- function(p, v, n, df, level) {
  a <- (1 - level) / 2
  size <- min(n, p * (1 - p) / v * (qt(a, n - 1) / qt(a, df))^2)
  c(qbeta(a, size * p, size * (1 - p) + 1), qbeta(1 - a, size * p + 1, size * (1 - p)))
}
# Degrees of freedom: clusters - strata among the answered records of the domain.
freedom <- function(s, fixed) {
  if (!is.null(fixed)) return(fixed)
  own <- degf(s)
  if (inherits(s, "svyrep.design")) return(own)
  if (own < 1) min(length(unique(s$cluster[, 1])) - 1, degf(design)) else own
}
estimate <- function(name, kind, y, x = NULL, keep, label) {
  keep <- keep & !is.na(keep) & !is.na(d[[y]])
  if (!is.null(x)) keep <- keep & !is.na(d[[x]])
  if (!any(keep)) return(NULL)
  s <- subset(design, keep)
  f <- reformulate(sprintf("`%s`", y))
  m <- switch(kind,
    total = svytotal(f, s),
    ratio = svyratio(f, reformulate(sprintf("`%s`", x)), s),
    svymean(f, s))
  value <- as.numeric(coef(m)); v <- as.numeric(vcov(m)); df <- freedom(s, fixed_df)
  limits <- c(NA, NA)
  if (v > 0 && df > 0) {
    limits <- value + c(-1, 1) * qt(1 - (1 - level) / 2, df) * sqrt(v)
    if (kind == "share" && method == "korn-graubard") limits <- korn_graubard(value, v, sum(keep), df, level)
    if (kind == "share" && !(method %in% c("korn-graubard", "wald")))
      limits <- as.numeric(attr(svyciprop(f, s, method = method, level = level, df = df), "ci"))
  }
  data.frame(indicator = name, kind = kind, domain = label, value = value, se = sqrt(v), low = limits[1],
             high = limits[2], df = df, n = sum(keep))
}
# Quantiles by Woodruff's interval, with replicate weights by their spread.
quantile_of <- function(name, y, probability, keep, label) {
  keep <- keep & !is.na(keep) & !is.na(d[[y]])
  if (!any(keep)) return(NULL)
  s <- subset(design, keep); df <- freedom(s, fixed_df)
  type <- if (inherits(s, "svyrep.design")) "quantile" else "mean"
  q <- svyquantile(reformulate(sprintf("`%s`", y)), s, probability, alpha = 1 - level, interval.type = type,
                   qrule = "math", df = df)[[1]]
  data.frame(indicator = name, kind = "quantile", domain = label, value = q[1, 1], se = q[1, 4],
             low = q[1, 2], high = q[1, 3], df = df, n = sum(keep))
}
# The change from one round to another: both rounds' estimates with their covariance.
change_of <- function(name, kind, y, x = NULL, keep, label) {
  keep <- keep & !is.na(keep) & !is.na(d[[y]])
  if (!is.null(x)) keep <- keep & !is.na(d[[x]])
  if (!all(rounds %in% d[[round_column]][keep])) return(NULL)
  s <- subset(design, keep)
  f <- reformulate(sprintf("`%s`", y)); over <- reformulate(sprintf("`%s`", round_column))
  b <- switch(kind,
    total = svyby(f, over, s, svytotal, covmat = TRUE),
    ratio = svyby(f, over, s, svyratio, denominator = reformulate(sprintf("`%s`", x)), covmat = TRUE),
    svyby(f, over, s, svymean, covmat = TRUE))
  place <- match(rounds, as.character(b[[round_column]]))
  value <- diff(coef(b)[place]); v <- sum(vcov(b)[place, place] * c(1, -1, -1, 1)); df <- freedom(s, fixed_df)
  limits <- value + c(-1, 1) * qt(1 - (1 - level) / 2, df) * sqrt(v)
  data.frame(indicator = name, kind = "change", domain = label, value = as.numeric(value), se = sqrt(v),
             low = limits[1], high = limits[2], df = df, n = sum(keep))
}
domains <- function(by) {
  if (length(by) == 0) return(list(list(label = "", keep = rep(TRUE, nrow(d)))))
  crossed <- interaction(d[by], drop = TRUE, sep = " * ", lex.order = TRUE)
  lapply(levels(crossed), function(level) list(label = level, keep = crossed == level))
}
"""


def r_script(
    files: Sequence[str],
    design: SampleDesign,
    measures: Sequence[Measure],
    *,
    by: Sequence[str],
    where: str | None,
    options: Options,
    quantiles: Sequence[Quantile] = (),
    rounds: tuple[str, str, str] | None = None,
    calibration: Calibration | None = None,
    weights: Sequence[str] = (),
) -> str:
    """Write the script; it prints a CSV of the level rows and, for ``rounds``, of the changes.

    Parameters
    ----------
    files, design, measures, by, where, options, quantiles
        What is estimated, from which CSV files; ``by`` holds the round column too where there are rounds.
    rounds
        Round column, first and last round.
    calibration
        Known totals.
    weights
        Further lines that make the weights (:mod:`kgeval.estimate.r_weights`).

    Raises
    ------
    DesignError
        An expression uses a function that has no short R counterpart, the design is a census, or the
        rounds share only a part of their clusters.
    """
    if design.census:
        raise DesignError("a census has no sampling error, so there is no R script to compare with")
    if rounds is not None and design.rounds == "partial":
        raise DesignError("R's survey has no change between rounds that share a part of their clusters")
    own = _in_rounds(design) if rounds is not None and design.rounds == "independent" else design
    lines = [
        "# The same estimates in R (package survey 4.1 or later; wilson needs 4.5).",
        "library(survey)",
        f'options(survey.lonely.psu = "{design.single_cluster}", digits = 15)',
        f"level <- {options.level!r}; method <- {_text(options.interval)}",
        f"fixed_df <- {_fixed_df(options)}",
        f"files <- c({', '.join(map(_text, files))})",
        "d <- do.call(rbind, lapply(files, function(file) read.csv(file, check.names = FALSE,",
        '  na.strings = c("", "NA"), fileEncoding = "UTF-8-BOM",',
        f"  colClasses = {_classes(design, _codes(by, calibration))})))",
        *_rounds(rounds, design),
        *_answers(measures),
        *(f'd[[".q{place}"]] <- as.numeric({_r(_node(one.answer))})' for place, one in enumerate(quantiles)),
        *calibration_columns(calibration),
        f"asked <- {'rep(TRUE, nrow(d))' if where is None else _r(parse(where).node)}",
        _design(own),
        *weights,
        *calibration_lines(calibration),
        'fixed_df <- if (identical(fixed_df, "design")) degf(design) else fixed_df',
        _FUNCTIONS,
        f"rows <- lapply(domains(c({', '.join(map(_text, by))})), function(domain) rbind(",
        ",\n".join([*_calls(measures), *_quantile_calls(quantiles)]),
        "))",
        *_changes(measures, by[1:] if rounds else (), rounds),
        "write.csv(do.call(rbind, rows), row.names = FALSE)",
    ]
    return "\n".join(lines)


def _codes(by: Sequence[str], calibration: Calibration | None) -> list[str]:
    margins = () if calibration is None else calibration.totals.margins
    return [*by, *(column for margin in margins for column in margin.columns)]


def _in_rounds(design: SampleDesign) -> SampleDesign:
    """Name the columns that the script makes for independent rounds."""
    strata, clusters = stages(design.stratum), stages(design.cluster)
    return replace(
        design,
        stratum=(".stratum", *strata[1:]),
        cluster=(".cluster", *clusters[1:]) if clusters else None,
    )


def _rounds(rounds: tuple[str, str, str] | None, design: SampleDesign) -> list[str]:
    """Keep the records of both rounds; independent rounds get strata and clusters of their own."""
    if rounds is None:
        return []
    column, start, end = map(_text, rounds)
    lines = [
        f"round_column <- {column}; rounds <- c({start}, {end})",
        "d <- d[d[[round_column]] %in% rounds, ]",
    ]
    if design.rounds == "independent":
        for name, columns in ((".stratum", stages(design.stratum)), (".cluster", stages(design.cluster))):
            parts = ", ".join(["d[[round_column]]", *(f"d[[{_text(one)}]]" for one in columns[:1])])
            lines.append(f'd[["{name}"]] <- paste({parts})')
    return lines


def _quantile_calls(quantiles: Sequence[Quantile]) -> list[str]:
    return [
        f'  quantile_of({_text(one.name)}, ".q{place}", {one.probability!r}, keep = domain$keep & asked, '
        "label = domain$label)"
        for place, one in enumerate(quantiles)
    ]


def _changes(
    measures: Sequence[Measure], by: Sequence[str], rounds: tuple[str, str, str] | None
) -> list[str]:
    if rounds is None:
        return []
    calls = ",\n".join(call.replace("  estimate(", "  change_of(", 1) for call in _calls(measures))
    return [
        f"changes <- lapply(domains(c({', '.join(map(_text, by))})), function(domain) rbind(",
        calls,
        "))",
        "rows <- c(rows, changes)",
    ]


def _fixed_df(options: Options) -> str:
    if options.df == "domain":
        return "NULL"
    return '"design"' if options.df == "design" else repr(float(options.df))


def _classes(design: SampleDesign, by: Sequence[str]) -> str:
    """Keep codes as texts, so that 007 stays 007."""
    codes = dict.fromkeys([*stages(design.cluster), *stages(design.stratum), *by])
    named = [f'{_name(code)} = "character"' for code in codes]
    return f"c({', '.join(named)})" if named else "NA"


def _design(design: SampleDesign) -> str:
    ids = " + ".join(map(_name, stages(design.cluster))) or "1"
    parts = [f"ids = ~{ids}"]
    if design.stratum:
        parts.append(f"strata = ~{' + '.join(map(_name, stages(design.stratum)))}")
    parts.append(f"weights = ~{_name(design.weight)}" if design.weight else "weights = rep(1, nrow(d))")
    if design.population:
        parts.append(f"fpc = ~{' + '.join(map(_name, stages(design.population)))}")
    return f"design <- svydesign({', '.join(parts)}, data = d, nest = TRUE)"


def _answers(measures: Sequence[Measure]) -> list[str]:
    lines = []
    for place, asked in enumerate(measures):
        lines.append(f'd[[".y{place}"]] <- as.numeric({_r(_node(asked.answer))})')
        if asked.per is not None:
            lines.append(f'd[[".x{place}"]] <- as.numeric({_r(_node(asked.per))})')
        if asked.counts is not None:
            lines.append(f'd[[".c{place}"]] <- {_r(_node(asked.counts))}')
    return lines


def _calls(measures: Sequence[Measure]) -> list[str]:
    calls = []
    for place, asked in enumerate(measures):
        x = f'".x{place}"' if asked.per is not None else "NULL"
        keep = "domain$keep & asked" + (f' & d[[".c{place}"]]' if asked.counts is not None else "")
        kind = "total" if asked.kind == "count" else asked.kind
        answer = f'"{kind}", ".y{place}", {x}'
        calls.append(f"  estimate({_text(asked.name)}, {answer}, keep = {keep}, label = domain$label)")
    return calls


def _node(operand: Operand) -> Node:
    if isinstance(operand, Expression):
        return operand.node
    if isinstance(operand, str):
        return parse(operand).node
    raise DesignError("only measures written as expressions have an R script")


def _r(node: Node) -> str:  # noqa: PLR0911  one a kind of node
    """Write a node in R; R's NA follows the same three-valued logic."""
    match node:
        case NumberLiteral():
            return repr(float(node.value))
        case TextLiteral():
            return _text(node.value)
        case Reference():
            return f"d[[{_text(node.name)}]]"
        case Negative():
            return f"(-{_r(node.operand)})"
        case Arithmetic():
            sign = {"div": "/", "mod": "%%"}.get(node.operator, node.operator)
            return f"({_r(node.left)} {sign} {_r(node.right)})"
        case Comparison():
            return _r_comparison(node)
        case Logic():
            return "(" + f" {'&' if node.operator == 'and' else '|'} ".join(map(_r, node.parts)) + ")"
        case Call():
            return _r_call(node)
        case _:
            raise DesignError("this expression has no R counterpart")


def _r_comparison(node: Comparison) -> str:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, TextLiteral) and side.value == "" and node.operator in {"=", "!="}:
            return f"{'!' if node.operator == '!=' else ''}is.na({_r(other)})"
    return f"({_r(node.left)} {'==' if node.operator == '=' else node.operator} {_r(node.right)})"


def _r_call(node: Call) -> str:
    arguments = [_r(argument) for argument in node.arguments]
    match node.name, arguments:
        case "not", [one]:
            return f"(!{one})"
        case "selected", [column, code]:
            wrapped = f'paste0(" ", ifelse(is.na({column}), "", {column}), " ")'
            return f'grepl(paste0(" ", {code}, " "), {wrapped}, fixed = TRUE)'
        case (("number" | "int" | "round" | "min" | "max"), _):
            r_name = {"number": "as.numeric", "int": "trunc", "round": "round", "min": "pmin", "max": "pmax"}
            return f"{r_name[node.name]}({', '.join(arguments)})"
        case "if", [condition, then, otherwise]:
            return f"ifelse({condition}, {then}, {otherwise})"
        case _:
            raise DesignError(f"{node.name}() has no short R counterpart; compute the column first")


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _name(column: str) -> str:
    return "`" + column.replace("`", "\\`") + "`"
