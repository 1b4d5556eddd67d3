// `tearproof list scenarios|backends|promises|models`: what there is, for people and for scripts.
#include <fmt/format.h>

#include "harness/api/anomaly.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/json.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"
#include "harness/crash/persistence_model.h"

namespace tearproof::cli {
namespace {

using nlohmann::json;

template <typename Range, typename Name>
std::vector<std::string> NamesOf(const Range& range, Name name) {
  std::vector<std::string> names;
  for (const auto& item : range) names.emplace_back(name(item));
  return names;
}

json DescribeScenario(const Scenario& scenario) {
  json roles = json::object();
  for (const Role& role : scenario.roles) {
    if (role.stress) roles[role.name] = role.stress->processes;
  }
  return {{"id", scenario.id},     {"title", scenario.title}, {"story", scenario.story},
          {"tags", scenario.tags}, {"roles", roles},          {"keys", scenario.keys.count}};
}

// The program of a backend that is no part of this one; empty for ours.
std::vector<std::string> CommandOf(const BackendDescription& backend, const Catalogue& catalogue) {
  const ProjectBackend* own = catalogue.project().FindBackend(backend.id);
  if (own != nullptr && !own->command.empty()) return own->command;
  return backend.adapter ? backend.adapter->command : std::vector<std::string>();
}

json DescribeBackend(const BackendDescription& backend, const Catalogue& catalogue) {
  json options = json::array();
  for (const BackendOption& option : backend.options) {
    options.push_back({{"name", option.name},
                       {"default", option.default_value},
                       {"choices", option.choices},
                       {"help", option.help}});
  }
  return {{"id", backend.id},
          {"title", backend.title},
          {"summary", backend.summary},
          {"model", backend.model},
          {"broken", backend.broken},
          {"promises", NamesOf(backend.promises, PromiseName)},
          {"command", CommandOf(backend, catalogue)},
          {"operations", NamesOf(backend.operations, OpKindName)},
          {"options", options}};
}

void PrintEntry(const std::string& name, const std::string& meaning) {
  constexpr size_t kNameColumns = 27;
  PrintText(Entry(name, kNameColumns, meaning, TerminalColumns()));
}

void PrintScenarios(const Catalogue& catalogue) {
  for (const KnownScenario& known : catalogue.scenarios()) {
    const Scenario& scenario = known.scenario;
    PrintEntry(scenario.id, scenario.title + (scenario.HasTag("core") ? " [core]" : ""));
  }
  Print("\n`tearproof explain NAME` tells the story of one.\n");
}

void PrintBackend(const BackendDescription& backend, const Catalogue& catalogue) {
  const std::string title =
      backend.title.empty() ? "runs " + Join(CommandOf(backend, catalogue), " ") : backend.title;
  PrintEntry(backend.id, EscapeForTerminal(title) + (backend.model ? " (model)" : ""));
  for (const BackendOption& option : backend.options) {
    const std::string& value =
        option.choices.empty() ? option.default_value : Join(option.choices, "|");
    PrintEntry(fmt::format("  :{}={}", option.name, value), option.help);
  }
}

void PrintBackends(const Catalogue& catalogue) {
  for (const BackendDescription& backend : catalogue.backends()) {
    if (!backend.broken && !backend.adapter) PrintBackend(backend, catalogue);
  }
  Print("\nReal caches in their own languages, each from a package that must be installed:\n");
  for (const BackendDescription& backend : catalogue.backends()) {
    if (backend.adapter) PrintBackend(backend, catalogue);
  }
  Print("\nWith one planted bug each; tearproof must catch them:\n");
  for (const BackendDescription& backend : catalogue.backends()) {
    if (backend.broken) PrintBackend(backend, catalogue);
  }
}

void PrintPromises() {
  for (const PromiseInfo& info : AllPromises()) {
    PrintEntry(std::string(info.name), fmt::format("broken when {}{}", info.broken_when,
                                                   info.always ? " [made by all]" : ""));
  }
}

// A row of docs/crash-model.md each.
void PrintModels() {
  for (const crash::PersistenceModel& model : crash::AllModels()) {
    Print("{}: {}\n\n", model.name, model.title);
    for (const crash::RuleRow& row : model.rows) Print("{}\n", crash::PrintRow(row));
    Print("\n");
  }
}

json DescribeModels() {
  json list = json::array();
  for (const crash::PersistenceModel& model : crash::AllModels()) {
    json rules = json::array();
    for (const crash::RuleRow& row : model.rows) {
      rules.push_back({{"rule", crash::RuleName(row.rule)},
                       {"setting", crash::SettingWords(row.setting)},
                       {"source", row.source}});
    }
    list.push_back({{"name", model.name}, {"title", model.title}, {"rules", rules}});
  }
  return list;
}

json DescribeAll(const Catalogue& catalogue, const std::string& what) {
  json list = json::array();
  if (what == "scenarios") {
    for (const KnownScenario& known : catalogue.scenarios()) {
      list.push_back(DescribeScenario(known.scenario));
    }
  } else if (what == "backends") {
    for (const BackendDescription& backend : catalogue.backends()) {
      list.push_back(DescribeBackend(backend, catalogue));
    }
  } else if (what == "models") {
    return DescribeModels();
  } else {
    for (const PromiseInfo& info : AllPromises()) {
      list.push_back(
          {{"name", info.name}, {"broken_when", info.broken_when}, {"always", info.always}});
    }
  }
  return list;
}

// A line each, for completions and scripts.
void PrintNames(const Catalogue& catalogue, const std::string& what) {
  for (const json& each : DescribeAll(catalogue, what)) {
    Print("{}\n", each[what == "promises" ? "name" : "id"].get<std::string>());
  }
}

Result<int> List(const std::string& what, bool as_json, bool names) {
  TEARPROOF_ASSIGN_OR_RETURN(const std::unique_ptr<Catalogue> catalogue, Catalogue::Load());
  if (names) {
    PrintNames(*catalogue, what);
  } else if (as_json) {
    PrintText(DumpJson(DescribeAll(*catalogue, what)));
  } else if (what == "scenarios") {
    PrintScenarios(*catalogue);
  } else if (what == "backends") {
    PrintBackends(*catalogue);
  } else if (what == "models") {
    PrintModels();
  } else {
    PrintPromises();
  }
  return 0;
}

}  // namespace

Verb ListVerb() {
  struct Options {
    std::string kind;
    bool as_json = false;
    bool names = false;
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "list";
  verb.description = "List scenarios, backends, promises or models of file systems.";
  verb.options = {{.name = "kind",
                   .placeholder = "",
                   .description = "what to list: scenarios, backends, promises or models",
                   .value = &options->kind,
                   .choices = {"scenarios", "backends", "promises", "models"},
                   .required = true},
                  {"--json", "", "for programs", &options->as_json},
                  {.name = "--names",
                   .placeholder = "",
                   .description = "only the names, a line each",
                   .value = &options->names,
                   .excludes = "--json"}};
  verb.run = [options] { return List(options->kind, options->as_json, options->names); };
  return verb;
}

}  // namespace tearproof::cli
