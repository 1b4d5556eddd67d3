// One object of a JSON document, read field by field.
//
// Purpose: fields that are missing keep their defaults, unknown ones are skipped, and the first
// field of another type or out of range is an error that names its path.
// Thread safety: none. Ownership: borrows the document and the error.
#ifndef TEARPROOF_HARNESS_API_JSON_READER_H_
#define TEARPROOF_HARNESS_API_JSON_READER_H_

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tearproof {

using Json = nlohmann::ordered_json;

inline double Finite(double number) { return std::isfinite(number) ? number : 0; }

// One object of the document. The first error stays and names the field's path.
class JsonReader {
 public:
  JsonReader(const Json& json, std::string path, std::string* error)
      : json_(json), path_(std::move(path)), error_(error) {
    if (!json_.is_object()) Fail("", "is no object");
  }

  void Read(const char* name, std::string& out) {
    if (const Json* field = Find(name)) {
      if (!field->is_string()) return Fail(name, "is no string");
      out = field->get_ref<const std::string&>();
    }
  }

  void Read(const char* name, bool& out) {
    if (const Json* field = Find(name)) {
      if (!field->is_boolean()) return Fail(name, "is neither true nor false");
      out = field->get<bool>();
    }
  }

  void Read(const char* name, double& out) {
    if (const Json* field = Find(name)) {
      if (!field->is_number()) return Fail(name, "is no number");
      out = Finite(field->get<double>());
    }
  }

  // A number or, for wide ones, its decimal digits.
  template <typename Integer>
  requires std::is_integral_v<Integer>
  void Read(const char* name, Integer& out) {
    const Json* field = Find(name);
    if (field == nullptr) return;
    std::string digits;
    if (field->is_string()) digits = field->get_ref<const std::string&>();
    if (field->is_number_integer()) digits = field->dump();
    const char* end = digits.data() + digits.size();
    Integer number = 0;
    const auto [rest, problem] = std::from_chars(digits.data(), end, number);
    if (digits.empty() || problem != std::errc() || rest != end) {
      return Fail(name, "is no whole number, or too large");
    }
    out = number;
  }

  // `null` stands for `absent`.
  template <typename Integer>
  void ReadOr(const char* name, Integer absent, Integer& out) {
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (found != json_.end() && found->is_null()) {
      out = absent;
    } else {
      Read(name, out);
    }
  }

  // The name of one of the first `count` values of an enumeration.
  template <typename Enum, typename NameOf>
  void ReadEnum(const char* name, size_t count, NameOf name_of, Enum& out) {
    std::string text;
    if (Find(name) == nullptr) return;
    Read(name, text);
    for (size_t i = 0; i < count; ++i) {
      if (name_of(static_cast<Enum>(i)) == text) {
        out = static_cast<Enum>(i);
        return;
      }
    }
    Fail(name, "has an unknown value");
  }

  // Calls `read(JsonReader)` for a field that is an object.
  template <typename Function>
  void Sub(const char* name, Function read) {
    if (const Json* field = Find(name)) read(JsonReader(*field, path_ + name + ".", error_));
  }

  // Calls `read(JsonReader, name)` for each member of a field that is an object or an array.
  template <typename Function>
  void Each(const char* name, bool object, Function read) {
    const Json* field = Find(name);
    if (field == nullptr) return;
    if (object ? !field->is_object() : !field->is_array()) {
      return Fail(name, object ? "is no object" : "is no list");
    }
    for (const auto& item : field->items()) {
      read(JsonReader(item.value(), fmt::format("{}{}.{}.", path_, name, item.key()), error_),
           item.key());
    }
  }

  void ReadStrings(const char* name, std::vector<std::string>& out) {
    const Json* field = Find(name);
    if (field == nullptr) return;
    if (!field->is_array()) return Fail(name, "is no list");
    for (const Json& item : *field) {
      if (!item.is_string()) return Fail(name, "holds what is no string");
      out.push_back(item.get_ref<const std::string&>());
    }
  }

  void Fail(const std::string& name, const char* what) {
    if (error_->empty()) *error_ = fmt::format("'{}{}' {}", path_, name, what);
  }

 private:
  const Json* Find(const char* name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
  }

  const Json& json_;
  std::string path_;
  std::string* error_;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_JSON_READER_H_
