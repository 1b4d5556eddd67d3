// Small helpers around nlohmann::json: files in and out, without exceptions.
//
// Thread safety: pure functions. Errors: Result; a library's exception stops here.
#ifndef TEARPROOF_HARNESS_CORE_JSON_H_
#define TEARPROOF_HARNESS_CORE_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "harness/core/result.h"

namespace tearproof {

// The whole file. Errors: kEnvironment.
Result<std::string> ReadTextFile(const std::string& path);
// The parsed file. Errors: kEnvironment where it cannot be read, kUsage where it is no JSON.
Result<nlohmann::json> ReadJsonFile(const std::string& path);

// Writes `text` to `path` by way of a temporary file beside it and rename(2), mode 0666 & ~umask:
// a reader sees the old file or the new one. Symbolic links are followed; what exists and is no
// regular file (a device, a pipe) is opened and written to.
Result<void> ReplaceFile(const std::string& path, const std::string& text);
// `value` with two spaces of indentation; bytes that are no UTF-8 become U+FFFD.
std::string DumpJson(const nlohmann::json& value);

// Runs `convert` (which may throw what nlohmann throws) and turns an exception into a usage error
// that names `source`.
template <typename Convert>
auto ConvertJson(const std::string& source, Convert convert) -> Result<decltype(convert())> {
  try {
    return convert();
  } catch (const std::exception& problem) {
    return UsageError(source + " does not hold what it should: " + problem.what());
  }
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_JSON_H_
