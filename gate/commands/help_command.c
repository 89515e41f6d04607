#include "gate/commands/option_help.h"
#include "gate/functions/function_name.h"

#include <string.h>

static const char synopsis[] = "usage: perfgate [-C DIR] [-q|-v] COMMAND [OPTION…] [OPERAND…]\n";

static void list_commands(FILE *out) {
    fprintf(out,
            "%s\nIs the new build slower, by how much, where, and how sure are we?\n\nCommands\n",
            synopsis);
    for (const struct command *const *at = commands; *at; at++)
        fprintf(out, "  %-12s %s\n", (*at)->name, (*at)->summary);
    fputs("\nBefore the command\n"
          "  -C DIR       work in DIR\n"
          "  -q, -v       only errors; notes too\n"
          "  --version    print the version\n"
          "\nExit codes\n"
          "  0 pass, 1 regression, 2 usage, 3 inconclusive, 4 broken\n"
          "\n'perfgate COMMAND --help' explains a command.\n",
          out);
}

/* Every command prints its own part, from the table that it parses with. */
static bool each_command(struct session *session, const char *form, struct pg_error *err) {
    for (const struct command *const *at = commands; *at; at++) {
        const char *argv[] = {(*at)->name, form, NULL};
        int ignored;
        if (!(*at)->run(session, 2, argv, &ignored, err))
            return false;
    }
    return true;
}

static bool manual(struct session *session, struct pg_error *err) {
    fputs(".TH PERFGATE 1 \"\" \"perfgate " PERFGATE_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nperfgate \\- performance regression gate for continuous integration\n"
          ".SH SYNOPSIS\n.B perfgate\n[\\-C DIR] [\\-q|\\-v] COMMAND [OPTION...] [OPERAND...]\n"
          ".SH DESCRIPTION\nMeasures benchmark programs, compares the measurements with a "
          "baseline by statistical tests, and answers whether the new build is slower, by how "
          "much, and how sure that is.\n.SH COMMANDS\n",
          session->out);
    if (!each_command(session, "--help=man", err))
        return false;
    fputs(".SH EXIT STATUS\n.TP\n.B 0\npass\n.TP\n.B 1\nat least one gated row "
          "regressed, or a function where functions decide; nothing else ever exits 1\n.TP\n.B "
          "2\nusage: bad options or configuration; nothing ran\n.TP\n.B "
          "3\ninconclusive: no gated row could be decided, or with \\-\\-strict any could not\n"
          ".TP\n.B 4\nbroken: no baseline, nothing comparable, missing or failed rows, damaged "
          "input, or an I/O failure\n",
          session->out);
    return true;
}

/* Not a command, but what several of them do. */
static void explain_functions(FILE *out) {
    fputs("Function names are joined across builds by leaving out what compilers number\n"
          "afresh. What each rule makes of an example:\n\n",
          out);
    for (const struct name_rule *rule = name_rules; rule->pattern; rule++)
        fprintf(out, "  %-40s %s\n", rule->before, rule->after);
    fputs("\n'compare' and 'gate' do so with the profiles beside recordings, 'canary' with\n"
          "profiles alone. Names in square brackets are of binaries without symbols.\n",
          out);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    bool man = false, bash = false;
    const struct option options[] = {
        {.name = "man",
         .kind = OPTION_FLAG,
         .target = &man,
         .help = "print the manual page (roff)"},
        {.name = "bash",
         .kind = OPTION_FLAG,
         .target = &bash,
         .help = "print each command's options, for shell completion"},
        {.name = NULL},
    };
    struct parsed_options parsed;
    if (!options_parse(&parsed, &help_command, options, false, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (man)
        return manual(session, err);
    if (bash)
        return each_command(session, "--help=bash", err);
    if (parsed.operands.count == 0) {
        list_commands(session->out);
        return true;
    }
    const char *name = parsed.operands.items[0];
    if (strcmp(name, "functions") == 0) {
        explain_functions(session->out);
        return true;
    }
    const struct command *command = command_find(name);
    if (!command)
        return pg_error_set(err, PG_USAGE, "help: there is no command '%.100s'", name);
    const char *ask[] = {name, "--help", NULL};
    return command->run(session, 2, ask, exit_code, err);
}

const struct command help_command = {
    .name = "help",
    .summary = "List the commands, or explain one",
    .operands = "[COMMAND|functions]",
    .run = run,
};
