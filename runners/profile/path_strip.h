/* Paths of the machine that something was built or ran on, without what tells whose it is and where
 * it lay: `/home/ann/shop/src/cart.c` becomes `src/cart.c`. A path is private below a home folder,
 * a folder for temporary files, or any other folder at the top that systems do not have; those
 * below `/usr`, `/lib`, `/opt`, `/nix/store` and their like stay, and so do relative ones. Of a
 * tree that perfgate checked out the path in the repository remains, nothing less. */
#ifndef RUNNERS_PROFILE_PATH_STRIP_H
#define RUNNERS_PROFILE_PATH_STRIP_H

#include "runners/base/strings.h"

/* Trees of a repository that perfgate checks out itself (worktree.h) lie in folders of this form:
 * below them a path says what it says in the repository. */
#define TREE_FOLDER "perfgate."
#define TREE_SIDE "side"
#define TREE_TEMPLATE TREE_FOLDER "XXXXXX" /* mkdtemp's */

/* The length of such a tree's folder at the beginning of a path, with the slash; 0: there is none.
 */
size_t path_tree(struct text path);

struct path_strip {
    struct strings *strings;
    struct arena *arena;
    struct path_family *families;
    size_t count, capacity;
};

/* Learns a source file. Of private paths below one home folder (or other root) the folders that all
 * of them share are taken off. */
void path_strip_learn(struct path_strip *strip, const char *path);

/* All of these give a text of `strings`, the same one when there is nothing to take off. */

/* A source file: less the folders that were learnt, or at least less the root. */
uint32_t path_strip_source(struct path_strip *strip, uint32_t path);

/* A program or library: its name alone where the path is private. */
uint32_t path_strip_binary(struct path_strip *strip, uint32_t path);

/* Any text: each path in it that is below a home folder or one for temporary files, or below
 * folders that were learnt, as path_strip_source has it. */
uint32_t path_strip_text(struct path_strip *strip, uint32_t text);

#endif
