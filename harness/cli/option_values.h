// What people type as the values of options.
//
// Thread safety: pure functions. Errors: kUsage, naming the option and how to write its value.
#ifndef TEARPROOF_HARNESS_CLI_OPTION_VALUES_H_
#define TEARPROOF_HARNESS_CLI_OPTION_VALUES_H_

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "harness/core/result.h"
#include "harness/core/text.h"

namespace tearproof::cli {

template <typename Number>
Result<Number> ParseNumber(std::string_view option, std::string_view text) {
  Number number{};
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && rest == text.data() + text.size()) return number;
  return UsageError(
      fmt::format("{} takes a number, not '{}'", option, EscapeForTerminal(text, 60)));
}

// What was parsed of `option`, or the error with its name.
template <typename Value>
Result<Value> OfOption(std::string_view option, Result<Value> parsed) {
  if (parsed.ok()) return parsed;
  Error error = parsed.error();
  error.what = fmt::format("{}: {}", option, error.what);
  return error;
}

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_OPTION_VALUES_H_
