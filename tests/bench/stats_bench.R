# The same values and tests as stats_bench.c, through R's own functions; the loop's time without start-up.
tests <- 10000L
draw <- function(levels) {
  x <- 1
  u <- numeric(tests * 20L)
  for (i in seq_along(u)) {
    x <- (1664525 * x + 1013904223) %% 4294967296
    u[i] <- (x + 0.5) / 4294967296
  }
  matrix(100 + if (levels > 0) floor(u * levels) else u, nrow = 20L)
}
report <- function(name, values, test) {
  start <- proc.time()[["elapsed"]]
  sum <- 0
  for (i in seq_len(tests)) sum <- sum + test(values[1:10, i], values[11:20, i])
  cat(sprintf("%s %.1f %.9g\n", name, (proc.time()[["elapsed"]] - start) / tests * 1e9, sum))
}
values <- draw(0)
report("welch", values, function(base, head) {
  test <- t.test(head, base)
  test$p.value + sum(test$conf.int)
})
report("mann-whitney", values, function(base, head) wilcox.test(head, base)$p.value)
values <- draw(40)
# With ties R has the normal approximation only; perfgate computes the exact distribution.
report("mann-whitney-ties", values, function(base, head) wilcox.test(head, base, exact = FALSE)$p.value)
