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
constexpr uint32_t kMaxAhead = 1000;
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
                                        const BackendSetup& setup, const Manner& manner) {
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
  if (TakesValue(request.kind) && manner.values == Manner::Values::kBytes) {
    number(",\"bytes\":", request.value.size());
  } else if (TakesValue(request.kind)) {
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

// The text `name`, or "" where there is none.
std::string TextOf(const json& answer, const char* name) {
  const auto found = answer.find(name);
  return found != answer.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<void> DecodeManner(const json& answer, std::string_view line, Manner* manner) {
  using enum Manner::Values;
  *manner = Manner();
  const auto ahead = answer.find("ahead");
  if (ahead != answer.end()) {
    if (!ahead->is_number_unsigned() || *ahead == 0 || *ahead > kMaxAhead) {
      return Violation("has an \"ahead\" that is no number from 1 to 1000", line);
    }
    manner->ahead = ahead->get<uint32_t>();
  }
  const auto values = answer.find("values");
  if (values == answer.end() || *values == "text") return {};
  if (*values != "base64" && *values != "bytes") {
    return Violation("asks for \"values\" other than base64, bytes or text", line);
  }
  manner->values = *values == "bytes" ? kBytes : kBase64;
  return {};
}

// What a hit of get returned. Nothing: it does not say.
std::optional<std::string> ReadHit(const json& answer, std::string_view bytes,
                                   const Manner& manner) {
  if (manner.values == Manner::Values::kBytes) {
    const auto size = answer.find("bytes");
    if (size == answer.end() || *size != bytes.size()) return std::nullopt;
    return std::string(bytes);
  }
  const auto value = answer.find("value");
  if (value == answer.end() || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

Result<void> DecodeResult(const json& answer, std::string_view line, std::string_view bytes,
                          OpKind kind, const Manner& manner, Response* response) {
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
  response->value = kind == OpKind::kIncr ? TextOf(answer, "value") : "";
  if (*outcome == Outcome::kHit && kind == OpKind::kGet) {
    std::optional<std::string> hit = ReadHit(answer, bytes, manner);
    if (!hit && manner.values == Manner::Values::kBytes) {
      return Violation("is a hit without the number of its \"bytes\"", line);
    }
    if (!hit) return Violation("is a hit without a text \"value\"", line);
    if (manner.values == Manner::Values::kBase64) hit = DecodeBase64(*hit);
    if (!hit) return Violation("has a \"value\" that is no base64", line);
    response->value = std::move(*hit);
  }
  response->Is(*outcome);
  return {};
}

// Nanoseconds as a decimal text. 0: they are not.
int64_t PlainTime(const PlainLine& answer, std::string_view name) {
  const std::string_view text = answer.Text(name).value_or("");
  int64_t nanos = 0;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), nanos);
  return problem == std::errc() && rest == text.data() + text.size() && nanos > 0 ? nanos : 0;
}

// An answer that all is well, by members that are all known here. False: nothing was decoded.
bool DecodePlainAnswer(std::string_view line, std::string_view bytes, uint64_t id, OpKind kind,
                       const Manner& manner, Response* response) {
  constexpr std::array<std::string_view, 7> kKnown = {"id",    "ok", "result", "value",
                                                      "bytes", "t0", "t1"};
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
  const bool timed = answer->Find("t0") != nullptr || answer->Find("t1") != nullptr;
  const int64_t called = PlainTime(*answer, "t0");
  const int64_t returned = PlainTime(*answer, "t1");
  if (timed && (called == 0 || returned < called)) return false;
  std::optional<std::string_view> value = answer->Text("value");
  if (manner.values == Manner::Values::kBytes && kind == OpKind::kGet) {
    value = answer->Number("bytes") == bytes.size() ? std::optional(bytes) : std::nullopt;
  }
  if (*outcome == Outcome::kHit && kind == OpKind::kGet && !value) return false;
  response->Is(*outcome);
  response->value = value.value_or("");
  response->called = called;
  response->returned = returned;
  return true;
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
  if (introduction->concurrency > 1 && answer.contains("ahead")) {
    return Violation("asks for requests ahead, and for several at a time", line);
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

bool TakesValue(OpKind kind) { return kind == OpKind::kSet || kind == OpKind::kAdd; }

std::optional<std::string> EncodeRequest(uint64_t id, const Request& request,
                                         const BackendSetup& setup, const Manner& manner) {
  using enum Manner::Values;
  const bool bytes = manner.values == kBytes && TakesValue(request.kind);
  const auto complete = [&](std::string line) {
    if (bytes) line.append(request.value).push_back('\n');
    return line;
  };
  if (manner.values != kBase64) {
    std::optional<std::string> plain = PlainRequest(id, request, setup, manner);
    if (plain) return complete(std::move(*plain));
  }
  ordered_json message;
  message["id"] = id;
  message["op"] = OpKindName(request.kind);
  if (request.kind == OpKind::kInit) DescribeSetup(setup, &message);
  if (TakesKey(request.kind)) message["key"] = request.key;
  if (bytes) {
    message["bytes"] = request.value.size();
  } else if (TakesValue(request.kind)) {
    message["value"] =
        manner.values == kBase64 ? EncodeBase64(request.value) : std::string(request.value);
  }
  if (request.ttl_millis != kNoTtl) message["ttl"] = SecondsOf(request.ttl_millis);
  if (request.kind == OpKind::kIncr) message["delta"] = request.delta;
  try {
    return complete(message.dump() + "\n");
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

void AnnounceMore(size_t end, std::string* requests) {
  requests->insert(end - 1, R"(,"more":true)");
}

std::optional<size_t> LineLength(std::string_view received, size_t searched) {
  const size_t end = received.find('\n', searched);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = received.substr(0, end);
  // Within a text, its quotes would be escaped.
  if (!IsAnswer(line) || line.find("\"bytes\"") == std::string_view::npos) return end;
  std::optional<uint64_t> bytes;
  if (const auto plain = PlainLine::Parse(line)) {
    bytes = plain->Number("bytes");
  } else {
    const json answer = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
    if (answer.is_object() && answer.contains("bytes") && answer["bytes"].is_number_unsigned()) {
      bytes = answer["bytes"].get<uint64_t>();
    }
  }
  if (!bytes || *bytes > kMaxLine) return end;
  const size_t whole = end + 1 + *bytes;
  if (whole >= received.size()) return std::nullopt;
  return whole;
}

bool IsAnswer(std::string_view line) { return line.starts_with('{'); }

std::optional<uint64_t> IdOf(std::string_view line) {
  const json answer = json::parse(line.substr(0, line.find('\n')), /*cb=*/nullptr,
                                  /*allow_exceptions=*/false);
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
  // Behind the first newline lie the bytes of a value.
  const size_t end = std::min(line.find('\n'), line.size());
  const std::string_view bytes = line.substr(std::min(end + 1, line.size()));
  line = line.substr(0, end);
  if (manner->values != Manner::Values::kBase64 &&
      DecodePlainAnswer(line, bytes, id, kind, *manner, response)) {
    return {};
  }
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
  return DecodeResult(answer, line, bytes, kind, *manner, response);
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
