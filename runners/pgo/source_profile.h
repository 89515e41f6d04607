/* What compilers are told: how often the lines of a function were seen, by symbol and by the line's
 * distance from the function's declaration, never by address, so that it outlives the build that it
 * was taken from. What was inlined into a function is told within it, apart from the function
 * itself and from its other inlined calls: that is how LLVM's sample profiles and GCC's AutoFDO
 * have it. */
#ifndef RUNNERS_PGO_SOURCE_PROFILE_H
#define RUNNERS_PGO_SOURCE_PROFILE_H

#include "runners/base/error.h"
#include "runners/base/strings.h"

/* A place in a function. */
struct source_site {
    uint32_t offset;        /* line − line of the declaration, modulo 65536 */
    uint32_t discriminator; /* as the compiler will ask for it: clang's base discriminator */
};

/* A function that was called from a line that was not inlined. */
struct source_target {
    uint32_t name;
    double count;
};

struct source_line {
    struct source_site site;
    double count;
    struct source_target *targets; /* the most called first, then by name */
    uint32_t target_count, target_capacity;
};

struct source_instance {
    uint32_t name;         /* text: linkage name */
    uint32_t file;         /* text: of the declaration, 0: not known */
    int declared;          /* its line */
    struct source_site at; /* where it was inlined in the function around it; of a top function 0 */
    double head;           /* calls from elsewhere; 0: not known */
    double total;          /* sum of the counts of its lines and of those inlined into it */
    double samples;        /* those seen in it and in what is inlined into it */
    struct source_line **lines; /* sorted by site */
    uint32_t line_count, line_capacity;
    struct source_instance **calls; /* sorted by site, then name */
    uint32_t call_count, call_capacity;
};

struct source_profile {
    struct strings *strings;
    struct arena *arena;
    struct source_instance **functions; /* sorted by name */
    uint32_t function_count, function_capacity;
    struct source_index *index;
};

/* All texts are of the string set; what is added lives in the arena. */
struct source_profile *source_profile_new(struct strings *strings, struct arena *arena);

/* Is the name there for the function of that name, for a part of it or for a clone of it? The
 * function's own name: without the `.cold`, `.part.0`, `.isra.0`, `.constprop.0`, `.llvm.1234` that
 * compilers append, with the `.__uniq.1234` that is part of it. */
struct text source_function_name(struct text symbol);

/* One frame of an address. */
struct source_frame {
    uint32_t name, file; /* as a source_instance has them */
    int declared;
    struct source_site site;
};

/* How often an address of a build was seen, and how often it ran as far as that tells; each address
 * is added once. The innermost frame first. A line's count is the largest of its addresses, since
 * all of them run when it does. Gives the line; NULL without frames. */
struct source_line *source_profile_add(struct source_profile *profile,
                                       const struct source_frame *frames, size_t depth,
                                       double samples, double count);

/* Found, or made without counts. */
struct source_instance *source_profile_function(struct source_profile *profile, uint32_t name);
struct source_instance *source_profile_call(struct source_profile *profile,
                                            struct source_instance *in, struct source_site at,
                                            uint32_t name);
struct source_line *source_profile_line(struct source_profile *profile, struct source_instance *in,
                                        struct source_site site);
void source_profile_target(struct source_profile *profile, struct source_line *line, uint32_t name,
                           double count);

/* Adds another build's counts, times the weight: clones and parts of a function go to the function
 * that they are of. Both are of one string set. */
void source_profile_join(struct source_profile *into, const struct source_profile *from,
                         double weight);

/* Sorts and sums up; to be called before anything is read, again after anything was added. */
void source_profile_finish(struct source_profile *profile);

/* The same of one that was read from a file: PG_FORMAT when no function is in it. */
bool source_profile_complete(struct source_profile *profile, struct pg_error *err);

/* A count as it is written: what was seen at all was seen once, what was never seen is 0. At most
 * 2^63. */
uint64_t source_count(double count);

/* How often it was entered: as often as its first line that was seen, when nothing better is known.
 * The profile is finished. */
double source_head(const struct source_instance *instance);

#endif
