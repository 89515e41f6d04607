/* llvm-bolt's fdata without branches (llvm/llvm-project: bolt/lib/Profile/DataReader.cpp): a line
 * `no_lbr EVENT:`, then `1 SYMBOL OFFSET COUNT`, the offset in hexadecimal digits. An event called
 * cycles has a block's samples divided by its instructions, which samples by time need, too. */
#include "runners/base/number.h"
#include "runners/pgo/pgo_format.h"
#include "runners/pgo/symbol_counts.h"
#include "runners/profile/profile_format.h"

#include <inttypes.h>

#define HEAD "no_lbr cycles:"

/* ---- out ---- */

static bool can_be_said(const char *name) {
    for (const char *at = name; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    }
    return *name;
}

static void write_name(FILE *out, const char *name) {
    for (; *name; name++) {
        if (*name == ' ' || *name == '\\')
            putc('\\', out);
        putc(*name, out);
    }
}

static bool check(const struct symbol_counts *counts, struct pg_error *err) {
    if (counts->count == 0)
        return pg_error_set(err, PG_FORMAT, "no function was seen");
    for (size_t i = 0; i < counts->count; i++) {
        if (!can_be_said(counts->items[i].name))
            return pg_error_set(err, PG_FORMAT,
                                "a function is named `%.200s`, which the format cannot say",
                                counts->items[i].name);
        if (!(counts->items[i].count < 0x1p53)) /* llvm-bolt multiplies by 1000 */
            return pg_error_set(err, PG_FORMAT,
                                "a count of %.0f is more than llvm-bolt can reckon with",
                                counts->items[i].count);
    }
    return true;
}

static bool bolt_write(FILE *out, const struct pgo_input *input, struct pg_error *err) {
    const struct symbol_counts *counts = input->symbols;
    if (!check(counts, err))
        return false;
    fputs(HEAD "\n", out);
    for (size_t i = 0; i < counts->count; i++) {
        const struct symbol_count *item = &counts->items[i];
        if (source_count(item->count) == 0)
            continue;
        fputs("1 ", out);
        write_name(out, item->name);
        fprintf(out, " %" PRIx64 " %" PRIu64 "\n", item->offset, source_count(item->count));
    }
    return true;
}

/* ---- in ---- */

struct reading {
    struct text_lines lines;
    struct source_profile *source;
    struct arena *arena;
};

/* Takes a name up to a blank that no backslash stands before, without those backslashes. */
static bool take_name(struct reading *r, struct text *rest, struct text *name) {
    char *out = arena_alloc(r->arena, rest->length + 1);
    size_t at = 0, length = 0;
    for (; at < rest->length && rest->at[at] != ' '; at++) {
        at += rest->at[at] == '\\';
        if (at == rest->length || (unsigned char)rest->at[at] < ' ' || rest->at[at] == 0x7f)
            return false;
        out[length++] = rest->at[at];
    }
    *name = (struct text){out, length};
    *rest = (struct text){rest->at + at, rest->length - at};
    return length > 0;
}

static bool hexadecimal(struct text digits, uint64_t *out) {
    *out = 0;
    if (digits.length == 0 || digits.length > 16)
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        char c = digits.at[i];
        uint64_t digit = c >= '0' && c <= '9'   ? (uint64_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (uint64_t)(c - 'A') + 10
                                                : 16;
        if (digit == 16)
            return false;
        *out = *out << 4 | digit;
    }
    return true;
}

/* `name/12` is the function `name`. */
static struct text without_number(struct text name) {
    size_t end = name.length;
    while (end && name.at[end - 1] >= '0' && name.at[end - 1] <= '9')
        end--;
    if (end > 1 && end < name.length && name.at[end - 1] == '/')
        name.length = end - 1;
    return name;
}

static const char *read_line(struct reading *r, struct text line) {
    struct text name, offset_text, count_text, more;
    uint64_t offset, count;
    if (!text_starts(line, "1 "))
        return "expected `1 SYMBOL OFFSET COUNT`";
    line = (struct text){line.at + 2, line.length - 2};
    if (!take_name(r, &line, &name) || !text_field(&line, &offset_text) ||
        !text_field(&line, &count_text) || text_field(&line, &more))
        return "expected `1 SYMBOL OFFSET COUNT`; profiles of branches are not read";
    if (!hexadecimal(offset_text, &offset))
        return "expected an offset in hexadecimal digits";
    if (!number_u64(count_text, &count))
        return "expected a count";
    struct source_instance *function =
        source_profile_function(r->source, strings_add(r->source->strings, without_number(name)));
    source_profile_line(r->source, function, (struct source_site){0, 0})->count += (double)count;
    return NULL;
}

/* Functions with all that was seen in them at line 0: there are no lines in it. */
static bool bolt_read(struct source_profile **out, struct text bytes, struct strings *strings,
                      struct arena *arena, struct pg_error *err) {
    struct reading r = {{.rest = bytes}, source_profile_new(strings, arena), arena};
    struct text line;
    *out = r.source;
    if (!text_lines_next(&r.lines, &line))
        return pg_error_set(err, PG_FORMAT, "empty: expected `no_lbr EVENT:`");
    if (!text_starts(line, "no_lbr"))
        return text_lines_wrong(&r.lines, line, "expected `no_lbr EVENT:`", err);
    while (text_lines_next(&r.lines, &line)) {
        const char *fault = read_line(&r, line);
        if (fault)
            return text_lines_wrong(&r.lines, line, fault, err);
    }
    return source_profile_complete(r.source, err);
}

const struct pgo_format bolt_pgo_format = {
    .name = "bolt",
    .about = "llvm-bolt's fdata without branches, experimental: llvm-bolt -data=FILE -nl",
    .kind = PGO_SYMBOLS,
    .compiler = DEBUG_COMPILER_OTHER,
    .write = bolt_write,
    .read = bolt_read,
};
