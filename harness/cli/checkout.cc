#include "harness/cli/checkout.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// The first line that `line`, given to the shell, prints; "" where it fails.
std::string FirstLineOf(const std::string& line) {
  FILE* const output = popen(line.c_str(), "re");
  if (output == nullptr) return "";
  std::array<char, 256> text = {};
  const bool read = std::fgets(text.data(), text.size(), output) != nullptr;
  while (std::fgetc(output) != EOF) {
  }
  if (pclose(output) != 0 || !read) return "";
  std::string first = text.data();
  if (first.ends_with('\n')) first.pop_back();
  return first;
}

}  // namespace

std::string RevisionOf(const std::string& file) {
  std::error_code problem;
  const std::filesystem::path path = std::filesystem::canonical(file, problem);
  if (problem || file.find('\0') != std::string::npos) return "";
  // Without locks: somebody may be working in that checkout.
  const std::string git = fmt::format("GIT_OPTIONAL_LOCKS=0 GIT_LITERAL_PATHSPECS=1 git -C {} ",
                                      ShellQuote(path.parent_path().string()));
  return FirstLineOf(
      fmt::format("exec 2>/dev/null; {0} ls-files --error-unmatch -- {1} >/dev/null && "
                  "{0} describe --always --dirty --abbrev=12 --exclude='*'",
                  git, ShellQuote(path.filename().string())));
}

}  // namespace tearproof::cli
