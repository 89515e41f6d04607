#include "gate/functions/function_name.h"

#include <stdbool.h>
#include <string.h>

const struct name_rule name_rules[] = {
    /* Copies that gcc and clang make of a function, or parts that they move elsewhere. */
    {" [clone %t]", "", "parse(char*) [clone .constprop.0]", "parse(char*)"},
    {".constprop.%d", "", "skip_ws.constprop.0", "skip_ws"},
    {".isra.%d", "", "emit.isra.0.cold", "emit"},
    {".part.%d", "", "grow.part.3", "grow"},
    {".__part.%d", "", "grow.__part.1", "grow"},
    {".cold.%d", "", "fail.cold.12", "fail"},
    {".cold", "", "fail.cold", "fail"},
    {".lto_priv.%d", "", "hash.lto_priv.7", "hash"},
    {".llvm.%x", "", "hash.llvm.13576814927123", "hash"},
    {".__uniq.%d", "", "init.__uniq.281474976710656", "init"},
    {"[abi:%t]", "", "name[abi:cxx11](int)", "name(int)"},
    /* Rust */
    {"::h%h", "", "serde::read::h0123456789abcdef", "serde::read"},
    /* Lambdas, closures, types without a name, in the words of several demanglers. */
    {"#%d}", "#*}", "main::{lambda(int)#2}::operator()", "main::{lambda(int)#*}::operator()"},
    {"$_%d", "$_*", "main::$_12::operator()", "main::$_*::operator()"},
    {"'lambda%d'", "'lambda*'", "main::'lambda0'(int)", "main::'lambda*'(int)"},
    {"'lambda'", "'lambda*'", "main::'lambda'(int)", "main::'lambda*'(int)"},
    {"'unnamed%d'", "'unnamed*'", "f('unnamed3')", "f('unnamed*')"},
    /* Go */
    {"go.shape.%w_%d", "go.shape.%w", "main.Map[go.shape.int_0]", "main.Map[go.shape.int]"},
    {".func%d.%d.%d", ".func*.*.*", "main.serve.func1.2.3", "main.serve.func*.*.*"},
    {".func%d.%d", ".func*.*", "main.serve.func1.2", "main.serve.func*.*"},
    {".func%d", ".func*", "main.serve.func1", "main.serve.func*"},
    {"-range%d", "-range*", "main.walk-range2", "main.walk-range*"},
    {".gowrap%d", ".gowrap*", "main.serve.gowrap2", "main.serve.gowrap*"},
    {".deferwrap%d", ".deferwrap*", "main.serve.deferwrap1", "main.serve.deferwrap*"},
    /* Java */
    {"$$Lambda$%d/0x%x", "$$Lambda$*", "App$$Lambda$14/0x0000000800c03000.run",
     "App$$Lambda$*.run"},
    {"$$Lambda/0x%x", "$$Lambda$*", "App$$Lambda/0x00007f1c4c003000.run", "App$$Lambda$*.run"},
    {"$$Lambda$%d", "$$Lambda$*", "App$$Lambda$14.run", "App$$Lambda$*.run"},
    {".GeneratedMethodAccessor%d", ".GeneratedMethodAccessor*", "reflect.GeneratedMethodAccessor31",
     "reflect.GeneratedMethodAccessor*"},
    {"$Proxy%d", "$Proxy*", "com.$Proxy12.call", "com.$Proxy*.call"},
    {"$%d", "$*", "App.lambda$main$0", "App.lambda$main$*"},
    /* Whatever else is numbered: initialisers of Go, statics and outlined loops of C. */
    {".%d", ".*", "run._omp_fn.0", "run._omp_fn.*"},
    /* What nobody could name. */
    {"0x%x", "0x*", "jit 0x7f12ab34", "jit 0x*"},
    {NULL, NULL, NULL, NULL},
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c) {
    return is_alphanumeric(c) || c == '_';
}

static bool is_tag(char c) {
    return c != '[' && c != ']' && c != '\0';
}

/* Length of the run that a class takes at the front of `at`; 0: none. */
static size_t take_class(char class, const char *at) {
    bool (*belongs)(char) = class == 'd'                   ? is_digit
                            : class == 'x' || class == 'h' ? is_hex
                            : class == 't'                 ? is_tag
                                                           : is_alphanumeric;
    size_t length = 0;
    while (belongs(at[length]))
        length++;
    return class == 'h' && length != 16 ? 0 : length;
}

struct match {
    size_t length;
    const char *word; /* what %w stands for */
    size_t word_length;
};

static bool match_rule(const char *pattern, const char *at, char before, struct match *match) {
    const char *from = at;
    *match = (struct match){0};
    bool number = strncmp(pattern, ".%d", 3) == 0 && is_digit(before); /* 1.5 */
    if (number || (is_word(*pattern) && is_word(before)))
        return false;
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            if (*at++ != *pattern)
                return false;
            continue;
        }
        size_t length = take_class(*++pattern, at);
        if (length == 0)
            return false;
        if (*pattern == 'w') {
            match->word = at;
            match->word_length = length;
        }
        at += length;
    }
    match->length = (size_t)(at - from);
    return !is_word(at[-1]) || !is_word(*at);
}

static char *put_instead(const char *becomes, const struct match *match, char *to) {
    for (; *becomes; becomes++) {
        if (*becomes == '%' && becomes[1] == 'w') {
            memcpy(to, match->word, match->word_length);
            to += match->word_length;
            becomes++;
        } else {
            *to++ = *becomes;
        }
    }
    return to;
}

static const struct name_rule *find_rule(const char *at, char before, struct match *match) {
    for (const struct name_rule *rule = name_rules; rule->pattern; rule++) {
        if (*rule->pattern == *at && match_rule(rule->pattern, at, before, match))
            return rule;
    }
    return NULL;
}

const char *function_name(const char *name, struct arena *arena) {
    size_t length = strlen(name);
    const char *at = name[0] == '[' || length == 0 ? "" : name + 1;
    struct match match;
    const char *end = at + strcspn(at, "@");
    while (at < end && !find_rule(at, at[-1], &match))
        at++;
    if (at == end)
        return name;
    /* No rule makes a name longer by more than one byte, nor twice at one byte. */
    char *out = arena_alloc(arena, 2 * length + 1), *to = out + (at - name);
    memcpy(out, name, (size_t)(at - name));
    while (at < end) {
        const struct name_rule *rule = find_rule(at, at[-1], &match);
        if (rule) {
            to = put_instead(rule->becomes, &match, to);
            at += match.length;
        } else {
            *to++ = *at++;
        }
    }
    memcpy(to, at, (size_t)(name + length - at));
    return out;
}
