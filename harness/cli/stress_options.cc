#include "harness/cli/stress_options.h"

#include <fmt/format.h>
#include <sched.h>

#include <filesystem>

#include "harness/api/rate_bound.h"
#include "harness/cli/fresh_file_system.h"
#include "harness/cli/machine.h"
#include "harness/cli/option_values.h"
#include "harness/cli/selection_options.h"
#include "harness/core/clock.h"
#include "harness/core/random.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

constexpr uint32_t kMostProcesses = 1000;
constexpr int64_t kDefaultDuration = 10 * kNanosPerSecond;
constexpr int64_t kAsLongAsItTakes = int64_t{365} * 24 * 3600 * kNanosPerSecond;
constexpr uint64_t kSeedBound = 1'000'000'000;  // Short enough to be read out.

// "writer=4,reader=4"
Result<std::map<std::string, uint32_t>> ParseProcesses(const std::string& text) {
  std::map<std::string, uint32_t> processes;
  if (text.empty()) return processes;
  for (const std::string& part : Split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(
          fmt::format("--processes takes role=number, not '{}'", EscapeForTerminal(part, 60)),
          "for instance --processes writer=4,reader=4");
    }
    TEARPROOF_ASSIGN_OR_RETURN(
        const uint32_t count,
        ParseNumber<uint32_t>("--processes", std::string_view(part).substr(equals + 1)));
    if (count == 0 || count > kMostProcesses) {
      return UsageError(
          fmt::format("--processes takes 1 to {} of a role, not {}", kMostProcesses, count));
    }
    processes[part.substr(0, equals)] = count;
  }
  return processes;
}

// How many clean cases "1e-6" needs.
Result<uint64_t> ParseUntilRate(std::string_view text) {
  TEARPROOF_ASSIGN_OR_RETURN(const double rate, ParseNumber<double>("--until-rate", text));
  if (!(rate >= 1e-12 && rate <= 1)) {
    return UsageError(fmt::format("--until-rate takes a rate from 1e-12 to 1, not '{}'",
                                  EscapeForTerminal(text, 60)));
  }
  return CasesForRate(rate);
}

std::vector<int> AllowedProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

// "none", "spread", "0,1"
Result<std::vector<int>> ParseAffinity(const std::string& text) {
  const std::vector<int> allowed = AllowedProcessors();
  if (text == "none") return std::vector<int>();
  if (text == "spread") return allowed;
  std::vector<int> chosen;
  for (const std::string& part : Split(text, ',')) {
    TEARPROOF_ASSIGN_OR_RETURN(const int processor, ParseNumber<int>("--affinity", part));
    if (std::find(allowed.begin(), allowed.end(), processor) == allowed.end()) {
      return UsageError(fmt::format("--affinity: there is no processor {} for us", processor),
                        fmt::format("there are {}", fmt::join(allowed, ", ")));
    }
    chosen.push_back(processor);
  }
  return chosen;
}

// Of "writer=4,reader=4" what is said of the scenario's roles.
std::string ProcessesOf(const Scenario& scenario, const std::string& text) {
  std::vector<std::string> parts;
  for (const std::string& part : Split(text, ',')) {
    const Role* role = scenario.FindRole(part.substr(0, part.find('=')));
    if (role != nullptr && role->stress) parts.push_back(part);
  }
  return Join(parts, ",");
}

void AddOption(std::string* line, const char* name, const std::string& value) {
  if (!value.empty()) *line += fmt::format(" {} {}", name, ShellQuote(value));
}

}  // namespace

Result<std::string> ResolveDirectory(const std::string& named) {
  const std::string parent = named.empty() ? DefaultParentDirectory() : named;
  std::error_code problem;
  const std::filesystem::path resolved = std::filesystem::canonical(parent, problem);
  if (problem || !std::filesystem::is_directory(resolved)) {
    return UsageError("there is no directory " + EscapeForTerminal(parent),
                      "name an existing one with --dir");
  }
  return resolved.string();
}

