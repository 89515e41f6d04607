/* Rows of an option table (options.h), written short. `short` is a letter or 0. */
#ifndef GATE_COMMANDS_OPTION_ROWS_H
#define GATE_COMMANDS_OPTION_ROWS_H

#include "gate/commands/options.h"

#define HEADING(text)                                                                              \
    { .name = "help", .kind = OPTION_HEADING, .help = (text) }
#define FLAG(long, short, to, text)                                                                \
    { .name = (long), .letter = (short), .kind = OPTION_FLAG, .target = (to), .help = (text) }
#define TEXT(long, short, to, shown, text)                                                         \
    {                                                                                              \
        .name = (long), .letter = (short), .kind = OPTION_STRING, .target = (to),                  \
        .argument = (shown), .help = (text)                                                        \
    }
#define LIST(long, short, to, shown, text)                                                         \
    {                                                                                              \
        .name = (long), .letter = (short), .kind = OPTION_LIST, .target = (to),                    \
        .argument = (shown), .help = (text)                                                        \
    }
#define COUNT(long, short, to, least, most, text)                                                  \
    {                                                                                              \
        .name = (long), .letter = (short), .kind = OPTION_INT, .target = (to), .argument = "N",    \
        .help = (text), .low = (least), .high = (most)                                             \
    }
#define SPAN(long, to, text)                                                                       \
    {                                                                                              \
        .name = (long), .kind = OPTION_DURATION, .target = (to), .argument = "TIME",               \
        .help = (text), .high = 1e7                                                                \
    }
#define CHOICE(long, to, words, text)                                                              \
    { .name = (long), .kind = OPTION_CHOICE, .target = (to), .help = (text), .choices = (words) }

#endif
