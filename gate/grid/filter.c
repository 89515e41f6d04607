#include "gate/grid/filter.h"

#include "gate/grid/tokens.h"

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TERM };

/* What a regular expression said of a string, by the string's number. */
struct memory {
    unsigned char *answers; /* 0 not asked, 1 no, 2 yes */
    size_t count;
};

struct node {
    enum node_kind kind;
    struct node **children; /* AND of none is true */
    size_t child_count, child_capacity;
    size_t key; /* of a term */
    uint32_t value;
    struct regex *regex; /* NULL: equality with value */
    struct memory memory;
};

struct filter {
    struct node *root;
    const char **keys;
    size_t key_count, key_capacity, unit_key;
    struct strings *strings;
    struct arena *arena;
};

struct parser {
    struct filter *filter;
    struct tokens tokens;
    unsigned depth;
    const char *bad_key; /* message for a key that cannot be filtered by, and where it stands */
    size_t bad_offset;
};

static struct node *parse_or(struct parser *p);

static struct node *node_new(struct parser *p, enum node_kind kind) {
    struct node *node = ARENA_NEW(p->filter->arena, struct node, 1);
    node->kind = kind;
    return node;
}

static void node_add(struct parser *p, struct node *parent, struct node *child) {
    ARENA_PUSH(p->filter->arena, parent->children, parent->child_count, parent->child_capacity,
               child);
}

static size_t key_index(struct filter *filter, const char *key) {
    for (size_t i = 0; i < filter->key_count; i++) {
        if (strcmp(filter->keys[i], key) == 0)
            return i;
    }
    ARENA_PUSH(filter->arena, filter->keys, filter->key_count, filter->key_capacity, key);
    return filter->key_count - 1;
}

/* benchstat finds these faults after the whole query has parsed, so a syntax error comes first. */
static void check_key(struct parser *p, struct token key) {
    const char *message = text_equal(key.text, ".config") ? ".config is only allowed in projections"
                          : key.text.length == 0          ? "key must not be empty"
                                                          : NULL;
    if (message && !p->bad_key) {
        p->bad_key = message;
        p->bad_offset = key.offset;
    }
}

static struct node *term_new(struct parser *p, struct token key, struct token value) {
    struct filter *filter = p->filter;
    struct node *node = node_new(p, NODE_TERM);
    check_key(p, key);
    node->key = key_index(filter, arena_strndup(filter->arena, key.text.at, key.text.length));
    node->regex = value.regex;
    if (!value.regex)
        node->value = strings_add(filter->strings, value.text);
    return node;
}

static bool is_value(struct token token) {
    return token.kind == 'w' || token.kind == 'q' || token.kind == 'r';
}

/* `(a OR b …)` after `key:(`. */
static struct node *parse_values(struct parser *p, struct token key) {
    struct node *any = node_new(p, NODE_OR);
    for (;;) {
        struct tokens rest;
        struct token value = tokens_next(&p->tokens, true, &rest);
        if (!is_value(value)) {
            tokens_fault(&p->tokens, "expected value");
            return any;
        }
        node_add(p, any, term_new(p, key, value));
        p->tokens = rest;
        struct token next = tokens_next(&p->tokens, true, &rest);
        if (next.kind != ')' && next.kind != 'O') {
            tokens_fault(&p->tokens, "value list must be separated by OR");
            return any;
        }
        p->tokens = rest;
        if (next.kind == ')')
            return any;
    }
}

static struct node *parse_term(struct parser *p, struct token key, struct tokens after) {
    struct tokens rest;
    struct token colon = tokens_next(&after, false, &rest);
    struct token value = {0};
    struct tokens after_value = rest;
    if (colon.kind == ':')
        value = tokens_next(&rest, true, &after_value);
    if (!is_value(value) && value.kind != '(') {
        tokens_fault(&p->tokens, "expected key:value");
        return node_new(p, NODE_OR);
    }
    p->tokens = after_value;
    return value.kind == '(' ? parse_values(p, key) : term_new(p, key, value);
}

static struct node *parse_group(struct parser *p) {
    struct node *inner = parse_or(p);
    struct tokens rest;
    if (tokens_next(&p->tokens, false, &rest).kind != ')')
        tokens_fault(&p->tokens, "missing \")\"");
    else
        p->tokens = rest;
    return inner;
}

static struct node *parse_match(struct parser *p) {
    struct tokens rest;
    struct token token = tokens_next(&p->tokens, false, &rest);
    if (p->depth == FILTER_NESTING) {
        tokens_fault(&p->tokens, "nested too deeply");
        return node_new(p, NODE_AND);
    }
    if (token.kind == 'w' || token.kind == 'q')
        return parse_term(p, token, rest);
    if (token.kind != '(' && token.kind != '-' && token.kind != '*') {
        tokens_fault(&p->tokens, "expected key:value or subexpression");
        return node_new(p, NODE_AND);
    }
    p->tokens = rest;
    if (token.kind == '*')
        return node_new(p, NODE_AND);
    p->depth++;
    struct node *node;
    if (token.kind == '(') {
        node = parse_group(p);
    } else {
        node = node_new(p, NODE_NOT);
        node_add(p, node, parse_match(p));
    }
    p->depth--;
    return node;
}

