#include "harness/trace/ownership.h"

#include <algorithm>
#include <optional>

#include "harness/trace/call.h"

namespace tearproof::trace {
namespace {

bool Changes(const Footprint& footprint, const Object& object) {
  return std::any_of(footprint.begin(), footprint.end(), [&](const Access& access) {
    return access.mode != AccessMode::kRead && access.object == object;
  });
}

bool ChangesTarget(const Target& target, const Footprint& footprint) {
  const Place& place = target.place;
  if (place.reachable && !place.passed.empty() && Changes(footprint, place.passed.back().object)) {
    return true;
  }
  const std::optional<FoundFile> file = target.file();
  return file && (Changes(footprint, {ObjectKind::kData, file->number}) ||
                  Changes(footprint, {ObjectKind::kMeta, file->number}));
}

}  // namespace

bool Ownership::IsForeign(const std::string& path) const {
  if (own.empty()) return false;
  const bool within =
      path.starts_with(own) && (path.size() == own.size() || path[own.size()] == '/');
  return !within || foreign.contains(path);
}

std::vector<std::string> ForeignChanges(const Call& call, const Footprint& footprint,
                                        const Ownership& ownership) {
  std::vector<std::string> paths;
  if (ownership.own.empty()) return paths;
  for (size_t i = 0; i < call.target_count; ++i) {
    const Target& target = call.targets[i];
    if (target.concerns() && ownership.IsForeign(target.path()) &&
        ChangesTarget(target, footprint)) {
      paths.push_back(target.path());
    }
  }
  return paths;
}

}  // namespace tearproof::trace
