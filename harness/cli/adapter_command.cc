// `tearproof adapter`: a cache of this program behind the adapter protocol.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "harness/adapter/serve.h"
#include "harness/api/registry.h"
#include "harness/cli/commands.h"
#include "harness/core/text.h"

namespace tearproof::cli {

Verb AdapterVerb() {
  auto backend = std::make_shared<std::string>();
  Verb verb;
  verb.name = "adapter";
  verb.description = "Answer the adapter protocol (docs/adapters.md) for a cache of this program.";
  verb.hidden = true;
  verb.options = {{"--backend", "NAME", "which", backend.get(), {}, "", true}};
  verb.run = [backend]() -> Result<int> {
    std::vector<std::string> names;
    for (const RegisteredBackend& registered : RegisteredBackends()) {
      if (registered.id == *backend) {
        TEARPROOF_RETURN_IF_ERROR(adapter::Serve(registered.open, STDIN_FILENO, STDOUT_FILENO));
        return 0;
      }
      names.emplace_back(registered.id);
    }
    return UnknownNameError("backend", *backend, names);
  };
  return verb;
}

}  // namespace tearproof::cli
