// The protocol as the adapter's side speaks it.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/adapter/plain_line.h"
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

bool ReadPlainSetup(const PlainLine& message, BackendSetup* setup) {
  const auto directory = message.Text("dir");
  const auto process = message.Number("process");
  const auto seed = message.Number("seed");
  const PlainMember* options = message.Find("options");
  if (!directory || !process || *process > UINT16_MAX || !seed || options == nullptr ||
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
  if (response.outcome != Outcome::kUnsupported && response.outcome != Outcome::kError) {
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
    answer["ok"] = response.outcome != Outcome::kError;
    if (response.outcome == Outcome::kError) {
      answer["error"] = response.error;
    } else {
      answer["result"] = OutcomeName(response.outcome);
    }
    if (has_value) answer["value"] = response.value;
  }
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tearproof::adapter
