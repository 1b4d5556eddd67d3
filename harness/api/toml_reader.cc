#include "harness/api/toml_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <tuple>

#include "harness/core/text.h"

namespace tearproof {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 20;
// The library bounds how deep values nest, but not how deep the tables of a dotted key do, and
// then destroys them recursively: each level takes a dot, so dots are what is bounded here.
constexpr std::ptrdiff_t kMaxDots = 4'000;
// More than any file of ours means, and little enough for the recursions below on any stack.
constexpr int kMaxLevels = 100;

TomlPlace PlaceOfRegion(const toml::source_region& region) {
  return TomlPlace{std::max<uint32_t>(region.begin.line, 1),
                   std::max<uint32_t>(region.begin.column, 1)};
}

// Whether what `node` holds is at most `levels` deep. Recursive no deeper than that.
bool NestsAtMost(int levels, const toml::node& node) {
  if (levels == 0) return !node.is_array() && !node.is_table();
  const auto fits = [levels](const toml::node& inner) { return NestsAtMost(levels - 1, inner); };
  if (const auto* array = node.as_array()) return std::all_of(array->begin(), array->end(), fits);
  if (const auto* table = node.as_table()) {
    return std::all_of(table->begin(), table->end(),
                       [&fits](const auto& entry) { return fits(entry.second); });
  }
  return true;
}

// REQUIRES: NestsAtMost(kMaxLevels, node).
TomlNode Convert(const toml::node& node) {
  TomlNode result{PlaceOfRegion(node.source()), TomlNode::Other()};
  if (const auto* text = node.as_string()) {
    result.value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    result.value = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    result.value = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    result.value = boolean->get();
  } else if (const auto* array = node.as_array()) {
    TomlNode::Array items;
    for (const toml::node& item : *array) items.push_back(Convert(item));
    result.value = std::move(items);
  } else if (const auto* table = node.as_table()) {
    TomlNode::Table entries;
    for (const auto& [key, value] : *table) {
      entries.push_back({std::string(key.str()), PlaceOfRegion(key.source()), Convert(value)});
    }
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    result.value = std::move(entries);
  }
  return result;
}

std::string_view TypeName(const TomlNode& node) {
  constexpr std::string_view kNames[] = {"a date or time", "a boolean", "an integer", "a fraction",
                                         "a string",       "an array",  "a table"};
  return kNames[node.value.index()];
}

}  // namespace

Result<TomlNode> ParseToml(std::string_view text, const std::string& source) {
  TomlProblems problems(source);
  if (text.size() > kMaxFileBytes) {
    problems.Report({}, "", UsageError("the file is larger than 1 MiB"));
    return problems.first();
  }
  if (std::count(text.begin(), text.end(), '.') > kMaxDots) {
    problems.Report({}, "",
                    UsageError("the file holds more than 4,000 dots",
                               "names joined by dots would nest too deeply"));
    return problems.first();
  }
  try {
    const toml::table table = toml::parse(text);
    if (NestsAtMost(kMaxLevels, table)) return Convert(table);
    problems.Report({}, "", UsageError(fmt::format("more than {} levels nest", kMaxLevels)));
  } catch (const toml::parse_error& problem) {
    const std::string what = EscapeForTerminal(problem.description());
    problems.Report(PlaceOfRegion(problem.source()), "", UsageError(what));
  } catch (const std::exception& problem) {
    problems.Report({}, "", UsageError(EscapeForTerminal(problem.what())));
  }
  return problems.first();
}

Error TomlProblems::Placed(TomlPlace place, const std::string& path, const Error& problem) const {
  return UsageError(fmt::format("{}:{}:{}: {}{}{}", EscapeForTerminal(source_), place.line,
                                place.column, path, path.empty() ? "" : ": ", problem.what),
                    problem.remedy);
}

void TomlProblems::Report(TomlPlace place, const std::string& path, const Error& problem) {
  if (!first_.has_value()) first_ = Placed(place, path, problem);
}

void TomlProblems::ReportMissing(TomlPlace place, const std::string& path, const Error& problem) {
  if (!missing_.has_value()) missing_ = Placed(place, path, problem);
}

TomlTable::TomlTable(const TomlNode& node, std::string path, TomlProblems& problems)
    : node_(node), path_(std::move(path)), problems_(problems) {
  TEARPROOF_CHECK(std::holds_alternative<TomlNode::Table>(node.value), path_);
}

std::string TomlTable::PathOf(std::string_view key) const {
  const std::string safe = EscapeForTerminal(key, 60);
  return path_.empty() ? safe : path_ + "." + safe;
}

const TomlNode* TomlTable::Find(std::string_view key) {
  known_.emplace(key);
  for (const TomlNode::Entry& entry : std::get<TomlNode::Table>(node_.value)) {
    if (entry.key == key) return &entry.node;
  }
  return nullptr;
}

std::vector<TomlString> TomlTable::Keys() {
  std::vector<TomlString> keys;
  for (const TomlNode::Entry& entry : std::get<TomlNode::Table>(node_.value)) {
    known_.insert(entry.key);
    keys.push_back({entry.key, entry.place});
  }
  return keys;
}

bool TomlTable::Has(std::string_view key) { return Find(key) != nullptr; }

TomlPlace TomlTable::PlaceOf(std::string_view key) const {
  for (const TomlNode::Entry& entry : std::get<TomlNode::Table>(node_.value)) {
    if (entry.key == key) return entry.node.place;
  }
  return node_.place;
}

