#include <fmt/format.h>

#include "harness/cli/manual.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

// Text as roff prints it literally.
std::string Roff(std::string_view text) {
  std::string safe;
  if (!text.empty() && (text[0] == '.' || text[0] == '\'')) safe += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string OptionEntry(const Option& option) {
  std::string name;
  if (!option.letter.empty()) name = "\\fB" + Roff(option.letter) + "\\fR, ";
  name += (option.IsPositional() ? "\\fI" : "\\fB") + Roff(option.name) + "\\fR";
  const std::string value = option.choices.empty() ? option.placeholder : Join(option.choices, "|");
  if (!option.IsPositional() && !value.empty()) name += " \\fI" + Roff(value) + "\\fR";
  std::string meaning = option.description;
  if (const auto* text = std::get_if<std::string*>(&option.value); text && !(*text)->empty()) {
    meaning += fmt::format("; {} unless given", **text);
  }
  if (!option.excludes.empty()) meaning += "; not with " + option.excludes;
  return ".TP\n" + name + "\n" + Roff(meaning) + "\n";
}

void AddVerb(const Verb& verb, const std::string& path, std::string* page) {
  *page += ".SS \"" + path + "\"\n" + Roff(verb.description) + "\n";
  for (const Option& option : verb.options) *page += OptionEntry(option);
  for (const Example& example : verb.examples) {
    *page += ".PP\n.nf\n" + Roff(example.line) + "\n.fi\n" + Roff(example.meaning) + "\n";
  }
  for (const std::string& note : verb.notes) *page += ".PP\n" + Roff(note) + "\n";
  for (const Verb& each : verb.verbs) {
    if (!each.hidden) AddVerb(each, path + " " + each.name, page);
  }
}

}  // namespace

std::string ManualPage(const Verb& program, const std::string& version) {
  std::string page = fmt::format(
      ".TH TEARPROOF 1 \"\" \"tearproof {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n"
      ".SH SYNOPSIS\n\\fB{}\\fR \\fIverb\\fR [\\fIoption\\fR...]\n.SH DESCRIPTION\n{}\n",
      version, program.name, Roff(program.description), program.name, Roff(program.description));
  for (const std::string& note : program.notes) page += ".PP\n" + Roff(note) + "\n";
  page += ".SH OPTIONS\n";
  for (const Option& option : program.options) page += OptionEntry(option);
  page += ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nof the program, or of a verb\n.SH VERBS\n";
  for (const Verb& verb : program.verbs) {
    if (!verb.hidden) AddVerb(verb, verb.name, &page);
  }
  page += ".SH EXAMPLES\n";
  for (const Example& example : program.examples) {
    page += ".TP\n\\fB" + Roff(example.line) + "\\fR\n" + Roff(example.meaning) + "\n";
  }
  return page;
}

}  // namespace tearproof::cli
