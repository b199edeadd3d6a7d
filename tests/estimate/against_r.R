# Data of R's package survey with what that package says of them: Rscript against_r.R FOLDER. The data stay there.
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
options(digits = 15)
data(api); data(scd); data(mu284); data(election); data(nhanes); data(hospital); data(crowd); data(fpc); data(yrbs)
rows <- list()
add <- function(case, indicator, domain, est, se, df, limits = NULL) {
  if (is.null(limits)) limits <- est + c(-1, 1) * qt(.975, df) * se
  rows[[length(rows) + 1]] <<- data.frame(case = case, indicator = indicator, domain = as.character(domain),
    value = est, se = se, low = limits[1], high = limits[2], df = df)
}
freedom <- function(s) { d <- degf(s); if (d < 1) NA else d }
statistic <- function(case, indicator, s, f, fun, domain = "", x = NULL, df = NULL) {
  for (name in c(all.vars(f), if (!is.null(x)) all.vars(x))) s <- eval(bquote(subset(s, !is.na(.(as.name(name))))))
  if (nrow(s$variables) == 0) return()
  m <- if (is.null(x)) fun(f, s) else fun(f, x, s)
  add(case, indicator, domain, coef(m)[[1]], sqrt(as.matrix(vcov(m))[1, 1]), if (is.null(df)) freedom(s) else df)
}
share <- function(case, indicator, s, f, domain = "", methods = c("logit", "beta", "asin", "mean", "xlogit", "likelihood")) {
  s <- eval(bquote(subset(s, !is.na(.(as.name(all.vars(f)))))))
  for (method in methods) {
    p <- svyciprop(f, s, method = method)
    add(paste(case, method), indicator, domain, coef(p)[[1]], sqrt(as.matrix(vcov(p))[1, 1]), degf(s), as.numeric(attr(p, "ci")))
  }
}
put <- function(name, d) write.csv(d, file.path(folder, paste0(name, ".csv")), row.names = FALSE, na = "")

# Two stages with finite populations
apiclus2$wide <- as.integer(apiclus2$sch.wide == "Yes"); put("apiclus2", apiclus2)
s <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, weights = ~pw, data = apiclus2)
for (domain in c("", "E", "H", "M")) {
  t <- if (domain == "") s else subset(s, stype == domain)
  statistic("apiclus2", "m", t, ~api00, svymean, domain); statistic("apiclus2", "t", t, ~enroll, svytotal, domain)
  statistic("apiclus2", "r", t, ~api.stu, svyratio, domain, ~enroll); statistic("apiclus2", "k", t, ~acs.k3, svymean, domain)
}
share("apiclus2", "s", s, ~wide)
put("mu284", transform(mu284, w = n1 / 5 * n2 / 3))
s <- svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu284)
statistic("mu284", "m", s, ~y1, svymean); statistic("mu284", "t", s, ~y1, svytotal)

# Strata, finite populations
apistrat$wide <- as.integer(apistrat$sch.wide == "Yes"); put("apistrat", apistrat)
s <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
share("apistrat", "s", s, ~wide)
share("apistrat where", "s", subset(s, comp.imp == "No"), ~wide, methods = c("logit", "beta"))
q <- svyquantile(~api00, s, c(.1, .5, .9), interval.type = "mean", qrule = "math")[[1]]
for (i in 1:3) add("apistrat quantile", c("q10", "q50", "q90")[i], "", q[i, 1], q[i, 4], degf(s), q[i, 2:3])
put("hospital", hospital)
s <- svydesign(id = ~1, strata = ~oblevel, weights = ~weighta, fpc = ~tothosp, data = hospital)
statistic("hospital", "m", s, ~births, svymean); statistic("hospital", "t", s, ~births, svytotal)
put("fpc", fpc)
s <- svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, fpc = ~Nh, data = fpc, nest = TRUE)
statistic("fpc", "m", s, ~x, svymean); statistic("fpc", "t", s, ~x, svytotal)
s <- svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, data = fpc, nest = TRUE)
statistic("nofpc", "m", s, ~x, svymean); statistic("nofpc", "t", s, ~x, svytotal)

# Clusters in strata, domains, missing answers
put("nhanes", nhanes)
s <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
for (i in 1:4) statistic("nhanes", "chol", s[s$variables$race == i, ], ~HI_CHOL, svymean, i)
share("nhanes", "chol", s, ~HI_CHOL)
put("yrbs", transform(yrbs, yes = as.integer(qn8 == 1)))
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = transform(yrbs, yes = as.integer(qn8 == 1)), nest = TRUE)
share("yrbs", "yes", s, ~yes, methods = c("logit", "beta"))

# Unequal probabilities, taken as with replacement
put("election", election_pps)
s <- svydesign(id = ~1, weights = ~wt, data = election_pps)
for (name in c("Bush", "Kerry", "Nader")) statistic("election", name, s, reformulate(name), svytotal)
statistic("election", "r", s, ~Bush, svyratio, x = ~votes)

# Calibration
put("apiclus1", apiclus1)
s <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)); wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
known <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
calibrated <- list(poststratify = postStratify(s, ~stype, types),
  rake = rake(s, list(~stype, ~sch.wide), list(types, wide), control = list(epsilon = 1e-12, maxit = 200)))
