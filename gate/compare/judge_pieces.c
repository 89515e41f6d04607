/* Rows are judged in pieces of a fixed size, on several processors at once: notes, figures and
 * counts do not depend on how many there are. */
#include "gate/compare/judge.h"
#include "runners/base/parallel.h"

enum { PIECE = 2048 }; /* rows: some milliseconds */

size_t judge_piece_count(size_t count) {
    return count / PIECE + (count % PIECE > 0);
}

struct judge_piece judge_piece(size_t number, size_t count) {
    size_t first = number * PIECE;
    return (struct judge_piece){number, first, count - first < PIECE ? count : first + PIECE};
}

struct pieces {
    struct judge *own; /* by piece */
    size_t count;      /* of rows */
    judge_body *body;
    void *context;
};

static void do_piece(void *context, size_t number) {
    struct pieces *all = context;
    struct judge *own = &all->own[number];
    if (own->comparison->policy->test == TEST_MANN_WHITNEY)
        own->tester.ranks = rank_workspace_new();
    all->body(own, judge_piece(number, all->count), all->context);
    if (own->tester.ranks)
        rank_workspace_free(own->tester.ranks);
}

static struct judge judge_like(const struct judge *judge) {
    const struct policy *policy = judge->comparison->policy;
    struct judge own = *judge;
    own.arena = arena_new();
    own.tester = (struct row_tester){.policy = policy, .arena = own.arena};
    own.missing_rows = 0;
    own.rules_used = ARENA_NEW(judge->arena, bool, policy->rule_count);
    return own;
}

static void take_back(struct judge *judge, struct judge *own) {
    struct row_tester *all = &judge->tester;
    const struct row_tester *part = &own->tester;
    for (size_t i = 0; i < judge->comparison->policy->rule_count; i++)
        judge->rules_used[i] |= own->rules_used[i];
    judge->missing_rows += own->missing_rows;
    all->merged_rows += part->merged_rows;
    all->unpaired_rows += part->unpaired_rows;
    all->merged_most = all->merged_most > part->merged_most ? all->merged_most : part->merged_most;
    all->unpaired_most =
        all->unpaired_most > part->unpaired_most ? all->unpaired_most : part->unpaired_most;
    arena_adopt(judge->arena, own->arena);
}

void judge_in_pieces(struct judge *judge, size_t count, judge_body *body, void *context) {
    size_t pieces = judge_piece_count(count);
    struct pieces all = {ARENA_NEW(judge->arena, struct judge, pieces), count, body, context};
    for (size_t i = 0; i < pieces; i++)
        all.own[i] = judge_like(judge);
    parallel_for(pieces, do_piece, &all);
    for (size_t i = 0; i < pieces; i++)
        take_back(judge, &all.own[i]);
}
