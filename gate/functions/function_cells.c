#include "gate/functions/function_cells.h"

#include "gate/functions/function_findings.h"

static struct function_cells cells_of(const struct function_side *side, uint32_t slice) {
    size_t low = 0, high = side->cell_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (side->cells[middle].slice < slice)
            low = middle + 1;
        else
            high = middle;
    }
    const struct function_cell *end = side->cells + side->cell_count;
    struct function_cells cells = {side->cells + low, side->cells + low};
    while (cells.end < end && cells.end->slice == slice)
        cells.end++;
    return cells;
}

struct function_walk function_walk(const struct function_side *base,
                                   const struct function_side *head, uint32_t slice) {
    return (struct function_walk){.left = {cells_of(base, slice), cells_of(head, slice)}};
}

/* Takes the cells of one function off the front. */
static struct function_cells take(struct function_cells *from, uint32_t function) {
    struct function_cells taken = {from->at, from->at};
    while (taken.end < from->end && taken.end->function == function)
        taken.end++;
    from->at = taken.end;
    return taken;
}

bool function_walk_next(struct function_walk *walk) {
    bool any = false;
    for (int side = 0; side < 2; side++) {
        const struct function_cells *left = &walk->left[side];
        if (left->at < left->end && (!any || left->at->function < walk->function)) {
            walk->function = left->at->function;
            any = true;
        }
    }
    for (int side = 0; side < 2 && any; side++)
        walk->taken[side] = take(&walk->left[side], walk->function);
    return any;
}

bool function_large_enough(double base, double head, bool one_sided, int least) {
    int usual = one_sided ? 1 : FUNCTION_LEAST_SAMPLES;
    return (base > head ? base : head) >= (least < 0 ? usual : least);
}
