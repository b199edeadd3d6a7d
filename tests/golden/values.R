# Golden values: Rscript values.R > values.csv (R package survey 4.1), in this folder, after simulate.py.
suppressMessages(library(survey))
options(digits = 15)
level <- 0.95
print_row <- function(design, domain, stat, variable, method, est, se, low = NA, high = NA, df = NA)
  cat(paste(c(design, domain, stat, variable, method, format(c(est, se, low, high, df), digits = 15)),
            collapse = ","), "\n", sep = "")
cat("design,domain,stat,variable,method,est,se,low,high,df\n")
korn_graubard <- function(p, v, n, df) {
  size <- min(n, p * (1 - p) / v * (qt(.025, n - 1) / qt(.025, df))^2)
  c(qbeta(.025, size * p, size * (1 - p) + 1), qbeta(.975, size * p + 1, size * (1 - p)))
}
share <- function(name, domain, variable, s) {
  s <- subset(s, !is.na(s$variables[[variable]]))
  f <- reformulate(variable); m <- svymean(f, s); p <- coef(m)[[1]]; v <- vcov(m)[[1]]
  limits <- korn_graubard(p, v, sum(weights(s) > 0), degf(s))
  print_row(name, domain, "share", variable, "korn-graubard", p, sqrt(v), limits[1], limits[2], degf(s))
  for (method in c("logit", "beta", "asin")) {
    limits <- as.numeric(attr(svyciprop(f, s, method = method), "ci"))
    print_row(name, domain, "share", variable, method, p, sqrt(v), limits[1], limits[2], degf(s))
  }
}
number <- function(name, domain, stat, variable, m, df) {
  est <- coef(m)[[1]]; se <- sqrt(vcov(m)[[1]])
  print_row(name, domain, stat, variable, "t", est, se, est - qt(.975, df) * se, est + qt(.975, df) * se, df)
}
h <- read.csv("data/hamlets.csv"); h$here <- paste(h$stratum, h$hamlet); h$wave <- paste(h$round, h$stratum)
designs <- list(
  hamlets = svydesign(~hamlet, strata = ~stratum, weights = ~w, data = h, nest = TRUE),
  hamlets_fpc = svydesign(~hamlet, strata = ~stratum, weights = ~w, fpc = ~N, data = h, nest = TRUE))
for (name in names(designs)) {
  for (domain in c("", "f", "m")) {
    s <- if (domain == "") designs[[name]] else subset(designs[[name]], sex == domain)
    share(name, domain, "knows", s)
    number(name, domain, "mean", "score", svymean(~score, s), degf(s))
    number(name, domain, "total", "books", svytotal(~books, s), degf(s))
    number(name, domain, "ratio", "score/books", svyratio(~score, ~books, s), degf(s))
  }
  by <- svyby(~score, ~round, designs[[name]], svymean, covmat = TRUE)
  number(name, "2-1", "change", "score", svycontrast(by, c(-1, 1)), degf(designs[[name]]))
}
waves <- svydesign(~hamlet, strata = ~wave, weights = ~w, data = h, nest = TRUE)
by <- svyby(~score, ~round, waves, svymean, covmat = TRUE)
number("independent", "2-1", "change", "score", svycontrast(by, c(-1, 1)), degf(waves))
p <- read.csv("data/schools.csv")
stages <- svydesign(~school + room, weights = ~w, fpc = ~N1 + N2, data = p, nest = TRUE)
share("schools", "", "reads", stages)
number("schools", "", "mean", "score", svymean(~score, stages), degf(stages))
number("schools", "", "total", "score", svytotal(~score, stages), degf(stages))
lonely <- subset(h, stratum != "town" | hamlet == 3)
for (rule in c("remove", "certainty", "average")) {
  options(survey.lonely.psu = rule)
  s <- svydesign(~hamlet, strata = ~stratum, weights = ~w, data = lonely, nest = TRUE)
  number(paste0("single_", rule), "", "mean", "score", svymean(~score, s), degf(s))
  number(paste0("single_", rule), "", "total", "books", svytotal(~books, s), degf(s))
}