static struct node *parse_and(struct parser *p) {
    struct node *all = node_new(p, NODE_AND);
    node_add(p, all, parse_match(p));
    for (;;) {
        struct tokens rest;
        struct token token = tokens_next(&p->tokens, false, &rest);
        switch (token.kind) {
        case 'A':
            p->tokens = rest;
            break;
        case '(':
        case '-':
        case '*':
        case 'w':
        case 'q':
            node_add(p, all, parse_match(p));
            break;
        default:
            if (token.kind && token.kind != ')' && token.kind != 'O')
                tokens_fault(&p->tokens, arena_printf(p->filter->arena, "unexpected %s",
                                                      go_quote(p->filter->arena, token.text)));
            return all->child_count == 1 ? all->children[0] : all;
        }
    }
}

static struct node *parse_or(struct parser *p) {
    struct node *any = node_new(p, NODE_OR);
    for (;;) {
        struct tokens rest;
        node_add(p, any, parse_and(p));
        if (tokens_next(&p->tokens, false, &rest).kind != 'O')
            return any->child_count == 1 ? any->children[0] : any;
        p->tokens = rest;
    }
}

bool filter_parse(struct filter **out, const char *query, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    struct filter *filter = ARENA_NEW(arena, struct filter, 1);
    filter->strings = strings;
    filter->arena = arena;
    struct syntax_fault fault;
    struct parser parser = {filter, tokens_of(query, &fault, arena), 0, NULL, 0};
    filter->root = parse_or(&parser);
    tokens_end(&parser.tokens);
    if (fault.message)
        return syntax_error(err, query, fault.offset, fault.message);
    if (parser.bad_key)
        return syntax_error(err, query, parser.bad_offset, parser.bad_key);
    filter->unit_key = key_index(filter, ".unit");
    *out = filter;
    return true;
}

size_t filter_key_count(const struct filter *filter) {
    return filter->key_count;
}

const char *filter_key(const struct filter *filter, size_t index) {
    return filter->keys[index];
}

bool filter_matches_all(const struct filter *filter) {
    return filter->root->kind == NODE_AND && filter->root->child_count == 0;
}

static bool ask(struct filter *filter, struct node *term, uint32_t value, bool *matches,
                struct pg_error *err) {
    if (!term->regex) {
        *matches = value == term->value;
        return true;
    }
    struct memory *memory = &term->memory;
    if (value >= memory->count) {
        size_t count = strings_count(filter->strings);
        memory->answers = arena_grow(filter->arena, memory->answers, memory->count, count, 1);
        memory->count = count;
    }
    if (!memory->answers[value]) {
        struct text text = {strings_get(filter->strings, value),
                            strings_length(filter->strings, value)};
        enum regex_answer answer = regex_match(term->regex, text);
        if (answer == REGEX_TOO_COSTLY)
            return pg_error_set(err, PG_LIMIT,
                                "%s: the regular expression needs more than %d steps on '%.200s'",
                                filter->keys[term->key], REGEX_STEPS, text.at);
        memory->answers[value] = answer == REGEX_YES ? 2 : 1;
    }
    *matches = memory->answers[value] == 2;
    return true;
}

struct question {
    struct filter *filter;
    filter_lookup *lookup;
    void *context;
    struct pg_error *err;
};

static bool match_term(const struct question *q, struct node *term, bool *matches) {
    if (!ask(q->filter, term, q->lookup(q->context, term->key, 0), matches, q->err))
        return false;
    if (*matches || term->key != q->filter->unit_key)
        return true;
    return ask(q->filter, term, q->lookup(q->context, term->key, 1), matches, q->err);
}

/* Recursion is bounded by FILTER_NESTING. */
static bool match_node(const struct question *q, struct node *node, bool *matches) {
    if (node->kind == NODE_TERM)
        return match_term(q, node, matches);
    bool stop_at = node->kind == NODE_OR;
    *matches = !stop_at;
    for (size_t i = 0; i < node->child_count; i++) {
        if (!match_node(q, node->children[i], matches))
            return false;
        if (node->kind != NODE_NOT && *matches == stop_at)
            return true;
    }
    if (node->kind == NODE_NOT)
        *matches = !*matches;
    return true;
}

bool filter_match(struct filter *filter, filter_lookup *lookup, void *context, bool *matches,
                  struct pg_error *err) {
    struct question question = {filter, lookup, context, err};
    return match_node(&question, filter->root, matches);
}
