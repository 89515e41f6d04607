#include "runners/profile/path_strip.h"

#include <ctype.h>

#define TREE_FORM "/" TREE_TEMPLATE "/" TREE_SIDE "0000/"

/* What private paths of one root have in common. */
struct path_family {
    struct text root, shared; /* shared starts with the root and ends with a slash */
};

/* ---- roots ---- */

enum root_kind { ROOT_NONE, ROOT_OTHER, ROOT_PERSON };

/* Folders whose next `names` names are a person's or were made up for one purpose. A person's is
 * one whatever follows; below a folder for temporary files the last name may be that of a file. */
static const struct root {
    const char *folder;
    int names;
    bool person;
} roots[] = {
    {"/home/", 1, true},
    {"/Users/", 1, true},
    {"/usr/home/", 1, true},
    {"/var/home/", 1, true},
    {"/export/home/", 1, true},
    {"/mnt/c/Users/", 1, true},
    {"/run/user/", 1, true},
    {"/root/", 0, false},
    {"/var/root/", 0, false},
    {"/tmp/", 1, false},
    {"/var/tmp/", 1, false},
    {"/private/tmp/", 1, false},
    {"/private/var/tmp/", 1, false},
    {"/dev/shm/", 1, false},
    {"/var/folders/", 2, false},
    {"/private/var/folders/", 2, false},
    {"/proc/self/cwd/", 0, false},
};

static const char *const systems[] = {
    "/usr/",     "/lib/",          "/lib32/",   "/lib64/",         "/libx32/",
    "/bin/",     "/sbin/",         "/etc/",     "/opt/",           "/sys/",
    "/snap/",    "/nix/store/",    "/rustc/",   "/gnu/store/",     "/System/",
    "/Library/", "/Applications/", "/Windows/", "/Program Files/", "/Program Files (x86)/",
};

static bool is_slash(char c) {
    return c == '/' || c == '\\';
}

static bool is_drive(struct text path) {
    return path.length > 2 && isalpha((unsigned char)path.at[0]) && path.at[1] == ':' &&
           is_slash(path.at[2]);
}

static size_t skip_slashes(struct text path, size_t at) {
    while (at < path.length &&
           (is_slash(path.at[at]) ||
            (path.at[at] == '.' && at + 1 < path.length && is_slash(path.at[at + 1]))))
        at++;
    return at;
}

/* Where the name at `at` and the slashes behind it end; `at` when no slash does, where one must. */
static size_t skip_name(struct text path, size_t at, bool slash) {
    size_t end = at;
    while (end < path.length && !is_slash(path.at[end]))
        end++;
    if (end == path.length)
        return slash ? at : end;
    return end > at ? skip_slashes(path, end) : at;
}

/* Where `path` continues below `folder`, which starts and ends with slashes; 0: it does not. */
static size_t below(struct text path, size_t at, const char *folder) {
    for (; *folder; folder++) {
        if (at >= path.length)
            return 0;
        if (*folder != '/') {
            if (path.at[at++] != *folder)
                return 0;
        } else {
            if (!is_slash(path.at[at]))
                return 0;
            at = skip_slashes(path, at);
        }
    }
    return at;
}

/* What may stand before a root: a drive, the root folder of another process, steps upwards. */
static size_t lead_of(struct text path) {
    static const char proc[] = "/proc/";
    size_t at = 0;
    if (is_drive(path))
        return 2;
    while (path.length - at > 2 && memcmp(path.at + at, "../", 3) == 0)
        at += 3;
    if (at)
        return at - 1;
    if (!text_starts(path, proc))
        return 0;
    for (at = strlen(proc); at < path.length && isdigit((unsigned char)path.at[at]);)
        at++;
    struct text rest = {path.at + at, path.length - at};
    return text_starts(rest, "/root/") ? at + strlen("/root") : 0;
}

/* Does a tree's folder begin here: `/perfgate.a1B2c3/side0001/`? */
static bool is_tree(const char *at) {
    for (const char *form = TREE_FORM; *form; form++, at++) {
        bool same = *form == 'X'   ? isalnum((unsigned char)*at)
                    : *form == '0' ? isdigit((unsigned char)*at)
                                   : *at == *form;
        if (!same)
            return false;
    }
    return true;
}

size_t path_tree(struct text path) {
    static const size_t length = sizeof TREE_FORM - 1;
    size_t found = 0;
    for (size_t i = 0; path.length && path.at[0] == '/' && i + length <= path.length; i++) {
        if (is_tree(path.at + i))
            found = i + length;
    }
    return found;
}

/* How many bytes of a path are its private root. */
static size_t root_of(struct text path, enum root_kind *kind) {
    size_t lead = lead_of(path), tree = path_tree(path);
    *kind = ROOT_PERSON;
    if (tree)
        return tree;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t at = below(path, lead, roots[i].folder);
        for (int name = 0; at && name < roots[i].names; name++)
            at = skip_name(path, at, !roots[i].person);
        if (at)
            return at;
    }
    *kind = ROOT_OTHER;
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        if (below(path, lead, systems[i]))
            *kind = ROOT_NONE;
    }
    bool absolute = lead < path.length && is_slash(path.at[lead]) &&
                    !(lead + 1 < path.length && is_slash(path.at[lead + 1]));
    size_t top = skip_slashes(path, lead);
    if (!absolute || path.at[0] == '.' || top == path.length)
        *kind = ROOT_NONE;
    return *kind == ROOT_NONE ? 0 : skip_name(path, top, true);
}

