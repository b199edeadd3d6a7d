"""The R ``survey`` script that an auditor can run for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kgeval.errors import DesignError
from kgeval.estimate.calibrate import Calibration
from kgeval.estimate.measure import Measure, Operand
from kgeval.estimate.quantile import Quantile
from kgeval.estimate.r_functions import FUNCTIONS
from kgeval.estimate.r_literal import r_name, r_number, r_text
from kgeval.estimate.r_reading import reading_lines
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
        f"level <- {options.level!r}; method <- {r_text(options.interval)}",
        f"fixed_df <- {_fixed_df(options)}",
        *reading_lines(files, [*stages(design.cluster), *stages(design.stratum), *_codes(by, calibration)]),
        *_rounds(rounds, design),
        *_answers(measures),
        *(f'd[[".q{place}"]] <- as.numeric({_r(_node(one.answer))})' for place, one in enumerate(quantiles)),
        *calibration_columns(calibration),
        f"asked <- {'rep(TRUE, nrow(d))' if where is None else _r(parse(where).node)}",
        _design(own),
        *weights,
        *calibration_lines(calibration),
        "# Who is not asked keeps a weight of 0 in some designs, and 0 * NA is NA.",
        r'for (name in grep("^[.][xyq][0-9]+$", names(d), value = TRUE))',
        "  design$variables[[name]][is.na(design$variables[[name]])] <- 0",
        'fixed_df <- if (identical(fixed_df, "design")) degf(design) else fixed_df',
        FUNCTIONS,
        f"rows <- lapply(domains(c({', '.join(map(r_text, by))})), function(domain) rbind(",
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
    column, start, end = map(r_text, rounds)
    lines = [
        f"round_column <- {column}; rounds <- c({start}, {end})",
        "d <- d[d[[round_column]] %in% rounds, ]",
    ]
    if design.rounds == "independent":
        for name, columns in ((".stratum", stages(design.stratum)), (".cluster", stages(design.cluster))):
            parts = ", ".join(["d[[round_column]]", *(f"d[[{r_text(one)}]]" for one in columns[:1])])
            lines.append(f'd[["{name}"]] <- paste({parts})')
    return lines


def _quantile_calls(quantiles: Sequence[Quantile]) -> list[str]:
    return [
        f'  quantile_of({r_text(one.name)}, ".q{place}", {one.probability!r}, keep = domain$keep & asked, '
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
        f"changes <- lapply(domains(c({', '.join(map(r_text, by))})), function(domain) rbind(",
        calls,
        "))",
        "rows <- c(rows, changes)",
    ]


def _fixed_df(options: Options) -> str:
    if options.df == "domain":
        return "NULL"
    return '"design"' if options.df == "design" else r_number(float(options.df))


def _design(design: SampleDesign) -> str:
    ids = " + ".join(map(r_name, stages(design.cluster))) or "1"
    parts = [f"ids = ~{ids}"]
    if design.stratum:
        parts.append(f"strata = ~{' + '.join(map(r_name, stages(design.stratum)))}")
    parts.append(f"weights = ~{r_name(design.weight)}" if design.weight else "weights = rep(1, nrow(d))")
    if design.population:
        parts.append(f"fpc = ~{' + '.join(map(r_name, stages(design.population)))}")
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
        calls.append(f"  estimate({r_text(asked.name)}, {answer}, keep = {keep}, label = domain$label)")
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
            return r_text(node.value)
        case Reference():
            return f"d[[{r_text(node.name)}]]"
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
