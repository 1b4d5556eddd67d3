#include "harness/core/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "harness/core/unique_fd.h"

namespace tearproof {

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
  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "cannot create " + temporary);
  const auto fail = [&](const char* what) -> Result<void> {
    const Error error = SystemError(errno, what + (" " + path));
    unlink(temporary.c_str());
    return error;
  };
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = write(fd.get(), text.data() + at, text.size() - at);
    if (written < 0) return fail("cannot write");
    at += static_cast<size_t>(written);
  }
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd.get(), 0666 & ~mask) != 0) return fail("cannot set the mode of");
  if (rename(temporary.c_str(), path.c_str()) != 0) return fail("cannot replace");
  return {};
}

std::string DumpJson(const nlohmann::json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace tearproof
