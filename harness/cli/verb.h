// The command line as data: verbs and their options.
//
// Purpose: one table that parsing, help and whatever else documents the command line are made
// from. A verb says what it takes, where each value goes, and what it does then.
// Thread safety: plain data. Ownership: a verb's `run` keeps alive what its options point to.
#ifndef TEARPROOF_HARNESS_CLI_VERB_H_
#define TEARPROOF_HARNESS_CLI_VERB_H_

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "harness/core/result.h"

namespace tearproof::cli {

struct Option {
  std::string name;         // "--seed"; without dashes it is a positional: "scenario".
  std::string placeholder;  // What stands for its value: "TIME"; empty for flags and choices.
  std::string description;
  // Where the value goes. A flag takes none; a list may be given often, and a positional list takes
  // all words that are left. A text that is not empty is the default.
  std::variant<bool*, std::string*, std::vector<std::string>*> value;
  std::vector<std::string> choices = {};  // If there are any, the value is one of them.
  std::string excludes = {};              // The name of an option that cannot go with it.
  bool required = false;
  std::string letter = {};  // A short form, if it has one: "-o".

  bool IsPositional() const { return name.front() != '-'; }
  bool IsFlag() const { return std::holds_alternative<bool*>(value); }
  bool IsList() const { return std::holds_alternative<std::vector<std::string>*>(value); }
};

struct Example {
  std::string line;
  std::string meaning;
};

struct Verb {
  std::string name;
  std::string description;  // A sentence.
  std::vector<Option> options = {};
  std::vector<Verb> verbs = {};  // With these, `run` may be null: one of them must be named.
  std::vector<Example> examples = {};
  std::vector<std::string> notes = {};         // Paragraphs below the options.
  bool hidden = false;                         // Not for people.
  std::vector<std::string>* rest = nullptr;    // Where words that it does not know go, if anywhere.
  std::function<Result<int>()> run = nullptr;  // Returns the exit code.
};

// The help of `verb`, which is called as `path` ("tearproof bench self").
std::string HelpText(const Verb& verb, const std::string& path, size_t columns);

// Parses `words` (what follows the program's name) and runs the verb that they name, or prints its
// help. Returns the exit code. Errors: kUsage, in a sentence that says what to type instead.
Result<int> RunVerb(const Verb& program, const std::vector<std::string>& words);

}  // namespace tearproof::cli

#endif  // TEARPROOF_HARNESS_CLI_VERB_H_
