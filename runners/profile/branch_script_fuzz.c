#include "runners/profile/format_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_format(&branch_script_format, data, size);
    return 0;
}
