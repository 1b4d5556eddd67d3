// A backend.toml is written by hand.
#include <cstdint>
#include <string_view>

#include "harness/api/backend_description.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto description = tearproof::ParseBackendDescription(text, "fuzzed", "backend.toml");
  if (!description.ok()) return 0;
  (void)tearproof::ResolveOptions(description.value(), {});
  (void)tearproof::ResolveOptions(description.value(), {{"sync", "full"}});
  for (const tearproof::PromiseInfo& info : tearproof::AllPromises()) {
    (void)description.value().Expected("stress", "get-set", info.promise);
  }
  return 0;
}
