#include "gate/grid/projection.h"

#include "gate/grid/tokens.h"
#include "runners/base/number.h"

#include <math.h>
#include <strings.h>

/* A field with the places that faults found after parsing point at. */
struct parsed {
    struct projection_field field;
    size_t key_offset, order_offset;
    struct token order; /* of a named order, its name */
};

static bool is_word(struct token token) {
    return token.kind == 'w' || token.kind == 'q';
}

/* `(one two three)` after `@(`. */
static void parse_fixed(struct tokens *tokens, struct projection_field *field) {
    field->order = ORDER_FIXED;
    for (;;) {
        struct tokens rest;
        struct token token = tokens_next(tokens, false, &rest);
        if (is_word(token)) {
            ARENA_PUSH(tokens->arena, field->fixed, field->fixed_count, field->fixed_capacity,
                       token.text);
        } else if (token.kind == ')' && field->fixed_count) {
            *tokens = rest;
            return;
        } else {
            tokens_fault(tokens, token.kind == ')' ? "nothing to match" : "missing )");
            return;
        }
        *tokens = rest;
    }
}

static void parse_field(struct tokens *tokens, struct parsed *out) {
    struct tokens rest;
    struct token key = tokens_next(tokens, false, &rest);
    if (!is_word(key)) {
        tokens_fault(tokens, "expected key");
        return;
    }
    *tokens = rest;
    out->field.key = key.text;
    out->key_offset = key.offset;
    out->order_offset = key.offset + key.text.length;
    if (tokens_next(tokens, false, &rest).kind != '@')
        return;
    *tokens = rest;
    struct token order = tokens_next(tokens, false, &rest);
    out->order_offset = order.offset;
    if (is_word(order)) {
        out->order = order;
        *tokens = rest;
    } else if (order.kind == '(') {
        *tokens = rest;
        parse_fixed(tokens, &out->field);
    } else {
        tokens_fault(tokens, "expected named sort order or parenthesized list");
    }
}

/* Faults that benchstat reports only when the whole query has parsed. */
static bool check_field(struct parsed *parsed, const char *query, struct arena *arena,
                        struct pg_error *err) {
    struct projection_field *field = &parsed->field;
    struct text name = parsed->order.text;
    if (parsed->order.kind) {
        if (text_equal(name, "alpha"))
            field->order = ORDER_ALPHA;
        else if (text_equal(name, "num"))
            field->order = ORDER_NUM;
        else if (!text_equal(name, "first"))
            return syntax_error(
                err, query, parsed->order_offset,
                text_equal(name, "fixed")
                    ? "fixed order needs a list in parentheses"
                    : arena_printf(arena, "unknown order %s", go_quote(arena, name)));
    }
    if (text_equal(field->key, ".config") && field->order == ORDER_FIXED)
        return syntax_error(err, query, parsed->order_offset,
                            "fixed order not allowed for .config");
    if (text_equal(field->key, ".unit"))
        return syntax_error(err, query, parsed->key_offset, ".unit is only allowed in filters");
    if (field->key.length == 0)
        return syntax_error(err, query, parsed->key_offset, "key must not be empty");
    return true;
}

bool projection_parse(struct projection *out, const char *query, struct arena *arena,
                      struct pg_error *err) {
    struct syntax_fault fault;
    struct tokens tokens = tokens_of(query, &fault, arena);
    struct parsed *parsed = NULL;
    size_t count = 0, capacity = 0;
    for (;;) {
        struct tokens rest;
        struct token token = tokens_next(&tokens, false, &rest);
        if (!token.kind)
            break;
        if (token.kind == ',' && count)
            tokens = rest;
        struct parsed next = {0};
        parse_field(&tokens, &next);
        ARENA_PUSH(arena, parsed, count, capacity, next);
    }
    if (fault.message)
        return syntax_error(err, query, fault.offset, fault.message);
    *out = (struct projection){NULL, 0, 0};
    for (size_t i = 0; i < count; i++) {
        if (!check_field(&parsed[i], query, arena, err))
            return false;
        ARENA_PUSH(arena, out->fields, out->count, out->capacity, parsed[i].field);
    }
    return true;
}

/* The words that Go's ParseFloat knows besides numbers. */
static bool special_number(const char *text, double *out) {
    bool negative = *text == '-';
    const char *word = text + (*text == '-' || *text == '+');
    if (strcasecmp(text, "nan") == 0)
        *out = NAN;
    else if (strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0)
        *out = negative ? -INFINITY : INFINITY;
    else
        return false;
    return true;
}

bool projection_number(const char *text, double *out) {
    static const char prefixes[] = "KMGTPEZY";
    struct text whole = text_of(text);
    if (special_number(text, out))
        return true;
    /* Go wants an exponent after hexadecimal digits. */
    bool hexadecimal = strpbrk(text, "xX") && !strpbrk(text, "pP");
    if (hexadecimal)
        return false;
    if (number_double(whole, out))
        return true;
    size_t digits = strspn(text, "+-0123456789.");
    const char *at = text + digits;
    const char *prefix = *at ? strchr(prefixes, *at == 'k' ? 'K' : *at) : NULL;
    double factor = 1;
    if (prefix) {
        bool binary = at[1] == 'i';
        factor = pow(binary ? 1024 : 1000, (double)(prefix - prefixes + 1));
        at += 1 + binary;
    }
    if (*at == 'b' || *at == 'B')
        at++;
    if (*at || at == text + digits || !number_double((struct text){text, digits}, out))
        return false;
    *out *= factor;
    return true;
}
