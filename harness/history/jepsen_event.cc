#include "harness/history/jepsen_event.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>

#include "harness/core/text.h"

namespace tearproof {
namespace {

using simdjson::dom::element;

constexpr size_t kMaxDepth = 16;
constexpr int64_t kMaxSmall = std::numeric_limits<uint32_t>::max() - 1;

std::optional<JepsenValue> ToValue(const element& field) {
  if (field.is_null()) return JepsenValue();
  bool truth = false;
  if (field.get(truth) == simdjson::SUCCESS) return JepsenValue(truth);
  int64_t integer = 0;
  if (field.get(integer) == simdjson::SUCCESS) return JepsenValue(integer);
  std::string_view text;
  if (field.get(text) == simdjson::SUCCESS) return JepsenValue(std::string(text));
  return std::nullopt;
}

bool IsNemesis(std::string_view process) { return process == "nemesis" || process == ":nemesis"; }

Error Wrong(std::string_view name, std::string_view must_be) {
  return UsageError(fmt::format("\"{}\" must be {}", name, must_be));
}

class Reader {
 public:
  explicit Reader(const simdjson::dom::object& line) {
    for (const auto& [name, value] : line) {
      const auto known = std::find(kNames.begin(), kNames.end(), name);
      // Of equal names, the last one counts.
      if (known != kNames.end()) fields_[static_cast<size_t>(known - kNames.begin())] = value;
    }
  }

  Result<JepsenEvent> Read() {
    TEARPROOF_RETURN_IF_ERROR(ReadType());
    const std::optional<element>& process = fields_[kProcess];
    if (IsNemesis(TextOf(kProcess))) {
      return std::move(event_);  // A fault that was injected: nothing that a client did.
    }
    int64_t number = 0;
    if (!process || process->get(number) != simdjson::SUCCESS)
      return Wrong("process", "an integer");
    event_.process = number;
    if (!fields_[kF] || !fields_[kF]->is_string()) {
      return Wrong("f", "a text: what was asked for");
    }
    event_.f = TextOf(kF);
    TEARPROOF_RETURN_IF_ERROR(ReadKeyAndValue());
    TEARPROOF_RETURN_IF_ERROR(ReadNumbers());
    event_.has_error = IsThere(kError);
    bool ended = false;
    if (IsThere(kEnded) && fields_[kEnded]->get(ended) == simdjson::SUCCESS) event_.ended = ended;
    return std::move(event_);
  }

 private:
  enum Field : uint8_t {
    kType,
    kProcess,
    kF,
    kKey,
    kValue,
    kTime,
    kTtl,
    kBytes,
    kError,
    kEnded,
    kFields
  };
  static constexpr std::array<std::string_view, kFields> kNames = {
      "type", "process", "f", "key", "value", "time", "ttl", "bytes", "error", "ended"};

  bool IsThere(Field field) const { return fields_[field] && !fields_[field]->is_null(); }

  // Empty where it is no text.
  std::string_view TextOf(Field field) const {
    std::string_view text;
    if (fields_[field] && fields_[field]->get(text) != simdjson::SUCCESS) return {};
    return text;
  }

  Result<void> ReadType() {
    const std::string_view name = TextOf(kType);
    if (name == "invoke") {
      event_.type = JepsenEvent::Type::kInvoke;
    } else if (name == "ok") {
      event_.type = JepsenEvent::Type::kOk;
    } else if (name == "fail") {
      event_.type = JepsenEvent::Type::kFail;
    } else if (name == "info") {
      event_.type = JepsenEvent::Type::kInfo;
    } else {
      return Wrong("type", R"("invoke", "ok", "fail" or "info")");
    }
    return {};
  }

  Result<void> ReadKeyAndValue() {
    std::optional<element> key = fields_[kKey];
    std::optional<element> value = fields_[kValue];
    // The value of an operation on one of several independent keys is [key value].
    simdjson::dom::array pair;
    if (!IsThere(kKey) && value && value->get(pair) == simdjson::SUCCESS && pair.size() == 2) {
      auto next = pair.begin();
      key = *next;
      value = *++next;
    }
    if (key) {
      std::optional<JepsenValue> read = ToValue(*key);
      if (!read || std::holds_alternative<bool>(*read)) {
        return Wrong("key", "a text or an integer");
      }
      event_.key = std::move(*read);
    }
    if (value) {
      std::optional<JepsenValue> read = ToValue(*value);
      if (!read) return Wrong("value", "a text, an integer, true, false or null");
      event_.value = std::move(*read);
    }
    return {};
  }

  Result<void> ReadNumbers() {
    if (IsThere(kTime)) {
      int64_t time = 0;
      if (fields_[kTime]->get(time) != simdjson::SUCCESS || time > kMaxJepsenTime ||
          time < -kMaxJepsenTime) {
        return Wrong("time", "an integer: nanoseconds, of one clock for all");
      }
      event_.time = time;
    }
    TEARPROOF_RETURN_IF_ERROR(ReadSmall(kTtl, "an integer: milliseconds", event_.ttl_millis));
    return ReadSmall(kBytes, "an integer", event_.bytes);
  }

  Result<void> ReadSmall(Field field, std::string_view must_be, std::optional<uint32_t>& number) {
    if (!IsThere(field)) return {};
    int64_t read = 0;
    if (fields_[field]->get(read) != simdjson::SUCCESS || read < 0 || read > kMaxSmall) {
      return Wrong(kNames[field], must_be);
    }
    number = static_cast<uint32_t>(read);
    return {};
  }

  std::array<std::optional<element>, kFields> fields_;
  JepsenEvent event_;
};

}  // namespace

class JepsenEventParser::Library {
 public:
  simdjson::dom::parser parser;
};

JepsenEventParser::JepsenEventParser() : library_(std::make_unique<Library>()) {}
JepsenEventParser::~JepsenEventParser() = default;

Result<JepsenEvent> JepsenEventParser::Parse(std::string_view line) {
  constexpr size_t kUsualLine = 1 << 12;
  simdjson::dom::parser& parser = library_->parser;
  // It takes the depth with the room for the text, and keeps it when it needs more.
  simdjson::error_code problem = simdjson::SUCCESS;
  if (parser.capacity() == 0) problem = parser.allocate(kUsualLine, kMaxDepth + 1);
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // Of UTF-8, as some editors put it.
  if (line.starts_with(kMark)) line.remove_prefix(kMark.size());
  simdjson::dom::object object;
  if (problem == simdjson::SUCCESS) {
    problem = parser.parse(line.data(), line.size()).get_object().get(object);
  }
  if (problem == simdjson::DEPTH_ERROR) return UsageError("it is nested too deeply");
  if (problem == simdjson::NUMBER_ERROR) return UsageError("it has a number that none can be");
  if (problem != simdjson::SUCCESS) {
    return UsageError("it is no JSON object",
                      "a history has one object a line: "
                      R"({"type":"invoke","process":0,"f":"read","value":null})");
  }
  return Reader(object).Read();
}

std::string ToText(const JepsenValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const int64_t* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return "null";
}

}  // namespace tearproof
