#include "harness/trace/lock_table.h"

#include <algorithm>

namespace tearproof::trace {
namespace {

bool Overlap(const LockRequest& a, const LockRequest& b) {
  return a.file == b.file && a.family == b.family && a.begin < b.end && b.begin < a.end;
}

}  // namespace

bool LockTable::CanGrant(const LockRequest& request) const {
  return std::none_of(held_.begin(), held_.end(), [&](const LockRequest& held) {
    return Overlap(held, request) && held.owner != request.owner &&
           (held.exclusive || request.exclusive);
  });
}

void LockTable::Grant(const LockRequest& request) {
  Free(request);
  held_.push_back(request);
}

void LockTable::Free(const LockRequest& request) {
  std::vector<LockRequest> left;
  for (const LockRequest& held : held_) {
    if (!Overlap(held, request) || held.owner != request.owner) {
      left.push_back(held);
      continue;
    }
    LockRequest before = held;
    before.end = request.begin;
    if (before.begin < before.end) left.push_back(before);
    LockRequest after = held;
    after.begin = request.end;
    if (after.begin < after.end) left.push_back(after);
  }
  held_ = std::move(left);
}

void LockTable::FreeAll(uint64_t owner, uint64_t file) {
  std::erase_if(held_,
                [&](const LockRequest& held) { return held.owner == owner && held.file == file; });
}

std::optional<bool> LockTable::Holds(uint64_t owner, uint64_t file) const {
  std::optional<bool> exclusive;
  for (const LockRequest& held : held_) {
    if (held.owner != owner || held.file != file) continue;
    exclusive = exclusive.value_or(false) || held.exclusive;
  }
  return exclusive;
}

std::vector<uint64_t> LockTable::FilesOf(uint64_t owner) const {
  std::vector<uint64_t> files;
  for (const LockRequest& held : held_) {
    if (held.owner == owner) files.push_back(held.file);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace tearproof::trace
