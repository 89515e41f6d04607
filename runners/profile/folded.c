#include "runners/profile/folded.h"

#include <inttypes.h>

void folded_write_name(FILE *out, const struct strings *strings, uint32_t name) {
    const char *text = strings_get(strings, name);
    for (size_t i = 0, length = strings_length(strings, name); i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        fputc(c == ';' || c < ' ' || c == 0x7f ? '_' : c, out);
    }
}

static void put_location(FILE *out, const struct profile *p, uint32_t location) {
    uint32_t first = p->line_start[location], last = p->line_start[location + 1];
    if (first == last)
        fprintf(out, "0x%" PRIx64, p->locations[location].address);
    while (last-- > first) {
        folded_write_name(out, p->strings, p->functions[p->lines[last].function].name);
        if (last > first)
            fputc(';', out);
    }
}

void folded_write(FILE *out, const struct profile *p, uint32_t type) {
    for (size_t i = 0; i < p->sample_count; i++) {
        int64_t value = p->values[i * p->type_count + type];
        uint32_t first = p->stack_start[i], last = p->stack_start[i + 1];
        if (!value || first == last)
            continue;
        while (last-- > first) {
            put_location(out, p, p->frames[last]);
            fputc(last > first ? ';' : ' ', out);
        }
        fprintf(out, "%" PRId64 "\n", value);
    }
}
