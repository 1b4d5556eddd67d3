#include "harness/trace/footprint.h"

namespace tearproof::trace {
namespace {

bool Conflict(AccessMode a, AccessMode b) { return a != b || a == AccessMode::kWrite; }

}  // namespace

bool Conflict(const Footprint& a, const Footprint& b) {
  for (const Access& left : a) {
    for (const Access& right : b) {
      if (left.object == right.object && Conflict(left.mode, right.mode)) return true;
    }
  }
  return false;
}

}  // namespace tearproof::trace
