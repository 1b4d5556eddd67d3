#include "harness/core/check.h"

#include <unistd.h>

#include <cstdio>

namespace tearproof {
namespace {

std::string& Context() {
  static std::string* context = new std::string;  // Never destroyed: a check may fail during exit.
  return *context;
}

int defect_exit_code = kExitHarnessDefect;

}  // namespace

void SetDefectExitCode(int code) { defect_exit_code = code; }

void SetCheckContext(std::string context) { Context() = std::move(context); }

void CheckFailed(const char* file, int line, const char* condition, std::string_view detail) {
  std::fprintf(stderr,
               "tearproof: harness defect: %s does not hold (%s:%d): %.*s\n"
               "  This is a bug in tearproof, not in the cache. Context: %s\n",
               condition, file, line, static_cast<int>(detail.size()), detail.data(),
               Context().empty() ? "none" : Context().c_str());
  std::fflush(stderr);
  _exit(defect_exit_code);
}

}  // namespace tearproof
