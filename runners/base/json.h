/* JSON in (cJSON, made strict) and out (a small stream writer, json_writer.c). */
#ifndef RUNNERS_BASE_JSON_H
#define RUNNERS_BASE_JSON_H

#include "runners/base/error.h"
#include "runners/base/text.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>

/* Parses a whole text. Stricter than cJSON: trailing text, duplicate keys, numbers that overflow,
 * bad UTF-8, U+0000 in strings and nesting over 200 are refused. Errors read `name:line: …`. The
 * tree is the caller's until cJSON_Delete. */
bool json_parse(cJSON **out, const char *name, struct text text, struct pg_error *err);

/* Members of an object with a checked type; NULL when absent or of another type. */
const cJSON *json_array(const cJSON *object, const char *key);
const cJSON *json_object(const cJSON *object, const char *key);
const char *json_string(const cJSON *object, const char *key);
bool json_number(const cJSON *object, const char *key, double *out);

/* Streams one JSON value. Commas, quoting, escaping (also `<`, `>`, `&` and U+2028/9 as \u escapes,
 * so that the text can stand inside HTML), and 17 digits are its work; NaN and infinities become
 * null; bytes that are not UTF-8 become U+FFFD. `pretty` breaks lines and indents by two. */
struct json_writer {
    FILE *out;
    bool pretty;
    unsigned depth;
    bool has_item[64];
    bool after_key;
};

void json_begin(struct json_writer *w, FILE *out, bool pretty);
void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_array(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_put_string(struct json_writer *w, const char *text); /* NULL is null */
void json_put_number(struct json_writer *w, double value);
void json_put_int(struct json_writer *w, int64_t value);
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);

/* Begins a pretty text whose object has its "schema" in it; json_close_object ends it. */
void json_open_document(struct json_writer *w, FILE *out, const char *schema);

/* A key and its value. */
void json_string_member(struct json_writer *w, const char *key, const char *text);
void json_number_member(struct json_writer *w, const char *key, double value);
void json_count_member(struct json_writer *w, const char *key, size_t value);
void json_int_member(struct json_writer *w, const char *key, int64_t value);
void json_bool_member(struct json_writer *w, const char *key, bool value);

#endif
