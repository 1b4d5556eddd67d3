#include "harness/api/backend_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/api/anomaly.h"
#include "harness/api/description_fields.h"
#include "harness/api/toml_reader.h"
#include "harness/core/text.h"

namespace tearproof {
namespace {

BackendOption ReadOption(TomlTable table) {
  BackendOption option;
  option.name = table.RequiredString("name");
  CheckTomlName(table, {option.name, table.PlaceOf("name")}, "option");
  if (!table.Has("default")) table.ReportMissing("default");
  option.default_value = table.OptionText("default").value_or("");
  for (const TomlString& choice : table.Strings("choices").value_or(std::vector<TomlString>())) {
    option.choices.push_back(choice.text);
  }
  option.help = table.RequiredString("help");
  const bool allowed =
      option.choices.empty() || std::find(option.choices.begin(), option.choices.end(),
                                          option.default_value) != option.choices.end();
  if (!allowed) table.Report("default", UsageError("is not among the choices"));
  table.RejectUnknown();
  return option;
}

const BackendOption* FindOption(const BackendDescription& description, std::string_view name) {
  for (const BackendOption& option : description.options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

bool IsNumber(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc() && rest == end;
}

void ReadOptions(TomlTable& root, BackendDescription& description) {
  for (TomlTable& table : root.Tables("options")) {
    const BackendOption option = ReadOption(table);
    if (FindOption(description, option.name) != nullptr) {
      table.Report("name", UsageError(fmt::format("'{}' is declared twice", option.name)));
    }
    description.options.push_back(option);
  }
  if (!description.max_entries_option.empty() &&
      FindOption(description, description.max_entries_option) == nullptr) {
    root.Report("max_entries_option", UsageError("is none of the options"));
  }
}

// The name in the first "{name}" of `word` from `begin` on, and where it stands.
struct Placeholder {
  std::string name;
  size_t begin = 0;
  size_t end = 0;
};
std::optional<Placeholder> FindPlaceholder(const std::string& word, size_t begin) {
  const size_t open = word.find('{', begin);
  const size_t close = open == std::string::npos ? open : word.find('}', open);
  if (close == std::string::npos) return std::nullopt;
  return Placeholder{word.substr(open + 1, close - open - 1), open, close + 1};
}

std::vector<std::string> ReadWords(TomlTable& table, std::string_view key,
                                   const BackendDescription& description) {
  std::vector<std::string> words;
  const auto strings = table.Strings(key);
  if (!strings || strings->empty()) table.Report(key, UsageError("names no program"));
  for (const TomlString& string : strings.value_or(std::vector<TomlString>())) {
    if (string.text.empty() || string.text.find('\0') != std::string::npos) {
      table.Report(key, UsageError("an argument is empty or holds a NUL byte"));
    }
    size_t at = 0;
    while (const auto placeholder = FindPlaceholder(string.text, at)) {
      at = placeholder->end;
      if (placeholder->name == "folder" || FindOption(description, placeholder->name)) continue;
      table.Report(key, UsageError("{" + placeholder->name + "} is neither folder nor an option"));
    }
    words.push_back(string.text);
  }
  return words;
}

// durability = "file", or [durability_by] with an option's name and words for each of its values.
// REQUIRES: the options were read.
void ReadDurability(TomlTable& root, BackendDescription& description) {
  description.durability = root.String("durability").value_or("none");
  std::optional<TomlTable> table = root.Table("durability_by");
  if (!table) return;
  description.durability_option = table->RequiredString("option");
  const BackendOption* option = FindOption(description, description.durability_option);
  if (option == nullptr || option->choices.empty()) {
    table->Report("option", UsageError("names no option that has choices"));
  } else {
    for (const std::string& value : option->choices) {
      description.durability_by_value[value] = table->RequiredString(value);
    }
  }
  table->RejectUnknown();
}

// REQUIRES: the options were read.
void ReadAdapter(TomlTable& root, BackendDescription& description) {
  std::optional<TomlTable> table = root.Table("adapter");
  if (!table) return;
  ShippedAdapter& adapter = description.adapter.emplace();
  adapter.command = ReadWords(*table, "command", description);
  adapter.needs = ReadWords(*table, "needs", description);
  adapter.install = table->RequiredString("install");
  table->RejectUnknown();
}

void ReadBug(TomlTable& root, BackendDescription& description) {
  description.broken = description.id.starts_with("broken-");
  if (!description.broken) {
    for (const char* key : {"bug", "anomalies"}) {
      if (!root.Has(key)) continue;
      root.Report(key, UsageError("only a backend of backends/broken/ has a planted bug"));
    }
    return;
  }
  description.bug = root.RequiredString("bug");
  const auto anomalies = root.Strings("anomalies");
  if (!anomalies || anomalies->empty()) {
    root.Report("anomalies", UsageError("names what the planted bug shows: `tearproof explain`"));
    return;
  }
  for (const TomlString& name : *anomalies) {
    if (FindAnomaly(name.text) == nullptr) {
      root.Report("anomalies", UsageError(fmt::format("'{}' is no anomaly", name.text)));
    }
    description.anomalies.insert(name.text);
  }
}

}  // namespace

std::string_view ExpectationName(Expectation expectation) {
  constexpr std::array<std::string_view, 3> kNames = {"must-hold", "must-break", "may-break"};
  return kNames[static_cast<size_t>(expectation)];
}

std::string BackendDescription::DurabilityWith(const BackendOptions& chosen) const {
  if (durability_option.empty()) return durability;
  return durability_by_value.at(chosen.at(durability_option));
}

Expectation BackendDescription::Expected(std::string_view engine, std::string_view scenario,
                                         Promise promise) const {
  for (const std::string_view name : {scenario, std::string_view("*")}) {
    const auto of_scenario = expect.find(std::string(name));
    if (of_scenario == expect.end()) continue;
    // "crash-btrfs" first, then "crash".
    for (const std::string_view called : {engine, engine.substr(0, engine.find('-'))}) {
      const auto of_engine = of_scenario->second.find(std::string(called));
      if (of_engine == of_scenario->second.end()) continue;
      const auto found = of_engine->second.find(promise);
      if (found != of_engine->second.end()) return found->second;
    }
  }
  return promises.contains(promise) ? Expectation::kMustHold : Expectation::kMayBreak;
}

Result<BackendDescription> ParseBackendDescription(std::string_view toml, const std::string& id,
                                                   const std::string& source) {
  TEARPROOF_ASSIGN_OR_RETURN(const TomlNode document, ParseToml(toml, source));
  TomlProblems problems(source);
  TomlTable root(document, "", problems);
  BackendDescription description;
  description.id = id;
  description.title = root.RequiredString("title");
  description.summary = root.RequiredString("summary");
  description.model = root.Bool("model", false);
  ReadBug(root, description);
  ReadContract(root, true, description);
  ReadOptions(root, description);
  ReadDurability(root, description);
  ReadAdapter(root, description);
  ReadExpectations(root, description);
  root.RejectUnknown();
  if (problems.any()) return problems.first();
  return description;
}

std::vector<std::string> FillIn(const std::vector<std::string>& words, const std::string& folder,
                                const BackendOptions& options) {
  std::vector<std::string> filled;
  for (const std::string& word : words) {
    std::string& text = filled.emplace_back();
    size_t at = 0;
    while (const auto placeholder = FindPlaceholder(word, at)) {
      text += word.substr(at, placeholder->begin - at);
      text += placeholder->name == "folder" ? folder : options.at(placeholder->name);
      at = placeholder->end;
    }
    text += word.substr(at);
  }
  return filled;
}

Result<BackendOptions> ResolveOptions(const BackendDescription& description,
                                      const std::map<std::string, std::string>& given) {
  BackendOptions options;
  std::vector<std::string> known;
  for (const BackendOption& option : description.options) {
    options[option.name] = option.default_value;
    known.push_back(option.name);
  }
  for (const auto& [name, value] : given) {
    const BackendOption* option = FindOption(description, name);
    if (option == nullptr) {
      if (!known.empty()) return UnknownNameError("option of " + description.id, name, known);
      return UsageError(fmt::format("unknown option '{}'", EscapeForTerminal(name, 60)),
                        fmt::format("{} has no options", description.id));
    }
    const bool allowed =
        option->choices.empty() ||
        std::find(option->choices.begin(), option->choices.end(), value) != option->choices.end();
    if (!allowed) {
      return UnknownNameError(fmt::format("value of option {}", name), value, option->choices);
    }
    if (option->choices.empty() && IsNumber(option->default_value) && !IsNumber(value)) {
      return UsageError(fmt::format("option {} of {} takes a number, not '{}'", name,
                                    description.id, EscapeForTerminal(value, 60)),
                        fmt::format("its default is {}", option->default_value));
    }
    options[name] = value;
  }
  return options;
}

}  // namespace tearproof
