// What an event touches: the ground on which two events are said to commute or not.
//
// Purpose: a file-system call, a lock, the begin or the end of an operation is reduced to the
// objects that it reads and changes. Two events are dependent when their footprints conflict; there
// is no other rule (partial-order reduction: Abdulla et al., POPL 2014).
// Thread safety: plain data, pure functions.
#ifndef TEARPROOF_HARNESS_TRACE_FOOTPRINT_H_
#define TEARPROOF_HARNESS_TRACE_FOOTPRINT_H_

#include <compare>
#include <cstdint>
#include <vector>

namespace tearproof::trace {

enum class ObjectKind : uint8_t {
  kData,     // A file's bytes, size and time of modification, whole. `number` names the file.
  kMeta,     // A file's mode, owner, link count.
  kEntry,    // A name in a directory, its absence included. `number` names directory and name.
  kList,     // All names of a directory together.
  kLock,     // A file's locks.
  kOffset,   // An open file description's position, shared by dup and fork.
  kOpening,  // Who has a file open: only where that decides (Scene::refuses_sharing).
  kOrder,    // A key's operations in real time: begins and ends (below).
};

// `number` is given by who decodes the events: the same object has the same number throughout one
// execution, and, as long as the executions agree, in all of them.
struct Object {
  ObjectKind kind = ObjectKind::kData;
  uint64_t number = 0;

  friend auto operator<=>(const Object&, const Object&) = default;
};

// Reads commute with reads, updates with updates; everything else conflicts.
enum class AccessMode : uint8_t {
  kRead,
  kUpdate,  // A change that commutes with its like: two names entered into one list, two shared
            // locks. Of kOrder: an operation's end, where its begin is a read: only end-begin pairs
            // are an order.
  kWrite,
};

struct Access {
  Object object;
  AccessMode mode = AccessMode::kRead;

  friend auto operator<=>(const Access&, const Access&) = default;
};

using Footprint = std::vector<Access>;

// Both touch one object in modes that conflict.
bool Conflict(const Footprint& a, const Footprint& b);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_FOOTPRINT_H_