std::vector<Option> StressOptions(StressArguments* a) {
  std::vector<Option> options = SelectionOptions(&a->scenarios, &a->tags, &a->backends);
  const std::vector<Option> own = {
      {"--processes", "ROLE=N,...", "of a role: writer=4,reader=4", &a->processes},
      {"--duration", "TIME", "at most, for each scenario on each backend; 10s unless given",
       &a->duration},
      {"--goal", "N", "a promise exercised so often is covered; 0: use the whole duration",
       &a->goal},
      {.name = "--until-rate",
       .placeholder = "RATE",
       .description = "run until a clean verdict bounds each break's rate: 1e-6 takes 3,000,000 "
                      "cases; without --duration as long as that needs",
       .value = &a->until_rate,
       .excludes = "--goal"},
      {"--keep-going", "", "look for more after a promised promise is broken", &a->keep_going},
      {"--value-size", "SIZE", "4KiB, or 1B..1MiB", &a->value_size},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--file-system", "NAME",
       "on a fresh one, in a file under --dir ($TMPDIR or /tmp unless given): ext4, xfs, btrfs, "
       "tmpfs or overlayfs; takes root and loop devices",
       &a->file_system},
      {"--seed", "N", "the same seed draws the same operations", &a->seed},
      {"--kill", "RATE", "kill and replace random workers: 20/s", &a->kill},
      {.name = "--verify",
       .placeholder = "",
       .description = "every byte of every hit, or the stamps only: 32 bytes in 512",
       .value = &a->verify,
       .choices = {"full", "stamps"}},
      {"--affinity", "CPUS", "pin workers: none, spread, or processors: 0,1", &a->affinity},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
      {"--profile", "NAME", "the options of [profile.NAME] in the project file", &a->profile},
      {"--strict", "", "count every promise, made or not", &a->strict},
      {"--expect", "",
       "pass exactly when each backend shows what its backend.toml expects; what must break gets "
       "up to ten times the duration",
       &a->expect},
      {"--keep-history", "", "keep every round's history", &a->keep_history},
      {"--dry-run", "", "say what would run, and for how long", &a->dry_run}};
  options.insert(options.end(), own.begin(), own.end());
  for (Option& option : a->reports.Options()) options.push_back(std::move(option));
  return options;
}

Result<StressSettings> ResolveSettings(const StressArguments& a, const Profile* profile) {
  const Profile defaults;
  if (profile == nullptr) profile = &defaults;
  StressSettings settings;
  settings.overrides.processes = profile->processes;
  if (!a.processes.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.overrides.processes, ParseProcesses(a.processes));
  }
  settings.overrides.value_sizes = profile->value_sizes;
  if (!a.value_size.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.overrides.value_sizes,
                               OfOption("--value-size", ParseSizeDistribution(a.value_size)));
  }
  settings.overrides.kills_per_second = profile->kills_per_second;
  if (a.kill == "0/s") {  // What the scenario or the profile says is off.
    settings.overrides.kills_per_second = 0;
  } else if (!a.kill.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.overrides.kills_per_second,
                               OfOption("--kill", ParseKillRate(a.kill)));
  }
  settings.duration = profile->duration_nanos.value_or(kDefaultDuration);
  if (!a.duration.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.duration,
                               OfOption("--duration", ParseDuration(a.duration)));
  }
  if (settings.duration <= 0) return UsageError("--duration takes more than nothing");
  TEARPROOF_ASSIGN_OR_RETURN(settings.goal, ParseNumber<uint64_t>("--goal", a.goal));
  if (!a.until_rate.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.goal, ParseUntilRate(a.until_rate));
    if (a.duration.empty()) settings.duration = kAsLongAsItTakes;
  }
  uint64_t state = static_cast<uint64_t>(RealtimeNanos());
  settings.seed = profile->seed.value_or(SplitMix64(state) % kSeedBound);
  if (!a.seed.empty()) {
    TEARPROOF_ASSIGN_OR_RETURN(settings.seed, ParseNumber<uint64_t>("--seed", a.seed));
  }
  settings.verify = a.verify == "full" ? VerifyMode::kFull : VerifyMode::kStamps;
  TEARPROOF_ASSIGN_OR_RETURN(settings.affinity, ParseAffinity(a.affinity));
  settings.strict = a.strict || profile->strict.value_or(false);
  settings.expect = a.expect || profile->expect.value_or(false);
  // What must hold is put to the test in full even where something else must break.
  settings.keep_going = a.keep_going || settings.expect;
  std::string directory = a.directory.empty() ? profile->directory.value_or("") : a.directory;
  if (directory.empty() && !a.file_system.empty()) directory = DefaultDiskDirectory();
  TEARPROOF_ASSIGN_OR_RETURN(settings.parent_directory, ResolveDirectory(directory));
  return settings;
}

std::string RerunOptions(const StressArguments& a, const Scenario& scenario, uint64_t seed) {
  std::string line;
  AddOption(&line, "--duration", a.duration);
  AddOption(&line, "--seed", std::to_string(seed));
  AddOption(&line, "--config", a.config);
  AddOption(&line, "--profile", a.profile);
  AddOption(&line, "--processes", ProcessesOf(scenario, a.processes));
  AddOption(&line, "--value-size", a.value_size);
  AddOption(&line, "--dir", a.directory);
  AddOption(&line, "--file-system", a.file_system);
  AddOption(&line, "--kill", a.kill);
  if (a.verify != "full") AddOption(&line, "--verify", a.verify);
  if (a.affinity != "none") AddOption(&line, "--affinity", a.affinity);
  if (a.goal != "1000000") AddOption(&line, "--goal", a.goal);
  AddOption(&line, "--until-rate", a.until_rate);
  if (a.keep_going) line += " --keep-going";
  if (a.strict) line += " --strict";
  return line;
}

}  // namespace tearproof::cli
