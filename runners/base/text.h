/* A view of bytes that somebody else owns: not NUL-terminated, may hold any byte. */
#ifndef RUNNERS_BASE_TEXT_H
#define RUNNERS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *at;
    size_t length;
};

/* For printf("%.*s"): cut at `max` bytes. */
#define TEXT_ARG(text, max) (int)((text).length < (max) ? (text).length : (max)), (text).at

static inline struct text text_of(const char *terminated) {
    return (struct text){terminated, strlen(terminated)};
}

/* An empty text may be of no bytes at all, which memcmp is not to be given. */
static inline bool text_equal(struct text text, const char *terminated) {
    size_t length = strlen(terminated);
    return text.length == length && (length == 0 || memcmp(text.at, terminated, length) == 0);
}

static inline bool text_starts(struct text text, const char *prefix) {
    size_t length = strlen(prefix);
    return text.length >= length && (length == 0 || memcmp(text.at, prefix, length) == 0);
}

/* Without ASCII blanks at both ends. */
struct text text_trim(struct text text);

/* Length in bytes of the white space character that begins at `at` (at < end), or 0: what Go's
 * unicode.IsSpace takes for one. */
size_t text_space(const char *at, const char *end);

/* Takes the next field, split at ASCII or Unicode white space (as Go's strings.Fields splits), off
 * the front of *rest. False when none is left. */
bool text_field(struct text *rest, struct text *field);

/* Shell-style match of a whole name: `*` any run, `?` one byte, `[a-z]`, `\` escapes. `/` is an
 * ordinary byte. Linear in practice, never recursive; both are NUL-terminated. */
bool text_glob(const char *pattern, const char *name);

/* The character at the front of a text that is not empty, and its length in bytes. Bytes that are
 * not UTF-8 (RFC 3629: shortest form, no surrogates, nothing above U+10FFFF) give TEXT_BAD_RUNE,
 * one byte at a time. */
#define TEXT_BAD_RUNE UINT32_MAX
uint32_t text_rune(struct text text, size_t *length);

/* Are all bytes printable ASCII and neither of `special`? Eight at a time. */
bool text_is_plain(struct text text, const char special[static 2]);

/* How many characters, broken bytes counting one each. */
size_t text_characters(struct text text);

/* What a path calls its file: what is behind the last `/`, or all of it when nothing is. */
static inline const char *text_file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* True if the bytes are well-formed UTF-8. */
bool text_is_utf8(struct text text);

#endif
