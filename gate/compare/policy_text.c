/* Rules, floors and renames as people write them. */
#include "gate/compare/policy.h"
#include "gate/compare/waiver.h"
#include "runners/base/number.h"
#include "runners/base/source.h"
#include "runners/recording/unit.h"

static struct text text_before(struct text text, const char *at) {
    return (struct text){text.at, (size_t)(at - text.at)};
}

static struct text text_after(struct text text, const char *at) {
    return (struct text){at + 1, (size_t)(text.at + text.length - at - 1)};
}

static const char *find_last(struct text text, char c) {
    return text.length ? memrchr(text.at, c, text.length) : NULL;
}

static const char *tidy_unit(struct text unit, double *factor, struct arena *arena) {
    struct text tidied = unit_tidy(unit, factor, arena);
    return arena_strndup(arena, tidied.at, tidied.length);
}

/* A count with K, M, G, T (1000) or Ki, Mi, Gi, Ti (1024), and a `B` for bytes behind it. */
static bool scaled_number(struct text text, double *out) {
    static const char prefixes[] = "KMGT";
    if (text.length > 1 && text.at[text.length - 1] == 'B')
        text.length--;
    double base = 1000;
    if (text.length > 2 && text.at[text.length - 1] == 'i') {
        base = 1024;
        text.length--;
    }
    double scale = 1;
    const char *prefix = text.length > 1 ? strchr(prefixes, text.at[text.length - 1]) : NULL;
    if (prefix && *prefix) {
        text.length--;
        for (const char *at = prefixes; at <= prefix; at++)
            scale *= base;
    } else if (base > 1000) {
        return false;
    }
    double number;
    if (!number_double(text, &number) || !isfinite(number * scale))
        return false;
    *out = number * scale;
    return true;
}

bool policy_floor_value(struct text unit, struct text value, double *out, struct arena *arena) {
    double factor, number;
    const char *tidied = tidy_unit(unit, &factor, arena);
    if (number_double(value, &number))
        number *= factor;
    else if (strstr(tidied, "sec") ? !number_duration(value, &number)
                                   : !scaled_number(value, &number))
        return false;
    if (!(number >= 0) || !isfinite(number))
        return false;
    *out = number;
    return true;
}

static bool set_ratio(struct text value, double most, double *out) {
    double number;
    if (!number_ratio(value, &number) || number < 0 || number > most)
        return false;
    *out = number;
    return true;
}

static bool set_word(struct text value, const char *no, const char *yes, int *out) {
    if (!text_equal(value, no) && !text_equal(value, yes))
        return false;
    *out = text_equal(value, yes);
    return true;
}

/* One `key=value` of a rule. */
static bool set_key(struct policy_rule *rule, struct text unit, struct text setting,
                    struct arena *arena, struct pg_error *err) {
    const char *equals = memchr(setting.at, '=', setting.length);
    struct text key = equals ? text_before(setting, equals) : setting;
    struct text value = equals ? text_after(setting, equals) : (struct text){"", 0};
    const char *expected;
    int word;
    if (text_equal(key, "threshold")) {
        if (set_ratio(value, 1000, &rule->threshold))
            return true;
        expected = "a share such as 5% or 0.05";
    } else if (text_equal(key, "alpha")) {
        if (set_ratio(value, 0.5, &rule->alpha) && rule->alpha > 0)
            return true;
        expected = "a probability above 0, up to 0.5";
    } else if (text_equal(key, "floor")) {
        if (policy_floor_value(unit, value, &rule->absolute_floor, arena))
            return true;
        expected = "an amount such as 200, 50us or 4Ki";
    } else if (text_equal(key, "better")) {
        if (set_word(value, "lower", "higher", &word)) {
            rule->better = word ? BETTER_HIGHER : BETTER_LOWER;
            return true;
        }
        expected = "lower or higher";
    } else if (text_equal(key, "gate")) {
        if (set_word(value, "no", "yes", &rule->gated))
            return true;
        expected = "yes or no";
    } else {
        return pg_error_set(err, PG_USAGE,
                            "'%.*s' is not one of threshold, alpha, floor, better, gate",
                            TEXT_ARG(key, 100));
    }
    return pg_error_set(err, PG_USAGE, "%.*s: '%.*s' is not %s", TEXT_ARG(key, 100),
                        TEXT_ARG(value, 100), expected);
}

