// `tearproof adapter`: a cache of this program behind the adapter protocol.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "harness/adapter/serve.h"
#include "harness/api/backend_description.h"
#include "harness/api/registry.h"
#include "harness/cli/commands.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

Result<int> ServeBackend(const RegisteredBackend& registered) {
  TEARPROOF_ASSIGN_OR_RETURN(
      const BackendDescription description,
      ParseBackendDescription(registered.description_toml, std::string(registered.id),
                              std::string(registered.description_path)));
  const auto open = [&](const BackendSetup& asked) -> Result<std::unique_ptr<Backend>> {
    BackendSetup setup = asked;
    TEARPROOF_ASSIGN_OR_RETURN(setup.options, ResolveOptions(description, asked.options));
    return registered.open(setup);
  };
  TEARPROOF_RETURN_IF_ERROR(adapter::Serve(open, STDIN_FILENO, STDOUT_FILENO));
  return 0;
}

}  // namespace

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
      if (registered.id == *backend) return ServeBackend(registered);
      names.emplace_back(registered.id);
    }
    return UnknownNameError("backend", *backend, names);
  };
  return verb;
}

}  // namespace tearproof::cli
