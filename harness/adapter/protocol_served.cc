// The protocol as the adapter's side speaks it.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/adapter/protocol.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Throws what nlohmann throws.
void ReadSetup(const json& message, BackendSetup* setup) {
  setup->directory = message.at("dir").get<std::string>();
  setup->process = message.at("process").get<uint16_t>();
  setup->seed = message.at("seed").get<uint64_t>();
  setup->options.clear();
  for (const auto& [name, value] : message.at("options").items()) {
    setup->options[name] = value.get<std::string>();
  }
}

Result<void> ReadRequest(const json& message, DecodedRequest* decoded) {
  decoded->id = message.at("id").get<uint64_t>();
  const auto kind = ParseOpKind(message.at("op").get<std::string>());
  if (!kind) return UsageError("no such operation");
  Request& request = decoded->request;
  request = Request();
  request.kind = *kind;
  if (*kind == OpKind::kInit) ReadSetup(message, &decoded->setup);
  decoded->key = message.value("key", "");
  decoded->value = message.value("value", "");
  request.key = decoded->key;
  request.value = decoded->value;
  request.delta = message.value("delta", int64_t{1});
  if (!message.contains("ttl")) return {};
  const double millis = std::round(message.at("ttl").get<double>() * 1000);
  if (!(millis >= 0 && millis < kNoTtl)) return UsageError("no such time to live");
  request.ttl_millis = static_cast<uint32_t>(millis);
  return {};
}

}  // namespace

Result<void> DecodeRequest(std::string_view line, DecodedRequest* decoded) {
  const auto fail = [&](std::string_view why) {
    return UsageError(
        fmt::format("this is no request: {} ({})", EscapeForTerminal(line, 200), why));
  };
  const json message = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  try {
    const Result<void> read = ReadRequest(message, decoded);
    if (!read.ok()) return fail(read.error().Message());
  } catch (const json::exception& problem) {
    return fail(problem.what());
  }
  return {};
}

std::string EncodeResponse(uint64_t id, OpKind kind, const Response& response) {
  ordered_json answer;
  answer["id"] = id;
  if (response.outcome == Outcome::kUnsupported) {
    answer["unsupported"] = true;
  } else {
    answer["ok"] = !response.failed();
    if (response.failed()) {
      answer["error"] = response.error;
      if (response.outcome == Outcome::kFailed) answer["happened"] = false;
    } else {
      answer["result"] = OutcomeName(response.outcome);
    }
    const bool has_value = (kind == OpKind::kGet && response.outcome == Outcome::kHit) ||
                           (kind == OpKind::kIncr && response.outcome == Outcome::kDone);
    if (has_value) answer["value"] = response.value;
  }
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tearproof::adapter
