#include "harness/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "harness/core/layout.h"

namespace tearproof::cli {
namespace {

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool IsDumb() {
  const char* term = std::getenv("TERM");
  return term == nullptr || std::string_view(term) == "dumb";
}

size_t ColumnsOf(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

bool UseColor() {
  if (IsSet("NO_COLOR")) return false;
  if (IsSet("CLICOLOR_FORCE")) return true;
  return isatty(STDOUT_FILENO) == 1 && !IsDumb();
}

size_t TerminalColumns() { return ColumnsOf(STDOUT_FILENO); }

ProgressLine::ProgressLine(bool quiet, int64_t now)
    : style_(quiet ? Style::kSilent : Style::kLines), next_line_(now + kInterval) {
  const bool terminal = isatty(STDERR_FILENO) == 1 && !IsDumb() && !IsSet("CI");
  if (!quiet && terminal) style_ = Style::kInPlace;
}

void ProgressLine::Show(const std::string& what, const std::string& details, int64_t now) {
  if (style_ == Style::kInPlace) {
    // A line as wide as the terminal would wrap, and could not be rewritten.
    std::fprintf(stderr, "\r%s\033[K",
                 Shorten(what + ": " + details, ColumnsOf(STDERR_FILENO) - 1).c_str());
    std::fflush(stderr);
    shown_ = true;
  } else if (style_ == Style::kLines && now >= next_line_) {
    std::fprintf(stderr, "tearproof: running %s\n", what.c_str());
    next_line_ = now + kInterval;
  }
}

void ProgressLine::Clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace tearproof::cli