if (requireNamespace("MASS", quietly = TRUE)) calibrated <- c(calibrated, list(linear = calibrate(s, ~stype + api99, known),
  raking = calibrate(s, ~stype + api99, known, calfun = "raking", epsilon = 1e-11),
  logit = calibrate(s, ~stype + api99, known, calfun = "logit", bounds = c(.2, 2.5), epsilon = 1e-11),
  bounded = calibrate(s, ~stype + api99, known, bounds = c(.6, 1.6))))
calibrated$trim <- trimWeights(calibrated$rake, upper = 55, lower = 31)
for (name in names(calibrated)) for (domain in c("", "E", "H")) {
  t <- if (domain == "") calibrated[[name]] else subset(calibrated[[name]], stype == domain)
  statistic(name, "m", t, ~api00, svymean, domain, df = degf(if (domain == "") s else subset(s, stype == domain)))
  statistic(name, "t", t, ~enroll, svytotal, domain, df = degf(if (domain == "") s else subset(s, stype == domain)))
}
statistic("trim only", "m", trimWeights(svydesign(id = ~dnum, weights = ~enroll, data = apiclus1), upper = 1500), ~api00, svymean)

# Replicate weights
replicated <- function(case, s, d, reps, ...) {
  weights <- weights(reps, "analysis"); colnames(weights) <- paste0("rw", seq_len(ncol(weights)))
  put(case, cbind(d, weights)); put(paste0(case, "_scales"), data.frame(scale = reps$scale, rscales = reps$rscales))
  for (mse in c(FALSE, TRUE)) { r <- reps; r$mse <- mse; for (f in list(...)) {
    name <- if (mse) paste(case, "mse") else case
    if (length(f) == 3) statistic(name, "r", r, reformulate(as.character(f[[2]])), svyratio, x = reformulate(as.character(f[[3]])), df = degf(r))
    else { statistic(name, paste0("m", f[[2]]), r, f, svymean, df = degf(r)); statistic(name, paste0("t", f[[2]]), r, f, svytotal, df = degf(r)) } } }
}
scd$w <- 1
d <- svydesign(id = ~ambulance, strata = ~ESA, weights = ~w, data = scd, nest = TRUE)
replicated("scd_BRR", d, scd, as.svrepdesign(d, type = "BRR"), alive ~ arrests, ~alive)
replicated("scd_Fay", d, scd, as.svrepdesign(d, type = "Fay", fay.rho = 0.3), alive ~ arrests, ~alive)
replicated("crowd_JK1", NULL, crowd, as.svrepdesign(svydesign(id = ~cluster, weights = ~weight, data = crowd)), ~rooms, ~person, rooms ~ person)
replicated("crowd_JKn", NULL, crowd, as.svrepdesign(svydesign(id = ~cluster, weights = ~weight, strata = ~stratum, data = crowd)), ~rooms, ~person)
set.seed(7)
replicated("api_boot", NULL, apiclus1[c("api00", "enroll", "api.stu", "pw")], as.svrepdesign(s, type = "bootstrap", replicates = 40), ~api00, ~enroll, api.stu ~ enroll)
s2 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1)
made <- as.svrepdesign(s2, type = "JK1"); statistic("made JK1", "m", made, ~api00, svymean, df = degf(made))
statistic("made JK1 rake", "m", rake(made, list(~stype, ~sch.wide), list(types, wide), control = list(epsilon = 1e-12, maxit = 200)), ~api00, svymean, df = degf(made))

# Strata of one cluster
lonely <- apistrat[c(1:101, 151:200), ]; put("lonely", lonely)
for (rule in c("remove", "certainty", "average", "adjust")) {
  options(survey.lonely.psu = rule)
  s <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = lonely)
  statistic(paste("lonely", rule), "m", s, ~api00, svymean); if (rule != "adjust") statistic(paste("lonely", rule), "t", s, ~enroll, svytotal)
}
options(survey.lonely.psu = "fail")

# Change of the same clusters
waves <- rbind(data.frame(apiclus1[c("dnum", "stype", "pw")], wave = "w99", y = apiclus1$api99), data.frame(apiclus1[c("dnum", "stype", "pw")], wave = "w00", y = apiclus1$api00))
put("waves", waves)
for (kind in c("same", "independent")) for (domain in c("", "E")) {
  waves$of_wave <- paste(waves$wave, waves$dnum)
  s <- if (kind == "same") svydesign(id = ~dnum, weights = ~pw, data = waves) else svydesign(id = ~of_wave, strata = ~wave, weights = ~pw, data = waves)
  t <- if (domain == "") s else subset(s, stype == domain)
  by <- svyby(~y, ~wave, t, svymean, covmat = TRUE); m <- svycontrast(by, c(w00 = 1, w99 = -1))
  add(paste("change", kind), "y", domain, coef(m)[[1]], sqrt(vcov(m)[[1]]), degf(t))
}
write.csv(do.call(rbind, rows), file.path(folder, "expected.csv"), row.names = FALSE)
