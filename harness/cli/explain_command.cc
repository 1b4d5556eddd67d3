// `tearproof explain NAME`: an anomaly or a promise, in words.
#include <CLI/CLI.hpp>

#include "harness/api/anomaly.h"
#include "harness/api/promise.h"
#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

void ExplainAnomaly(const Anomaly& anomaly) {
  Print("{} (breaks the promise `{}`)\n\n{}\n\nCause:  {}\nRemedy: {}\n\n{}\n", anomaly.name,
        PromiseName(anomaly.promise), anomaly.what, anomaly.cause, anomaly.remedy,
        anomaly.explanation);
}

void ExplainPromise(const PromiseInfo& info) {
  Print("{} (a promise{})\n\nIt is broken when {}.\n\nAnomalies that break it:\n", info.name,
        info.always ? " that every cache makes" : "", info.broken_when);
  for (const Anomaly& anomaly : AllAnomalies()) {
    if (anomaly.promise == info.promise) Print("  {:<18} {}\n", anomaly.name, anomaly.what);
  }
}

void Explain(const std::string& name, Session& session) {
  if (const Anomaly* anomaly = FindAnomaly(name)) return ExplainAnomaly(*anomaly);
  if (const auto promise = ParsePromise(name)) return ExplainPromise(InfoOf(*promise));
  std::vector<std::string> known;
  for (const Anomaly& anomaly : AllAnomalies()) known.emplace_back(anomaly.name);
  for (const PromiseInfo& info : AllPromises()) known.emplace_back(info.name);
  session.FailWith(UnknownNameError("anomaly or promise", name, known));
}

}  // namespace

void AddExplainCommand(CLI::App& app, Session& session) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("explain", "Explain an anomaly or a promise: cause, remedy, an example.");
  command->add_option("name", *name, "for instance torn-read, or intact")->required();
  command->callback([name, &session] { Explain(*name, session); });
}

}  // namespace tearproof::cli
