#include "gate/commands/part.h"

#include <string.h>

static const char *word_of(const struct command *group, const struct command *part) {
    return part->name + strlen(group->name) + 1;
}

static void list_parts(FILE *out, const struct command *group, const char *about,
                       const struct command *const *parts) {
    fprintf(out, "usage: perfgate %s WHAT [OPTION…] [OPERAND…]\n\n%s\n\nWhat\n", group->name,
            about);
    for (; *parts; parts++)
        fprintf(out, "  %-8s %s\n", word_of(group, *parts), (*parts)->summary);
    fprintf(out, "\n'perfgate %s WHAT --help' explains one.\n", group->name);
}

static void list_words(FILE *out, const struct command *group, const struct command *const *parts) {
    fprintf(out, "%s:", group->name);
    for (; *parts; parts++)
        fprintf(out, " %s", word_of(group, *parts));
    fputs(" --help\n", out);
}

static bool unknown(const struct command *group, const struct command *const *parts,
                    const char *what, struct pg_error *err) {
    char words[200];
    size_t length = 0;
    for (const struct command *const *at = parts; *at && length < sizeof words; at++)
        length += (size_t)snprintf(words + length, sizeof words - length, "%s%s",
                                   at == parts ? ""
                                   : at[1]     ? ", "
                                               : " or ",
                                   word_of(group, *at));
    if (!*what)
        return pg_error_set(err, PG_USAGE, "%s: expected %s", group->name, words);
    return pg_error_set(err, PG_USAGE, "%s: '%.60s'; expected %s", group->name, what, words);
}

bool part_run(const struct command *group, const char *about, const struct command *const *parts,
              const struct part_call *call, struct pg_error *err) {
    const char *what = call->argc > 1 ? call->argv[1] : "";
    *call->exit_code = 0;
    if (strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0) {
        list_parts(call->session->out, group, about, parts);
        return true;
    }
    bool all = strncmp(what, "--help=", 7) == 0; /* manual page and completion */
    if (strcmp(what, "--help=bash") == 0)
        list_words(call->session->out, group, parts);
    for (const struct command *const *at = parts; *at; at++) {
        if (all) {
            const char *ask[] = {(*at)->name, what, NULL};
            if (!(*at)->run(call->session, 2, ask, call->exit_code, err))
                return false;
        } else if (strcmp(what, word_of(group, *at)) == 0) {
            return (*at)->run(call->session, call->argc - 1, call->argv + 1, call->exit_code, err);
        }
    }
    return all || unknown(group, parts, what, err);
}
