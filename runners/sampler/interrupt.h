/* SIGINT, SIGTERM and SIGHUP as a question to be asked between steps, instead of death: so that
 * what has been measured can be written and what was started be ended. Signals are the process's
 * own, hence no parameter. */
#ifndef RUNNERS_SAMPLER_INTERRUPT_H
#define RUNNERS_SAMPLER_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* From here on the signals are only noted (those ignored so far stay ignored). Calls nest. */
void interrupts_catch(void);
/* As before the matching interrupts_catch. */
void interrupts_release(void);

/* The signal that came since interrupts_catch, 0: none. */
int interrupted_by(void);

/* The mask in force outside interrupts_catch, to wait with (ppoll), and for children. */
const sigset_t *interrupts_open_mask(void);

#endif
