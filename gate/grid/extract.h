/* One key's value of a series: its benchmark's name or a part of it, a configuration line, the
 * label of its file. Values are numbers of the recordings' common strings; 0, the empty string,
 * where a series has none. */
#ifndef GATE_GRID_EXTRACT_H
#define GATE_GRID_EXTRACT_H

#include "runners/base/arena.h"
#include "runners/base/text.h"
#include "runners/recording/recording.h"

/* A series among the recordings that a grid is made of. */
struct subject {
    const struct recording *recording;
    const struct series *series;
    uint32_t label; /* number of recording->label */
};

enum extract_source {
    EXTRACT_NAME,     /* `.name`: up to the first slash, or else without the `-8` */
    EXTRACT_FULLNAME, /* `.fullname`, less what was excluded */
    EXTRACT_PART,     /* `/key` of `/key=value` */
    EXTRACT_CONFIG,   /* `key: value` */
    EXTRACT_FILE      /* `.file` */
};

struct extractor {
    enum extract_source source;
    struct text part; /* "/key=" */
    bool gomaxprocs;  /* the part is also written as the suffix `-8` */
    uint32_t config_key;
    const struct text *excluded; /* "/key=" of parts to leave out of the full name */
    size_t excluded_count;
    bool without_name, without_gomaxprocs;
    uint32_t *by_name; /* value + 1 by number of name; 0 unknown */
    size_t by_name_count;
    struct strings *strings;
    struct arena *arena;
};

/* `key` is not empty, `.config` or `.unit`. */
void extractor_init(struct extractor *extractor, struct text key, struct strings *strings,
                    struct arena *arena);

/* Leaves keys (".name", "/key", "/gomaxprocs"; others are passed over) out of the full name. */
void extractor_exclude(struct extractor *extractor, const struct text *keys, size_t count);

uint32_t extract(struct extractor *extractor, const struct subject *subject);

/* Does the value depend on the name alone? Else on recording and configuration alone. */
bool extractor_is_of_name(const struct extractor *extractor);

/* Is the value the name as it stands? Known once extractor_exclude was called, if it is. */
bool extractor_is_name(const struct extractor *extractor);

#endif
