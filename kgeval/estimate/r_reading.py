"""Lines of R that read the files of a request as this engine does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kgeval.estimate.r_literal import r_text

_CSV = r"""read_csv <- function(file) {
  heading <- readLines(file, 1, warn = FALSE); signs <- c(",", ";", "\t")
  held <- sapply(signs, function(sign) lengths(regmatches(heading, gregexpr(sign, heading, fixed = TRUE))))
  read <- function(...) read.csv(file, sep = signs[which.max(held)], check.names = FALSE,
                                 na.strings = c("", "NA"), fileEncoding = "UTF-8-BOM", ...)
  read(colClasses = ifelse(names(read(nrows = 1)) %in% codes, "character", NA))
}"""
_READERS = {
    ".csv": "read_csv",
    ".parquet": "function(file) as.data.frame(arrow::read_parquet(file))",
    ".dta": "function(file) as.data.frame(haven::zap_labels(haven::read_dta(file)))",
    ".sav": "function(file) as.data.frame(haven::zap_labels(haven::read_sav(file)))",
}
# the empty text is no value, as in Stata and SPSS files, which have no other missing text
_UNSAID = """d[] <- lapply(d, function(x) {
  if (is.character(x)) x[x %in% ""] <- NA
  if (is.factor(x)) levels(x)[levels(x) == ""] <- NA
  x
})"""
_ALIKE = {".pq": ".parquet", ".zsav": ".sav"}


def reading_lines(files: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Return the lines that make the frame ``d`` of what all files have in common.

    Parameters
    ----------
    files
        Their names; those that are no CSV need R's packages ``arrow`` or ``haven``.
    codes
        Columns that are kept as texts, so that 007 stays 007.
    """
    kinds = [Path(file).suffix.lower() for file in files]
    kinds = [_ALIKE.get(kind, kind) for kind in kinds]
    parts = [f"({_READERS[kind]})({r_text(file)})" for kind, file in zip(kinds, files, strict=True)]
    return [
        f"codes <- c({', '.join(map(r_text, dict.fromkeys(codes)))})",
        *([_CSV] if ".csv" in kinds else []),
        f"parts <- list({', '.join(parts)})",
        "common <- Reduce(intersect, lapply(parts, names))",
        "d <- do.call(rbind, lapply(parts, function(part) part[common]))",
        "d[codes] <- lapply(d[codes], as.character)",
        *([_UNSAID] if set(kinds) - {".csv"} else []),
    ]
