#include "harness/core/result.h"

#include <cstring>

namespace tearproof {

std::string Error::Message() const {
  if (remedy.empty()) return what;
  return what + "; " + remedy;
}

int Error::ExitCode() const { return kind == ErrorKind::kUsage ? 64 : 77; }

Error UsageError(std::string what, std::string remedy) {
  return Error{ErrorKind::kUsage, 0, std::move(what), std::move(remedy)};
}

Error SystemError(int errno_value, std::string what, std::string remedy) {
  const char* name = strerrorname_np(errno_value);
  const char* meaning = strerrordesc_np(errno_value);
  what += ": ";
  what += meaning != nullptr ? meaning : "unknown error";
  what += " (";
  what += name != nullptr ? std::string(name) : std::to_string(errno_value);
  what += ")";
  return Error{ErrorKind::kEnvironment, errno_value, std::move(what), std::move(remedy)};
}

}  // namespace tearproof
