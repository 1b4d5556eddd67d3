// The protocol as the adapter's side speaks it.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/adapter/plain_line.h"
#include "harness/adapter/protocol.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

bool IsAbsolutePath(std::string_view name) {
  return name.starts_with('/') && name.find('\0') == std::string_view::npos;
}

// Throws what nlohmann throws. A number that is none, or too large, is no number at all.
template <typename Number>
Result<Number> ReadNumber(const json& message, const char* name) {
  const json& number = message.at(name);
  const bool fits = number.is_number_unsigned() ? std::in_range<Number>(number.get<uint64_t>())
                                                : number.is_number_integer() &&
                                                      std::in_range<Number>(number.get<int64_t>());
  if (fits) return number.get<Number>();
  return UsageError(fmt::format("\"{}\" is no whole number from {} to {}", name,
                                std::numeric_limits<Number>::min(),
                                std::numeric_limits<Number>::max()));
}

// Throws what nlohmann throws.
Result<void> ReadSetup(const json& message, BackendSetup* setup) {
  TEARPROOF_ASSIGN_OR_RETURN(const int protocol, ReadNumber<int>(message, "protocol"));
  if (protocol != kProtocolVersion) {
    return UsageError(
        fmt::format("it is of protocol {}, and this is {}", protocol, kProtocolVersion));
  }
  setup->directory = message.at("dir").get<std::string>();
  if (!IsAbsolutePath(setup->directory)) return UsageError("\"dir\" is no absolute path");
  TEARPROOF_ASSIGN_OR_RETURN(setup->process, ReadNumber<uint16_t>(message, "process"));
  TEARPROOF_ASSIGN_OR_RETURN(setup->seed, ReadNumber<uint64_t>(message, "seed"));
  setup->options.clear();
  const json& options = message.at("options");
  if (!options.is_object()) return UsageError("\"options\" are no object");
  for (const auto& [name, value] : options.items()) {
    setup->options[name] = value.get<std::string>();
  }
  return {};
}

Result<void> ReadRequest(const json& message, DecodedRequest* decoded) {
  TEARPROOF_ASSIGN_OR_RETURN(decoded->id, ReadNumber<uint64_t>(message, "id"));
  const auto kind = ParseOpKind(message.at("op").get<std::string>());
  if (!kind) return UsageError("no such operation");
  Request& request = decoded->request;
  request = Request();
  request.kind = *kind;
  if (*kind == OpKind::kInit) TEARPROOF_RETURN_IF_ERROR(ReadSetup(message, &decoded->setup));
  decoded->key = TakesKey(*kind) ? message.at("key").get<std::string>() : "";
  decoded->value = TakesValue(*kind) ? message.at("value").get<std::string>() : "";
  request.key = decoded->key;
  request.value = decoded->value;
  if (message.contains("delta")) {
    TEARPROOF_ASSIGN_OR_RETURN(request.delta, ReadNumber<int64_t>(message, "delta"));
  }
  if (!message.contains("ttl")) return {};
  const double millis = std::round(message.at("ttl").get<double>() * 1000);
  if (!(millis >= 0 && millis < kNoTtl)) return UsageError("no such time to live");
  request.ttl_millis = static_cast<uint32_t>(millis);
  return {};
}

bool ReadPlainSetup(const PlainLine& message, BackendSetup* setup) {
  const auto directory = message.Text("dir");
  const auto process = message.Number("process");
  const auto seed = message.Number("seed");
  const PlainMember* options = message.Find("options");
  if (message.Number("protocol") != kProtocolVersion || !directory || !IsAbsolutePath(*directory) ||
      !process || *process > UINT16_MAX || !seed || options == nullptr ||
      options->kind != PlainMember::Kind::kObject) {
    return false;
  }
  setup->directory = *directory;
  setup->process = static_cast<uint16_t>(*process);
  setup->seed = *seed;
  setup->options.clear();
  for (const PlainMember& member : message.members()) {
    if (member.parent != "options") continue;
    if (member.kind != PlainMember::Kind::kText) return false;
    setup->options.emplace(member.name, member.text);
  }
  return true;
}

// What an absent one says; nothing where it is of another kind.
template <typename Value>
std::optional<Value> Or(const PlainLine& message, std::string_view name, std::optional<Value> found,
                        Value otherwise) {
  return message.Find(name) == nullptr ? otherwise : found;
}

// False: it holds something unusual, or is no request.
bool ReadPlainRequest(std::string_view line, DecodedRequest* decoded) {
  const std::optional<PlainLine> message = PlainLine::Parse(line);
  if (!message) return false;
  const auto id = message->Number("id");
  const auto kind = ParseOpKind(message->Text("op").value_or(""));
  const auto key = Or<std::string_view>(*message, "key", message->Text("key"), "");
  const auto value = Or<std::string_view>(*message, "value", message->Text("value"), "");
  const auto delta = Or<uint64_t>(*message, "delta", message->Number("delta"), 1);
  const auto ttl = Or<uint64_t>(*message, "ttl", message->Number("ttl"), 0);
  if (!id || !kind || !key || !value || !delta || *delta > INT64_MAX || !ttl ||
      *ttl >= kNoTtl / 1000) {
    return false;
  }
  if (TakesKey(*kind) && message->Find("key") == nullptr) return false;
  if (TakesValue(*kind) && message->Find("value") == nullptr) return false;
  if (*kind == OpKind::kInit && !ReadPlainSetup(*message, &decoded->setup)) return false;
  decoded->id = *id;
  decoded->key = *key;
  decoded->value = *value;
  decoded->request = Request();
  decoded->request.kind = *kind;
  decoded->request.key = decoded->key;
  decoded->request.value = decoded->value;
  decoded->request.delta = static_cast<int64_t>(*delta);
  if (message->Find("ttl") != nullptr) {
    decoded->request.ttl_millis = static_cast<uint32_t>(*ttl * 1000);
  }
  return true;
}

}  // namespace

Result<void> DecodeRequest(std::string_view line, DecodedRequest* decoded) {
  if (ReadPlainRequest(line, decoded)) return {};
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
  const bool has_value = (kind == OpKind::kGet && response.outcome == Outcome::kHit) ||
                         (kind == OpKind::kIncr && response.outcome == Outcome::kDone);
  if (response.outcome != Outcome::kUnsupported && !response.failed()) {
    std::string line =
        fmt::format("{{\"id\":{},\"ok\":true,\"result\":\"{}\"", id, OutcomeName(response.outcome));
    if (has_value) line += ",\"value\":";
    if (!has_value || AppendPlainText(response.value, &line)) return line + "}\n";
  }
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
    if (has_value) answer["value"] = response.value;
  }
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tearproof::adapter
