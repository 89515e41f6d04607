#include "runners/symbols/symbol_table.h"

#include "runners/symbols/plt.h"

#include <stdlib.h>

static Elf_Scn *table_section(Elf *elf, GElf_Word type, GElf_Shdr *header) {
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        if (gelf_getshdr(at, header) && header->sh_type == type)
            return at;
    }
    return NULL;
}

/* Where the symbol's section ends; 0 for a symbol outside executable sections. */
static uint64_t section_end(Elf *elf, const GElf_Sym *symbol) {
    GElf_Shdr header;
    Elf_Scn *section = symbol->st_shndx < SHN_LORESERVE ? elf_getscn(elf, symbol->st_shndx) : NULL;
    if (symbol->st_shndx == SHN_UNDEF || !section || !gelf_getshdr(section, &header) ||
        !(header.sh_flags & SHF_EXECINSTR) || symbol->st_value < header.sh_addr ||
        symbol->st_value - header.sh_addr >= header.sh_size)
        return 0;
    return header.sh_addr + header.sh_size;
}

static bool is_function(const GElf_Sym *symbol, const char *name) {
    int type = GELF_ST_TYPE(symbol->st_info);
    /* Assembler leaves names without a type; `$x` and `$d` only tell code from data. */
    return (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE) && name && *name &&
           *name != '$';
}

static int bind_rank(uint8_t bind) {
    return bind == STB_GLOBAL ? 0 : bind == STB_WEAK ? 1 : 2;
}

static int by_name(const struct symbol *a, const struct symbol *b) {
    size_t a_dashes = strspn(a->name, "_"), b_dashes = strspn(b->name, "_");
    size_t a_length = strlen(a->name), b_length = strlen(b->name);
    if (a->bind != b->bind)
        return bind_rank(a->bind) - bind_rank(b->bind);
    if (a_dashes != b_dashes)
        return a_dashes < b_dashes ? -1 : 1;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Symbols without a size behind those with one, which say more. */
static int by_place(const void *left, const void *right) {
    const struct symbol *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    bool a_sized = a->end > a->start, b_sized = b->end > b->start;
    if (a_sized != b_sized)
        return a_sized ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return by_name(a, b);
}

/* Labels inside functions are no functions. */
static void drop_labels(struct symbol_table *table) {
    uint64_t reach = 0;
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++) {
        struct symbol s = table->symbols[i];
        if (s.end > s.start || s.start >= reach)
            table->symbols[kept++] = s;
        reach = s.end > reach ? s.end : reach;
    }
    table->count = kept;
}

static void close_gaps(struct symbol_table *table, struct arena *arena) {
    uint64_t next = UINT64_MAX, here = UINT64_MAX; /* the start behind this one's, this one's */
    for (size_t i = table->count; i-- > 0;) {
        struct symbol *s = &table->symbols[i];
        if (s->start != here) {
            next = here;
            here = s->start;
        }
        if (s->end == s->start)
            s->end = next < s->section_end ? next : s->section_end;
    }
    for (size_t i = 0; i < table->count; i++)
        ranges_add(&table->ranges, table->symbols[i].start, table->symbols[i].end, (uint32_t)i,
                   arena);
    ranges_close(&table->ranges);
}

/* The functions of one section; *table has room for them. */
static void add_functions(struct symbol_table *table, Elf *elf, const GElf_Shdr *header,
                          Elf_Data *data, size_t entries) {
    GElf_Sym symbol;
    for (size_t i = 0; i < entries && i < INT32_MAX && gelf_getsym(data, (int)i, &symbol); i++) {
        uint64_t limit = section_end(elf, &symbol), end;
        const char *name = limit ? elf_strptr(elf, header->sh_link, symbol.st_name) : NULL;
        if (is_function(&symbol, name) &&
            !__builtin_add_overflow(symbol.st_value, symbol.st_size, &end))
            table->symbols[table->count++] = (struct symbol){symbol.st_value, end, limit, name,
                                                             (uint8_t)GELF_ST_BIND(symbol.st_info)};
    }
}

struct symbol_table symbol_table_read(Elf *elf, bool dynamic, struct arena *arena) {
    struct symbol_table table = {0};
    GElf_Shdr header;
    const struct symbol *stubs = plt_read(elf, &table.stubs, arena);
    Elf_Scn *section = table_section(elf, dynamic ? SHT_DYNSYM : SHT_SYMTAB, &header);
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    size_t entries = data && header.sh_entsize ? data->d_size / header.sh_entsize : 0;
    table.symbols = ARENA_NEW(arena, struct symbol, entries + table.stubs);
    add_functions(&table, elf, &header, data, entries);
    for (size_t i = 0; i < table.stubs; i++)
        table.symbols[table.count++] = stubs[i];
    if (table.count)
        qsort(table.symbols, table.count, sizeof *table.symbols, by_place);
    drop_labels(&table);
    close_gaps(&table, arena);
    return table;
}

/* Is the name `like`, or `like` and a suffix that compilers add? */
static bool is_like(const char *name, const char *like) {
    size_t length = strlen(like);
    return strncmp(name, like, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

const struct symbol *symbol_find(const struct symbol_table *table, uint64_t address,
                                 const char *like) {
    const struct ranges *ranges = &table->ranges;
    size_t upto = ranges_upto(ranges, address), last = upto > RANGES_WALK ? upto - RANGES_WALK : 0;
    const struct symbol *best = NULL;
    for (size_t i = upto; i-- > last && ranges->items[i].reach > address;) {
        const struct symbol *s = &table->symbols[i];
        if (best && s->start != best->start)
            break;
        if (address >= s->end)
            continue;
        if (like && is_like(s->name, like))
            return s;
        best = s; /* the first in order among those that start here */
    }
    return best;
}
