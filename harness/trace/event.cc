#include "harness/trace/event.h"

#include <fmt/format.h>
#include <string.h>

namespace tearproof::trace {

std::string Event::Outcome() const {
  if (result >= 0) return fmt::format("→ {}", result);
  const char* error = strerrorname_np(static_cast<int>(-result));
  return error == nullptr ? fmt::format("→ error {}", -result) : fmt::format("→ {}", error);
}

std::string Describe(Unseen unseen) {
  switch (unseen) {
    case Unseen::kNothing:
      return "";
    case Unseen::kSharedMapping:
      return "memory unseen: a file of the cache is mapped";
    case Unseen::kConcurrentThreads:
      return "memory unseen: two threads of one process were at calls on the cache at the same "
             "time";
    case Unseen::kUnmodelledCall:
      return "a call on the cache whose effects are not modelled";
  }
  return "";
}

void Add(const Access& access, Footprint* footprint) {
  for (Access& known : *footprint) {
    if (known.object != access.object) continue;
    if (known.mode != access.mode) known.mode = AccessMode::kWrite;
    return;
  }
  footprint->push_back(access);
}

Footprint OnlyReads(const Footprint& footprint) {
  Footprint reads = footprint;
  for (Access& access : reads) access.mode = AccessMode::kRead;
  return reads;
}

}  // namespace tearproof::trace
