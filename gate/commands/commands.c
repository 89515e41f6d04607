#include "gate/commands/command.h"

#include <string.h>

const struct command *const commands[] = {
    &compare_command,
    &run_command,
    &merge_command,
    &gate_command,
    &init_command,
    &baseline_command,
    &history_command,
    &profile_command,
    &pgo_command,
    &fetch_command,
    &push_command,
    &flame_command,
    &canary_command,
    &report_command,
    &calibrate_command,
    &self_test_command,
    &doctor_command,
    &help_command,
    NULL,
};

const struct command *command_find(const char *name) {
    for (const struct command *const *at = commands; *at; at++) {
        if (strcmp((*at)->name, name) == 0)
            return *at;
    }
    return NULL;
}

int exit_code_of(const struct pg_error *err) {
    return err->status == PG_USAGE ? 2 : 4;
}
