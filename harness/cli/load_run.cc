#include "harness/cli/load_run.h"

#include <fmt/format.h>

#include "harness/api/run_record_json.h"
#include "harness/cli/run_directory.h"
#include "harness/core/json.h"
#include "harness/core/text.h"

namespace tearproof::cli {

Result<RunRecord> LoadRun(const std::string& named) {
  std::string path = named;
  if (!named.ends_with(".json")) {
    TEARPROOF_ASSIGN_OR_RETURN(const RunDirectory run, FindRunDirectory(named));
    if (const std::string why = WhyUnfinished(run); !why.empty()) {
      return UsageError(
          why, fmt::format("`tearproof judge {}` judges what it left", ShellQuote(run.id)));
    }
    path = run.path + "/run.json";
  }
  const Result<std::string> text = ReadTextFile(path);
  if (!text.ok()) return UsageError(text.error().what, "name a run, or the file of --json");
  return FromJson(text.value(), path);
}

}  // namespace tearproof::cli
