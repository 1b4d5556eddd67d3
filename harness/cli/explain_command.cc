// `tearproof explain NAME`: an anomaly, a promise, a scenario or a cache, in words.
#include <fmt/format.h>

#include "harness/api/anomaly.h"
#include "harness/api/promise.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/cli/scenario_words.h"
#include "harness/cli/shipped_adapters.h"
#include "harness/cli/terminal.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr size_t kLabelColumns = 12;

void PrintParagraph(const std::string& text) {
  PrintText("\n" + Block("", text, TerminalColumns()));
}

// A line of facts; none where there is nothing to say.
void PrintFact(const std::string& label, const std::string& text) {
  PrintText(Block(PadRight(label, kLabelColumns), text, TerminalColumns()));
}

void ExplainAnomaly(const Anomaly& anomaly) {
  Print("{} (breaks the promise `{}`)\n", anomaly.name, PromiseName(anomaly.promise));
  PrintParagraph(std::string(anomaly.what));
  Print("\n");
  PrintFact("Cause", std::string(anomaly.cause));
  PrintFact("Remedy", std::string(anomaly.remedy));
  Print("\n{}\n", anomaly.explanation);
}

void ExplainPromise(const PromiseInfo& info) {
  Print("{} (a promise{})\n", info.name, info.always ? " that every cache makes" : "");
  PrintParagraph(fmt::format("It is broken when {}.", info.broken_when));
  Print("\nAnomalies that break it:\n");
  for (const Anomaly& anomaly : AllAnomalies()) {
    if (anomaly.promise != info.promise) continue;
    PrintText(
        Block(PadRight("  " + std::string(anomaly.name), 24), anomaly.what, TerminalColumns()));
  }
}

template <typename Range, typename Name>
std::string NamesOf(const Range& range, Name name) {
  std::vector<std::string> names;
  for (const auto& each : range) names.emplace_back(name(each));
  return Join(names, ", ");
}

// A limit of entries is the cache's to have.
std::string JudgedPromises(const Scenario& scenario, const Catalogue& catalogue) {
  const std::set<Promise> always = catalogue.Exercisable(scenario, false);
  return NamesOf(catalogue.Exercisable(scenario, true), [&](Promise promise) {
    const std::string name(PromiseName(promise));
    return always.contains(promise) ? name : name + " (where the cache has a limit)";
  });
}

void ExplainScenario(const Scenario& scenario, const Catalogue& catalogue) {
  Print("{} (a scenario)\n", scenario.id);
  PrintParagraph(scenario.title + ".");
  PrintParagraph(scenario.story);
  Print("\n");
  PrintFact("Processes", DescribeRoles(scenario));
  PrintFact("Keys", DescribeKeys(scenario.keys));
  PrintFact("Values", scenario.counters ? "counters" : scenario.value_sizes.Describe());
  if (scenario.kills_per_second > 0) {
    PrintFact("Kills", fmt::format("{:g} a second", scenario.kills_per_second));
  }
  std::vector<std::string> options;
  for (const auto& [name, value] : scenario.backend_options) {
    options.push_back(fmt::format("{}={}", name, value));
  }
  PrintFact("Options", options.empty() ? "" : Join(options, ", ") + ", where a cache has them");
  PrintFact("Tags", Join(scenario.tags, ", "));
  PrintFact("Judged", JudgedPromises(scenario, catalogue));
  Print("\nRun it:\n  tearproof stress {} --backend naive,temp-rename\n", scenario.id);
}

std::string OptionWords(const BackendOption& option) {
  const std::string value =
      option.choices.empty() ? option.default_value : Join(option.choices, "|");
  return fmt::format("{}={}: {}", option.name, value, option.help);
}

void ExplainBackend(const BackendDescription& backend, const Catalogue& catalogue) {
  Print("{} (a cache{})\n", backend.DisplayName(), backend.broken ? " with a planted bug" : "");
  const ProjectBackend* own = catalogue.project().FindBackend(backend.id);
  const bool foreign = own != nullptr && !own->command.empty();
  if (!backend.title.empty()) PrintParagraph(backend.title + ".");
  if (!backend.summary.empty()) PrintParagraph(backend.summary);
  if (!backend.bug.empty()) PrintParagraph("Planted: " + backend.bug);
  Print("\n");
  if (foreign) PrintFact("Program", Join(own->command, " "));
  if (const auto& shipped = backend.adapter) {
    PrintFact("Program", Join(shipped->command, " "));
    const Result<std::string> folder = FindAdapterFolder(shipped->folder);
    const Result<BackendOptions> options = ResolveOptions(backend, {});
    const bool found = folder.ok() && options.ok();
    PrintFact("Needs", found ? FillIn({shipped->install}, folder.value(), options.value()).front()
                             : shipped->install);
  }
  PrintFact("Promises", NamesOf(backend.promises, PromiseName));
  for (const auto& [promise, reason] : backend.opted_out) {
    PrintFact("Not", fmt::format("{}: {}", PromiseName(promise), reason));
  }
  PrintFact("Operations", backend.operations.empty() ? "its program says which"
                                                     : NamesOf(backend.operations, OpKindName));
  for (const BackendOption& option : backend.options) PrintFact("Option", OptionWords(option));
  Print("\nRun it:\n  tearproof stress --backend {}\n", backend.id);
}

Result<int> Explain(const std::string& name) {
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  // A name may be of several kinds: `bounded` is a promise and a scenario.
  size_t explained = 0;
  const auto next = [&] { PrintText(explained++ > 0 ? "\n" : ""); };
  if (const Anomaly* anomaly = FindAnomaly(name)) {
    next();
    ExplainAnomaly(*anomaly);
  }
  if (const auto promise = ParsePromise(name)) {
    next();
    ExplainPromise(InfoOf(*promise));
  }
  if (const KnownScenario* known = catalogue->FindScenario(name)) {
    next();
    ExplainScenario(known->scenario, *catalogue);
  }
  for (const BackendDescription& backend : catalogue->backends()) {
    if (backend.id != name) continue;
    next();
    ExplainBackend(backend, *catalogue);
  }
  if (explained > 0) return 0;
  std::vector<std::string> known = catalogue->ScenarioIds();
  for (std::string& id : catalogue->BackendIds()) known.push_back(std::move(id));
  for (const PromiseInfo& info : AllPromises()) known.emplace_back(info.name);
  for (const Anomaly& anomaly : AllAnomalies()) known.emplace_back(anomaly.name);
  const std::string nearest = NearestName(name, known);
  return UsageError(fmt::format("nothing is called '{}'", EscapeForTerminal(name, 60)),
                    nearest.empty() ? "`tearproof list scenarios|backends|promises` names what is"
                                    : fmt::format("did you mean '{}'?", nearest));
}

}  // namespace

Verb ExplainVerb() {
  auto name = std::make_shared<std::string>();
  Verb verb;
  verb.name = "explain";
  verb.description = "Explain an anomaly, a promise, a scenario or a cache.";
  verb.options = {{.name = "name",
                   .placeholder = "",
                   .description = "for instance torn-read, intact, get-set or naive",
                   .value = name.get(),
                   .required = true}};
  verb.examples = {{"tearproof explain torn-read", "cause, remedy and an interleaving"},
                   {"tearproof explain get-set", "a scenario: its story, and what it judges"},
                   {"tearproof explain temp-rename", "a cache: what it does and promises"}};
  verb.run = [name] { return Explain(*name); };
  return verb;
}

}  // namespace tearproof::cli
