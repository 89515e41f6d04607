#include "gate/commands/options.h"

#include "gate/commands/option_help.h"
#include "runners/base/number.h"

#include <popt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void string_list_add(struct string_list *list, const char *item, struct arena *arena) {
    ARENA_PUSH(arena, list->items, list->count, list->capacity, item);
}

static bool in_range(const struct option *option, double value) {
    return (option->low == 0 && option->high == 0) ||
           (value >= option->low && value <= option->high);
}

static bool refuse(const struct option *option, const char *value, const char *expected,
                   struct pg_error *err) {
    if (option->low == 0 && option->high == 0)
        return pg_error_set(err, PG_USAGE, "--%s: '%.200s' is not %s", option->name, value,
                            expected);
    return pg_error_set(err, PG_USAGE, "--%s: '%.200s' is not %s from %.10g to %.10g", option->name,
                        value, expected, option->low, option->high);
}

static bool set_int(const struct option *option, const char *value, struct pg_error *err) {
    int64_t number;
    if (!number_i64(text_of(value), &number) || number < INT32_MIN || number > INT32_MAX ||
        !in_range(option, (double)number))
        return refuse(option, value, "a whole number", err);
    *(int *)option->target = (int)number;
    return true;
}

static bool set_real(const struct option *option, const char *value, struct pg_error *err) {
    static const char *const expected[] = {
        [OPTION_DOUBLE] = "a number",
        [OPTION_RATIO] = "a share such as 5% or 0.05",
        [OPTION_DURATION] = "a duration such as 1.5s or 100ms",
    };
    struct text text = text_of(value);
    double number;
    bool read = option->kind == OPTION_DOUBLE  ? number_double(text, &number)
                : option->kind == OPTION_RATIO ? number_ratio(text, &number)
                                               : number_duration(text, &number);
    if (!read || !in_range(option, number))
        return refuse(option, value, expected[option->kind], err);
    *(double *)option->target = number;
    return true;
}

static bool set_choice(const struct option *option, const char *value, struct pg_error *err) {
    size_t length = strlen(value);
    int index = 0;
    for (const char *at = option->choices; at; index++) {
        const char *bar = strchr(at, '|');
        size_t width = bar ? (size_t)(bar - at) : strlen(at);
        if (width == length && memcmp(at, value, width) == 0) {
            *(int *)option->target = index;
            return true;
        }
        at = bar ? bar + 1 : NULL;
    }
    return pg_error_set(err, PG_USAGE, "--%s: '%.200s' is not one of %s", option->name, value,
                        option->choices);
}

static bool set(const struct option *option, const char *value, struct arena *arena,
                struct pg_error *err) {
    switch (option->kind) {
    case OPTION_FLAG:
    case OPTION_NO_FLAG:
        *(bool *)option->target = option->kind == OPTION_FLAG;
        return true;
    case OPTION_INT:
        return set_int(option, value, err);
    case OPTION_DOUBLE:
    case OPTION_RATIO:
    case OPTION_DURATION:
        return set_real(option, value, err);
    case OPTION_STRING:
        *(const char **)option->target = arena_strdup(arena, value);
        return true;
    case OPTION_LIST:
        string_list_add(option->target, arena_strdup(arena, value), arena);
        return true;
    case OPTION_CHOICE:
        return set_choice(option, value, err);
    case OPTION_HEADING:
        break;
    }
    return pg_error_set(err, PG_INTERNAL, "option table: '%s' has no kind", option->name);
}

static bool takes_value(const struct option *option) {
    return option->kind != OPTION_FLAG && option->kind != OPTION_NO_FLAG;
}

/* popt wants its own table; the value of a row is its index in ours plus one. */
static struct poptOption *popt_table(const struct option *options, size_t count,
                                     struct arena *arena) {
    struct poptOption *table = ARENA_NEW(arena, struct poptOption, count + 1);
    size_t rows = 0;
    for (size_t i = 0; i < count; i++) {
        if (options[i].kind == OPTION_HEADING)
            continue;
        struct poptOption *row = &table[rows++];
        row->longName = options[i].name;
        row->shortName = options[i].letter;
        row->argInfo = takes_value(&options[i]) ? POPT_ARG_STRING : POPT_ARG_NONE;
        if (options[i].one_dash)
            row->argInfo |= POPT_ARGFLAG_ONEDASH;
        row->val = (int)i + 1;
    }
    return table;
}

static bool parse_before_dashes(struct parsed_options *out, const struct command *command,
                                const struct option *options, size_t count, unsigned flags,
                                struct session *session, int argc, const char **argv,
                                struct pg_error *err) {
    struct poptOption *table = popt_table(options, count, session->arena);
    poptContext context = poptGetContext(command->name, argc, argv, table, flags);
    bool good = true;
    int value;
    while (good && (value = poptGetNextOpt(context)) > 0) {
        char *argument = poptGetOptArg(context);
        good = set(&options[value - 1], argument ? argument : "", session->arena, err);
        free(argument);
    }
    if (good && value < -1)
        good = pg_error_set(err, PG_USAGE, "%s: %s; 'perfgate %s --help' lists the options",
                            poptBadOption(context, POPT_BADOPTION_NOALIAS),
                            value == POPT_ERROR_BADOPT ? "unknown option" : poptStrerror(value),
                            command->name);
    const char **left = good ? poptGetArgs(context) : NULL;
    for (; left && *left; left++)
        string_list_add(&out->operands, arena_strdup(session->arena, *left), session->arena);
    poptFreeContext(context);
    return good;
}

/* `--help`, `-h`, and `--help=man|bash` by which the manual page and the completion are made. */
static bool asks_help(int argc, const char **argv, enum help_form *form) {
    static const char *const words[] = {
        [HELP_TEXT] = "--help", [HELP_MANUAL] = "--help=man", [HELP_COMPLETION] = "--help=bash"};
    for (int i = 1; i < argc; i++) {
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            if (strcmp(argv[i], words[k]) == 0 || (k == HELP_TEXT && strcmp(argv[i], "-h") == 0)) {
                *form = (enum help_form)k;
                return true;
            }
        }
    }
    return false;
}

bool options_parse(struct parsed_options *out, const struct command *command,
                   const struct option *options, bool posix, struct session *session, int argc,
                   const char **argv, struct pg_error *err) {
    *out = (struct parsed_options){0};
    size_t count = 0;
    while (options[count].name)
        count++;
    int before = 1;
    while (before < argc && strcmp(argv[before], "--") != 0)
        before++;
    const char **own = ARENA_NEW(session->arena, const char *, (size_t)before + 1);
    memcpy(own, argv, (size_t)before * sizeof *own);
    /* With posix, a --help behind the first operand is the child's. */
    int help_end = before;
    for (int i = 1; posix && i < before; i++) {
        if (own[i][0] != '-') {
            help_end = i;
            break;
        }
    }
    enum help_form form;
    if (asks_help(help_end, own, &form)) {
        options_help(session->out, command, options, form);
        out->helped = true;
        return true;
    }
    if (!parse_before_dashes(out, command, options, count, posix ? POPT_CONTEXT_POSIXMEHARDER : 0,
                             session, before, own, err))
        return false;
    bool child_began = posix && out->operands.count > 0;
    out->dashes = before < argc && !child_began;
    for (int i = before + !child_began; i < argc; i++) {
        string_list_add(&out->operands, argv[i], session->arena);
        out->after_dashes++;
    }
    return true;
}
