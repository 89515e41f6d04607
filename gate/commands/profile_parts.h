/* `perfgate profile WHAT`: each WHAT is a command of its own, in profile_*.c; profile_command.c
 * lists them. This is what they share. */
#ifndef GATE_COMMANDS_PROFILE_PARTS_H
#define GATE_COMMANDS_PROFILE_PARTS_H

#include "gate/commands/option_rows.h"
#include "runners/profile/tally.h"

extern const struct command profile_top_command, profile_cum_command, profile_merge_command,
    profile_convert_command;

/* Which samples: regular expressions, NULL when not given. */
struct profile_filter {
    const char *focus, *ignore, *tag_focus, *tag_ignore;
};

#define FILTER_OPTIONS(o)                                                                          \
    TEXT("focus", 0, &(o)->focus, "RE",                                                            \
         "only stacks with a function, file or binary that matches"),                              \
        TEXT("ignore", 0, &(o)->ignore, "RE", "no stacks with one that matches"),                  \
        TEXT("tag-focus", 0, &(o)->tag_focus, "[KEY=]RE", "only samples with a label like that"),  \
        TEXT("tag-ignore", 0, &(o)->tag_ignore, "[KEY=]RE", "no samples with one like that")

/* Which samples to leave out, by pprof's rules for -focus, -ignore, -tagfocus and -tagignore (a
 * range of numbers is in the label's own unit); NULL for none. PG_USAGE for a bad expression. */
bool profile_filter_apply(const struct profile_filter *filter, const struct profile *profile,
                          bool **skip, struct arena *arena, struct pg_error *err);

#define SAMPLE_TYPE_OPTION(to)                                                                     \
    TEXT("sample-type", 't', (to), "NAME", "what is counted (the profile's default or last)")

/* Index of the sample type of that name, or without a name of the one that is shown. */
bool profile_pick_type(const struct profile *profile, const char *path, const char *name,
                       uint32_t *out, struct pg_error *err);

/* Reads a profile, picks the sample type and the samples that the filter leaves. */
bool profile_take(struct tally_part *out, const char *path, const char *type,
                  const struct profile_filter *filter, struct strings *strings, struct arena *arena,
                  struct pg_error *err);

#endif
