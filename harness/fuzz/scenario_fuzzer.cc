// A scenario may come from anywhere: `tearproof stress some/file.toml`.
#include <cstdint>
#include <string_view>

#include "harness/api/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto scenario = tearproof::ParseScenario(text, "fuzzed", "fuzzed.toml");
  if (scenario.ok()) {
    (void)scenario.value().Ingredients();
    (void)scenario.value().StressProcesses();
    if (scenario.value().keys.count <= 1000) (void)scenario.value().KeyNames();
  }
  (void)tearproof::ParseStep(text, 4);
  (void)tearproof::ParseSizeDistribution(text);
  return 0;
}
