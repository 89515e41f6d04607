/* A profile that knows who called whom, but no stacks, as callgrind writes them: what each line
 * cost by itself, and what each call cost with everything below it. */
#ifndef RUNNERS_PROFILE_CALL_GRAPH_H
#define RUNNERS_PROFILE_CALL_GRAPH_H

#include "runners/profile/builder.h"

struct call_graph;

/* Costs are of `events` kinds each. */
struct call_graph *call_graph_new(struct strings *strings, size_t events, struct arena *arena);

/* The node of a function; equal functions are one. All are texts. */
uint32_t call_graph_node(struct call_graph *graph, uint32_t name, uint32_t file, uint32_t object);

/* A line of a node, in a file that differs from the node's where code was inlined from elsewhere.
 */
struct call_site {
    uint32_t node, file;
    int64_t line;
};

/* Adds costs of a line itself, and of the calls of a node from a line; of several lines that call
 * the same node the one that costs most stands for all. Nothing is negative. */
void call_graph_cost(struct call_graph *graph, const struct call_site *at, const int64_t *costs);
void call_graph_call(struct call_graph *graph, const struct call_site *from, uint32_t callee,
                     const int64_t *costs);

/* Gives the builder, which has the events for sample types, stacks that add up to the graph: of
 * what a function costs with all below it, each caller gets the part that its calls cost, as gprof
 * assumes it. What every line costs by itself is exact; so are the sums of functions, up to
 * rounding, where no function calls itself over others. What is less than 1/100 000 of the whole,
 * or deeper than 256 calls, or beyond some 10^8 frames of work, stands alone, without its callers.
 */
void call_graph_unfold(struct call_graph *graph, struct profile_builder *builder);

#endif
