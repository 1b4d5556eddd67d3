#include "harness/tidy/source_tree.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "harness/core/text.h"

namespace tearproof::tidy {
namespace {

namespace fs = std::filesystem;

// What the command prints, or nothing if it fails.
std::optional<std::string> OutputOf(const std::string& command) {
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, size);
  if (pclose(pipe) != 0) return std::nullopt;
  return output;
}

std::optional<std::vector<std::string>> AskGit(const std::string& root) {
  const std::string git = "git -C " + ShellQuote(root) + " ";
  const auto top = OutputOf(git + "rev-parse --show-toplevel");
  std::error_code problem;
  if (!top || !fs::equivalent(top->substr(0, top->find('\n')), root, problem)) return std::nullopt;
  const auto names = OutputOf(git + "ls-files -z --cached --others --exclude-standard");
  if (!names) return std::nullopt;
  return Split(*names, '\0');
}

std::vector<std::string> Walk(const std::string& root) {
  std::vector<std::string> names;
  std::error_code problem;
  for (auto entry = fs::recursive_directory_iterator(root, problem);
       !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    const std::string name = entry->path().filename();
    if (entry->is_directory() &&
        (name.starts_with('.') || name.starts_with("build") || name == "node_modules")) {
      entry.disable_recursion_pending();
    } else {
      names.push_back(fs::relative(entry->path(), root));
    }
  }
  return names;
}

}  // namespace

std::string_view SourceFile::Name() const {
  return std::string_view(path).substr(path.rfind('/') + 1);
}

std::string_view SourceFile::Folder() const {
  const size_t slash = path.rfind('/');
  return std::string_view(path).substr(0, slash == std::string::npos ? 0 : slash);
}

std::vector<std::string_view> SourceFile::Lines() const {
  std::vector<std::string_view> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

Result<std::vector<SourceFile>> LoadTree(const std::string& root) {
  const auto known = AskGit(root);
  std::vector<std::string> names = known ? *known : Walk(root);
  std::sort(names.begin(), names.end());
  std::vector<SourceFile> files;
  for (const std::string& name : names) {
    const fs::path path = fs::path(root) / name;
    // Git also lists what was deleted a moment ago.
    if (name.empty() || !fs::is_regular_file(fs::symlink_status(path))) continue;
    std::ifstream in(path, std::ios::binary);
    if (!in) return SystemError(errno, "cannot read " + path.string());
    files.push_back({name, {std::istreambuf_iterator<char>(in), {}}});
  }
  if (files.empty()) return UsageError("there are no files in " + root);
  return files;
}

}  // namespace tearproof::tidy
