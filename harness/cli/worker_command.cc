// `tearproof worker`: what the stress engine starts; not for people.

#include "harness/cli/commands.h"
#include "harness/cli/option_values.h"
#include "harness/stress/worker.h"

namespace tearproof::cli {

Verb WorkerVerb() {
  struct Options {
    std::string cell;
    std::string slot;
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "worker";
  verb.description = "A worker process of the stress engine.";
  verb.hidden = true;
  verb.options = {{.name = "--cell",
                   .placeholder = "DIR",
                   .description = "where its plan lies",
                   .value = &options->cell,
                   .required = true},
                  {.name = "--slot",
                   .placeholder = "N",
                   .description = "which worker it is",
                   .value = &options->slot,
                   .required = true}};
  verb.run = [options]() -> Result<int> {
    TEARPROOF_ASSIGN_OR_RETURN(const uint32_t slot, ParseNumber<uint32_t>("--slot", options->slot));
    return stress::RunWorker(options->cell, slot);
  };
  return verb;
}

}  // namespace tearproof::cli
