# Two outcomes of the last visit against the arms, study wash_benefits, with R survey, independently of kgeval:
# svyglm on the last round of the design of both (stratum block, cluster clusterid).
# usage: Rscript wash_models.R FOLDER_OF_WASHB_UPTAKE > wash_models.csv
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
uptake <- read.csv(file.path(folder, "washb_uptake.csv"))
uptake <- uptake[uptake$svy %in% c(0, 2), ]
uptake$tr <- relevel(factor(uptake$tr), ref = "Control")
design <- svydesign(ids = ~clusterid, strata = ~block, weights = ~1, data = uptake, nest = TRUE)
show <- function(x) formatC(x, digits = 15, format = "g")
cat("outcome,arm,estimate,se,n\n")
for (y in c("hwss", "latseal")) {
  last <- subset(design, svy == 2 & !is.na(uptake[[y]]))
  fit <- svyglm(reformulate("tr", y), last, family = quasibinomial, control = list(epsilon = 1e-14))
  for (name in names(coef(fit))) {
    cat(y, sub("^tr", "", name), show(coef(fit)[[name]]), show(SE(fit)[[name]]), length(residuals(fit)), sep = ",")
    cat("\n")
  }
}
