#include "runners/sampler/interrupt.h"

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* Signals belong to the process, so this state does too. */
static volatile sig_atomic_t seen;
static unsigned depth;
static struct sigaction before[NUMBERS];
static sigset_t mask_before;

static void on_signal(int number) {
    seen = number;
}

/* The signals stay blocked except while waiting in ppoll with the open mask, so that none can slip
 * in between a look at the flag and the wait. */
void interrupts_catch(void) {
    if (depth++ > 0)
        return;
    seen = 0;
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < NUMBERS; i++) {
        struct sigaction action = {.sa_handler = on_signal};
        sigaction(numbers[i], NULL, &before[i]);
        if (before[i].sa_handler == SIG_IGN)
            continue;
        sigaction(numbers[i], &action, NULL);
        sigaddset(&mask, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &mask, &mask_before);
}

void interrupts_release(void) {
    if (--depth > 0)
        return;
    sigprocmask(SIG_SETMASK, &mask_before, NULL);
    for (size_t i = 0; i < NUMBERS; i++)
        sigaction(numbers[i], &before[i], NULL);
}

int interrupted_by(void) {
    sigset_t pending;
    if (depth == 0 || seen)
        return seen;
    /* Blocked signals that came while nobody waited. */
    sigpending(&pending);
    for (size_t i = 0; i < NUMBERS; i++) {
        if (sigismember(&pending, numbers[i]) && before[i].sa_handler != SIG_IGN)
            return numbers[i];
    }
    return 0;
}

const sigset_t *interrupts_open_mask(void) {
    if (depth == 0)
        sigprocmask(SIG_SETMASK, NULL, &mask_before);
    return &mask_before;
}
