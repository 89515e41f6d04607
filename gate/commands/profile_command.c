#include "gate/commands/part.h"
#include "gate/commands/profile_parts.h"

static const struct command *const parts[] = {&profile_top_command,
                                              &profile_cum_command,
                                              &profile_list_command,
                                              &profile_labels_command,
                                              &profile_merge_command,
                                              &profile_convert_command,
                                              NULL};

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    return part_run(&profile_command, "Look into profiles of pprof, perf, callgrind and others",
                    parts, &(struct part_call){session, argc, argv, exit_code}, err);
}

const struct command profile_command = {
    .name = "profile",
    .summary = "Look into profiles: which function, how much",
    .operands = "top|cum|list|labels|merge|convert …",
    .run = run,
};
