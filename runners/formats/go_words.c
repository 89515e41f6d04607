#include "runners/formats/go_words.h"

#include "runners/base/number.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_result_start(struct text at) {
    return text_starts(at, "Benchmark") && at.length > 9 && at.at[9] >= 'A' && at.at[9] <= 'Z';
}

static const char *const testing_units[] = {"ns/op", "B/op", "allocs/op", "MB/s"};
enum { TESTING_UNITS = sizeof testing_units / sizeof *testing_units };

bool go_is_glued(struct text unit) {
    double number;
    if (is_result_start(unit) || number_double(unit, &number))
        return true;
    for (size_t i = 0; i < TESTING_UNITS; i++) {
        size_t length = strlen(testing_units[i]);
        if (!text_starts(unit, testing_units[i]) || unit.length == length)
            continue;
        struct text more = {unit.at + length, unit.length - length};
        return is_letter_or_digit(more.at[0]) || text_starts(more, "---");
    }
    return false;
}

const char *go_longer_unit(struct text beginning) {
    for (size_t i = 0; i < TESTING_UNITS; i++) {
        if (beginning.length < strlen(testing_units[i]) &&
            memcmp(beginning.at, testing_units[i], beginning.length) == 0)
            return testing_units[i];
    }
    return NULL;
}

const char *go_iterations_fault(struct text field, int64_t *iterations) {
    bool plus = field.length > 1 && field.at[0] == '+' && field.at[1] != '-';
    struct text digits = {field.at + plus, field.length - plus};
    if (number_i64(digits, iterations))
        return NULL;
    for (size_t i = digits.at[0] == '-'; i < digits.length; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return "parsing iteration count: invalid syntax";
    }
    return digits.length > 1 ? "parsing iteration count: value out of range"
                             : "parsing iteration count: invalid syntax";
}

/* The words of a result behind its name: a count, a value, a unit. */
static bool are_result_words(struct text rest) {
    struct text count, value, unit;
    uint64_t iterations;
    double number;
    return text_field(&rest, &count) && number_u64(count, &iterations) &&
           text_field(&rest, &value) && number_double(value, &number) && text_field(&rest, &unit) &&
           !number_double(unit, &number);
}

bool go_is_buried_result(struct text line) {
    struct text rest = line, unit;
    if (are_result_words(rest)) {
        for (int i = 0; i < 3; i++)
            text_field(&rest, &unit);
        return text_equal(unit, "ns/op");
    }
    const char *end = line.at + line.length, *at = line.at;
    while ((at = memmem(at, (size_t)(end - at), "Benchmark", 9))) {
        struct text name;
        rest = (struct text){at, (size_t)(end - at)};
        if (is_result_start(rest) && text_field(&rest, &name) && are_result_words(rest))
            return true;
        at += 9;
    }
    return false;
}

struct text go_procs_suffix(struct text name) {
    size_t at = name.length;
    while (at > 0 && name.at[at - 1] >= '0' && name.at[at - 1] <= '9')
        at--;
    bool found = at > 0 && at < name.length && name.at[at - 1] == '-';
    size_t start = found ? at - 1 : name.length;
    return (struct text){name.at + start, name.length - start};
}

/* ---- configuration ---- */

/* The character classes of Unicode, whatever the environment says; without that locale only ASCII
 * has cases. Made once, kept as long as the program. */
static locale_t unicode_locale_object;

static void make_unicode_locale(void) {
    unicode_locale_object = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!unicode_locale_object)
        unicode_locale_object = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static locale_t unicode_locale(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_unicode_locale);
    return unicode_locale_object;
}

/* Go's unicode.IsLower and IsUpper. */
static bool is_lower(uint32_t rune) {
    return rune < 0x80 ? rune >= 'a' && rune <= 'z' : iswlower_l((wint_t)rune, unicode_locale());
}
static bool is_upper(uint32_t rune) {
    return rune < 0x80 ? rune >= 'A' && rune <= 'Z' : iswupper_l((wint_t)rune, unicode_locale());
}

/* Length of the key at the front of a `key: value` line: a lower-case character, then neither upper
 * case nor white space up to a colon. 0: there is none. */
static size_t key_length(struct text line) {
    for (size_t at = 0, step; at < line.length; at += step) {
        uint32_t rune = text_rune((struct text){line.at + at, line.length - at}, &step);
        if (at > 0 && rune == ':')
            return at;
        if (at == 0 ? !is_lower(rune) : rune <= ' ' || rune == 0x7F || is_upper(rune))
            return 0;
    }
    return 0;
}

bool go_config_line(struct text line, struct text *key, struct text *value) {
    struct text rest = line, field;
    *key = (struct text){line.at, key_length(line)};
    if (!key->length || !text_field(&rest, &field) || field.length <= key->length)
        return false;
    *value = (struct text){line.at + key->length + 1, line.length - key->length - 1};
    size_t blanks = 0;
    while (blanks < value->length && (value->at[blanks] == ' ' || value->at[blanks] == '\t'))
        blanks++;
    if (value->length && !blanks)
        return false;
    value->at += blanks;
    value->length -= blanks;
    return true;
}
