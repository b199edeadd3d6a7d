"""The functions of R that the script of a request calls: one row an estimate."""

from __future__ import annotations

FUNCTIONS = r"""
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
# What a standard error may be by rounding alone: of sums, or of the equations of calibration.
rounding <- function(value, keep, s) {
  plain <- inherits(s, "survey.design") && is.null(s$postStrata)
  max(abs(value)) * (if (plain) 16 * sqrt(sum(keep)) * .Machine$double.eps else 1e-8)
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
  if (sqrt(v) <= rounding(value, keep, s)) v <- 0
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
  if (identical(q[1, 2], q[1, 3])) q[1, 2:4] <- NA  # no variance below: no interval
  data.frame(indicator = name, kind = "quantile", domain = label, value = q[1, 1], se = q[1, 4],
             low = q[1, 2], high = q[1, 3], df = df, n = sum(keep))
}
# The change by the totals of both rounds, where svyby() has no covariances: calibrated weights.
is_calibrated <- function(s) inherits(s, "survey.design") && !is.null(s$postStrata)
change_of_totals <- function(name, kind, y, x, keep, label, s) {
  below <- if (is.null(x)) 1 else d[[x]]
  for (round in 1:2) {
    here <- keep & d[[round_column]] == rounds[round]
    s$variables[[paste0("above", round)]] <- ifelse(here, d[[y]], 0)
    s$variables[[paste0("below", round)]] <- ifelse(here, below, 0)
  }
  of <- if (kind == "total") quote(above2 - above1) else quote(above2 / below2 - above1 / below1)
  m <- svycontrast(svytotal(~above1 + below1 + above2 + below2, s), of)
  value <- as.numeric(coef(m)); v <- as.numeric(vcov(m)); df <- freedom(s, fixed_df)
  limits <- value + c(-1, 1) * qt(1 - (1 - level) / 2, df) * sqrt(v)
  data.frame(indicator = name, kind = "change", domain = label, value = value, se = sqrt(v),
             low = limits[1], high = limits[2], df = df, n = sum(keep))
}
# The change from one round to another: both rounds' estimates with their covariance.
change_of <- function(name, kind, y, x = NULL, keep, label) {
  keep <- keep & !is.na(keep) & !is.na(d[[y]])
  if (!is.null(x)) keep <- keep & !is.na(d[[x]])
  if (!all(rounds %in% d[[round_column]][keep])) return(NULL)
  s <- subset(design, keep)
  if (is_calibrated(s)) return(change_of_totals(name, kind, y, x, keep, label, s))
  f <- reformulate(sprintf("`%s`", y)); over <- reformulate(sprintf("`%s`", round_column))
  b <- switch(kind,
    total = svyby(f, over, s, svytotal, covmat = TRUE),
    ratio = svyby(f, over, s, svyratio, denominator = reformulate(sprintf("`%s`", x)), covmat = TRUE),
    svyby(f, over, s, svymean, covmat = TRUE))
  place <- match(rounds, as.character(b[[round_column]]))
  value <- diff(coef(b)[place]); v <- sum(vcov(b)[place, place] * c(1, -1, -1, 1)); df <- freedom(s, fixed_df)
  if (sqrt(v) <= rounding(coef(b)[place], keep, s)) v <- 0
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