/* ---- families ---- */

static struct path_family *family_of(const struct path_strip *strip, struct text root) {
    for (size_t i = 0; i < strip->count; i++) {
        const struct text *known = &strip->families[i].root;
        if (known->length == root.length && memcmp(known->at, root.at, root.length) == 0)
            return &strip->families[i];
    }
    return NULL;
}

static size_t folder_length(struct text path) {
    size_t length = path.length;
    while (length && !is_slash(path.at[length - 1]))
        length--;
    return length;
}

void path_strip_learn(struct path_strip *strip, const char *learnt) {
    enum root_kind kind;
    struct text path = text_of(learnt);
    struct text root = {path.at, root_of(path, &kind)};
    size_t folder = folder_length(path), same = 0;
    if (kind == ROOT_NONE || path_tree(path))
        return;
    if (folder < root.length)
        folder = root.length;
    struct path_family *family = family_of(strip, root);
    if (!family) {
        struct path_family new = {root, {path.at, folder}};
        ARENA_PUSH(strip->arena, strip->families, strip->count, strip->capacity, new);
        return;
    }
    while (same < folder && same < family->shared.length &&
           path.at[same] == family->shared.at[same])
        same++;
    size_t shared = folder_length((struct text){path.at, same});
    family->shared.length = shared > root.length ? shared : root.length;
}

/* How many bytes are to go: those learnt, else the root. */
static size_t excess(const struct path_strip *strip, struct text path, enum root_kind *kind) {
    struct text root = {path.at, root_of(path, kind)};
    const struct path_family *family = family_of(strip, root);
    bool learnt = family && path.length > family->shared.length &&
                  memcmp(path.at, family->shared.at, family->shared.length) == 0;
    if (learnt && *kind == ROOT_OTHER)
        *kind = ROOT_PERSON;
    return learnt ? family->shared.length : root.length;
}

/* ---- texts ---- */

static struct text get(const struct path_strip *strip, uint32_t text) {
    return (struct text){strings_get(strip->strings, text), strings_length(strip->strings, text)};
}

/* A folder that is nothing but private still has to be called something. */
static uint32_t put_rest(struct path_strip *strip, struct text path, size_t from) {
    struct text rest = {path.at + from, path.length - from};
    return strings_add(strip->strings, rest.length ? rest : text_of("~"));
}

uint32_t path_strip_source(struct path_strip *strip, uint32_t path) {
    enum root_kind kind;
    size_t less = excess(strip, get(strip, path), &kind);
    return less ? put_rest(strip, get(strip, path), less) : path;
}

uint32_t path_strip_binary(struct path_strip *strip, uint32_t path) {
    enum root_kind kind;
    struct text text = get(strip, path);
    root_of(text, &kind);
    return kind == ROOT_NONE ? path : put_rest(strip, text, folder_length(text));
}

static bool in_path(char c) {
    return isalnum((unsigned char)c) || strchr("_.~-/\\", c) || (c & 0x80);
}

/* May a path start here? Not within another one, but behind `file://` and `-I`. */
static bool may_start(struct text text, size_t at) {
    const char *c = text.at + at;
    struct text rest = {c, text.length - at};
    if (!is_slash(*c) && !is_drive(rest) && !text_starts(rest, "../"))
        return false;
    if (at == 0)
        return true;
    if (!in_path(c[-1]))
        return c[-1] != ':' || rest.length < 2 || c[1] != '/';
    return at >= 3 && ((c[-1] == '/' && c[-2] == '/' && c[-3] == ':') ||
                       (isalpha((unsigned char)c[-1]) && c[-2] == '-' && c[-3] == ' '));
}

static size_t path_length(struct text text) {
    size_t length = is_drive(text) ? 2 : 0;
    while (length < text.length && text.at[length] > ' ' &&
           !strchr("\"'`,;:()<>[]{}|", text.at[length]))
        length++;
    return length;
}

uint32_t path_strip_text(struct path_strip *strip, uint32_t number) {
    struct text text = get(strip, number);
    char *out = NULL;
    size_t length = 0;
    if (!memchr(text.at, '/', text.length) && !memchr(text.at, '\\', text.length))
        return number;
    for (size_t i = 0; i < text.length;) {
        struct text rest = {text.at + i, text.length - i};
        enum root_kind kind = ROOT_NONE;
        size_t less = 0;
        if (may_start(text, i)) {
            rest.length = path_length(rest);
            less = excess(strip, rest, &kind);
        }
        if (less == 0 || kind != ROOT_PERSON) {
            if (out)
                out[length] = text.at[i];
            length++;
            i++;
            continue;
        }
        if (!out)
            out = arena_strndup(strip->arena, text.at, text.length);
        if (less == rest.length)
            out[length++] = '~';
        i += less;
    }
    return out ? strings_add(strip->strings, (struct text){out, length}) : number;
}
