#include "runners/formats/format.h"

const struct format *const formats[] = {&go_format, &google_benchmark_format, &hyperfine_format,
                                        NULL};

const struct format *format_find(const char *name) {
    for (size_t i = 0; formats[i]; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

const struct format *format_detect(struct text head) {
    const struct format *best = NULL;
    int most = 0;
    for (size_t i = 0; formats[i]; i++) {
        int sure = formats[i]->sniff(head);
        if (sure > most) {
            most = sure;
            best = formats[i];
        }
    }
    return best;
}
