# Change of each arm less the change of Control, study wash_benefits, with R survey, independently of kgeval:
# totals of zero-filled columns over the whole design (stratum block, cluster clusterid), and their contrast.
# usage: Rscript wash_comparison.R FOLDER_OF_WASHB_UPTAKE > wash_comparison.csv
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
uptake <- read.csv(file.path(folder, "washb_uptake.csv"))
uptake <- uptake[uptake$svy %in% c(0, 2), ]
outcomes <- c("storewat", "latseal", "latfeces", "humfeces", "hwsw", "hwss", "hwsws")
arms <- sort(unique(uptake$tr))
show <- function(x) formatC(x, digits = 17, format = "g")
cat("indicator,group,difference,se,n\n")
for (y in outcomes) {
  filled <- uptake[c("block", "clusterid")]
  for (a in seq_along(arms)) for (round in c(0, 2)) {
    here <- uptake$tr == arms[a] & uptake$svy == round & !is.na(uptake[[y]])
    filled[[paste0("n", a, "r", round)]] <- as.numeric(here)
    filled[[paste0("y", a, "r", round)]] <- ifelse(here, uptake[[y]], 0)
  }
  design <- svydesign(ids = ~clusterid, strata = ~block, weights = ~1, data = filled, nest = TRUE)
  totals <- svytotal(reformulate(setdiff(names(filled), c("block", "clusterid"))), design)
  level <- function(a, r) sprintf("y%dr%d / n%dr%d", a, r, a, r)
  change <- function(a) sprintf("(%s - %s)", level(a, 2), level(a, 0))
  control <- match("Control", arms)
  for (a in setdiff(seq_along(arms), control)) {
    gap <- svycontrast(totals, parse(text = paste(change(a), "-", change(control)))[[1]])
    used <- uptake$tr %in% arms[c(a, control)] & !is.na(uptake[[y]])
    cat(y, arms[a], show(coef(gap)), show(SE(gap)), sum(used), sep = ",")
    cat("\n")
  }
}
