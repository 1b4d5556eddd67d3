// A schedule is pasted from a mail.
#include <cstdint>
#include <string_view>

#include "harness/api/schedule.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto schedule = tearproof::Schedule::Parse({reinterpret_cast<const char*>(bytes), size});
  if (!schedule.ok()) return 0;
  const auto again = tearproof::Schedule::Parse(schedule.value().Print());
  TEARPROOF_CHECK(again.ok() && again.value() == schedule.value(), "it is read back otherwise");
  return 0;
}
