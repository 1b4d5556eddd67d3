// What Django's caches have in common, whatever files they use.
//
// Purpose: keys, options and deadlines of the modelled backends. Thread safety: plain functions.
// Errors: kUsage for an option value that makes no sense.
#ifndef TEARPROOF_HARNESS_KIT_DJANGO_OPTIONS_H_
#define TEARPROOF_HARNESS_KIT_DJANGO_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/api/backend.h"
#include "harness/core/result.h"

namespace tearproof::kit {

// A number in decimal. Error: kUsage, naming the option.
Result<uint64_t> ParseCountOption(const BackendOptions& options, const std::string& name);

struct DjangoOptions {
  uint64_t max_entries = 300;
  uint64_t cull_frequency = 3;    // 0: everything goes.
  std::optional<double> timeout;  // Seconds, where a set names none; nullopt: never expires.
};
// From "max_entries", "cull_frequency" and "timeout" ("300", or "none").
Result<DjangoOptions> ParseDjangoOptions(const BackendOptions& options);

// md5 of "prefix:version:key" with the empty prefix and version 1, in hexadecimal digits.
std::string DjangoKeyHash(std::string_view key);
// get_backend_timeout: the deadline in seconds since the epoch; none is never. A time to live of
// 0 was a second ago.
std::optional<double> DjangoDeadline(uint32_t ttl_millis, const DjangoOptions& options);

}  // namespace tearproof::kit

#endif  // TEARPROOF_HARNESS_KIT_DJANGO_OPTIONS_H_
