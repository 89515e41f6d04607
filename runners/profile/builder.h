/* Makes a profile piece by piece. Equal pieces are one: mappings, functions, locations, and samples
 * of the same stack and labels, whose values are added up. Order is that of first appearance. */
#ifndef RUNNERS_PROFILE_BUILDER_H
#define RUNNERS_PROFILE_BUILDER_H

#include "runners/profile/profile.h"

struct profile_builder;

/* For samples with one value of each type. */
struct profile_builder *profile_builder_new(struct strings *strings,
                                            const struct profile_type *types, size_t type_count,
                                            struct arena *arena);

/* Makes room beforehand, before the first sample; more may be added. */
void profile_builder_reserve(struct profile_builder *builder, size_t samples, size_t frames);

/* The profile being made, for what has no function here: its header. The arrays belong to the
 * builder. */
struct profile *profile_builder_profile(struct profile_builder *builder);

/* Each gives the index of the piece. Mappings are equal when size in pages, file offset and build
 * id (or else file) are: where they were loaded does not count. Locations are equal when their
 * place in the mapping and their lines are. */
uint32_t profile_builder_mapping(struct profile_builder *builder,
                                 const struct profile_mapping *mapping);
uint32_t profile_builder_function(struct profile_builder *builder,
                                  const struct profile_function *function);
uint32_t profile_builder_location(struct profile_builder *builder,
                                  const struct profile_location *location,
                                  const struct profile_line *lines, size_t line_count);

/* A location without address or mapping in the function of that name. */
uint32_t profile_builder_name(struct profile_builder *builder, struct text name);

/* The leaf first, and labels in any order. */
struct profile_stack {
    const uint32_t *frames; /* locations */
    size_t frame_count;
    const struct profile_label *labels;
    size_t label_count;
};
void profile_builder_sample(struct profile_builder *builder, const struct profile_stack *stack,
                            const int64_t *values);

/* The same in two steps, for many samples: what the second needs from memory is on its way while
 * the first is done for others. The stack is the same in both, the hash what the first gave. */
uint64_t profile_builder_expect(const struct profile_builder *builder,
                                const struct profile_stack *stack);
void profile_builder_expected(struct profile_builder *builder, const struct profile_stack *stack,
                              uint64_t hash, const int64_t *values);

/* How many samples did not keep a value in any type. */
size_t profile_builder_cancelled(const struct profile_builder *builder);

/* The profile, without the samples that have no value; the builder is
 * done. PG_LIMIT for more than
 * 2^32 - 2 frames, labels or lines. */
bool profile_builder_finish(struct profile **out, struct profile_builder *builder,
                            struct pg_error *err);

#endif
