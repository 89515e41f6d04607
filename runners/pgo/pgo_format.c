#include "runners/pgo/pgo_format.h"

const struct pgo_format *const pgo_formats[] = {&go_pgo_format, &clang_pgo_format, &gcc_pgo_format,
                                                &bolt_pgo_format, NULL};

const struct pgo_format *pgo_format_find(const char *name) {
    for (size_t i = 0; pgo_formats[i]; i++) {
        if (strcmp(pgo_formats[i]->name, name) == 0)
            return pgo_formats[i];
    }
    return NULL;
}
