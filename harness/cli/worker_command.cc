// `tearproof worker`: what the stress engine starts; not for people.
#include <CLI/CLI.hpp>

#include "harness/cli/commands.h"
#include "harness/stress/worker.h"

namespace tearproof::cli {

void AddWorkerCommand(CLI::App& app, Session& session) {
  struct Options {
    std::string cell;
    uint32_t slot = 0;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("worker", "A worker process of the stress engine.");
  command->group("");  // Hidden.
  command->add_option("--cell", options->cell)->required();
  command->add_option("--slot", options->slot)->required();
  command->callback(
      [options, &session] { session.exit_code = stress::RunWorker(options->cell, options->slot); });
}

}  // namespace tearproof::cli
