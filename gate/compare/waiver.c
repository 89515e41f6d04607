#include "gate/compare/waiver.h"

#include "runners/base/number.h"
#include "runners/recording/unit.h"

/* Waiver files are written by people; this many are surely an accident. */
enum { MOST_WAIVERS = 10000 };

#define FUNCTION_UNIT "function:"

static void skip_blanks(struct text *rest) {
    while (rest->length && (rest->at[0] == ' ' || rest->at[0] == '\t')) {
        rest->at++;
        rest->length--;
    }
}

static bool quoted(struct text *rest, const char **out, struct arena *arena) {
    char *word = arena_alloc(arena, rest->length + 1);
    size_t length = 0, i = 1;
    for (; i < rest->length && rest->at[i] != '"'; i++) {
        bool escaped = rest->at[i] == '\\' && i + 1 < rest->length &&
                       (rest->at[i + 1] == '"' || rest->at[i + 1] == '\\');
        word[length++] = rest->at[escaped ? ++i : i];
    }
    if (i >= rest->length)
        return false;
    rest->at += i + 1;
    rest->length -= i + 1;
    *out = word;
    return length > 0;
}

bool quoted_field(struct text *rest, const char **out, bool *bad, struct arena *arena) {
    *bad = false;
    skip_blanks(rest);
    if (rest->length == 0 || rest->at[0] == '#' || memchr(rest->at, '\0', rest->length)) {
        *bad = rest->length > 0 && rest->at[0] != '#';
        return false;
    }
    if (rest->at[0] == '"') {
        *bad = !quoted(rest, out, arena);
        return !*bad;
    }
    size_t length = 0;
    while (length < rest->length && rest->at[length] != ' ' && rest->at[length] != '\t')
        length++;
    *out = arena_strndup(arena, rest->at, length);
    rest->at += length;
    rest->length -= length;
    return true;
}

static bool is_date(const char *text) {
    static const char form[] = "dddd-dd-dd";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    }
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year =
        (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
    int month = (text[5] - '0') * 10 + text[6] - '0', day = (text[8] - '0') * 10 + text[9] - '0';
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static bool expect(struct text *rest, const char **out, const char *what, struct arena *arena,
                   struct pg_error *err) {
    bool bad;
    if (quoted_field(rest, out, &bad, arena))
        return true;
    return pg_error_set(
        err, PG_USAGE, "%s%s (a line is BENCHMARK UNIT CEILING YYYY-MM-DD REASON)",
        bad ? "a quote is not closed or encloses nothing, or there is a NUL byte, in the "
            : "the line ends before the ",
        what);
}

static bool take_unit(struct waiver *out, const char *unit, struct arena *arena) {
    size_t prefix = strlen(FUNCTION_UNIT);
    double factor;
    if (strncmp(unit, FUNCTION_UNIT, prefix) == 0) {
        out->unit = unit;
        out->function = unit + prefix;
        return *out->function != '\0';
    }
    struct text tidied = unit_tidy(text_of(unit), &factor, arena);
    out->unit = arena_strndup(arena, tidied.at, tidied.length);
    return true;
}

static bool waiver_parse(struct waiver *out, struct text line, struct arena *arena,
                         struct pg_error *err) {
    const char *unit, *ceiling;
    if (!expect(&line, &out->benchmark, "benchmark's name", arena, err) ||
        !expect(&line, &unit, "unit", arena, err) ||
        !expect(&line, &ceiling, "ceiling", arena, err))
        return false;
    if (!take_unit(out, unit, arena))
        return pg_error_set(err, PG_USAGE, "the function's name is missing behind '%s'",
                            FUNCTION_UNIT);
    if (!number_ratio(text_of(ceiling), &out->ceiling) || out->ceiling <= 0)
        return pg_error_set(
            err, PG_USAGE, "ceiling '%.100s' is not a share above 0 such as 12%% or 0.12", ceiling);
    if (!expect(&line, &out->expires, "expiry date", arena, err))
        return false;
    if (!is_date(out->expires))
        return pg_error_set(err, PG_USAGE, "expiry '%.100s' is not a date YYYY-MM-DD",
                            out->expires);
    line = text_trim(line);
    if (line.length == 0)
        return pg_error_set(err, PG_USAGE, "the reason is missing: say why the waiver is right");
    out->reason = arena_strndup(arena, line.at, line.length);
    return true;
}

static bool add(struct policy *policy, const struct waiver *waiver, struct arena *arena,
                struct pg_error *err) {
    if (policy->waiver_count == MOST_WAIVERS)
        return pg_error_set(err, PG_USAGE, "more than %d waivers", MOST_WAIVERS);
    for (size_t i = 0; i < policy->waiver_count; i++) {
        const struct waiver *other = &policy->waivers[i];
        if (strcmp(other->benchmark, waiver->benchmark) == 0 &&
            strcmp(other->unit, waiver->unit) == 0)
            return pg_error_set(err, PG_USAGE, "'%.200s' %.100s is already waived at %.300s",
                                waiver->benchmark, waiver->unit, other->where);
    }
    ARENA_PUSH(arena, policy->waivers, policy->waiver_count, policy->waiver_capacity, *waiver);
    return true;
}

static bool is_empty(struct text line) {
    line = text_trim(line);
    return line.length == 0 || line.at[0] == '#';
}

bool waivers_read_source(struct policy *policy, struct source *source, struct arena *arena,
                         struct pg_error *err) {
    struct text line;
    bool end;
    while (true) {
        if (!source_line(source, &line, &end, err))
            return false;
        if (end)
            return true;
        if (is_empty(line))
            continue;
        struct waiver waiver = {0};
        waiver.where = arena_printf(arena, "%s:%llu", source_name(source),
                                    (unsigned long long)source_line_number(source));
        if (!waiver_parse(&waiver, line, arena, err) || !add(policy, &waiver, arena, err))
            return pg_error_in(err, waiver.where);
    }
}

bool waivers_read(struct policy *policy, const char *path, struct arena *arena,
                  struct pg_error *err) {
    struct source *source;
    if (!source_open(&source, path, err))
        return false;
    bool good = waivers_read_source(policy, source, arena, err);
    source_close(source);
    return good;
}

bool waiver_expired(const struct waiver *waiver, const char *today) {
    return strcmp(today, waiver->expires) > 0;
}
