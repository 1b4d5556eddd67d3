#include <fmt/format.h>

#include "harness/cli/manual.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// A verb with the words by which it is called: "bench self".
struct Called {
  const Verb* verb;
  std::string path;
};

void Collect(const Verb& verb, const std::string& path, std::vector<Called>* all) {
  all->push_back({&verb, path});
  for (const Verb& each : verb.verbs) {
    if (!each.hidden) Collect(each, path.empty() ? each.name : path + " " + each.name, all);
  }
}

std::vector<Called> AllVerbs(const Verb& program) {
  std::vector<Called> all;
  Collect(program, "", &all);
  return all;
}

std::string VerbNames(const Verb& verb) {
  std::vector<std::string> names;
  for (const Verb& each : verb.verbs) {
    if (!each.hidden) names.push_back(each.name);
  }
  return Join(names, " ");
}

std::string OptionNames(const Verb& verb) {
  std::string names = "--help";
  for (const Option& option : verb.options) {
    if (!option.IsPositional()) names += " " + option.name;
  }
  return names;
}

// What follows a name of caches or scenarios is asked of the program itself.
std::string ListedAs(const Option& option) {
  if (option.name == "--backend") return "backends";
  if (option.name == "scenario") return "scenarios";
  return "";
}

// Within single quotes of any of the three shells.
std::string Quoted(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

// Within a description of _arguments, brackets and colons have a meaning.
std::string ZshText(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string ZshAction(const Option& option) {
  if (!option.choices.empty()) return "(" + Join(option.choices, " ") + ")";
  if (const std::string listed = ListedAs(option); !listed.empty()) return "_tearproof_" + listed;
  return "_files";
}

std::string ZshSpec(const Option& option) {
  if (option.IsPositional()) {
    return Quoted(fmt::format("{}:{}:{}", option.IsList() ? "*" : "", ZshText(option.name),
                              ZshAction(option)));
  }
  std::string spec =
      (option.IsList() ? "*" : "") + option.name + "[" + ZshText(option.description) + "]";
  // Two colons that meet would make it a value that may be left out.
  const std::string value = option.placeholder.empty() ? "value" : option.placeholder;
  if (!option.IsFlag()) spec += ":" + ZshText(value) + ":" + ZshAction(option);
  return Quoted(spec);
}

}  // namespace

std::string BashCompletion(const Verb& program) {
  std::string text =
      "# bash completion of tearproof, made from its option tables.\n"
      "_tearproof() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= word i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \"$path $word\" in\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    if (path.empty()) continue;
    const size_t space = path.rfind(' ');
    const std::string before = space == std::string::npos ? "" : path.substr(0, space);
    text += fmt::format("      '{} {}') path='{}' ;;\n", before, verb->name, path);
  }
  text += "    esac\n  done\n  case \"$path $prev\" in\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    for (const Option& option : verb->options) {
      std::string words = Join(option.choices, " ");
      const std::string listed = ListedAs(option);
      if (!listed.empty()) words = fmt::format("$(tearproof list {} --names 2>/dev/null)", listed);
      if (words.empty() || option.IsPositional()) continue;
      text += fmt::format("    '{} {}') COMPREPLY=($(compgen -W \"{}\" -- \"$cur\")); return ;;\n",
                          path, option.name, words);
    }
  }
  text += "  esac\n  local words=\n  case $path in\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    std::string words = VerbNames(*verb) + " " + OptionNames(*verb);
    for (const Option& option : verb->options) {
      if (!option.IsPositional()) continue;
      const std::string listed = ListedAs(option);
      if (!listed.empty())
        words += fmt::format(" $(tearproof list {} --names 2>/dev/null)", listed);
      words += " " + Join(option.choices, " ");
    }
    text += fmt::format("    '{}') words=\"{}\" ;;\n", path, words);
  }
  return text +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 || $cur == -* ]] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
         "}\n"
         "complete -o filenames -F _tearproof tearproof\n";
}

