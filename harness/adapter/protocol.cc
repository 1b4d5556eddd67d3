#include "harness/adapter/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/adapter/plain_line.h"
#include "harness/core/base64.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// JSON's numbers are doubles in some languages.
constexpr uint64_t kMaxExactInteger = uint64_t{1} << 53;
constexpr uint32_t kMaxConcurrency = 1000;
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
  bool surely_not = false;
  if (happened != answer.end()) {
    if (!happened->is_boolean()) return Violation("has a \"happened\" that is no boolean", line);
    if (!happened->get<bool>()) surely_not = true;
  }
  response->Fail(0, error->get<std::string>());
  if (surely_not) response->Is(Outcome::kFailed);
  return {};
}

// Nanoseconds of CLOCK_MONOTONIC as a decimal text: JavaScript's numbers do not hold them. 0: there
// is none.
int64_t ParseTime(const json& answer, const char* name) {
  const auto time = answer.find(name);
  if (time == answer.end() || !time->is_string()) return 0;
  const auto& text = time->get_ref<const std::string&>();
  int64_t nanos = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, nanos);
  return problem == std::errc() && rest == end && nanos > 0 ? nanos : 0;
}

Result<void> DecodeTimes(const json& answer, std::string_view line, Response* response) {
  response->called = response->returned = 0;
  if (!answer.contains("t0") && !answer.contains("t1")) return {};
  const int64_t called = ParseTime(answer, "t0");
  const int64_t returned = ParseTime(answer, "t1");
  if (called == 0 || returned == 0 || called > returned) {
    return Violation(
        "has times that are not two texts \"t0\" and \"t1\" of nanoseconds, one after the other",
        line);
  }
  response->called = called;
  response->returned = returned;
  return {};
}

Result<void> DecodeManner(const json& answer, std::string_view line, Manner* manner) {
  *manner = Manner();
  const auto values = answer.find("values");
  if (values == answer.end() || *values == "text") return {};
  if (*values != "base64") return Violation("asks for \"values\" other than base64 or text", line);
  manner->base64 = true;
  return {};
}

Result<void> DecodeResult(const json& answer, std::string_view line, OpKind kind,
                          const Manner& manner, Response* response) {
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
  if (!manner.base64 || kind != OpKind::kGet || !has_value) return {};
  std::optional<std::string> bytes = DecodeBase64(response->value);
  if (!bytes) return Violation("has a \"value\" that is no base64", line);
  response->value = std::move(*bytes);
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
  response->called = response->returned = 0;
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

// Which of two words `name` is; the first where it is absent.
Result<bool> IsSecond(const json& answer, const char* name, std::string_view first,
                      std::string_view second, std::string_view line) {
  const auto word = answer.find(name);
  if (word == answer.end() || *word == first) return false;
  if (*word == second) return true;
  return Violation(
      fmt::format("has a \"{}\" that is neither \"{}\" nor \"{}\"", name, first, second), line);
}

Result<void> DecodeHandle(const json& answer, std::string_view line, Introduction* introduction) {
  const auto concurrency = answer.find("concurrency");
  if (concurrency != answer.end()) {
    if (!concurrency->is_number_unsigned() || *concurrency == 0 || *concurrency > kMaxConcurrency) {
      return Violation("has a \"concurrency\" that is no number from 1 to 1000", line);
    }
    introduction->concurrency = concurrency->get<uint32_t>();
  }
  TEARPROOF_ASSIGN_OR_RETURN(introduction->process_per_operation,
                             IsSecond(answer, "handle", "process", "operation", line));
  TEARPROOF_ASSIGN_OR_RETURN(introduction->restarts,
                             IsSecond(answer, "reset", "directory", "process", line));
  if (introduction->process_per_operation && introduction->concurrency > 1) {
    return Violation("asks for a process for each operation, and for several in one", line);
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
                                         const BackendSetup& setup, const Manner& manner) {
  if (!manner.base64) {
    if (std::optional<std::string> plain = PlainRequest(id, request, setup)) return plain;
  }
  ordered_json message;
  message["id"] = id;
  message["op"] = OpKindName(request.kind);
  if (request.kind == OpKind::kInit) DescribeSetup(setup, &message);
  if (TakesKey(request.kind)) message["key"] = request.key;
  if (request.kind == OpKind::kSet || request.kind == OpKind::kAdd) {
    message["value"] = manner.base64 ? EncodeBase64(request.value) : std::string(request.value);
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

std::optional<uint64_t> IdOf(std::string_view line) {
  const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return std::nullopt;
  const auto id = answer.find("id");
  if (id == answer.end() || !id->is_number_unsigned()) return std::nullopt;
  return id->get<uint64_t>();
}

void AddStray(std::string_view line, Response* response) {
  constexpr size_t kShown = 200;
  std::string text = fmt::format("stray line on the adapter's standard output: \"{}\"",
                                 EscapeForTerminal(line, kShown));
  if (response->failed()) text = response->error + "; " + text;
  response->Fail(response->error_number, std::move(text));
}

Result<void> CheckTimes(const Response& response, int64_t sent, int64_t received) {
  if (response.called == 0) return {};
  if (sent <= response.called && response.returned <= received) return {};
  return UsageError(fmt::format(
      "the adapter's t0 and t1 ({} and {}) do not lie between its request and its answer ({} and "
      "{}): they are to be of CLOCK_MONOTONIC, in nanoseconds",
      response.called, response.returned, sent, received));
}

Result<void> DecodeResponse(std::string_view line, uint64_t id, OpKind kind, Manner* manner,
                            Response* response) {
  response->called = response->returned = 0;
  if (!manner->base64 && DecodePlainAnswer(line, id, kind, response)) return {};
  const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return Violation("is no valid JSON", line);
  const auto answered = answer.find("id");
  if (answered == answer.end() || !answered->is_number_unsigned() || *answered != id) {
    return Violation(fmt::format("does not have the \"id\" of its request, {}", id), line);
  }
  TEARPROOF_RETURN_IF_ERROR(DecodeTimes(answer, line, response));
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
  if (kind == OpKind::kInit) TEARPROOF_RETURN_IF_ERROR(DecodeManner(answer, line, manner));
  return DecodeResult(answer, line, kind, *manner, response);
}

Result<Introduction> DecodeIntroduction(std::string_view line) {
  const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  TEARPROOF_CHECK(answer.is_object(), "an answer to init was decoded before");
  Introduction introduction;
  introduction.name = TextOf(answer, "name");
  introduction.version = TextOf(answer, "version");
  introduction.source = TextOf(answer, "source");
  introduction.runtime = TextOf(answer, "runtime");
  TEARPROOF_RETURN_IF_ERROR(DecodeOperations(answer, line, &introduction.operations));
  TEARPROOF_RETURN_IF_ERROR(DecodePromises(answer, line, &introduction.promises));
  TEARPROOF_RETURN_IF_ERROR(DecodeHandle(answer, line, &introduction));
  TEARPROOF_RETURN_IF_ERROR(DecodeLimits(answer, line, &introduction));
  return introduction;
}

}  // namespace tearproof::adapter