static bool parse_rule(struct policy_rule *rule, struct text text, struct arena *arena,
                       struct pg_error *err) {
    const char *second = find_last(text, ':');
    struct text left = second ? text_before(text, second) : (struct text){"", 0};
    const char *first = find_last(left, ':');
    if (!first)
        return pg_error_set(err, PG_USAGE, "'%.*s' is not BENCHMARK:UNIT:key=value[,key=value…]",
                            TEXT_ARG(text, 200));
    struct text benchmark = text_before(left, first), unit = text_after(left, first);
    struct text settings = text_after(text, second);
    double factor;
    if (benchmark.length)
        rule->benchmark = arena_strndup(arena, benchmark.at, benchmark.length);
    if (unit.length)
        rule->unit = tidy_unit(unit, &factor, arena);
    while (true) {
        const char *comma = settings.length ? memchr(settings.at, ',', settings.length) : NULL;
        if (!set_key(rule, unit, comma ? text_before(settings, comma) : settings, arena, err))
            return false;
        if (!comma)
            return true;
        settings = text_after(settings, comma);
    }
}

static void push_rule(struct policy *policy, struct policy_rule rule, struct arena *arena) {
    ARENA_PUSH(arena, policy->rules, policy->rule_count, policy->rule_capacity, rule);
}

bool policy_add_rule(struct policy *policy, const char *text, const char *where,
                     struct arena *arena, struct pg_error *err) {
    struct policy_rule rule = POLICY_RULE_UNSET;
    rule.where = arena_strdup(arena, where);
    if (!parse_rule(&rule, text_of(text), arena, err))
        return pg_error_in(err, where);
    push_rule(policy, rule, arena);
    return true;
}

/* One `key=value` of a rule for functions. */
static bool set_demand(struct function_demand *demand, struct text setting, struct arena *arena,
                       struct pg_error *err) {
    const char *equals = memchr(setting.at, '=', setting.length);
    struct text key = equals ? text_before(setting, equals) : setting;
    struct text value = equals ? text_after(setting, equals) : (struct text){"", 0};
    int64_t samples;
    if (text_equal(key, "benchmark")) {
        demand->benchmark = arena_strndup(arena, value.at, value.length);
        return true;
    }
    if ((text_equal(key, "threshold") && set_ratio(value, 1000, &demand->threshold)) ||
        (text_equal(key, "floor") && set_ratio(value, 1, &demand->floor)) ||
        (text_equal(key, "alpha") && set_ratio(value, 0.5, &demand->alpha) && demand->alpha > 0) ||
        (text_equal(key, "gate") && set_word(value, "no", "yes", &demand->gated)))
        return true;
    if (text_equal(key, "samples") && number_i64(value, &samples) && samples > 0 &&
        samples <= 1000000) {
        demand->least_samples = (int)samples;
        return true;
    }
    return pg_error_set(err, PG_USAGE,
                        "'%.*s' is none of threshold=5%%, floor=1%%, alpha=0.05, samples=5, "
                        "gate=yes|no, benchmark=GLOB",
                        TEXT_ARG(setting, 100));
}

bool policy_add_demand(struct policy *policy, const char *text, const char *where,
                       struct arena *arena, struct pg_error *err) {
    struct function_demand demand = FUNCTION_DEMAND_UNSET;
    struct text whole = text_of(text);
    const char *colon = find_last(whole, ':');
    if (!colon)
        return pg_error_set(err, PG_USAGE, "%s: '%.200s' is not FUNCTION:key=value[,key=value…]",
                            where, text);
    struct text settings = text_after(whole, colon);
    demand.where = arena_strdup(arena, where);
    if (colon > text)
        demand.function = arena_strndup(arena, text, (size_t)(colon - text));
    for (const char *comma = text; comma;) {
        comma = settings.length ? memchr(settings.at, ',', settings.length) : NULL;
        if (!set_demand(&demand, comma ? text_before(settings, comma) : settings, arena, err))
            return pg_error_in(err, where);
        if (comma)
            settings = text_after(settings, comma);
    }
    ARENA_PUSH(arena, policy->demands, policy->demand_count, policy->demand_capacity, demand);
    return true;
}

