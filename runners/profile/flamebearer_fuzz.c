#include "runners/profile/format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_format(&flamebearer_format, data, size);
    return 0;
}
