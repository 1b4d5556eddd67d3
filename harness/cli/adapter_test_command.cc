// `tearproof adapter-test`: does an adapter keep the protocol?
#include <fmt/format.h>

#include "harness/adapter/conformance.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/checkout.h"
#include "harness/cli/commands.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/machine.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr int kExitBroken = 1;
constexpr int kExitNothingTried = 2;
constexpr int kExitInterrupted = 130;

struct AdapterTestArguments {
  std::vector<std::string> command;
  std::string backend;
  std::string directory;
  std::string config;
  std::string patience = "30s";
};

// The program that was named, and what it says of itself.
Result<adapter::ConformanceSubject> SubjectOf(const AdapterTestArguments& arguments,
                                              const std::atomic<bool>& interrupted) {
  if (arguments.command.empty() == arguments.backend.empty()) {
    return UsageError("name a program or a backend, one of the two",
                      "tearproof adapter-test python3 adapter.py");
  }
  adapter::ConformanceSubject subject;
  subject.command = arguments.command;
  subject.parent_directory =
      arguments.directory.empty() ? DefaultParentDirectory() : arguments.directory;
  TEARPROOF_ASSIGN_OR_RETURN(subject.patience, ParseDuration(arguments.patience));
  subject.interrupted = &interrupted;
  BackendDescription description;
  Loaded loaded;
  if (!arguments.backend.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(const auto catalogue, Catalogue::Load(arguments.config));
    TEARPROOF_ASSIGN_OR_RETURN(const auto backends,
                               catalogue->FindBackends({arguments.backend}, &interrupted));
    if (backends.size() != 1 || backends.front().command.empty()) {
      return UsageError(EscapeForTerminal(arguments.backend, 60) + " is no adapter");
    }
    const NamedBackend& backend = backends.front();
    if (!backend.missing.empty()) {
      return Error{ErrorKind::kEnvironment, 0, backend.display + ": " + backend.missing, ""};
    }
    subject.command = backend.command;
    subject.options = backend.options;
    description = backend.description;
    loaded = backend.loaded;
  } else {
    TEARPROOF_ASSIGN_OR_RETURN(const adapter::Introduction introduction,
                               adapter::Probe(subject.command, {}, subject.parent_directory,
                                              subject.patience, &interrupted));
    description.id = subject.command.front();
    TEARPROOF_RETURN_IF_ERROR(adapter::Complete(introduction, &description));
    loaded = {introduction.version, introduction.runtime, introduction.source,
              RevisionOf(introduction.source)};
  }
  subject.operations = description.operations;
  subject.process_per_operation = description.process_per_operation.value_or(false);
  subject.concurrency = description.concurrency;
  if (description.ttl) subject.ttl_resolution = description.ttl_resolution;
  Print("{}\n", EscapeForTerminal(description.title));
  if (!loaded.empty()) Print("{}\n", EscapeForTerminal(loaded.Describe(), 2'000));
  Print("\n");
  return subject;
}

void PrintRule(const adapter::ConformanceRule& rule, const adapter::RuleOutcome& outcome) {
  const std::string_view mark = outcome.kept == adapter::Kept::kYes  ? "ok"
                                : outcome.kept == adapter::Kept::kNo ? "BROKEN"
                                                                     : "not tried";
  std::string text(rule.meaning);
  if (!outcome.what.empty()) text += ": " + outcome.what;
  PrintText(Entry(fmt::format("{:<10} {}", mark, rule.name), 27, text, TerminalColumns()));
}

Result<int> AdapterTest(const AdapterTestArguments& arguments) {
  const std::atomic<bool>& interrupted = CatchInterrupts();
  const auto subject = SubjectOf(arguments, interrupted);
  if (interrupted.load()) return kExitInterrupted;
  if (!subject.ok()) return subject.error();
  size_t kept = 0;
  size_t broken = 0;
  for (const adapter::ConformanceRule& rule : adapter::ConformanceRules()) {
    TEARPROOF_ASSIGN_OR_RETURN(const adapter::RuleOutcome outcome,
                               adapter::TestRule(rule, subject.value()));
    if (interrupted.load()) return kExitInterrupted;
    PrintRule(rule, outcome);
    if (outcome.kept == adapter::Kept::kYes) ++kept;
    if (outcome.kept == adapter::Kept::kNo) ++broken;
  }
  const bool shared = subject.value().operations.contains(OpKind::kGet) &&
                      subject.value().operations.contains(OpKind::kSet);
  if (broken > 0) {
    Print("\n{} of {} rules are broken; docs/adapters.md says what each asks for.\n", broken,
          adapter::ConformanceRules().size());
    return kExitBroken;
  }
  Print("\n{} rules are kept{}\n", kept,
        shared ? ". Now race it: tearproof stress, or explore, on a backend of tearproof.toml."
               : "; without get and set the cache itself was not tried.");
  return shared ? 0 : kExitNothingTried;
}

}  // namespace

Verb AdapterTestVerb() {
  auto a = std::make_shared<AdapterTestArguments>();
  Verb verb;
  verb.name = "adapter-test";
  verb.description = "Check that an adapter keeps the protocol, rule by rule.";
  verb.options = {
      {"command", "", "the program and its arguments; after -- any of them may begin with a dash",
       &a->command},
      {"--backend", "NAME", "one of tearproof.toml, or one that comes with tearproof", &a->backend},
      {"--patience", "TIME", "how long an answer may take", &a->patience},
      {"--dir", "DIR",
       "the caches lie in new directories under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
  };
  verb.examples = {{"tearproof adapter-test python3 adapter.py", "one of your own"},
                   {"tearproof adapter-test --backend django", "one that comes with tearproof"}};
  verb.run = [a] { return AdapterTest(*a); };
  return verb;
}

}  // namespace tearproof::cli
