#include "runners/pgo/symbol_counts.h"

#include "runners/symbols/unique_names.h"

#include <stdlib.h>

static int by_place(const void *left, const void *right) {
    const struct symbol_count *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : a->offset < b->offset ? -1 : a->offset > b->offset;
}

void symbol_counts_add(struct symbol_counts *out, struct source_account *account,
                       const struct address_counts *counts, Elf *elf, struct arena *arena) {
    struct unique_names names = unique_names_read(elf, arena);
    for (size_t i = 0; i < counts->count; i++) {
        double count = counts->places[i].count;
        uint64_t address;
        const struct unique_name *function = elf_address_of(elf, counts->places[i].place, &address)
                                                 ? unique_name_find(&names, address)
                                                 : NULL;
        account->samples += count;
        *(function ? &account->lines : &account->nameless) += count;
        if (!function)
            continue;
        struct symbol_count item = {arena_strdup(arena, function->name), address - function->start,
                                    count};
        ARENA_PUSH(arena, out->items, out->count, out->capacity, item);
    }
}

void symbol_counts_finish(struct symbol_counts *counts, struct source_account *account,
                          struct strings *strings) {
    size_t used = 0;
    double sum = 0;
    if (counts->count)
        qsort(counts->items, counts->count, sizeof *counts->items, by_place);
    for (size_t i = 0; i < counts->count; i++) {
        struct symbol_count item = counts->items[i], *last = used ? &counts->items[used - 1] : NULL;
        bool goes_on = last && strcmp(item.name, last->name) == 0;
        sum = item.count + (goes_on ? sum : 0);
        if (sum > account->largest) {
            account->largest = sum;
            account->largest_name = strings_add(strings, text_of(item.name));
        }
        if (goes_on && item.offset == last->offset)
            last->count += item.count;
        else
            counts->items[used++] = item;
    }
    counts->count = used;
}