std::string ZshCompletion(const Verb& program) {
  std::string text =
      "#compdef tearproof\n"
      "# zsh completion of tearproof, made from its option tables.\n"
      "_tearproof_backends() { _values -s , cache ${(f)\"$(tearproof list backends --names)\"} }\n"
      "_tearproof_scenarios() { _alternative 'scenarios:scenario:("
      "${(f)\"$(tearproof list scenarios --names)\"})' 'files:file:_files' }\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    std::string name = "_tearproof_verb_" + path;
    for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
    text += name + "() {\n";
    std::string specs = "'(-h --help)'{-h,--help}'[this text]'";
    for (const Option& option : verb->options) specs += " \\\n    " + ZshSpec(option);
    if (!verb->verbs.empty()) {
      specs += " \\\n    '1: :->verb' '*:: :->rest'";
      text += "  local state line\n  _arguments -C " + specs + "\n  case $state in\n    verb)\n";
      text += "      local -a verbs=(";
      for (const Verb& each : verb->verbs) {
        if (each.hidden) continue;
        text += "\n        " + Quoted(ZshText(each.name) + ":" + each.description);
      }
      text += ")\n      _describe verb verbs ;;\n    rest) _call_function ret " + name +
              "_${words[1]//-/_} ;;\n  esac\n}\n";
    } else {
      text += "  _arguments " + specs + "\n}\n";
    }
  }
  // The verbs of the program itself are called after it.
  for (size_t at; (at = text.find("_tearproof_verb__$")) != std::string::npos;) {
    text.replace(at, 18, "_tearproof_verb_$");
  }
  // Loaded by its name it is itself the first call; sourced, it is to be called from then on.
  return text +
         "if [[ ${funcstack[1]} == _tearproof ]]; then\n"
         "  compdef _tearproof_verb_ tearproof\n"
         "  _tearproof_verb_ \"$@\"\n"
         "else\n"
         "  compdef _tearproof_verb_ tearproof\n"
         "fi\n";
}

std::string FishCompletion(const Verb& program) {
  std::string text =
      "# fish completion of tearproof, made from its option tables.\n"
      "# Whether the verbs that were typed are these, and no more: explore is a verb, and one of "
      "bench, too.\n"
      "function __tearproof_at\n"
      "  set -l path ''\n"
      "  set -l words (commandline -opc)\n"
      "  for word in $words[2..]\n"
      "    switch \"$path $word\"\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    if (path.empty()) continue;
    const size_t space = path.rfind(' ');
    const std::string before = space == std::string::npos ? "" : path.substr(0, space);
    text += fmt::format("      case '{} {}'\n        set path '{}'\n", before, verb->name, path);
  }
  text +=
      "    end\n"
      "  end\n"
      "  test \"$path\" = \"$argv\"\n"
      "end\n"
      "complete -c tearproof -f\n";
  for (const auto& [verb, path] : AllVerbs(program)) {
    const std::string head = "complete -c tearproof -n " +
                             Quoted(path.empty() ? "__tearproof_at" : "__tearproof_at " + path);
    for (const Verb& each : verb->verbs) {
      if (each.hidden) continue;
      text += fmt::format("{} -a {} -d {}\n", head, each.name, Quoted(each.description));
    }
    for (const Option& option : verb->options) {
      const std::string listed = ListedAs(option);
      std::string values = Join(option.choices, " ");
      if (!listed.empty()) values = fmt::format("(tearproof list {} --names)", listed);
      if (option.IsPositional()) {
        text += fmt::format("{} -F{}\n", head, values.empty() ? "" : " -a " + Quoted(values));
        continue;
      }
      text += fmt::format("{} -l {}{} -d {}", head, option.name.substr(2),
                          option.letter.empty() ? "" : " -s " + option.letter.substr(1),
                          Quoted(option.description));
      if (!option.IsFlag()) text += values.empty() ? " -r -F" : " -x -a " + Quoted(values);
      text += "\n";
    }
  }
  return text;
}

}  // namespace tearproof::cli
