#include "harness/cli/selection_options.h"

namespace tearproof::cli {

std::vector<Option> SelectionOptions(std::vector<std::string>* scenarios,
                                     std::vector<std::string>* tags,
                                     std::vector<std::string>* backends) {
  return {
      {"scenario", "",
       "ids (`tearproof list scenarios`), all, or your own FILE.toml; the core family if none is "
       "named",
       scenarios},
      {"--tag", "NAME,...", "every scenario with this tag", tags},
      {"--backend", "NAME,...",
       "caches (`tearproof list backends`), with options as NAME:option=value; also all (the "
       "default), adapters and broken, and cmd:'PROGRAM ...', an adapter of your own",
       backends},
  };
}

}  // namespace tearproof::cli
