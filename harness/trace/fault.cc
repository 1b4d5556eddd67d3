#include "harness/trace/fault.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

namespace tearproof::trace {
namespace {

struct NamedFault {
  Fault fault;
  std::string_view name;
  int number;
};

constexpr std::array<NamedFault, kFaultCount> kFaults = {{
    {Fault::kNoSpace, "ENOSPC", ENOSPC},
    {Fault::kInputOutput, "EIO", EIO},
    {Fault::kQuota, "EDQUOT", EDQUOT},
    {Fault::kInterrupted, "EINTR", EINTR},
    {Fault::kTooManyFiles, "EMFILE", EMFILE},
    {Fault::kCrossDevice, "EXDEV", EXDEV},
    {Fault::kNoAccess, "EACCES", EACCES},
    {Fault::kShort, "short", 0},
    {Fault::kSharing, "sharing", EACCES},
}};

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::string_view FaultName(Fault fault) { return kFaults[static_cast<size_t>(fault)].name; }

std::string FaultMark(Fault fault) { return ToLower(FaultName(fault)); }

std::optional<Fault> ParseFault(std::string_view name) {
  const std::string mark = ToLower(name);
  for (const NamedFault& each : kFaults) {
    if (FaultMark(each.fault) == mark) return each.fault;
  }
  return std::nullopt;
}

int FaultErrno(Fault fault) { return kFaults[static_cast<size_t>(fault)].number; }

}  // namespace tearproof::trace
