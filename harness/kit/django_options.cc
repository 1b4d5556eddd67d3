#include "harness/kit/django_options.h"

#include <charconv>

#include "harness/kit/file_io.h"
#include "harness/kit/python.h"

namespace tearproof::kit {

Result<uint64_t> ParseCountOption(const BackendOptions& options, const std::string& name) {
  const std::string& text = options.at(name);
  uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, count);
  if (text.empty() || problem != std::errc() || rest != end) {
    return UsageError("option " + name + "=" + text + " is not a number",
                      "write it as " + name + "=100");
  }
  return count;
}

Result<DjangoOptions> ParseDjangoOptions(const BackendOptions& options) {
  DjangoOptions parsed;
  TEARPROOF_ASSIGN_OR_RETURN(parsed.max_entries, ParseCountOption(options, "max_entries"));
  TEARPROOF_ASSIGN_OR_RETURN(parsed.cull_frequency, ParseCountOption(options, "cull_frequency"));
  if (options.at("timeout") != "none") {
    TEARPROOF_ASSIGN_OR_RETURN(const uint64_t seconds, ParseCountOption(options, "timeout"));
    parsed.timeout = static_cast<double>(seconds);
  }
  return parsed;
}

std::string DjangoKeyHash(std::string_view key) { return Md5Hex(":1:" + std::string(key)); }

std::optional<double> DjangoDeadline(uint32_t ttl_millis, const DjangoOptions& options) {
  if (ttl_millis == kNoTtl && !options.timeout) return std::nullopt;
  double seconds = ttl_millis == kNoTtl ? *options.timeout : ttl_millis / 1000.0;
  if (seconds == 0) seconds = -1;
  return PythonTime() + seconds;
}

}  // namespace tearproof::kit
