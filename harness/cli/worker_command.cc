// `tearproof worker`: what the stress engine starts; not for people.

#include "harness/cli/commands.h"
#include "harness/cli/option_values.h"
#include "harness/stress/worker.h"

namespace tearproof::cli {

Verb WorkerVerb() {
  struct Options {
    std::string cell;
    std::vector<std::string> slots;
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
                   .description = "which workers it is",
                   .value = &options->slots,
                   .required = true}};
  verb.run = [options]() -> Result<int> {
    std::vector<uint32_t> slots;
    for (const std::string& text : options->slots) {
      TEARPROOF_ASSIGN_OR_RETURN(const uint32_t slot, ParseNumber<uint32_t>("--slot", text));
      slots.push_back(slot);
    }
    return stress::RunWorker(options->cell, slots);
  };
  return verb;
}

}  // namespace tearproof::cli
