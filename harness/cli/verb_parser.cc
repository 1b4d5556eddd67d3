// Turns verbs into CLI11 and its complaints into sentences; nobody else knows CLI11.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/cli/verb.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr int kExitUsage = 64;

void Declare(const Option& option, CLI::App* app) {
  const std::string names = option.letter.empty() ? option.name : option.letter + "," + option.name;
  std::visit(
      [&](auto* value) {
        using Value = std::decay_t<decltype(*value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          app->add_flag(names, *value)->disable_flag_override();
        } else if constexpr (std::is_same_v<Value, std::string>) {
          app->add_option(names, *value)->take_last();
        } else {
          // Else `--backend naive get-set` would be two backends.
          app->add_option(names, *value)->allow_extra_args(option.IsPositional());
        }
      },
      option.value);
}

std::string SeeHelp(const std::string& path) {
  return fmt::format("`{} --help` lists the options", path);
}

Error LacksItsValue(const Option& option) {
  const std::string value = option.choices.empty() ? option.placeholder : Join(option.choices, "|");
  return UsageError(option.name + " lacks its value",
                    fmt::format("write {} {}: {}", option.name, value, option.description));
}

// CLI11 says only in its text which option it means.
Error Complaint(const Verb& verb, const std::string& path, const std::string& text) {
  const Option* meant = nullptr;
  for (const Option& option : verb.options) {
    // Of flags without its dashes.
    const size_t dashes = option.name.find_first_not_of('-');
    if (text.find(option.name.substr(dashes)) == std::string::npos) continue;
    if (meant == nullptr || option.name.size() > meant->name.size()) meant = &option;
  }
  if (meant == nullptr) return UsageError(EscapeForTerminal(text), SeeHelp(path));
  if (meant->IsFlag()) return UsageError(meant->name + " takes no value", SeeHelp(path));
  return LacksItsValue(*meant);
}

Error UnexpectedWord(const Verb& verb, const std::string& path, const std::string& word) {
  if (!word.starts_with('-')) {
    return UsageError(fmt::format("'{}' is one word too many", EscapeForTerminal(word, 60)),
                      SeeHelp(path));
  }
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known = {"--help"};
  for (const Option& option : verb.options) {
    if (!option.IsPositional()) known.push_back(option.name);
  }
  const std::string nearest = NearestName(name, known);
  return UsageError(fmt::format("unknown option '{}'", EscapeForTerminal(name, 60)),
                    nearest.empty() ? SeeHelp(path) : fmt::format("did you mean '{}'?", nearest));
}

bool IsOption(const Verb& verb, const std::string& word) {
  return std::any_of(verb.options.begin(), verb.options.end(), [&](const Option& option) {
    return !option.IsPositional() &&
           (option.name == word || (word.size() == 2 && option.letter == word));
  });
}

Result<void> CheckOption(const Verb& verb, const Option& option, const std::string& path,
                         const CLI::App& app) {
  const bool given = app.get_option(option.name)->count() > 0;
  if (option.required && !given) {
    return UsageError(fmt::format("`{}` needs {}", path,
                                  option.IsPositional() ? "a " + option.name : option.name),
                      option.description);
  }
  if (given && !option.excludes.empty() && app.get_option(option.excludes)->count() > 0) {
    return UsageError(fmt::format("{} and {} cannot both be given", option.name, option.excludes),
                      "leave one of them out");
  }
  const auto* text = std::get_if<std::string*>(&option.value);
  // In `--json --quiet` CLI11 takes the second for the value of the first.
  if (text != nullptr && IsOption(verb, **text)) return LacksItsValue(option);
  if (text == nullptr || option.choices.empty() || (!given && (*text)->empty())) return {};
  if (std::find(option.choices.begin(), option.choices.end(), **text) != option.choices.end()) {
    return {};
  }
  return UnknownNameError(option.IsPositional() ? option.name : "value of " + option.name, **text,
                          option.choices);
}

Result<int> ParseAndRun(const Verb& verb, const std::string& path, std::vector<std::string> words) {
  CLI::App app;
  app.set_help_flag();
  bool help = false;
  app.add_flag("-h,--help", help);
  for (const Option& option : verb.options) Declare(option, &app);
  app.allow_extras();
  std::reverse(words.begin(), words.end());  // As CLI11 wants them.
  try {
    app.parse(words);
  } catch (const CLI::ParseError& problem) {
    return Complaint(verb, path, problem.what());
  }
  if (help) {
    PrintText(HelpText(verb, path, TerminalColumns()));
    return 0;
  }
  std::vector<std::string> rest = app.remaining();
  rest.erase(std::remove(rest.begin(), rest.end(), "--"), rest.end());
  if (verb.rest != nullptr) {
    *verb.rest = rest;
  } else if (!rest.empty()) {
    return UnexpectedWord(verb, path, rest.front());
  }
  for (const Option& option : verb.options) {
    TEARPROOF_RETURN_IF_ERROR(CheckOption(verb, option, path, app));
  }
  return verb.run();
}

Result<const Verb*> FindVerb(const Verb& among, const std::string& name) {
  std::vector<std::string> known;
  for (const Verb& verb : among.verbs) {
    if (verb.name == name) return &verb;
    if (!verb.hidden) known.push_back(verb.name);
  }
  return UnknownNameError("verb", name, known);
}

}  // namespace

Result<int> RunVerb(const Verb& program, const std::vector<std::string>& typed) {
  std::vector<std::string> words = typed;
  if (!words.empty() && words.front() == "help") {  // As git and others have it, too.
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  const Verb* verb = &program;
  std::string path = program.name;
  auto word = words.begin();
  for (; word != words.end() && !verb->verbs.empty() && !word->starts_with('-'); ++word) {
    TEARPROOF_ASSIGN_OR_RETURN(verb, FindVerb(*verb, *word));
    path += " " + verb->name;
  }
  const bool lacks_verb = verb == &program ? !verb->verbs.empty() : verb->run == nullptr;
  if (lacks_verb && word == words.end()) {
    std::fputs(HelpText(*verb, path, TerminalColumns()).c_str(), stderr);
    return kExitUsage;
  }
  return ParseAndRun(*verb, path, {word, words.end()});
}

}  // namespace tearproof::cli
