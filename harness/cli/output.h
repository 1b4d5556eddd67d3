// Standard output, for all verbs.
//
// Purpose: output that is lost must not look like success. A write that fails is remembered by
// the stream, goes on being harmless, and is reported once, when the program ends.
// Thread safety: as stdio's.
#ifndef TEARPROOF_HARNESS_CLI_OUTPUT_H_
#define TEARPROOF_HARNESS_CLI_OUTPUT_H_

#include <fmt/format.h>

#include <string>
#include <utility>

namespace tearproof::cli {

void PrintText(const std::string& text);

// As fmt::print, which throws where this goes on.
template <typename... T>
void Print(fmt::format_string<T...> format, T&&... arguments) {
  PrintText(fmt::format(format, std::forward<T>(arguments)...));
}

// The last thing that a program does: flushes. Where something could not be written, says so on
// stderr and returns 77 instead of 0; any other exit code goes before.
int FinishOutput(int exit_code);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_OUTPUT_H_
