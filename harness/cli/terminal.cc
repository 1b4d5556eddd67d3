#include "harness/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "harness/core/text.h"

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
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return 80;
  return size.ws_col;
}

}  // namespace

bool UseColor() {
  if (IsSet("NO_COLOR")) return false;
  if (IsSet("CLICOLOR_FORCE")) return true;
  return isatty(STDOUT_FILENO) == 1 && !IsDumb();
}

size_t TerminalColumns() { return ColumnsOf(STDOUT_FILENO); }

ProgressLine::ProgressLine(bool quiet)
    : enabled_(!quiet && isatty(STDERR_FILENO) == 1 && !IsDumb() && !IsSet("CI")) {}

void ProgressLine::Show(const std::string& text) {
  if (!enabled_) return;
  const size_t columns = ColumnsOf(STDERR_FILENO);
  std::string line = text;
  while (DisplayWidth(line) >= columns) line.pop_back();
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::Clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace tearproof::cli
