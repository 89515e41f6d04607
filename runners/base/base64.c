#include "runners/base/base64.h"

static int value_of(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_read(struct text *out, struct text text, struct arena *arena) {
    static const uint32_t unused[] = {0, 0, 0x0f, 0x03}; /* bits, by the length modulo 4 */
    for (int i = 0; i < 2 && text.length && (text.length + (size_t)i) % 4 == 0; i++)
        text.length -= text.at[text.length - 1] == '=';
    unsigned char *bytes = ARENA_NEW(arena, unsigned char, text.length / 4 * 3 + 3), *to = bytes;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.length; i++) {
        int value = value_of(text.at[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0)
            *to++ = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    if (text.length % 4 == 1 || (bits & unused[text.length % 4]))
        return false;
    *out = (struct text){(const char *)bytes, (size_t)(to - bytes)};
    return true;
}
