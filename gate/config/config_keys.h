/* The table of configuration keys: each with its kind, place, range, default and help. */
#ifndef GATE_CONFIG_CONFIG_KEYS_H
#define GATE_CONFIG_CONFIG_KEYS_H

#include "gate/config/config.h"

enum config_kind {
    KEY_BOOL,     /* int 0 or 1; unset -1 */
    KEY_INT,      /* int; unset -1 */
    KEY_FLOOR,    /* of a struct policy_rule: double in the tidied unit; unset NaN */
    KEY_RATIO,    /* double; unset NaN; `5%` or `0.05` */
    KEY_DURATION, /* double seconds; unset NaN */
    KEY_TEXT,     /* const char *; unset NULL */
    KEY_CHOICE,   /* int or enum: index into `choices` */
    KEY_LIST,     /* struct config_list: texts, or one text */
    KEY_COMMAND,  /* struct config_command: a text or a list */
    KEY_RENAMES,  /* struct config_renames: a map of text to text */
    KEY_SECTION,  /* a map with keys of its own, embedded */
    KEY_SECTIONS, /* a list of such maps: pointer, count, capacity */
    KEY_NAMED     /* a map from a name (kept in the section's `name` member) to such maps */
};

struct config_key {
    const char *name;
    enum config_kind kind;
    size_t offset;
    double low, high; /* of numbers; both 0: no range */
    const char *choices;
    const struct config_section *section;
    const char *initial; /* default, as it would be written; NULL: unset */
    const char *help;
};

struct config_section {
    const struct config_key *keys; /* ends with a row without a name */
    size_t size;                   /* of the struct it fills */
    size_t where_offset;           /* of its `const char *where` */
    size_t name_offset;            /* KEY_NAMED: of the member that takes the name */
};

/* Arrays of sections and renames all start like this. */
struct config_array {
    void *items;
    size_t count, capacity;
};

extern const struct config_section config_top;

/* Puts the text of a value at its place, for the kinds that are one text. False when it is not of
 * the kind or out of range. */
bool config_put_scalar(const struct config_key *key, const char *text, void *at);
void config_put_int(void *at, int value);
void config_put_double(void *at, double value);
void config_put_text(void *at, const char *value);

/* Levenshtein distance of two words shorter than 32 bytes; longer ones are far (SIZE_MAX). */
size_t config_distance(const char *a, const char *b);

#endif
