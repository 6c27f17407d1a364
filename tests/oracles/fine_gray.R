# Fine and Gray's regression by R's survival with strata, late entry, intervals and case weights; named numbers as JSON.
suppressMessages(library(survival))
i <- 0:79
d <- data.frame(
  id = i, entry = (7 * i) %% 5, x = ((17 * i) %% 11) / 5 - 1, z = as.numeric(i %% 3 == 0),
  stratum = (i %/% 2) %% 2, hospital = i %% 9, repeats = 1 + i %% 3, share = 0.5 + ((5 * i) %% 7) / 4,
  cause = factor(c(1, 2, 0, 1, 2, 1, 0)[(11 * i) %% 7 + 1], 0:2)
)
d$time <- d$entry + 1 + (13 * i * i + 5 * i) %% 29
out <- list()
told <- function(name, fit, se) {
  for (term in names(coef(fit))) {
    out[[paste(name, term, "coef")]] <<- coef(fit)[[term]]
    out[[paste(name, term, se)]] <<- sqrt((if (se == "se") fit$var else fit$naive.var)[term == names(coef(fit)), term == names(coef(fit))])
  }
}
model <- function(fg, strata = FALSE, cluster = fg$id) {
  formula <- if (strata) Surv(fgstart, fgstop, fgstatus) ~ x + z + strata(stratum) else Surv(fgstart, fgstop, fgstatus) ~ x + z
  fg$belongs <- cluster
  coxph(formula, fg, weights = fgwt, ties = "breslow", cluster = belongs, control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 40))
}
# Standard errors of these leave the estimation of the weights out, so the inverse information is compared.
told("strata", model(finegray(Surv(time, cause) ~ . + strata(stratum), d), TRUE), "naive")
told("common", model(finegray(Surv(time, cause) ~ ., d), TRUE), "naive")
late <- Surv(entry, time, cause) ~ .
told("late", model(finegray(late, d, id = id)), "naive")
told("late strata", model(finegray(Surv(entry, time, cause) ~ . + strata(stratum), d, id = id), TRUE), "naive")
told("repeats", model(finegray(late, transform(d[rep(i + 1, d$repeats), ], id = seq_len(sum(d$repeats))), id = id)), "naive")
# Each patient's follow-up cut on day 9, where x changes.
cut <- d$entry < 9 & d$time > 9
first <- transform(d, time = ifelse(cut, 9, time), cause = replace(cause, cut, "0"))
split <- rbind(first, transform(d[cut, ], entry = 9, x = x + 1))
told("intervals", model(finegray(late, split, id = id)), "naive")
# Where nobody is censored and all are there from the start the weights are known: the sandwich itself is compared.
all <- transform(subset(d, cause != 0), cause = factor(cause, 0:2))
fg <- finegray(Surv(time, cause) ~ ., all, weights = share)
told("weights", model(fg), "se")
told("weights strata cluster", model(fg, TRUE, fg$hospital), "se")
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA))