void TomlTable::Report(std::string_view key, const Error& problem) const {
  problems_.Report(PlaceOf(key), PathOf(key), problem);
}

void TomlTable::ReportMissing(std::string_view key, std::string remedy) const {
  problems_.ReportMissing(node_.place, PathOf(key), UsageError("missing", std::move(remedy)));
}

void TomlTable::ReportType(const TomlNode& node, std::string_view key,
                           std::string_view expected) const {
  problems_.Report(node.place, PathOf(key),
                   UsageError(fmt::format("expected {}, found {}", expected, TypeName(node))));
}

std::optional<std::string> TomlTable::String(std::string_view key) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const std::string* text = std::get_if<std::string>(&node->value);
  if (text != nullptr) return *text;
  ReportType(*node, key, "a string");
  return std::nullopt;
}

std::string TomlTable::RequiredString(std::string_view key) {
  if (!Has(key)) {
    ReportMissing(key);
    return "";
  }
  std::string text = String(key).value_or("");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    Report(key, UsageError("must not be empty"));
  }
  return text;
}

bool TomlTable::Bool(std::string_view key, bool otherwise) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return otherwise;
  const bool* boolean = std::get_if<bool>(&node->value);
  if (boolean != nullptr) return *boolean;
  ReportType(*node, key, "true or false");
  return otherwise;
}

std::optional<uint64_t> TomlTable::Integer(std::string_view key, uint64_t least, uint64_t most) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  const int64_t* integer = std::get_if<int64_t>(&node->value);
  if (integer == nullptr) {
    ReportType(*node, key, "an integer");
    return std::nullopt;
  }
  if (*integer < 0 || static_cast<uint64_t>(*integer) < least ||
      static_cast<uint64_t>(*integer) > most) {
    Report(key, UsageError(fmt::format("{} is out of bounds", *integer),
                           fmt::format("from {} to {}", FormatCount(least), FormatCount(most))));
    return std::nullopt;
  }
  return static_cast<uint64_t>(*integer);
}

std::optional<std::vector<TomlString>> TomlTable::StringsOf(const TomlNode& node,
                                                            std::string_view key) {
  const TomlNode::Array* items = std::get_if<TomlNode::Array>(&node.value);
  if (items == nullptr) {
    ReportType(node, key, "an array of strings");
    return std::nullopt;
  }
  std::vector<TomlString> strings;
  for (const TomlNode& item : *items) {
    const std::string* text = std::get_if<std::string>(&item.value);
    if (text == nullptr) {
      ReportType(item, key, "a string");
      return std::nullopt;
    }
    strings.push_back({*text, item.place});
  }
  return strings;
}

std::optional<std::vector<TomlString>> TomlTable::Strings(std::string_view key) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  return StringsOf(*node, key);
}

std::optional<std::vector<TomlString>> TomlTable::StringOrStrings(std::string_view key) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (const std::string* text = std::get_if<std::string>(&node->value)) {
    return std::vector<TomlString>{{*text, node->place}};
  }
  if (!std::holds_alternative<TomlNode::Array>(node->value)) {
    ReportType(*node, key, "a string or an array of strings");
    return std::nullopt;
  }
  auto strings = StringsOf(*node, key);
  if (strings.has_value() && strings->empty()) Report(key, UsageError("must not be empty"));
  return strings;
}

std::optional<std::string> TomlTable::OptionText(std::string_view key) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&node->value)) return *text;
  if (const auto* integer = std::get_if<int64_t>(&node->value)) return std::to_string(*integer);
  if (const auto* boolean = std::get_if<bool>(&node->value)) return *boolean ? "true" : "false";
  ReportType(*node, key, "a string, an integer, true or false");
  return std::nullopt;
}

std::optional<TomlTable> TomlTable::Table(std::string_view key) {
  const TomlNode* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (std::holds_alternative<TomlNode::Table>(node->value)) {
    return TomlTable(*node, PathOf(key), problems_);
  }
  ReportType(*node, key, "a table");
  return std::nullopt;
}

std::vector<TomlTable> TomlTable::Tables(std::string_view key) {
  std::vector<TomlTable> tables;
  const TomlNode* node = Find(key);
  if (node == nullptr) return tables;
  const TomlNode::Array* items = std::get_if<TomlNode::Array>(&node->value);
  if (items == nullptr) {
    ReportType(*node, key, "an array of tables");
    return tables;
  }
  for (const TomlNode& item : *items) {
    if (!std::holds_alternative<TomlNode::Table>(item.value)) {
      ReportType(item, key, "a table");
      return tables;
    }
    tables.emplace_back(item, PathOf(key), problems_);
  }
  return tables;
}

void TomlTable::RejectUnknown() const {
  for (const TomlNode::Entry& entry : std::get<TomlNode::Table>(node_.value)) {
    if (known_.contains(entry.key)) continue;
    const std::vector<std::string> known(known_.begin(), known_.end());
    problems_.Report(entry.place, path_, UnknownNameError("key", entry.key, known));
  }
}

void CheckTomlName(const TomlTable& table, const TomlString& name, std::string_view what) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  const bool good = !name.text.empty() && name.text.size() <= 64 && name.text[0] != '-' &&
                    name.text[0] != '_' &&
                    name.text.find_first_not_of(kAlphabet) == std::string::npos;
  if (good) return;
  table.problems().Report(name.place, table.path(),
                          UsageError(fmt::format("'{1}' is no good name for the {0}", what,
                                                 EscapeForTerminal(name.text, 60)),
                                     "use lower-case letters, digits, '-' and '_', at most 64"));
}

}  // namespace tearproof
