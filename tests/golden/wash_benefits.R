# Values of the study wash_benefits computed with R survey, independently of kgeval.
# usage: Rscript wash_benefits.R FOLDER_OF_WASHB_UPTAKE > wash_benefits.csv
# An arm has one cluster in most blocks: it is a domain of the whole design (stratum block, cluster clusterid).
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
uptake <- read.csv(file.path(folder, "washb_uptake.csv"))
uptake <- uptake[uptake$svy %in% c(0, 2), ]
outcomes <- c("storewat", "freechl", "latseal", "latfeces", "humfeces", "hwsw", "hwss", "hwsws")
whole <- svydesign(ids = ~clusterid, strata = ~block, weights = ~1, data = uptake, nest = TRUE)
show <- function(x) formatC(x, digits = 17, format = "g")
cat("indicator,area,stat,value,se,correlation,n\n")
for (y in outcomes) for (arm in c(sort(unique(uptake$tr)), "all")) {
  answered <- !is.na(uptake[[y]]) & (arm == "all" | uptake$tr == arm)
  rounds <- sort(unique(uptake$svy[answered]))
  for (round in rounds) {
    here <- answered & uptake$svy == round
    m <- svymean(reformulate(y), subset(whole, here))
    cat(y, arm, paste0("round", round), show(coef(m)), show(SE(m)), "", sum(here), sep = ",")
    cat("\n")
  }
  if (length(rounds) == 2) {
    by <- svyby(reformulate(y), ~svy, subset(whole, answered), svymean, covmat = TRUE)
    v <- vcov(by)
    change <- svycontrast(by, c(-1, 1))
    correlation <- v[1, 2] / sqrt(v[1, 1] * v[2, 2])
    cat(y, arm, "change", show(coef(change)), show(SE(change)), show(correlation), sum(answered), sep = ",")
    cat("\n")
  }
}