bool policy_add_floor(struct policy *policy, const char *text, const char *where,
                      struct arena *arena, struct pg_error *err) {
    struct text whole = text_of(text);
    const char *equals = find_last(whole, '=');
    struct policy_rule rule = POLICY_RULE_UNSET;
    double factor;
    if (!equals || equals == text ||
        !policy_floor_value(text_before(whole, equals), text_after(whole, equals),
                            &rule.absolute_floor, arena))
        return pg_error_set(err, PG_USAGE,
                            "%s: '%.200s' is not UNIT=VALUE such as sec/op=50us, ns/op=200 or "
                            "B/op=4Ki",
                            where, text);
    rule.unit = tidy_unit(text_before(whole, equals), &factor, arena);
    rule.where = arena_strdup(arena, where);
    push_rule(policy, rule, arena);
    return true;
}

const char *rename_of_function(const struct rename_rule *rule) {
    static const char prefix[] = "function:";
    bool is = strncmp(rule->from, prefix, strlen(prefix)) == 0 && rule->from[strlen(prefix)];
    return is ? rule->from + strlen(prefix) : NULL;
}

static bool push_rename(struct policy *policy, const char *from, const char *to, const char *where,
                        struct arena *arena, struct pg_error *err) {
    for (size_t i = 0; i < policy->rename_count; i++) {
        if (strcmp(policy->renames[i].from, from) == 0)
            return pg_error_set(err, PG_USAGE, "%s: '%.200s' is already renamed to '%.200s' (%s)",
                                where, from, policy->renames[i].to, policy->renames[i].where);
    }
    struct rename_rule rule = {from, to, arena_strdup(arena, where)};
    ARENA_PUSH(arena, policy->renames, policy->rename_count, policy->rename_capacity, rule);
    return true;
}

/* Names often hold `=` (size=1k). With an odd number of them the middle one divides two names of
 * like shape; with an even number nothing can tell. */
static const char *dividing_equals(const char *text) {
    size_t count = 0;
    for (const char *at = text; (at = strchr(at, '=')); at++)
        count++;
    if (count % 2 == 0)
        return NULL;
    const char *at = strchr(text, '=');
    for (size_t i = 0; i < count / 2; i++)
        at = strchr(at + 1, '=');
    return at != text && at[1] ? at : NULL;
}

bool policy_add_rename(struct policy *policy, const char *text, const char *where,
                       struct arena *arena, struct pg_error *err) {
    const char *arrow = strstr(text, "=>");
    const char *divide = arrow ? arrow : dividing_equals(text);
    const char *after = divide ? divide + (arrow ? 2 : 1) : NULL;
    if (!divide || divide == text || !*after)
        return pg_error_set(err, PG_USAGE,
                            "%s: '%.200s' is not OLD=NEW (or OLD=>NEW where names hold '=')", where,
                            text);
    return push_rename(policy, arena_strndup(arena, text, (size_t)(divide - text)),
                       arena_strdup(arena, after), where, arena, err);
}

static bool rename_line(struct policy *policy, struct text line, const char *where,
                        struct arena *arena, struct pg_error *err) {
    const char *from, *to, *extra;
    bool bad;
    if (!quoted_field(&line, &from, &bad, arena))
        return !bad || pg_error_set(err, PG_USAGE, "%s: a quote is not closed", where);
    if (!quoted_field(&line, &to, &bad, arena) || quoted_field(&line, &extra, &bad, arena) || bad)
        return pg_error_set(
            err, PG_USAGE, "%s: expected OLD NEW, in double quotes where a name has blanks", where);
    return push_rename(policy, from, to, where, arena, err);
}

bool policy_read_renames(struct policy *policy, const char *path, struct arena *arena,
                         struct pg_error *err) {
    struct source *source;
    if (!source_open(&source, path, err))
        return false;
    struct text line;
    bool end, good;
    while ((good = source_line(source, &line, &end, err)) && !end) {
        const char *where =
            arena_printf(arena, "%s:%llu", path, (unsigned long long)source_line_number(source));
        if (!rename_line(policy, line, where, arena, err)) {
            good = false;
            break;
        }
    }
    source_close(source);
    return good;
}
