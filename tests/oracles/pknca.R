# Non-compartmental analysis by PKNCA on drawn profiles; prints named numbers as JSON.
suppressMessages(library(PKNCA))
profiles <- list(
  rich   = list(t = c(0, 2, 4, 7, 10, 14, 21, 28, 60, 91), c = c(0, 0, 700, 15000, 48000, 29000, 9000, 3100, 1400, 600)),
  sparse = list(t = c(0, 7, 14, 28, 84, 182, 273), c = c(0, 21000, 33000, 1700, 600, 220, 0)),
  gap    = list(t = c(0, 4, 7, 10, 14, 21, 28, 60), c = c(0, 0, 5200, 80000, 0, 4300, 1800, 0))
)
out <- list()
for (name in names(profiles)) {
  p <- profiles[[name]]
  d <- data.frame(subject = name, time = p$t, conc = p$c)
  res <- pk.nca(PKNCAdata(PKNCAconc(d, conc ~ time | subject),
                          intervals = data.frame(start = 0, end = 28, auclast = TRUE, cmax = TRUE, tmax = TRUE, tlast = TRUE)))
  rows <- as.data.frame(res)
  for (i in seq_len(nrow(rows))) out[[paste(name, rows$PPTESTCD[i])]] <- rows$PPORRES[i]
}
cat(jsonlite::toJSON(out, auto_unbox = TRUE, digits = NA))
