// Who holds which lock: whether an attempt would be granted, and what a close frees.
//
// Purpose: a process whose attempt would wait must be known as blocked before anybody lets it try.
// flock(2) and fcntl(2) know nothing of each other; record locks of processes and of open file
// descriptions do. Locks of processes that are not traced are not here: an attempt that finds one
// is blocked by the kernel's answer instead.
// Thread safety: none.
#ifndef TEARPROOF_HARNESS_TRACE_LOCK_TABLE_H_
#define TEARPROOF_HARNESS_TRACE_LOCK_TABLE_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace tearproof::trace {

enum class LockFamily : uint8_t { kFlock, kRecord };

struct LockRequest {
  uint64_t file = 0;
  LockFamily family = LockFamily::kFlock;
  uint64_t owner = 0;  // A description's number, or a process's (OpenFiles::owner).
  bool exclusive = false;
  uint64_t begin = 0;  // Bytes from here to before `end`.
  uint64_t end = UINT64_MAX;
};

class LockTable {
 public:
  // Nobody else holds what conflicts with it.
  bool CanGrant(const LockRequest& request) const;
  // In place of what the owner held there.
  void Grant(const LockRequest& request);
  // What the owner holds in the range is free; `exclusive` is not looked at.
  void Free(const LockRequest& request);
  // Everything of the owner on the file.
  void FreeAll(uint64_t owner, uint64_t file);
  // Whether the owner holds something on the file, and if so, whether an exclusive lock.
  std::optional<bool> Holds(uint64_t owner, uint64_t file) const;
  // The files on which the owner holds something.
  std::vector<uint64_t> FilesOf(uint64_t owner) const;
  // A number for a process's record locks, which no description has.
  uint64_t NewOwner() { return ++owners_ | (uint64_t{1} << 63); }
  void Clear() { held_.clear(); }

 private:
  std::vector<LockRequest> held_;
  uint64_t owners_ = 0;
};

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_LOCK_TABLE_H_
