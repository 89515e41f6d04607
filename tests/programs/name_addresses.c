/* name_addresses FILE [DEBUG_ROOT]: for each hexadecimal address of the file on stdin what
 * `addr2line -afi` prints: the address, then linked name and file:line:column of each frame, the
 * innermost first. What it had to go by on stderr. */
#include "runners/symbols/module.h"

#include <stdio.h>
#include <stdlib.h>

static void print_frame(const struct debug_frame *frame) {
    printf("%s\n%s:%d:%d\n", frame->name ? frame->name : "??", frame->file ? frame->file : "??",
           frame->line, frame->column);
}

int main(int argc, char **argv) {
    struct debug_frame frames[DEBUG_FRAMES];
    struct arena *arena = arena_new();
    struct module module;
    char line[64];
    if (argc < 2)
        return 2;
    module_open(&module, argv[1], "", argc > 2 ? argv[2] : "/usr/lib/debug", arena);
    fprintf(stderr, "%s\n", symbols_state_text(module.state));
    while (fgets(line, sizeof line, stdin)) {
        uint64_t address = strtoull(line, NULL, 16);
        size_t count = module_find(&module, address, frames);
        printf("0x%016llx\n", (unsigned long long)address);
        for (size_t i = 0; i < count; i++)
            print_frame(&frames[i]);
        if (count == 0)
            puts("??\n??:0:0");
    }
    module_close(&module);
    arena_free(arena);
    return 0;
}
