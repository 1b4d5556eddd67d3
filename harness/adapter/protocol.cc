#include "harness/adapter/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/adapter/plain_line.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// JSON's numbers are doubles in some languages.
constexpr uint64_t kMaxExactInteger = uint64_t{1} << 53;
constexpr uint64_t kMaxEntries = 1'000'000'000'000;

ordered_json SecondsOf(uint32_t millis) {
  if (millis % 1000 == 0) return millis / 1000;
  return millis / 1000.0;
}

void DescribeSetup(const BackendSetup& setup, ordered_json* message) {
  (*message)["protocol"] = kProtocolVersion;
  (*message)["dir"] = setup.directory;
  (*message)["process"] = setup.process;
  (*message)["seed"] = setup.seed % kMaxExactInteger;
  ordered_json options = ordered_json::object();
  for (const auto& [name, value] : setup.options) options[name] = value;
  (*message)["options"] = std::move(options);
}

// The line as the library would write it; nothing where something has to be escaped.
std::optional<std::string> PlainRequest(uint64_t id, const Request& request,
                                        const BackendSetup& setup) {
  std::string line;
  line.reserve(128 + request.value.size());
  bool plain = true;
  const auto text = [&](std::string_view name, std::string_view value) {
    line.append(name);
    plain = AppendPlainText(value, &line) && plain;
  };
  const auto number = [&](std::string_view name, auto value) {
    fmt::format_to(std::back_inserter(line), "{}{}", name, value);
  };
  number("{\"id\":", id);
  text(",\"op\":", OpKindName(request.kind));
  if (request.kind == OpKind::kInit) {
    number(",\"protocol\":", kProtocolVersion);
    text(",\"dir\":", setup.directory);
    number(",\"process\":", setup.process);
    number(",\"seed\":", setup.seed % kMaxExactInteger);
    line.append(",\"options\":{");
    for (const auto& [name, value] : setup.options) {
      text(line.back() == '{' ? "" : ",", name);
      text(":", value);
    }
    line.push_back('}');
  }
  if (TakesKey(request.kind)) text(",\"key\":", request.key);
  if (request.kind == OpKind::kSet || request.kind == OpKind::kAdd) {
    text(",\"value\":", request.value);
  }
  const uint32_t ttl = request.ttl_millis;
  if (ttl != kNoTtl && ttl % 1000 != 0) return std::nullopt;
  if (ttl != kNoTtl) number(",\"ttl\":", ttl / 1000);
  if (request.kind == OpKind::kIncr) number(",\"delta\":", request.delta);
  line.append("}\n");
  if (!plain) return std::nullopt;
  return line;
}

Error Violation(const std::string& what, std::string_view line) {
  return UsageError(fmt::format("the adapter's answer {}: {}", what, EscapeForTerminal(line, 200)));
}

bool MayAnswer(OpKind kind, Outcome outcome) {
  switch (outcome) {
    case Outcome::kHit:
    case Outcome::kMiss:
      return kind == OpKind::kGet || kind == OpKind::kHas;
    case Outcome::kDone:
      return kind != OpKind::kGet && kind != OpKind::kHas;
    case Outcome::kRefused:
      return TakesKey(kind);
    default:
      return false;
  }
}

Result<void> DecodeError(const json& answer, std::string_view line, Response* response) {
  const auto error = answer.find("error");
  if (error == answer.end() || !error->is_string()) {
    return Violation("has \"ok\": false but no text \"error\"", line);
  }
  const auto happened = answer.find("happened");
  std::string text = error->get<std::string>();
  if (happened != answer.end()) {
    if (!happened->is_boolean()) return Violation("has a \"happened\" that is no boolean", line);
    // A history knows no failure that certainly changed nothing; to judge it as one that may have
    // is the weaker claim.
    if (!happened->get<bool>()) text += " (by the adapter's word, nothing was changed)";
  }
  response->Fail(0, std::move(text));
  return {};
}

Result<void> DecodeResult(const json& answer, std::string_view line, OpKind kind,
                          Response* response) {
  const auto result = answer.find("result");
  if (result == answer.end() && kind == OpKind::kInit) {
    response->Is(Outcome::kDone);
    return {};
  }
  const auto outcome = result != answer.end() && result->is_string()
                           ? ParseOutcome(result->get_ref<const std::string&>())
                           : std::nullopt;
  if (!outcome || !MayAnswer(kind, *outcome)) {
    return Violation(fmt::format("has no \"result\" that {} can have", OpKindName(kind)), line);
  }
  const auto value = answer.find("value");
  const bool has_value = value != answer.end() && value->is_string();
  if (*outcome == Outcome::kHit && kind == OpKind::kGet && !has_value) {
    return Violation("is a hit without a text \"value\"", line);
  }
  response->Is(*outcome);
  response->value = has_value ? value->get<std::string>() : "";
  return {};
}

// An answer that all is well, by members that are all known here. False: nothing was decoded.
bool DecodePlainAnswer(std::string_view line, uint64_t id, OpKind kind, Response* response) {
  constexpr std::array<std::string_view, 4> kKnown = {"id", "ok", "result", "value"};
  const std::optional<PlainLine> answer = PlainLine::Parse(line);
  if (!answer || kind == OpKind::kInit || answer->Number("id") != id || !answer->IsTrue("ok")) {
    return false;
  }
  const bool known = std::all_of(
      answer->members().begin(), answer->members().end(), [&](const PlainMember& member) {
        return std::find(kKnown.begin(), kKnown.end(), member.name) != kKnown.end();
      });
  const std::optional<Outcome> outcome = ParseOutcome(answer->Text("result").value_or(""));
  if (!known || !outcome || !MayAnswer(kind, *outcome)) return false;
  const std::optional<std::string_view> value = answer->Text("value");
  if (*outcome == Outcome::kHit && kind == OpKind::kGet && !value) return false;
  response->Is(*outcome);
  response->value = value.value_or("");
  return true;
}

