#include "gate/commands/option_help.h"

#include <string.h>

enum { WIDTH = 79, HELP_COLUMN = 28 };

/* Of UTF-8, a column a character. */
static int columns(const char *text) {
    int count = 0;
    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static int print_text(FILE *out, const char *text) {
    fputs(text, out);
    return columns(text);
}

/* `  -w, --warmup N` */
static int print_names(FILE *out, const struct option *option, const char *indent) {
    int used = fprintf(out, "%s", indent);
    used += option->letter ? fprintf(out, "-%c, ", option->letter) : fprintf(out, "    ");
    used += fprintf(out, "--%s", option->name);
    if (option->argument)
        used += fprintf(out, "=") + print_text(out, option->argument);
    else if (option->choices)
        used += fprintf(out, "=%s", option->choices);
    return used;
}

/* Words wrapped between two columns; the cursor stands at `used`. */
static void print_wrapped(FILE *out, const char *text, int used, int column) {
    if (used && used + 2 > column) {
        fputc('\n', out);
        used = 0;
    }
    fprintf(out, "%*s", column - used, "");
    int at = column;
    while (*text) {
        const char *blank = strchr(text, ' ');
        int length = blank ? (int)(blank - text) : (int)strlen(text);
        if (at > column && at + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", column, "");
            at = column;
        }
        at += fprintf(out, "%s%.*s", at > column ? " " : "", length, text);
        text += length + (blank ? 1 : 0);
    }
    fputc('\n', out);
}

static void help_text(FILE *out, const struct command *command, const struct option *options) {
    fprintf(out, "usage: perfgate %s [OPTION…]%s%s\n\n", command->name,
            *command->operands ? " " : "", command->operands);
    print_wrapped(out, command->summary, 0, 0);
    bool heading = false;
    for (; options->name; options++) {
        if (options->kind == OPTION_HEADING) {
            fprintf(out, "\n%s\n", options->help);
            heading = true;
            continue;
        }
        if (options->hidden)
            continue;
        if (!heading)
            fprintf(out, "\nOptions\n");
        heading = true;
        print_wrapped(out, options->help, print_names(out, options, "  "), HELP_COLUMN);
    }
    fprintf(out, "  -h, --help                show this\n");
}

/* Hyphens, backslashes and quotes mean something to roff, and it reads ASCII only. Our own texts
 * are well-formed UTF-8. */
static void roff(FILE *out, const char *text) {
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    while (*text) {
        unsigned char c = (unsigned char)*text++;
        if (c >= 0xC0) {
            unsigned code = c >= 0xF0 ? c & 0x07U : c >= 0xE0 ? c & 0x0FU : c & 0x1FU;
            for (; ((unsigned char)*text & 0xC0) == 0x80; text++)
                code = code << 6 | ((unsigned char)*text & 0x3F);
            fprintf(out, "\\[u%04X]", code);
        } else if (c == '-') {
            fputs("\\-", out);
        } else if (c == '\\') {
            fputs("\\e", out);
        } else if (c == '"') {
            fputs("\\(dq", out);
        } else {
            fputc(c, out);
        }
    }
}

static void help_manual(FILE *out, const struct command *command, const struct option *options) {
    fprintf(out, ".SS \"perfgate %s ", command->name);
    roff(out, command->operands);
    fputs("\"\n", out);
    roff(out, command->summary);
    fputs(".\n", out);
    for (; options->name; options++) {
        if (options->kind == OPTION_HEADING) {
            fputs(".PP\n", out);
            roff(out, options->help);
            fputs(":\n", out);
        }
        if (options->hidden || options->kind == OPTION_HEADING)
            continue;
        fputs(".TP\n.B ", out);
        if (options->letter)
            fprintf(out, "\\-%c, ", options->letter);
        fputs("\\-\\-", out);
        roff(out, options->name);
        const char *value = options->argument ? options->argument : options->choices;
        if (value) {
            fputc('=', out);
            roff(out, value);
        }
        fputc('\n', out);
        roff(out, options->help);
        fputc('\n', out);
    }
}

static void help_completion(FILE *out, const struct command *command,
                            const struct option *options) {
    fprintf(out, "%s:", command->name);
    for (; options->name; options++) {
        if (options->hidden || options->kind == OPTION_HEADING)
            continue;
        bool value = options->argument || options->choices;
        fprintf(out, " --%s%s", options->name, value ? "=" : "");
    }
    fputs(" --help\n", out);
}

void options_help(FILE *out, const struct command *command, const struct option *options,
                  enum help_form form) {
    switch (form) {
    case HELP_TEXT:
        help_text(out, command, options);
        break;
    case HELP_MANUAL:
        help_manual(out, command, options);
        break;
    case HELP_COMPLETION:
        help_completion(out, command, options);
        break;
    }
}
