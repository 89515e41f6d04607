#include "runners/symbols/unique_names.h"

#include <stdlib.h>

struct entry {
    uint64_t address, size, section_end;
    const char *name;
    size_t order; /* in the table */
    bool function, global, code;
};

struct entries {
    struct entry *items;
    size_t count, capacity;
};

static void add_entry(struct entries *out, Elf *elf, const GElf_Shdr *table, const GElf_Sym *symbol,
                      size_t order, struct arena *arena) {
    int type = GELF_ST_TYPE(symbol->st_info);
    GElf_Shdr section;
    const char *name = elf_strptr(elf, table->sh_link, symbol->st_name);
    if (!name || !*name || type == STT_FILE || type == STT_SECTION || type == STT_TLS ||
        !gelf_getshdr(elf_getscn(elf, symbol->st_shndx), &section) ||
        !(section.sh_flags & SHF_ALLOC))
        return;
    struct entry entry = {.address = symbol->st_value,
                          .size = symbol->st_size,
                          .section_end = section.sh_addr + section.sh_size,
                          .name = name,
                          .order = order,
                          .function = type == STT_FUNC || type == STT_GNU_IFUNC,
                          .global = GELF_ST_BIND(symbol->st_info) != STB_LOCAL,
                          .code = (section.sh_flags & SHF_EXECINSTR) != 0};
    ARENA_PUSH(arena, out->items, out->count, out->capacity, entry);
}

static struct entries read_entries(Elf *elf, struct arena *arena) {
    struct entries out = {0};
    GElf_Shdr table;
    GElf_Sym symbol;
    Elf_Scn *section = elf_section(elf, ".symtab", &table);
    Elf_Data *data = section && table.sh_entsize ? elf_getdata(section, NULL) : NULL;
    size_t count = data ? (size_t)(table.sh_size / table.sh_entsize) : 0;
    for (size_t i = 1; i < count && i <= INT32_MAX && gelf_getsym(data, (int)i, &symbol); i++) {
        if (symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE)
            add_entry(&out, elf, &table, &symbol, i, arena);
    }
    return out;
}

/* The order in which llvm-bolt counts. */
static int by_address(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->function != b->function)
        return a->function ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static int by_name(const void *left, const void *right) {
    const struct entry *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);
    return order ? order : *a < *b ? -1 : *a > *b;
}

static void number_locals(struct entries *entries, struct arena *arena) {
    struct entry **locals = ARENA_NEW(arena, struct entry *, entries->count);
    size_t count = 0, number = 0;
    const char *before = "";
    for (size_t i = 0; i < entries->count; i++) {
        if (!entries->items[i].global)
            locals[count++] = &entries->items[i];
    }
    if (count)
        qsort(locals, count, sizeof *locals, by_name);
    for (size_t i = 0; i < count; i++) {
        const char *name = locals[i]->name;
        number = strcmp(name, before) == 0 ? number + 1 : 1;
        before = name;
        if (locals[i]->function)
            locals[i]->name = arena_printf(arena, "%s/%zu", name, number);
    }
}

static uint64_t end_of(const struct entry *entry) {
    uint64_t end = entry->address + entry->size;
    return entry->size == 0 || end < entry->address || end > entry->section_end ? entry->section_end
                                                                                : end;
}

struct unique_names unique_names_read(Elf *elf, struct arena *arena) {
    struct entries entries = read_entries(elf, arena);
    struct unique_names out = {.functions = ARENA_NEW(arena, struct unique_name, entries.count)};
    if (entries.count)
        qsort(entries.items, entries.count, sizeof *entries.items, by_address);
    number_locals(&entries, arena);
    bool unsized = false; /* the last one: it reaches to the next */
    for (size_t i = 0; i < entries.count; i++) {
        const struct entry *entry = &entries.items[i];
        struct unique_name *last = out.count ? &out.functions[out.count - 1] : NULL;
        struct unique_name next = {entry->address, end_of(entry), entry->name};
        if (!entry->function || !entry->code || next.end <= next.start)
            continue;
        if (last && last->start == next.start) {
            last->end = unsized || (entry->size && next.end > last->end) ? next.end : last->end;
            last->name = entry->global ? next.name : last->name;
            unsized = unsized && !entry->size;
        } else if (!last || unsized || last->end <= next.start) {
            if (unsized && last->end > next.start)
                last->end = next.start;
            out.functions[out.count++] = next;
            unsized = !entry->size;
        }
    }
    return out;
}

const struct unique_name *unique_name_find(const struct unique_names *names, uint64_t address) {
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->functions[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low && address < names->functions[low - 1].end ? &names->functions[low - 1] : NULL;
}
