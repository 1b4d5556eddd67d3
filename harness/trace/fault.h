// Ways in which a system call may fail although the program did nothing wrong.
//
// Purpose: the names and numbers that the tracer, the explorer, schedules and options share. Which
// call may fail in which way says the table in fault_table.cc.
// Thread safety: constant data.
#ifndef TEARPROOF_HARNESS_TRACE_FAULT_H_
#define TEARPROOF_HARNESS_TRACE_FAULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tearproof::trace {

enum class Fault : uint8_t {
  kNoSpace,
  kInputOutput,
  kQuota,
  kInterrupted,
  kTooManyFiles,
  kCrossDevice,
  kNoAccess,
  kShort,    // A read or a write that transfers half of what it could.
  kSharing,  // EACCES, as Windows refuses to rename or remove a file that somebody has open.
};
inline constexpr size_t kFaultCount = 9;

// A bit each.
using FaultSet = uint16_t;
inline constexpr FaultSet Only(Fault fault) {
  return static_cast<FaultSet>(1u << static_cast<unsigned>(fault));
}
inline constexpr bool Contains(FaultSet set, Fault fault) { return (set & Only(fault)) != 0; }
// Those that strike one call at a time. kSharing is no accident: it strikes whenever it applies.
inline constexpr FaultSet kSingleFaults =
    static_cast<FaultSet>((1u << kFaultCount) - 1 - Only(Fault::kSharing));

// "ENOSPC", "short", "sharing".
std::string_view FaultName(Fault fault);
// The same in lower case, as schedules have it.
std::string FaultMark(Fault fault);
// By name, in any case.
std::optional<Fault> ParseFault(std::string_view name);
// 0: the call succeeds.
int FaultErrno(Fault fault);

}  // namespace tearproof::trace

#endif  // TEARPROOF_HARNESS_TRACE_FAULT_H_
