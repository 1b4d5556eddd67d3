#include "harness/check/file_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"

namespace tearproof::check {

std::string ListFiles(const std::vector<std::string>& files) {
  constexpr size_t kNamed = 3;
  constexpr size_t kShownBytes = 80;
  std::string text;
  for (size_t i = 0; i < std::min(files.size(), kNamed); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", EscapeForTerminal(files[i], kShownBytes));
  }
  if (files.size() > kNamed) text += fmt::format(" and {} more", files.size() - kNamed);
  return text;
}

}  // namespace tearproof::check
