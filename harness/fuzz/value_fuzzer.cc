// A cache under test may return any bytes.
#include <cstdint>
#include <string_view>

#include "harness/core/check.h"
#include "harness/history/value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(bytes), size);
  (void)tearproof::VerifyValue(value, tearproof::VerifyMode::kStamps);
  (void)tearproof::VerifyValue(value, tearproof::VerifyMode::kFull);
  (void)tearproof::VerifyCounter(value);
  for (const size_t limit : {1, 2, 32}) {
    size_t covered = 0;
    for (const tearproof::DamageRun& run : tearproof::DescribeDamage(value, limit)) {
      TEARPROOF_CHECK(run.offset == covered && run.length > 0, "the description has a gap");
      covered += run.length;
    }
    TEARPROOF_CHECK(covered == size, "the description ends early");
  }
  return 0;
}
