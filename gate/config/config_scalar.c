/* One value of the configuration: from text to its place in a struct. */
#include "gate/config/config_keys.h"
#include "runners/base/number.h"

#include <stdint.h>

size_t config_distance(const char *a, const char *b) {
    size_t row[32], n = strlen(a), m = strlen(b);
    if (n >= 32 || m >= 32)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

void config_put_int(void *at, int value) {
    memcpy(at, &value, sizeof value);
}
void config_put_double(void *at, double value) {
    memcpy(at, &value, sizeof value);
}
void config_put_text(void *at, const char *value) {
    memcpy(at, &value, sizeof value);
}

static bool read_bool(const char *text, int *out) {
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    for (int i = 0; i < 6; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

static int choice_index(const char *choices, const char *text) {
    size_t length = strlen(text);
    for (int i = 0;; i++) {
        size_t next = strcspn(choices, "|");
        if (next == length && memcmp(choices, text, length) == 0)
            return i;
        if (!choices[next])
            return -1;
        choices += next + 1;
    }
}

static bool in_range(const struct config_key *key, double value) {
    return (key->low == 0 && key->high == 0) || (value >= key->low && value <= key->high);
}

static bool read_number(const struct config_key *key, const char *text, double *out) {
    struct text all = text_of(text);
    bool good = false;
    if (key->kind == KEY_RATIO)
        good = number_ratio(all, out);
    if (key->kind == KEY_DURATION)
        good = number_duration(all, out);
    return good && in_range(key, *out);
}

static bool read_int(const struct config_key *key, const char *text, int *out) {
    int64_t value;
    if (!number_i64(text_of(text), &value) || !in_range(key, (double)value))
        return false;
    *out = (int)value;
    return true;
}

bool config_put_scalar(const struct config_key *key, const char *text, void *at) {
    int number;
    double real;
    switch (key->kind) {
    case KEY_BOOL:
        if (!read_bool(text, &number))
            return false;
        config_put_int(at, number);
        return true;
    case KEY_INT:
        if (!read_int(key, text, &number))
            return false;
        config_put_int(at, number);
        return true;
    case KEY_CHOICE:
        number = choice_index(key->choices, text);
        if (number < 0)
            return false;
        config_put_int(at, number);
        return true;
    case KEY_RATIO:
    case KEY_DURATION:
        if (!read_number(key, text, &real))
            return false;
        config_put_double(at, real);
        return true;
    default:
        if (!text[0])
            return false;
        config_put_text(at, text);
        return true;
    }
}
