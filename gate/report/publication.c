#include "gate/report/publication.h"

#include "gate/report/row_text.h"
#include "runners/base/escape.h"

enum { MOST_KEY = 64, LEAST_COMMIT = 7, MOST_COMMIT = 64 };

const struct publication *publication_of(const struct publication *publication) {
    static const struct publication none;
    return publication ? publication : &none;
}

/* ---- options ---- */

bool publication_overridden(struct publication *publication, const char *text, struct arena *arena,
                            struct pg_error *err) {
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return pg_error_set(err, PG_USAGE, "--overridden-by: '%.200s' is not LABEL:ACTOR", text);
    publication->label = arena_strndup(arena, text, (size_t)(colon - text));
    publication->actor = arena_strdup(arena, colon + 1);
    return true;
}

static bool check_url(const char *option, const char *url, struct arena *arena,
                      struct pg_error *err) {
    return !url || escape_markdown_url(arena, url) ||
           pg_error_set(err, PG_USAGE,
                        "%s: '%.200s' is no address; expected https:// or http:// and at most 2000 "
                        "characters without blanks",
                        option, url);
}

bool publication_check(const struct publication *publication, struct arena *arena,
                       struct pg_error *err) {
    const char *commit = publication->commit;
    size_t length = commit ? strlen(commit) : LEAST_COMMIT;
    if (commit && (length < LEAST_COMMIT || length > MOST_COMMIT ||
                   strspn(commit, "0123456789abcdefABCDEF") != length))
        return pg_error_set(err, PG_USAGE,
                            "--commit: '%.100s' is no commit; expected %d to %d hexadecimal digits",
                            commit, LEAST_COMMIT, MOST_COMMIT);
    return check_url("--artifact-url", publication->artifact_url, arena, err) &&
           check_url("--flame-url", publication->flame_url, arena, err);
}

/* ---- words ---- */

bool publication_accepts(const struct publication *publication, const struct comparison *c) {
    bool gone = c->verdict == VERDICT_BROKEN && c->reasons == 1U << REASON_MISSING_ROWS;
    return publication->label && (c->verdict == VERDICT_REGRESSION || gone);
}

bool publication_not_enforced(const struct comparison *c) {
    return c->verdict == VERDICT_INCONCLUSIVE ||
           (c->verdict == VERDICT_BROKEN && c->reason == REASON_NO_BASELINE);
}

const char *publication_title(const struct publication *publication, const struct comparison *c) {
    const char *words = verdict_words(c), *why = verdict_why(c);
    if (publication_accepts(publication, c))
        return arena_printf(c->arena, "overridden: %s: %s, accepted with the label %s by %s", words,
                            why, publication->label, publication->actor);
    return arena_printf(c->arena, "%s%s%s%s", publication_not_enforced(c) ? "NOT ENFORCED: " : "",
                        words, *why ? ": " : "", why);
}

const char *publication_mark(const struct publication *publication, const struct comparison *c) {
    if (publication_accepts(publication, c) || publication_not_enforced(c))
        return "⚠️";
    return c->verdict == VERDICT_PASS ? "✅" : "❌";
}

const char *publication_marker(const struct publication *publication, struct arena *arena) {
    char key[MOST_KEY + 1];
    size_t length = 0;
    for (const char *at = publication->key ? publication->key : "default"; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '.' || *at == '_';
        if (length == MOST_KEY)
            break;
        if (plain || (length && key[length - 1] != '-'))
            key[length++] = plain ? *at : '-';
    }
    while (length && key[length - 1] == '-')
        length--;
    key[length] = '\0';
    return arena_printf(arena, "<!-- perfgate:v1 key=%s -->\n", length ? key : "default");
}

const char *publication_links(const struct publication *publication, struct arena *arena) {
    const struct {
        const char *text, *url;
    } links[] = {{"Full report", publication->artifact_url},
                 {"Flame graph", publication->flame_url}};
    const char *line = "";
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        const char *url = links[i].url ? escape_markdown_url(arena, links[i].url) : NULL;
        if (url)
            line =
                arena_printf(arena, "%s%s[%s](%s)", line, *line ? " · " : "", links[i].text, url);
    }
    if (*line)
        line = arena_printf(arena, "%s\n\n", line);
    if (publication->untrusted)
        line = arena_printf(arena,
                            "%s_Measured by an untrusted job: the numbers are what the code of the "
                            "change reported._\n\n",
                            line);
    return line;
}
