#include "harness/cli/output.h"

#include <cerrno>
#include <cstdio>

#include "harness/core/result.h"

namespace tearproof::cli {

void PrintText(const std::string& text) { std::fputs(text.c_str(), stdout); }

int FinishOutput(int exit_code) {
  const bool failed_before = std::ferror(stdout) != 0;
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !failed_before) return exit_code;
  // Of an earlier failure the reason is known only if it happens again.
  const std::string what = "cannot write to standard output";
  const Error error =
      flushed ? Error{ErrorKind::kEnvironment, 0, what, ""} : SystemError(errno, what);
  std::fprintf(stderr, "tearproof: %s\n", error.Message().c_str());
  return exit_code == 0 ? error.ExitCode() : exit_code;
}

}  // namespace tearproof::cli
