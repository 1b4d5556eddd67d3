#include "harness/core/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "harness/core/unique_fd.h"

namespace tearproof {
namespace {

constexpr int kMostLinks = 40;  // As many as the kernel follows.

// False: errno says why.
bool WriteAll(const UniqueFd& fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// A device, a pipe: what somebody else put there is written to, never replaced.
Result<void> WriteThrough(const std::string& path, const std::string& text) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "cannot open " + path);
  if (!WriteAll(fd, text)) return SystemError(errno, "cannot write " + path);
  return {};
}

// The file that `path` leads to, which need not exist: rename(2) would replace a link itself.
std::string FollowLinks(const std::string& path) {
  std::filesystem::path target = path;
  std::error_code problem;
  for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(target, problem); ++i) {
    const std::filesystem::path next = std::filesystem::read_symlink(target, problem);
    if (problem) break;
    target = target.parent_path() / next;  // An absolute one goes before.
  }
  return target;
}

}  // namespace

Result<std::string> ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file) return SystemError(errno, "cannot read " + path);
  return text.str();
}

Result<nlohmann::json> ReadJsonFile(const std::string& path) {
  TEARPROOF_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  nlohmann::json value = nlohmann::json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return UsageError(path + " is no JSON");
  return value;
}

Result<void> ReplaceFile(const std::string& path, const std::string& text) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return WriteThrough(path, text);
  }
  const std::string target = FollowLinks(path);
  std::string temporary = target + ".XXXXXX";
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "cannot create " + path);
  const auto fail = [&](const char* what) -> Result<void> {
    const Error error = SystemError(errno, what + (" " + path));
    unlink(temporary.c_str());
    return error;
  };
  if (!WriteAll(fd, text)) return fail("cannot write");
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd.get(), 0666 & ~mask) != 0) return fail("cannot set the mode of");
  if (rename(temporary.c_str(), target.c_str()) != 0) return fail("cannot replace");
  return {};
}

std::string DumpJson(const nlohmann::json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace tearproof
