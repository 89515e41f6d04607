#include "gate/compare/estimate.h"

#include "stats/summary.h"

#include <math.h>

struct classic_summary estimate_of(const double *values, uint32_t count, bool exact,
                                   struct classic *classic, struct arena *scratch) {
    if (count == 0)
        return (struct classic_summary){0, NAN, NAN, NAN, CLASSIC_FEW};
    double *sorted = ARENA_NEW(scratch, double, count);
    memcpy(sorted, values, count * sizeof *sorted);
    sort_values(sorted, count);
    bool constant = sorted[0] == sorted[count - 1];
    return classic_summarise(classic, sorted, count, exact || constant);
}
