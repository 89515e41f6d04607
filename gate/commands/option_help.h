/* A command's option table as text for a person, as a section of the manual page, or as words for
 * bash's completion. */
#ifndef GATE_COMMANDS_OPTION_HELP_H
#define GATE_COMMANDS_OPTION_HELP_H

#include "gate/commands/options.h"

#include <stdio.h>

enum help_form { HELP_TEXT, HELP_MANUAL, HELP_COMPLETION };

/* HELP_TEXT fits 80 columns; HELP_MANUAL is roff (man macros); HELP_COMPLETION is one line `NAME:
 * --option …`. */
void options_help(FILE *out, const struct command *command, const struct option *options,
                  enum help_form form);

#endif
