/* `perfgate profile WHAT`: each WHAT is a command of its own, in profile_*.c; profile_command.c
 * lists them. This is what they share. */
#ifndef GATE_COMMANDS_PROFILE_PARTS_H
#define GATE_COMMANDS_PROFILE_PARTS_H

#include "gate/commands/option_rows.h"
#include "runners/profile/tally.h"

extern const struct command profile_top_command, profile_cum_command, profile_list_command,
    profile_labels_command, profile_merge_command, profile_convert_command;

/* Which samples, and which frames of them: regular expressions, NULL when not given. */
struct profile_filter {
    const char *focus, *ignore, *hide, *show, *show_from, *tag_focus, *tag_ignore;
    const char *tag_root, *tag_leaf; /* keys, separated by commas */
    bool strips_paths;               /* of what is left, as profile_strip_paths does */
};

#define FILTER_OPTIONS(o)                                                                          \
    TEXT("focus", 0, &(o)->focus, "RE",                                                            \
         "only stacks with a function, file or binary that matches"),                              \
        TEXT("ignore", 0, &(o)->ignore, "RE", "no stacks with one that matches"),                  \
        TEXT("hide", 0, &(o)->hide, "RE", "stacks without the frames that match"),                 \
        TEXT("show", 0, &(o)->show, "RE", "stacks of only the frames that match"),                 \
        TEXT("show-from", 0, &(o)->show_from, "RE",                                                \
             "stacks from the outermost frame that matches"),                                      \
        TEXT("tag-focus", 0, &(o)->tag_focus, "[KEY=]RE", "only samples with a label like that"),  \
        TEXT("tag-ignore", 0, &(o)->tag_ignore, "[KEY=]RE", "no samples with one like that"),      \
        TEXT("tag-root", 0, &(o)->tag_root, "KEY,…", "labels as frames above all others"),         \
        TEXT("tag-leaf", 0, &(o)->tag_leaf, "KEY,…", "labels as frames below all others")

/* What is handed on is stripped (runners/profile/strip.h) unless told otherwise. */
#define KEEP_PATHS_OPTION(to)                                                                      \
    FLAG("keep-paths", 0, (to), "write paths, names of people, comments and all labels as they are")

/* profile_strip unless `keep`; warns of what is left out, beginning with the path. */
void profile_hand_on(struct profile *profile, bool keep, const char *path, struct arena *arena);

/* Which samples to leave out, by pprof's rules for -focus, -ignore, -tagfocus and -tagignore; NULL
 * for none. PG_USAGE for a bad expression. */
bool profile_filter_apply(const struct profile_filter *filter, const struct profile *profile,
                          bool **skip, struct arena *arena, struct pg_error *err);

/* Which functions (by their name or file) and binaries an expression matches. */
struct place_matches {
    bool *functions, *mappings;
};
bool profile_match_places(struct place_matches *out, const struct profile *profile,
                          const char *option, const char *pattern, struct arena *arena,
                          struct pg_error *err);

/* Rearrange the stacks in place, which may lose all their frames. Before samples are left out:
 * frames that the profile wants dropped (drop_frames, keep_frames) go, labels become frames.
 * Afterwards: --hide, --show, --show-from. */
bool profile_drop_frames(struct profile *profile, struct arena *arena, struct pg_error *err);
bool profile_tag_frames(const struct profile_filter *filter, struct profile *profile,
                        struct arena *arena, struct pg_error *err);
bool profile_hide_frames(const struct profile_filter *filter, struct profile *profile,
                         struct arena *arena, struct pg_error *err);

#define SAMPLE_TYPE_OPTION(to)                                                                     \
    TEXT("sample-type", 't', (to), "NAME", "what is counted (the profile's default or last)")

/* Index of the sample type of that name, or without a name of the one that is shown. */
bool profile_pick_type(const struct profile *profile, const char *path, const char *name,
                       uint32_t *out, struct pg_error *err);

/* Reads a profile, picks the sample type and the samples that the filter leaves. */
bool profile_take(struct tally_part *out, const char *path, const char *type,
                  const struct profile_filter *filter, struct strings *strings, struct arena *arena,
                  struct pg_error *err);

/* What is looked at: profiles added up, less others. */
struct profile_query {
    struct profile_filter filter;
    const char *type;
    struct string_list base, diff_base;
    bool normalize;
};

#define QUERY_OPTIONS(o)                                                                           \
    SAMPLE_TYPE_OPTION(&(o)->type), FILTER_OPTIONS(&(o)->filter),                                  \
        LIST("diff-base", 0, &(o)->diff_base, "FILE", "the change since this, in % of it"),        \
        LIST("base", 0, &(o)->base, "FILE", "less this, of which the new one is a continuation"),  \
        FLAG("normalize", 0, &(o)->normalize, "scale to the base's total first: shares, not time")

struct profile_answer {
    struct tally_part parts[2]; /* to be added up */
    size_t part_count;
    const char *type, *unit;
    int64_t total; /* what percentages refer to */
};

/* Reads and filters what the query asks for; all texts are of `strings`. */
bool profile_query_run(struct profile_answer *out, const struct profile_query *query,
                       const struct string_list *paths, struct strings *strings,
                       struct arena *arena, struct pg_error *err);

#endif
