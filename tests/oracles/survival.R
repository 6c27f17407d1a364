# Kaplan-Meier, log-rank and weighted incidence by R's survival on a drawn data set; prints named numbers as JSON.
suppressMessages(library(survival))
time  <- c(3, 5, 5, 8, 11, 12, 12, 15, 19, 19, 22, 24, 30, 31, 40, 41)
event <- c(1, 1, 0, 1,  0,  1,  1,  0,  1,  1,  0,  1,  1,  0,  1,  0)
group <- c(1, 2, 1, 1,  2,  1,  2,  2,  1,  2,  1,  2,  2,  1,  2,  2)
out <- list()
for (kind in c("log-log", "log", "plain")) {
  fit <- summary(survfit(Surv(time, event) ~ 1, conf.type = kind), times = c(5, 12, 24))
  for (i in seq_along(fit$time)) {
    key <- paste0("km ", kind, " ", fit$time[i], " ")
    out[[paste0(key, "survival")]] <- fit$surv[i]
    out[[paste0(key, "lower")]] <- fit$lower[i]
    out[[paste0(key, "upper")]] <- fit$upper[i]
  }
}
for (rho in 0:1) {
  test <- survdiff(Surv(time, event) ~ group, rho = rho)
  out[[paste0("rho ", rho, " chi2")]] <- test$chisq
}
# Cumulative incidence of cause 1 with sampling weights: the infinitesimal jackknife.
share <- 0.5 + (seq_along(time) %% 4) / 3
fit <- summary(survfit(Surv(time, factor(event * group)) ~ 1, weights = share, id = seq_along(time)), times = c(5, 12, 24))
for (i in seq_along(fit$time)) {
  out[[paste("incidence", fit$time[i], "value")]] <- fit$pstate[i, 2]
  out[[paste("incidence", fit$time[i], "se")]] <- fit$std.err[i, 2]
}
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA))
