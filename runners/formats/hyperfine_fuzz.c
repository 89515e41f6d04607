#include "runners/formats/round_trip_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_round_trip(&hyperfine_format, data, size);
}
