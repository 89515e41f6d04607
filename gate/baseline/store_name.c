#include "gate/baseline/store_name.h"

#include "runners/base/number.h"

#include <stdio.h>
#include <time.h>

enum {
    ID_LIMIT = 80,    /* bytes of a commit (with its mark) or fingerprint id */
    TIME_LENGTH = 16, /* 20260131T235959Z */
    A_DAY = 24 * 60 * 60
};

static bool is_plain(char c, bool first, const char *extra) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || (c && strchr(extra, c) && !(first && c == '.'));
}

static const char *encode(const char *text, const char *extra, struct arena *arena) {
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, 3 * strlen(text) + 1), *to = out;
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (is_plain(*at, at == text, extra)) {
            *to++ = *at;
        } else {
            *to++ = '%';
            *to++ = digits[c >> 4];
            *to++ = digits[c & 15];
        }
    }
    *to = '\0';
    return out;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Only what encode would give is taken, so that a name has one meaning and one spelling. */
static bool decode(const char *name, size_t length, const char *extra, const char **out,
                   struct arena *arena) {
    char *text = arena_alloc(arena, length + 1), *to = text;
    for (size_t i = 0; i < length; i++) {
        if (is_plain(name[i], i == 0, extra)) {
            *to++ = name[i];
            continue;
        }
        int high = name[i] == '%' && i + 2 < length ? hex_digit(name[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(name[i + 2]) : -1;
        char c = (char)(high * 16 + low);
        if (low < 0 || c == '\0' || is_plain(c, i == 0, extra))
            return false;
        *to++ = c;
        i += 2;
    }
    *to = '\0';
    *out = text;
    return length > 0;
}

static const char branch_extra[] = "_-.";

bool branch_encode(const char *branch, const char **out, struct arena *arena,
                   struct pg_error *err) {
    if (!branch[0])
        return pg_error_set(err, PG_USAGE, "an empty branch name");
    if (strlen(branch) > STORE_BRANCH_LIMIT)
        return pg_error_set(err, PG_USAGE, "branch '%.60s…': longer than %d bytes", branch,
                            STORE_BRANCH_LIMIT);
    const char *name = encode(branch, branch_extra, arena);
    if (strlen(name) > STORE_BRANCH_LIMIT)
        return pg_error_set(err, PG_USAGE, "branch '%.60s…': longer than %d bytes as a folder name",
                            branch, STORE_BRANCH_LIMIT);
    *out = name;
    return true;
}

bool branch_decode(const char *name, const char **out, struct arena *arena) {
    return decode(name, strlen(name), branch_extra, out, arena);
}

const char *store_time(int64_t seconds, struct arena *arena) {
    char text[TIME_LENGTH + 1];
    struct tm parts;
    time_t moment = (time_t)seconds;
    if (!gmtime_r(&moment, &parts) ||
        strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts) != TIME_LENGTH)
        return "19700101T000000Z";
    return arena_strdup(arena, text);
}

/* `count` digits, or -1. */
static int digits(const char *at, size_t count) {
    uint64_t value;
    return number_u64((struct text){at, count}, &value) ? (int)value : -1;
}

/* Seconds since 1970 of a date and time that exist, not before 1970. */
static bool moment_of(const int parts[6], int64_t *seconds) {
    struct tm in = {.tm_year = parts[0] - 1900,
                    .tm_mon = parts[1] - 1,
                    .tm_mday = parts[2],
                    .tm_hour = parts[3],
                    .tm_min = parts[4],
                    .tm_sec = parts[5]};
    struct tm out = in;
    for (int i = 0; i < 6; i++) {
        if (parts[i] < 0)
            return false;
    }
    if (parts[0] < 1970)
        return false;
    time_t moment = timegm(&out);
    /* timegm corrects what does not exist (31 February); :60 is a leap second and may be corrected.
     */
    if (parts[5] < 60 && (out.tm_mon != in.tm_mon || out.tm_mday != in.tm_mday ||
                          out.tm_hour != in.tm_hour || out.tm_min != in.tm_min))
        return false;
    *seconds = (int64_t)moment;
    return true;
}

bool store_time_parse(const char *t, int64_t *seconds) {
    if (strlen(t) != TIME_LENGTH || t[8] != 'T' || t[15] != 'Z')
        return false;
    const int parts[6] = {digits(t, 4),     digits(t + 4, 2),  digits(t + 6, 2),
                          digits(t + 9, 2), digits(t + 11, 2), digits(t + 13, 2)};
    return parts[5] < 60 && moment_of(parts, seconds);
}

/* RFC 3339: 2026-01-31T23:59:59(.123)(Z|+01:00). */
static bool parse_rfc3339(const char *t, int64_t *seconds) {
    size_t length = strlen(t);
    if (length < 20 || t[4] != '-' || t[7] != '-' || (t[10] != 'T' && t[10] != ' ') ||
        t[13] != ':' || t[16] != ':')
        return false;
    const int parts[6] = {digits(t, 4),      digits(t + 5, 2),  digits(t + 8, 2),
                          digits(t + 11, 2), digits(t + 14, 2), digits(t + 17, 2)};
    if (!moment_of(parts, seconds))
        return false;
    const char *zone = t + 19;
    if (*zone == '.')
        zone += 1 + strspn(zone + 1, "0123456789");
    if (strcmp(zone, "Z") == 0)
        return true;
    if (strlen(zone) != 6 || zone[3] != ':' || (zone[0] != '+' && zone[0] != '-'))
        return false;
    int hours = digits(zone + 1, 2), minutes = digits(zone + 4, 2);
    if (hours < 0 || minutes < 0)
        return false;
    *seconds -= (zone[0] == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
    return true;
}

bool store_moment_parse(const char *text, int64_t *seconds) {
    char whole[] = "0000-00-00T00:00:00Z";
    if (strlen(text) != 10)
        return parse_rfc3339(text, seconds);
    memcpy(whole, text, 10);
    return parse_rfc3339(whole, seconds);
}

static bool time_of(struct recording *recording, const char **out, struct arena *arena,
                    struct pg_error *err) {
    const char *written = recording_get(recording, "time");
    int64_t now = (int64_t)time(NULL), moment = now;
    if (written && !parse_rfc3339(written, &moment))
        return pg_error_set(err, PG_FORMAT,
                            "%.400s: time '%.60s'; expected one as 2026-01-31T23:59:59Z",
                            recording->path, written);
    if (moment > now + A_DAY)
        return pg_error_set(err, PG_FORMAT, "%.400s: time '%.60s' lies in the future",
                            recording->path, written);
    const char *t = store_time(moment, arena);
    if (!written)
        recording_set(recording, "time",
                      arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 4, t + 6, t + 9,
                                   t + 11, t + 13));
    *out = t;
    return true;
}

const char *store_commit_of(const struct recording *recording, struct arena *arena) {
    const char *commit = recording_get(recording, "commit");
    return commit && *commit && recording_modified(recording)
               ? arena_printf(arena, "%s" MODIFIED_MARK, commit)
               : commit;
}

static bool id_of(const struct recording *recording, const char *key, const char *id,
                  const char *none, const char **out, struct arena *arena, struct pg_error *err) {
    if (id && strlen(id) > ID_LIMIT)
        return pg_error_set(err, PG_FORMAT, "%.400s: %s '%.60s…' is longer than %d bytes",
                            recording->path, key, id, ID_LIMIT);
    *out = id && *id ? encode(id, "_", arena) : none;
    return true;
}

bool store_name_of(struct recording *recording, const char **out, struct arena *arena,
                   struct pg_error *err) {
    const char *t = "", *commit = "", *fingerprint = "";
    if (!time_of(recording, &t, arena, err) ||
        !id_of(recording, "commit", store_commit_of(recording, arena), "nocommit", &commit, arena,
               err) ||
        !id_of(recording, "fingerprint-id", recording_get(recording, "fingerprint-id"),
               "nofingerprint", &fingerprint, arena, err))
        return false;
    *out = arena_printf(arena, "%s-%s-%s", t, commit, fingerprint);
    return true;
}

static bool parse_id(struct text id, const char *none, const char **out, struct arena *arena) {
    *out = NULL;
    return text_equal(id, none) || decode(id.at, id.length, "_", out, arena);
}

bool store_name_parse(const char *file, struct store_entry *out, struct arena *arena) {
    size_t length = strlen(file);
    int64_t ignored;
    uint64_t number = 1;
    if (length < TIME_LENGTH + 4 || strcmp(file + length - 4, ".txt") != 0 ||
        file[TIME_LENGTH] != '-')
        return false;
    const char *end = file + length - 4, *commit = file + TIME_LENGTH + 1;
    const char *dash = memchr(commit, '-', (size_t)(end - commit));
    if (!dash)
        return false;
    const char *dot = memchr(dash, '.', (size_t)(end - dash));
    if (dot && (!number_u64((struct text){dot + 1, (size_t)(end - dot - 1)}, &number) ||
                number < 2 || number > UINT32_MAX || dot[1] == '0'))
        return false;
    out->number = (unsigned)number;
    out->time = arena_strndup(arena, file, TIME_LENGTH);
    const char *last = dot ? dot : end;
    return store_time_parse(out->time, &ignored) &&
           parse_id((struct text){commit, (size_t)(dash - commit)}, "nocommit", &out->commit,
                    arena) &&
           parse_id((struct text){dash + 1, (size_t)(last - dash - 1)}, "nofingerprint",
                    &out->fingerprint, arena);
}
