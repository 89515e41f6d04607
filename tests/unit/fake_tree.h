/* A folder with files in it, for code that reads /proc and /sys below given roots. */
#ifndef TESTS_UNIT_FAKE_TREE_H
#define TESTS_UNIT_FAKE_TREE_H

#include "runners/base/out_file.h"
#include "runners/system_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fake_tree {
    struct arena *arena;
    char *folder;
    struct system_roots roots;
};

static inline struct fake_tree fake_tree_new(void) {
    struct fake_tree tree = {.arena = arena_new()};
    tree.folder = arena_strdup(tree.arena, "/tmp/perfgate-test.XXXXXX");
    assert_non_null(mkdtemp(tree.folder));
    tree.roots.proc = arena_printf(tree.arena, "%s/proc", tree.folder);
    tree.roots.sys = arena_printf(tree.arena, "%s/sys", tree.folder);
    return tree;
}

static inline void fake_file(struct fake_tree *tree, const char *path, const char *content) {
    struct pg_error err;
    char *whole = arena_printf(tree->arena, "%s/%s", tree->folder, path);
    char *slash = strrchr(whole, '/');
    *slash = '\0';
    assert_true(make_folders(whole, &err));
    *slash = '/';
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

static inline void fake_tree_remove(struct fake_tree *tree) {
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", tree->folder);
    assert_int_equal(system(command), 0);
    arena_free(tree->arena);
}

#endif
