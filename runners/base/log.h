/* Messages for the person at the terminal: stderr only, one write a line, `perfgate: ` before it,
 * control characters replaced. Results never pass through here. */
#ifndef RUNNERS_BASE_LOG_H
#define RUNNERS_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTE };

/* Errors and warnings are shown unless quiet (which leaves errors); notes only when verbose. */
void log_set_level(enum log_level most);
enum log_level log_level(void);

void pg_log(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