// The text `name`, or "" where there is none.
std::string TextOf(const json& answer, const char* name) {
  const auto found = answer.find(name);
  return found != answer.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<std::vector<std::string>> NamesOf(const json& answer, const char* name,
                                         std::string_view line) {
  std::vector<std::string> names;
  const auto found = answer.find(name);
  if (found == answer.end()) return names;
  const bool texts =
      found->is_array() &&
      std::all_of(found->begin(), found->end(), [](const json& each) { return each.is_string(); });
  if (!texts) return Violation(fmt::format("has a \"{}\" that is no list of texts", name), line);
  for (const json& each : *found) names.push_back(each.get<std::string>());
  return names;
}

Result<void> DecodeOperations(const json& answer, std::string_view line,
                              std::set<OpKind>* operations) {
  TEARPROOF_ASSIGN_OR_RETURN(const auto names, NamesOf(answer, "operations", line));
  for (const std::string& name : names) {
    const std::optional<OpKind> kind = ParseOpKind(name);
    if (!kind) return Violation("names an operation that does not exist", line);
    operations->insert(*kind);
  }
  if (!operations->empty()) operations->insert(OpKind::kInit);
  return {};
}

Result<void> DecodePromises(const json& answer, std::string_view line,
                            std::set<Promise>* promises) {
  TEARPROOF_ASSIGN_OR_RETURN(const auto names, NamesOf(answer, "promises", line));
  for (const std::string& name : names) {
    const std::optional<Promise> promise = ParsePromise(name);
    if (!promise) return Violation("names a promise that does not exist", line);
    promises->insert(*promise);
  }
  return {};
}

Result<void> DecodeLimits(const json& answer, std::string_view line, Introduction* introduction) {
  const auto entries = answer.find("max_entries");
  if (entries != answer.end() && !entries->is_null()) {
    if (!entries->is_number_unsigned() || *entries == 0 || *entries > kMaxEntries) {
      return Violation("has a \"max_entries\" that is no number of entries", line);
    }
    introduction->max_entries = entries->get<uint64_t>();
  }
  if (!answer.contains("ttl_resolution")) return {};
  const Result<int64_t> resolution = ParseDuration(TextOf(answer, "ttl_resolution"));
  if (!resolution.ok()) {
    return Violation("has a \"ttl_resolution\" that is no duration like \"1s\"", line);
  }
  introduction->ttl_resolution = resolution.value();
  return {};
}

}  // namespace

std::optional<std::string> EncodeRequest(uint64_t id, const Request& request,
                                         const BackendSetup& setup) {
  if (std::optional<std::string> plain = PlainRequest(id, request, setup)) return plain;
  ordered_json message;
  message["id"] = id;
  message["op"] = OpKindName(request.kind);
  if (request.kind == OpKind::kInit) DescribeSetup(setup, &message);
  if (TakesKey(request.kind)) message["key"] = request.key;
  if (request.kind == OpKind::kSet || request.kind == OpKind::kAdd) {
    message["value"] = request.value;
  }
  if (request.ttl_millis != kNoTtl) message["ttl"] = SecondsOf(request.ttl_millis);
  if (request.kind == OpKind::kIncr) message["delta"] = request.delta;
  try {
    return message.dump() + "\n";
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

bool IsAnswer(std::string_view line) { return line.starts_with('{'); }

void AddStray(std::string_view line, Response* response) {
  constexpr size_t kShown = 200;
  std::string text = fmt::format("stray line on the adapter's standard output: \"{}\"",
                                 EscapeForTerminal(line, kShown));
  if (response->outcome == Outcome::kError) text = response->error + "; " + text;
  response->Fail(response->error_number, std::move(text));
}

Result<void> DecodeResponse(std::string_view line, uint64_t id, OpKind kind, Response* response) {
  if (DecodePlainAnswer(line, id, kind, response)) return {};
  const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return Violation("is no valid JSON", line);
  const auto answered = answer.find("id");
  if (answered == answer.end() || !answered->is_number_unsigned() || *answered != id) {
    return Violation(fmt::format("does not have the \"id\" of its request, {}", id), line);
  }
  const auto unsupported = answer.find("unsupported");
  if (unsupported != answer.end() && *unsupported == true) {
    response->Is(Outcome::kUnsupported);
    return {};
  }
  const auto ok = answer.find("ok");
  if (ok == answer.end() || !ok->is_boolean()) {
    return Violation("has neither \"ok\" nor \"unsupported\"", line);
  }
  if (!ok->get<bool>()) return DecodeError(answer, line, response);
  return DecodeResult(answer, line, kind, response);
}

Result<Introduction> DecodeIntroduction(std::string_view line) {
  const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  TEARPROOF_CHECK(answer.is_object(), "an answer to init was decoded before");
  Introduction introduction;
  introduction.name = TextOf(answer, "name");
  introduction.version = TextOf(answer, "version");
  introduction.source = TextOf(answer, "source");
  TEARPROOF_RETURN_IF_ERROR(DecodeOperations(answer, line, &introduction.operations));
  TEARPROOF_RETURN_IF_ERROR(DecodePromises(answer, line, &introduction.promises));
  TEARPROOF_RETURN_IF_ERROR(DecodeLimits(answer, line, &introduction));
  return introduction;
}

}  // namespace tearproof::adapter
