// The terminal: whether there is one, its width, and the line of progress.
//
// Purpose: colour and progress are for people; without a terminal both are silent. NO_COLOR is
// honoured (no-color.org), as is CLICOLOR_FORCE. Thread safety: none.
#ifndef TEARPROOF_HARNESS_CLI_TERMINAL_H_
#define TEARPROOF_HARNESS_CLI_TERMINAL_H_

#include <cstddef>
#include <string>

namespace tearproof::cli {

bool UseColor();           // On stdout.
size_t TerminalColumns();  // Of stdout; 80 where it is no terminal.

// One line on stderr, rewritten in place. Silent where stderr is no terminal or `quiet`.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine() { Clear(); }
  void Show(const std::string& text);
  void Clear();

 private:
  bool enabled_;
  bool shown_ = false;
};

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_TERMINAL_H_
