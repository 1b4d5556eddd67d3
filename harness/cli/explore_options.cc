#include "harness/cli/explore_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include "harness/cli/option_values.h"
#include "harness/cli/selection_options.h"
#include "harness/cli/stress_options.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

Result<uint32_t> ParseWithin(const std::string& option, const std::string& text, uint32_t most) {
  TEARPROOF_ASSIGN_OR_RETURN(const uint32_t number, ParseNumber<uint32_t>(option, text));
  if (number == 0 || number > most) {
    return UsageError(fmt::format("{} takes 1 to {}, not {}", option, most, number));
  }
  return number;
}

constexpr int64_t kLeastPatience = 100 * kNanosPerMilli;

// "30s" or "10000"
Result<void> ParseBudget(const std::string& text, explore::ExploreOptions* options) {
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    TEARPROOF_ASSIGN_OR_RETURN(options->max_executions, ParseNumber<uint64_t>("--budget", text));
    return {};
  }
  TEARPROOF_ASSIGN_OR_RETURN(options->max_nanos, OfOption("--budget", ParseDuration(text)));
  return {};
}

// "all", "ENOSPC,EIO", "windows"; "" is none.
Result<explore::FaultSet> ParseFaults(const std::string& text) {
  explore::FaultSet faults = 0;
  if (text.empty()) return faults;
  for (const std::string& name : Split(text, ',')) {
    if (name == "all") {
      faults |= trace::kSingleFaults;
    } else if (name == "windows") {
      faults |= trace::Only(explore::Fault::kSharing);
    } else if (const auto fault = trace::ParseFault(name);
               fault && fault != explore::Fault::kSharing) {
      faults |= trace::Only(*fault);
    } else {
      return UsageError(
          fmt::format("--fault knows no '{}'", EscapeForTerminal(name, 20)),
          "write all, windows, or some of ENOSPC,EIO,EDQUOT,EINTR,EMFILE,EXDEV,EACCES,short");
    }
  }
  return faults;
}

void AddOption(std::string* line, const char* name, const std::string& value,
               const std::string& by_default = "") {
  if (value != by_default) *line += fmt::format(" {} {}", name, ShellQuote(value));
}

}  // namespace

std::vector<Option> ExploreOptions(ExploreArguments* a) {
  std::vector<Option> options = SelectionOptions(&a->scenarios, &a->tags, &a->backends);
  const std::vector<Option> own = {
      {.name = "--strategy",
       .placeholder = "",
       .description = "dpor: one execution of each class of equal ones",
       .value = &a->strategy,
       .choices = {"dpor", "bounded", "pct", "random", "depth-first"}},
      {"--preemptions", "N",
       "bounded: at most so many changes away from a process that could go on", &a->preemptions},
      {"--budget", "TIME|N", "at most so long, or so many executions, of each scenario and cache",
       &a->budget},
      {"--patience", "TIME", "how long an operation may compute or sleep before it counts as stuck",
       &a->patience},
      {"--until-broken", "", "stop at the first break; so it is unless --all or --expect is given",
       &a->until_broken},
      {.name = "--all",
       .placeholder = "",
       .description = "go on after a break, for one of each kind",
       .value = &a->all,
       .excludes = "--until-broken"},
      {"--kill", "", "also with each process killed before each of its calls", &a->kill},
      {"--fault", "all|LIST",
       "also with each call failing once in each way: ENOSPC,EIO,short or windows", &a->fault},
      {"--first", "TP1:...", "try this schedule first, then explore all", &a->first},
      {"--keep", "DIR", "leave the cache's directory there as it was at the first break", &a->keep},
      {"--resume", "RUN", "go on with what that run left unexplored", &a->resume},
      {"--jobs", "N", "processors to use", &a->jobs},
      {"--seed", "N", "of the strategies pct and random", &a->seed},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
      {"--strict", "", "count every promise, made or not", &a->strict},
      {"--expect", "", "pass exactly when each backend shows what its backend.toml expects",
       &a->expect}};
  options.insert(options.end(), own.begin(), own.end());
  for (Option& option : a->reports.Options()) options.push_back(std::move(option));
  return options;
}

Result<ExploreSettings> ResolveExploreSettings(const ExploreArguments& a) {
  const std::map<std::string, explore::Strategy> strategies = {
      {"dpor", explore::Strategy::kReduced},
      {"bounded", explore::Strategy::kBounded},
      {"pct", explore::Strategy::kPct},
      {"random", explore::Strategy::kRandom},
      {"depth-first", explore::Strategy::kDepthFirst}};
  ExploreSettings settings;
  explore::ExploreOptions& options = settings.options;
  settings.strategy = a.strategy;
  options.strategy = strategies.at(a.strategy);
  TEARPROOF_ASSIGN_OR_RETURN(options.preemptions,
                             ParseWithin("--preemptions", a.preemptions, 1000));
  const uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
  TEARPROOF_ASSIGN_OR_RETURN(options.jobs, ParseWithin("--jobs", a.jobs, cores));
  TEARPROOF_ASSIGN_OR_RETURN(options.seed, ParseNumber<uint64_t>("--seed", a.seed));
  TEARPROOF_RETURN_IF_ERROR(ParseBudget(a.budget, &options));
  TEARPROOF_ASSIGN_OR_RETURN(settings.patience, OfOption("--patience", ParseDuration(a.patience)));
  if (settings.patience < kLeastPatience) {
    return UsageError("--patience takes at least 100ms",
                      "a sound cache may sleep for a while, and wait for its disk");
  }
  // What must hold is explored to its end even where something else must break.
  options.all = a.all || (a.expect && !a.until_broken);
  options.kill = a.kill;
  TEARPROOF_ASSIGN_OR_RETURN(options.faults, ParseFaults(a.fault));
  settings.strict = a.strict;
  settings.expect = a.expect;
  TEARPROOF_ASSIGN_OR_RETURN(settings.parent_directory, ResolveDirectory(a.directory));
  std::error_code problem;
  if (!a.keep.empty() && std::filesystem::exists(a.keep, problem)) {
    return UsageError("there is something at " + EscapeForTerminal(a.keep) + " already",
                      "--keep takes a directory that is to be made");
  }
  if (!a.keep.empty() && options.all) {
    return UsageError("--keep keeps one break, and --all and --expect look for more",
                      "leave one of them out");
  }
  return settings;
}

std::string RerunExploreOptions(const ExploreArguments& a) {
  const ExploreArguments defaults;
  std::string line;
  AddOption(&line, "--strategy", a.strategy, defaults.strategy);
  AddOption(&line, "--preemptions", a.preemptions, defaults.preemptions);
  AddOption(&line, "--budget", a.budget, defaults.budget);
  AddOption(&line, "--patience", a.patience, defaults.patience);
  AddOption(&line, "--jobs", a.jobs, defaults.jobs);
  AddOption(&line, "--seed", a.seed, defaults.seed);
  AddOption(&line, "--dir", a.directory);
  AddOption(&line, "--config", a.config);
  if (a.all) line += " --all";
  if (a.kill) line += " --kill";
  AddOption(&line, "--fault", a.fault);
  if (a.strict) line += " --strict";
  return line;
}

}  // namespace tearproof::cli
