// A catalogue of one entry: the golden files must not change whenever somebody words the real
// catalogue better.

#include "harness/api/anomaly.h"

namespace tearproof {

const Anomaly* FindAnomaly(std::string_view name) {
  static constexpr Anomaly kTornRead = {
      "torn-read",
      Promise::kIntact,
      "A hit returns bytes of two sets, or part of one.",
      "The writer truncates the entry and writes it in place, so a reader that opens it meanwhile "
      "sees a part.",
      "Write to a temporary file in the same directory and rename(2) it over the entry.",
      "A hit returns bytes of two sets."};
  return name == kTornRead.name ? &kTornRead : nullptr;
}

}  // namespace tearproof
