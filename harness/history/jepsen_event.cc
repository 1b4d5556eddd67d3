#include "harness/history/jepsen_event.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/core/text.h"

namespace tearproof {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 16;
constexpr int64_t kMaxSmall = std::numeric_limits<uint32_t>::max() - 1;

// The library keeps a level of nesting on its stack where it destroys what it parsed.
bool IsTooDeep(std::string_view line) {
  size_t depth = 0;
  bool in_text = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

bool IsInteger(const json& field) {
  return field.is_number_integer() &&
         (!field.is_number_unsigned() ||
          field.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
}

std::optional<JepsenValue> ToValue(const json& field) {
  if (field.is_null()) return JepsenValue();
  if (field.is_boolean()) return JepsenValue(field.get<bool>());
  if (IsInteger(field)) return JepsenValue(field.get<int64_t>());
  if (field.is_string()) return JepsenValue(field.get<std::string>());
  return std::nullopt;
}

bool IsNemesis(std::string_view process) { return process == "nemesis" || process == ":nemesis"; }

Error Wrong(std::string_view name, std::string_view must_be) {
  return UsageError(fmt::format("\"{}\" must be {}", name, must_be));
}

class Reader {
 public:
  explicit Reader(const json& line) : line_(line) {}

  Result<JepsenEvent> Read() {
    TEARPROOF_RETURN_IF_ERROR(ReadType());
    const json* process = Find("process");
    if (process != nullptr && process->is_string() && IsNemesis(process->get<std::string>())) {
      return std::move(event_);  // A fault that was injected: nothing that a client did.
    }
    if (process == nullptr || !IsInteger(*process)) return Wrong("process", "an integer");
    event_.process = process->get<int64_t>();
    const json* f = Find("f");
    if (f == nullptr || !f->is_string()) return Wrong("f", "a text: what was asked for");
    event_.f = f->get<std::string>();
    TEARPROOF_RETURN_IF_ERROR(ReadKeyAndValue());
    TEARPROOF_RETURN_IF_ERROR(ReadNumbers());
    const json* error = Find("error");
    event_.has_error = error != nullptr && !error->is_null();
    const json* ended = Find("ended");
    event_.ended = ended != nullptr && ended->is_boolean() && ended->get<bool>();
    return std::move(event_);
  }

 private:
  const json* Find(const char* name) const {
    const auto found = line_.find(name);
    return found == line_.end() ? nullptr : &*found;
  }

  Result<void> ReadType() {
    const json* type = Find("type");
    const std::string name = type != nullptr && type->is_string() ? type->get<std::string>() : "";
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
    const json* key = Find("key");
    const json* value = Find("value");
    // The value of an operation on one of several independent keys is [key value].
    if ((key == nullptr || key->is_null()) && value != nullptr && value->is_array() &&
        value->size() == 2) {
      key = &(*value)[0];
      value = &(*value)[1];
    }
    if (key != nullptr) {
      std::optional<JepsenValue> read = ToValue(*key);
      if (!read || std::holds_alternative<bool>(*read)) {
        return Wrong("key", "a text or an integer");
      }
      event_.key = std::move(*read);
    }
    if (value != nullptr) {
      std::optional<JepsenValue> read = ToValue(*value);
      if (!read) return Wrong("value", "a text, an integer, true, false or null");
      event_.value = std::move(*read);
    }
    return {};
  }

  Result<void> ReadNumbers() {
    const json* time = Find("time");
    if (time != nullptr && !time->is_null()) {
      if (!IsInteger(*time) || time->get<int64_t>() > kMaxJepsenTime ||
          time->get<int64_t>() < -kMaxJepsenTime) {
        return Wrong("time", "an integer: nanoseconds, of one clock for all");
      }
      event_.time = time->get<int64_t>();
    }
    TEARPROOF_RETURN_IF_ERROR(ReadSmall("ttl", "an integer: milliseconds", event_.ttl_millis));
    return ReadSmall("bytes", "an integer", event_.bytes);
  }

  Result<void> ReadSmall(const char* name, std::string_view must_be,
                         std::optional<uint32_t>& number) {
    const json* field = Find(name);
    if (field == nullptr || field->is_null()) return {};
    if (!IsInteger(*field) || field->get<int64_t>() < 0 || field->get<int64_t>() > kMaxSmall) {
      return Wrong(name, must_be);
    }
    number = static_cast<uint32_t>(field->get<int64_t>());
    return {};
  }

  const json& line_;
  JepsenEvent event_;
};

}  // namespace

Result<JepsenEvent> ParseJepsenEvent(std::string_view line) {
  if (IsTooDeep(line)) return UsageError("it is nested too deeply");
  const json parsed = json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {  // Nor is what could not be parsed.
    return UsageError("it is no JSON object",
                      "a history has one object a line: "
                      R"({"type":"invoke","process":0,"f":"read","value":null})");
  }
  return Reader(parsed).Read();
}

std::string ToText(const JepsenValue& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const int64_t* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return "null";
}

}  // namespace tearproof
