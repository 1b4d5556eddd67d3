// `tearproof list scenarios|backends|promises`: what there is, for people and for scripts.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/api/anomaly.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

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

json DescribeBackend(const BackendDescription& backend) {
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
          {"operations", NamesOf(backend.operations, OpKindName)},
          {"options", options}};
}

void PrintScenarios(const Catalogue& catalogue) {
  for (const KnownScenario& known : catalogue.scenarios()) {
    const Scenario& scenario = known.scenario;
    Print("{:<26} {}{}\n", scenario.id, scenario.title, scenario.HasTag("core") ? "  [core]" : "");
  }
}

void PrintBackend(const BackendDescription& backend) {
  Print("{:<26} {}{}\n", backend.id, backend.title, backend.model ? " (model)" : "");
  for (const BackendOption& option : backend.options) {
    Print("{:<26}   :{}={}  {}\n", "", option.name,
          option.choices.empty() ? option.default_value : Join(option.choices, "|"), option.help);
  }
}

void PrintBackends(const Catalogue& catalogue) {
  for (const BackendDescription& backend : catalogue.backends()) {
    if (!backend.broken) PrintBackend(backend);
  }
  Print("\nWith one planted bug each; tearproof must catch them:\n");
  for (const BackendDescription& backend : catalogue.backends()) {
    if (backend.broken) PrintBackend(backend);
  }
}

void PrintPromises() {
  for (const PromiseInfo& info : AllPromises()) {
    Print("{:<16} broken when {}{}\n", info.name, info.broken_when,
          info.always ? "  [made by all]" : "");
  }
}

json DescribeAll(const Catalogue& catalogue, const std::string& what) {
  json list = json::array();
  if (what == "scenarios") {
    for (const KnownScenario& known : catalogue.scenarios()) {
      list.push_back(DescribeScenario(known.scenario));
    }
  } else if (what == "backends") {
    for (const BackendDescription& backend : catalogue.backends()) {
      list.push_back(DescribeBackend(backend));
    }
  } else {
    for (const PromiseInfo& info : AllPromises()) {
      list.push_back(
          {{"name", info.name}, {"broken_when", info.broken_when}, {"always", info.always}});
    }
  }
  return list;
}

void List(const std::string& what, bool as_json, Session& session) {
  const std::vector<std::string> known = {"scenarios", "backends", "promises"};
  if (std::find(known.begin(), known.end(), what) == known.end()) {
    return session.FailWith(UnknownNameError("list", what, known));
  }
  const Result<std::unique_ptr<Catalogue>> catalogue = Catalogue::Load();
  if (!catalogue.ok()) return session.FailWith(catalogue.error());
  if (as_json) return PrintText(DumpJson(DescribeAll(*catalogue.value(), what)));
  if (what == "scenarios") return PrintScenarios(*catalogue.value());
  if (what == "backends") return PrintBackends(*catalogue.value());
  PrintPromises();
}

}  // namespace

void AddListCommand(CLI::App& app, Session& session) {
  struct Options {
    std::string what;
    bool as_json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("list", "List scenarios, backends or promises.");
  command->add_option("what", options->what, "scenarios, backends or promises")->required();
  command->add_flag("--json", options->as_json, "for programs");
  command->callback([options, &session] { List(options->what, options->as_json, session); });
}

}  // namespace tearproof::cli
