#include "runners/base/json.h"

#include "runners/base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

void json_begin(struct json_writer *w, FILE *out, bool pretty) {
    *w = (struct json_writer){.out = out, .pretty = pretty};
}

static void new_line(struct json_writer *w) {
    if (!w->pretty)
        return;
    putc('\n', w->out);
    for (unsigned i = 0; i < w->depth; i++)
        fputs("  ", w->out);
}

/* What stands before a value or key: a comma and a line break, unless it follows its key. */
static void separate(struct json_writer *w) {
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth == 0)
        return;
    if (w->has_item[w->depth - 1])
        putc(',', w->out);
    w->has_item[w->depth - 1] = true;
    new_line(w);
}

static void open_with(struct json_writer *w, char bracket) {
    separate(w);
    assert(w->depth < sizeof w->has_item / sizeof *w->has_item);
    putc(bracket, w->out);
    w->has_item[w->depth++] = false;
}

static void close_with(struct json_writer *w, char bracket) {
    assert(w->depth > 0 && !w->after_key);
    if (w->has_item[--w->depth])
        new_line(w);
    putc(bracket, w->out);
    if (w->depth == 0 && w->pretty)
        putc('\n', w->out);
}

void json_open_object(struct json_writer *w) {
    open_with(w, '{');
}

void json_close_object(struct json_writer *w) {
    close_with(w, '}');
}

void json_open_array(struct json_writer *w) {
    open_with(w, '[');
}

void json_close_array(struct json_writer *w) {
    close_with(w, ']');
}

/* Characters that would end a script element or a JavaScript line are escaped too. */
static void put_quoted(FILE *out, const char *terminated) {
    struct text rest = text_of(terminated);
    putc('"', out);
    while (rest.length) {
        size_t length;
        uint32_t rune = text_rune(rest, &length);
        if (rune == TEXT_BAD_RUNE)
            fputs("\\ufffd", out);
        else if (rune == '"' || rune == '\\')
            fprintf(out, "\\%c", (char)rune);
        else if (rune == '\n')
            fputs("\\n", out);
        else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' ||
                 (rune >= 0x7F && rune < 0xA0) || rune == 0x2028 || rune == 0x2029)
            fprintf(out, "\\u%04" PRIx32, rune);
        else
            fwrite(rest.at, 1, length, out);
        rest.at += length;
        rest.length -= length;
    }
    putc('"', out);
}

void json_key(struct json_writer *w, const char *key) {
    assert(w->depth > 0 && !w->after_key);
    separate(w);
    put_quoted(w->out, key);
    fputs(w->pretty ? ": " : ":", w->out);
    w->after_key = true;
}

static void put_plain(struct json_writer *w, const char *text) {
    separate(w);
    fputs(text, w->out);
}

void json_put_string(struct json_writer *w, const char *text) {
    if (!text) {
        json_put_null(w);
        return;
    }
    separate(w);
    put_quoted(w->out, text);
}

void json_put_number(struct json_writer *w, double value) {
    char text[NUMBER_TEXT];
    if (!isfinite(value)) {
        json_put_null(w);
        return;
    }
    number_text(text, value);
    put_plain(w, text);
}

void json_put_int(struct json_writer *w, int64_t value) {
    separate(w);
    fprintf(w->out, "%" PRId64, value);
}

void json_put_bool(struct json_writer *w, bool value) {
    put_plain(w, value ? "true" : "false");
}

void json_put_null(struct json_writer *w) {
    put_plain(w, "null");
}

void json_open_document(struct json_writer *w, FILE *out, const char *schema) {
    json_begin(w, out, true);
    json_open_object(w);
    json_string_member(w, "schema", schema);
}

void json_string_member(struct json_writer *w, const char *key, const char *text) {
    json_key(w, key);
    json_put_string(w, text);
}

void json_number_member(struct json_writer *w, const char *key, double value) {
    json_key(w, key);
    json_put_number(w, value);
}

void json_count_member(struct json_writer *w, const char *key, size_t value) {
    json_int_member(w, key, (int64_t)value);
}

void json_int_member(struct json_writer *w, const char *key, int64_t value) {
    json_key(w, key);
    json_put_int(w, value);
}

void json_bool_member(struct json_writer *w, const char *key, bool value) {
    json_key(w, key);
    json_put_bool(w, value);
}
