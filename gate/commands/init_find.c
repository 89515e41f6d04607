#include "gate/commands/init_find.h"

#include "runners/base/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH_LIMIT = 8,
    FILE_LIMIT = 20000,
    FOUND_LIMIT = 100,
    TEXT_LIMIT = 4 * 1024 * 1024,
    PROGRAM_LIMIT = 512 * 1024 * 1024
};

/* A file met on the walk; paths are relative to the folder, without `./`. */
struct visit {
    struct finds *finds;
    const char *top;
    const char *folder; /* "" for the top one */
    const char *file;
    mode_t mode;
};
typedef void visit_file(struct visit *visit);

static bool is_passed_over(const char *name) {
    static const char *const names[] = {"vendor", "node_modules", "testdata",  "third_party",
                                        "target", "_deps",        "CMakeFiles"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return name[0] == '.' || name[0] == '_';
}

static const char *join(struct arena *arena, const char *folder, const char *file) {
    return folder[0] ? arena_printf(arena, "%s/%s", folder, file) : arena_strdup(arena, file);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk(struct finds *finds, const char *top, const char *folder, int depth, size_t *files,
                 visit_file *look) {
    struct dirent **names;
    const char *path = join(finds->arena, top, folder);
    int count = scandir(folder[0] ? path : top, &names, NULL, by_name);
    for (int i = 0; i < count; i++) {
        struct stat status;
        const char *name = names[i]->d_name;
        const char *here = arena_printf(finds->arena, "%s/%s", path, name);
        bool usable = !is_passed_over(name) && text_is_utf8(text_of(name)) &&
                      ++*files <= FILE_LIMIT && finds->count < FOUND_LIMIT &&
                      lstat(here, &status) == 0;
        if (usable && S_ISDIR(status.st_mode) && depth < DEPTH_LIMIT)
            walk(finds, top, join(finds->arena, folder, name), depth + 1, files, look);
        if (usable && S_ISREG(status.st_mode)) {
            struct visit visit = {finds, top, folder, arena_strdup(finds->arena, name),
                                  status.st_mode};
            look(&visit);
        }
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

static bool read_text(const struct visit *visit, struct text *out) {
    struct pg_error ignored;
    struct source *source;
    struct arena *arena = visit->finds->arena;
    const char *path = join(arena, visit->top, join(arena, visit->folder, visit->file));
    if (!source_open(&source, path, &ignored))
        return false;
    bool good = source_rest(source, TEXT_LIMIT, arena, out, &ignored);
    source_close(source);
    return good;
}

static bool contains(struct text text, const char *word) {
    return text.length && memmem(text.at, text.length, word, strlen(word));
}

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

static void add(struct finds *finds, struct found found) {
    for (size_t i = 0; i < finds->count; i++) {
        if (strcmp(finds->items[i].name, found.name) == 0)
            return;
    }
    ARENA_PUSH(finds->arena, finds->items, finds->count, finds->capacity, found);
}

static const char *const *words(struct arena *arena, const char *first, const char *second,
                                const char *third, const char *fourth) {
    const char **argv = ARENA_NEW(arena, const char *, 5);
    argv[0] = first;
    argv[1] = second;
    argv[2] = third;
    argv[3] = fourth;
    return argv;
}

/* ---- Go ---- */

/* "internal/x" → "internal-x", fit for a file name. */
static const char *flat(struct arena *arena, const char *folder) {
    char *name = arena_strdup(arena, folder);
    for (char *at = name; *at; at++) {
        if (*at == '/')
            *at = '-';
    }
    return name;
}

static const char *upwards(struct arena *arena, const char *folder) {
    const char *path = folder[0] ? "../" : "./";
    for (const char *at = folder; *at; at++) {
        if (*at == '/')
            path = arena_printf(arena, "../%s", path);
    }
    return path;
}

/* A test binary is built once and run once a round: `go test` itself would compile in between. */
static void visit_go(struct visit *visit) {
    struct text text;
    struct arena *arena = visit->finds->arena;
    if (!ends_with(visit->file, "_test.go") || !read_text(visit, &text) ||
        !contains(text, "\nfunc Benchmark"))
        return;
    const char *name = visit->folder[0] ? flat(arena, visit->folder) : "module";
    const char *program = arena_printf(arena, ".perfgate/%s.test", name);
    /* quoted for the shell that builds: a folder's name may be anything */
    const char *target = arena_printf(arena, "./%s", visit->folder);
    if (strpbrk(visit->folder, "'\\\n"))
        return;
    add(visit->finds,
        (struct found){
            .name = name,
            .argv =
                words(arena, arena_printf(arena, "%s%s", upwards(arena, visit->folder), program),
                      "-test.run=^$", "-test.bench=.", "-test.benchtime=100ms"),
            .build = arena_printf(arena, "mkdir -p .perfgate && go test -c -o '%s' '%s'", program,
                                  target),
            .directory = visit->folder[0] ? visit->folder : NULL,
            .format = "go",
            .because =
                arena_printf(arena, "Go benchmarks in %s", join(arena, visit->folder, visit->file)),
        });
}

/* ---- Google Benchmark ---- */

static void add_google(struct visit *visit, const char *name, const char *program,
                       const char *build, const char *because) {
    add(visit->finds, (struct found){.name = name,
                                     .argv = words(visit->finds->arena, program,
                                                   "--benchmark_format=json", NULL, NULL),
                                     .build = build,
                                     .format = "gbench",
                                     .because = because});
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_-.+", c));
}

/* The target of `target_link_libraries(NAME … benchmark…)`, from the text at `call`. */
static const char *linked_target(struct arena *arena, const char *call, const char *end) {
    const char *open = memchr(call, '(', (size_t)(end - call));
    const char *close = open ? memchr(open, ')', (size_t)(end - open)) : NULL;
    if (!close || !contains((struct text){open, (size_t)(close - open)}, "benchmark"))
        return NULL;
    const char *name = open + 1;
    while (name < close && strchr(" \t\r\n", *name))
        name++;
    size_t length = 0;
    while (name + length < close && is_word(name[length]))
        length++;
    return length ? arena_strndup(arena, name, length) : NULL;
}

static void visit_cmake(struct visit *visit) {
    static const char call[] = "target_link_libraries";
    struct arena *arena = visit->finds->arena;
    struct text text;
    if (strcmp(visit->file, "CMakeLists.txt") != 0 || !read_text(visit, &text))
        return;
    const char *end = text.at + text.length;
    for (const char *at = text.at; (at = memmem(at, (size_t)(end - at), call, strlen(call)));) {
        at += strlen(call);
        const char *target = linked_target(arena, at, end);
        if (target)
            add_google(visit, target,
                       join(arena, join(arena, "build/perfgate", visit->folder), target),
                       arena_printf(arena,
                                    "cmake -S . -B build/perfgate -DCMAKE_BUILD_TYPE=Release && "
                                    "cmake --build build/perfgate --target '%s'",
                                    target),
                       arena_printf(arena, "target %s of %s, which uses Google Benchmark", target,
                                    join(arena, visit->folder, visit->file)));
    }
}

/* A rule `NAME:` with "bench" in its name, in a makefile that links the library. */
static void visit_make(struct visit *visit) {
    struct arena *arena = visit->finds->arena;
    struct text text;
    if (strcmp(visit->file, "Makefile") != 0 || !read_text(visit, &text) ||
        !contains(text, "-lbenchmark"))
        return;
    const char *end = text.at + text.length, *next;
    for (const char *at = text.at; at < end; at = next) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = 0;
        next = newline ? newline + 1 : end;
        while (at + length < next && (is_word(at[length]) || at[length] == '/'))
            length++;
        const char *name = arena_strndup(arena, at, length);
        if (length == 0 || name[0] == '.' || at + length >= next || at[length] != ':' ||
            !strstr(name, "bench") || ends_with(name, ".o"))
            continue;
        const char *program = join(arena, visit->folder, name);
        const char *folder = visit->folder[0] ? visit->folder : ".";
        if (!strpbrk(folder, "'\n"))
            add_google(visit, name, strchr(program, '/') ? program : join(arena, ".", program),
                       arena_printf(arena, "make -C '%s' '%s'", folder, name),
                       arena_printf(arena, "rule %s of %s, which links Google Benchmark", name,
                                    join(arena, visit->folder, visit->file)));
    }
}

/* The last resort: something already built. The option's name stands in every such program. */
static void visit_program(struct visit *visit) {
    struct arena *arena = visit->finds->arena;
    const char *path = join(arena, visit->folder, visit->file);
    struct stat status;
    if (!(visit->mode & S_IXUSR))
        return;
    int fd = open(join(arena, visit->top, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < 4096 ||
        status.st_size > PROGRAM_LIMIT)
        goto out;
    size_t size = (size_t)status.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        goto out;
    if (memcmp(bytes, "\177ELF", 4) == 0 &&
        contains((struct text){bytes, size}, "benchmark_format"))
        add_google(visit, visit->file, visit->folder[0] ? path : arena_printf(arena, "./%s", path),
                   NULL, arena_printf(arena, "program %s, which uses Google Benchmark", path));
    munmap(bytes, size);
out:
    if (fd >= 0)
        close(fd);
}

/* ---- the whole ---- */

static bool is_there(const char *folder, const char *file, struct arena *arena) {
    return access(join(arena, folder, file), R_OK) == 0;
}

void init_find(struct finds *out, const char *folder, struct arena *arena) {
    size_t files = 0;
    *out = (struct finds){.arena = arena};
    if (is_there(folder, "go.mod", arena))
        walk(out, folder, "", 0, &files, visit_go);
    files = 0;
    if (is_there(folder, "CMakeLists.txt", arena))
        walk(out, folder, "", 0, &files, visit_cmake);
    files = 0;
    if (is_there(folder, "Makefile", arena))
        walk(out, folder, "", 0, &files, visit_make);
    files = 0;
    if (out->count == 0)
        walk(out, folder, "", 0, &files, visit_program);
}
