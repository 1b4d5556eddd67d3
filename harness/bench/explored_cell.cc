#include "harness/bench/explored_cell.h"

#include <filesystem>
#include <mutex>
#include <set>

#include "harness/api/registry.h"
#include "harness/core/clock.h"
#include "harness/stress/plan.h"

namespace tearproof::bench {
namespace {

Result<BackendDescription> DescriptionOf(const std::string& backend) {
  for (const RegisteredBackend& registered : RegisteredBackends()) {
    if (registered.id != backend) continue;
    return ParseBackendDescription(registered.description_toml, backend,
                                   std::string(registered.description_path));
  }
  return UsageError("no backend " + backend);
}

// The scenario's, where the cache has options so named; else what they are by default.
Result<BackendOptions> OptionsOf(const BackendDescription& description, const Scenario& scenario) {
  BackendOptions chosen;
  for (const BackendOption& option : description.options) {
    const auto named = scenario.backend_options.find(option.name);
    if (named != scenario.backend_options.end()) chosen.insert(*named);
  }
  return ResolveOptions(description, chosen);
}

// How fast executions follow each other, from when all jobs have made one.
class Pace {
 public:
  explicit Pace(uint32_t jobs) : jobs_(jobs) {}

  void Note(const explore::Subject* subject) {
    const std::lock_guard lock(mutex_);
    last_ = MonotonicNanos();
    if (begin_ != 0) ++executions_;
    subjects_.insert(subject);
    if (begin_ == 0 && subjects_.size() == jobs_) begin_ = last_;
  }
  double PerSecond() const {
    if (executions_ == 0) return 0;
    return static_cast<double>(executions_) * 1e9 / static_cast<double>(last_ - begin_);
  }

 private:
  const size_t jobs_;
  std::mutex mutex_;
  std::set<const explore::Subject*> subjects_;
  int64_t begin_ = 0;
  int64_t last_ = 0;
  uint64_t executions_ = 0;
};

}  // namespace

Result<std::unique_ptr<ExploredCell>> ExploredCell::Make(const std::string& scenario,
                                                         const std::string& backend,
                                                         const std::string& parent_directory) {
  for (const RegisteredScenario& registered : RegisteredScenarios()) {
    if (registered.id != scenario) continue;
    TEARPROOF_ASSIGN_OR_RETURN(const Scenario parsed, ParseScenario(registered.toml, scenario,
                                                                    std::string(registered.path)));
    return MakeOf(parsed, backend, parent_directory);
  }
  return UsageError("no scenario " + scenario);
}

Result<std::unique_ptr<ExploredCell>> ExploredCell::MakeOf(const Scenario& scenario,
                                                           const std::string& backend,
                                                           const std::string& parent_directory) {
  TEARPROOF_ASSIGN_OR_RETURN(const BackendDescription description, DescriptionOf(backend));
  auto cell = std::unique_ptr<ExploredCell>(new ExploredCell);
  std::error_code problem;
  cell->setup_.command = {std::filesystem::read_symlink("/proc/self/exe", problem), "adapter",
                          "--backend", backend};
  cell->setup_.scenario = scenario;
  cell->setup_.parent_directory = parent_directory;
  TEARPROOF_ASSIGN_OR_RETURN(cell->setup_.options, OptionsOf(description, scenario));
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    cell->checkers_.push_back(registered.make());
  }
  cell->contract_ = stress::MakeContract(scenario, description, cell->setup_.options);
  cell->MakeJudge(description.promises);
  return cell;
}

void ExploredCell::MakeJudge(std::set<Promise> counting) {
  std::vector<const Checker*> checkers;
  for (const auto& checker : checkers_) checkers.push_back(checker.get());
  judge_ = std::make_unique<explore::CacheJudge>(setup_.scenario, contract_, std::move(counting),
                                                 checkers);
}

void ExploredCell::CountOnly(Promise promise) { MakeJudge({promise}); }

Result<ExploredCell::Run> ExploredCell::Explore(const explore::ExploreOptions& options) {
  Pace pace(options.jobs);
  const explore::SubjectFactory start =
      [&](uint32_t job) -> Result<std::unique_ptr<explore::Subject>> {
    explore::CacheSetup setup = setup_;
    setup.core = options.jobs > 1 ? static_cast<int>(job) : -1;
    TEARPROOF_ASSIGN_OR_RETURN(auto cache, explore::TracedCache::Start(std::move(setup)));
    return std::unique_ptr<explore::Subject>(std::move(cache));
  };
  const explore::Judge judge = [&](explore::Subject& subject, const explore::Execution& execution) {
    Result<std::string> kind = (*judge_)(subject, execution);
    pace.Note(&subject);
    return kind;
  };
  Run run;
  TEARPROOF_ASSIGN_OR_RETURN(run.found, explore::Explore(start, judge, options));
  run.executions_per_second = pace.PerSecond();
  if (run.found.executions > 0) {
    run.steps_per_execution =
        static_cast<double>(run.found.steps) / static_cast<double>(run.found.executions);
  }
  return run;
}

}  // namespace tearproof::bench
