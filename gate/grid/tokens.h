/* The lexical syntax that benchstat's filters and projections share
 * (golang.org/x/perf/benchproc/syntax): words, "quoted words" with Go's escapes, /regular
 * expressions/, and the operators ( ) : @ , - *. */
#ifndef GATE_GRID_TOKENS_H
#define GATE_GRID_TOKENS_H

#include "gate/grid/regex.h"
#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

struct token {
    /* 'w' word, 'q' quoted word, 'r' regular expression, 'A' AND, 'O' OR, an operator character, or
     * 0 at the end. */
    char kind;
    size_t offset;    /* of its first byte in the query */
    struct text text; /* unescaped; of a regular expression the pattern */
    struct regex *regex;
};

/* The first fault found in a query; what follows it is not read. */
struct syntax_fault {
    const char *message; /* NULL: none */
    size_t offset;
};

/* What is left of a query. Copies are places to come back to; they share the fault. */
struct tokens {
    struct text query;
    size_t at;
    struct syntax_fault *fault;
    struct arena *arena;
};

struct tokens tokens_of(const char *query, struct syntax_fault *fault, struct arena *arena);

/* The next token; *rest is what follows it. Blanks before it are dropped from *tokens itself, so
 * that a fault set there points at the token. `value`: a regular expression may stand here. */
struct token tokens_next(struct tokens *tokens, bool value, struct tokens *rest);

/* Notes a fault at the place of `tokens`, unless there is one, and moves it to the end. */
void tokens_fault(struct tokens *tokens, const char *message);

/* A fault unless nothing is left. */
void tokens_end(struct tokens *tokens);

/* PG_USAGE with benchstat's three lines: message, query, caret under the offending character.
 * Always false. */
bool syntax_error(struct pg_error *err, const char *query, size_t offset, const char *message);

/* A text as a Go string literal, for messages. */
const char *go_quote(struct arena *arena, struct text text);

#endif
