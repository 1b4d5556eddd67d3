// The terminal: whether there is one, its width, and the line of progress.
//
// Purpose: colour and a line that moves are for people; without a terminal there is neither.
// NO_COLOR is honoured (no-color.org), as is CLICOLOR_FORCE. Thread safety: none.
#ifndef TEARPROOF_HARNESS_CLI_TERMINAL_H_
#define TEARPROOF_HARNESS_CLI_TERMINAL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/core/clock.h"

namespace tearproof::cli {

bool UseColor();           // On stdout.
size_t TerminalColumns();  // Of stdout; 80 where it is no terminal.

// What a run is at, on stderr: one line, rewritten in place. Where stderr is no terminal, no
// progress, but once a minute a line that says what runs, as CI systems end jobs that are silent
// for long. Nothing if `quiet`.
class ProgressLine {
 public:
  static constexpr int64_t kInterval = 60 * kNanosPerSecond;

  // `now` is MonotonicNanos() here and below.
  ProgressLine(bool quiet, int64_t now);
  ~ProgressLine() { Clear(); }
  // `what` runs, and how far it has come.
  void Show(const std::string& what, const std::string& details, int64_t now);
  void Clear();

 private:
  enum class Style : uint8_t { kSilent, kInPlace, kLines };

  Style style_;
  bool shown_ = false;
  int64_t next_line_;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_TERMINAL_H_
