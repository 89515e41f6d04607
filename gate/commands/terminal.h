/* What is at the other end of a stream. */
#ifndef GATE_COMMANDS_TERMINAL_H
#define GATE_COMMANDS_TERMINAL_H

#include <stdbool.h>

/* Is the descriptor a terminal that knows colours and moves its cursor? One with TERM=dumb would
 * show the escapes themselves. */
bool terminal_paints(int fd);

/* Columns of the terminal at the descriptor; else those of COLUMNS; else 80. */
int terminal_width(int fd);

#endif
