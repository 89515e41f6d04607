/* What launching costs a round, user and system time of everything involved: runner_bench MODE
 * ROUNDS COMMAND…, where MODE is `bare` (posix_spawn and wait4), `launcher` (output captured) or
 * `counters` (software counters too, which every machine has). Prints microseconds a round. */
#include "runners/sampler/launcher.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static double seconds(struct timeval t) {
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double cpu_used(void) {
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return seconds(self.ru_utime) + seconds(self.ru_stime) + seconds(children.ru_utime) +
           seconds(children.ru_stime);
}

static bool bare(char **argv, long rounds) {
    for (long i = 0; i < rounds; i++) {
        pid_t pid;
        int status;
        struct rusage usage;
        if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
            wait4(pid, &status, 0, &usage) != pid || status != 0)
            return false;
    }
    return true;
}

static bool launched(char **argv, long rounds, const char *counters, struct pg_error *err) {
    struct arena *arena = arena_new(), *scratch = arena_new();
    struct launch_command command = {(const char *const *)argv, NULL, NULL};
    struct counter_set set;
    bool good = counters_parse(&set, counters, err);
    struct launch_plan plan = {.commands = &command,
                               .count = 1,
                               .timeout = 600,
                               .output_limit = 1 << 20,
                               .error_limit = 1 << 16,
                               .counters = &set};
    struct launcher *launcher = NULL;
    good = good && launcher_start(&launcher, &plan, arena, err);
    struct arena_mark mark = arena_mark(scratch);
    for (long i = 0; good && i < rounds; i++) {
        struct launched result;
        good = launcher_run(
            launcher, 0, (struct launch_how){.pad = true, .padding = (uint32_t)i % LAUNCH_PADDING},
            &result, scratch, err);
        arena_reset(scratch, mark);
    }
    launcher_stop(launcher);
    arena_free(scratch);
    arena_free(arena);
    return good;
}

int main(int argc, char **argv) {
    struct pg_error err = {0};
    if (argc < 4)
        return 2;
    long rounds = strtol(argv[2], NULL, 10);
    double before = cpu_used();
    bool good =
        strcmp(argv[1], "bare") == 0
            ? bare(argv + 3, rounds)
            : launched(argv + 3, rounds,
                       strcmp(argv[1], "counters") == 0 ? "task-clock,faults,switches,migrations"
                                                        : "off",
                       &err);
    if (!good) {
        fprintf(stderr, "runner_bench: %s\n", err.text[0] ? err.text : "failed");
        return 1;
    }
    printf("%.1f\n", (cpu_used() - before) / (double)rounds * 1e6);
    return 0;
}
