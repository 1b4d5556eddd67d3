#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/verb.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// An entry's own name stands before this column, its meaning behind it.
constexpr size_t kNameColumns = 24;

std::string Placeholder(const Option& option) {
  if (!option.choices.empty()) return Join(option.choices, "|");
  return option.placeholder;
}

// "[scenario...]", "name"
std::string PositionalText(const Option& option) {
  const std::string text = option.name + (option.IsList() ? "..." : "");
  return option.required ? text : "[" + text + "]";
}

std::string Meaning(const Option& option) {
  std::string meaning = option.description;
  if (const auto* text = std::get_if<std::string*>(&option.value); text && !(*text)->empty()) {
    meaning += fmt::format("; {} unless given", **text);
  }
  if (!option.excludes.empty()) meaning += "; not with " + option.excludes;
  return meaning;
}

std::string HelpEntry(const std::string& name, const std::string& meaning, size_t columns) {
  return Entry("  " + name, kNameColumns, meaning, columns);
}

std::string Usage(const Verb& verb, const std::string& path, size_t columns) {
  std::string words;
  if (!verb.verbs.empty()) words += " VERB";
  if (std::any_of(verb.options.begin(), verb.options.end(),
                  [](const Option& option) { return !option.IsPositional(); })) {
    words += " [OPTION...]";
  }
  for (const Option& option : verb.options) {
    if (option.IsPositional()) words += " " + PositionalText(option);
  }
  return Block("Usage: ", path + words, columns);
}

std::string Entries(const Verb& verb, bool positional, size_t columns) {
  std::string text;
  for (const Option& option : verb.options) {
    if (option.IsPositional() != positional) continue;
    std::string name = (option.letter.empty() ? "" : option.letter + ", ") + option.name;
    if (positional && option.IsList()) name += "...";
    if (!positional && !option.IsFlag()) name += " " + Placeholder(option);
    text += HelpEntry(name, Meaning(option), columns);
  }
  return text;
}

}  // namespace

std::string HelpText(const Verb& verb, const std::string& path, size_t columns) {
  std::string help = Block("", verb.description, columns) + "\n" + Usage(verb, path, columns);
  if (const std::string entries = Entries(verb, true, columns); !entries.empty()) {
    help += "\n" + entries;
  }
  std::string verbs;
  for (const Verb& each : verb.verbs) {
    if (!each.hidden) verbs += HelpEntry(each.name, each.description, columns);
  }
  if (!verbs.empty()) help += "\nVerbs:\n" + verbs;
  help += "\nOptions:\n" + Entries(verb, false, columns) +
          HelpEntry("-h, --help", "this text", columns);
  if (!verb.examples.empty()) help += "\nExamples:\n";
  for (const Example& example : verb.examples) {
    help += "  " + example.line + "\n" + Block("      ", example.meaning, columns);
  }
  for (const std::string& note : verb.notes) help += "\n" + Block("", note, columns);
  return help;
}

}  // namespace tearproof::cli
