// `tearproof explore` and `replay`: every interleaving of a scenario's system calls, judged.
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <thread>

#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/explored_words.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/machine.h"
#include "harness/cli/output.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/layout.h"
#include "harness/core/text.h"
#include "harness/explore/cache_exploration.h"
#include "harness/explore/replay.h"
#include "harness/stress/plan.h"

namespace tearproof::cli {
namespace {

constexpr int kExitBroken = 1;
constexpr int kExitInconclusive = 2;
constexpr int kExitInterrupted = 130;

struct ExploreArguments {
  std::string scenario;
  std::string schedule;  // Of replay.
  std::string backend;
  std::string strategy = "dpor";
  std::string preemptions = "2";
  std::string budget = "60s";
  std::string jobs = "1";
  std::string directory;
  std::string config;
  bool all = false;
  bool kill = false;
  bool strict = false;
};

Result<uint32_t> ParseNumber(const std::string& option, const std::string& text, uint32_t most) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > most) {
    return UsageError(fmt::format("{} {} is no number from 1 to {}", option, text, most));
  }
  return number;
}

class ExploreRun {
 public:
  explicit ExploreRun(const ExploreArguments& arguments, const Session& session)
      : arguments_(arguments), session_(session) {}

  Result<int> Explore() {
    TEARPROOF_RETURN_IF_ERROR(Prepare(arguments_.scenario, arguments_.backend));
    TEARPROOF_RETURN_IF_ERROR(ReadOptions());
    const std::atomic<bool>& interrupted = CatchInterrupts();
    options_.stop = &interrupted;
    const int64_t begin = MonotonicNanos();
    TEARPROOF_ASSIGN_OR_RETURN(
        const explore::Exploration found,
        explore::Explore([this](uint32_t job) { return Start(job); }, JudgeCall(), options_));
    elapsed_ = MonotonicNanos() - begin;
    Print("tearproof {}  explore {} on {}, {}, {}\n\n", TEARPROOF_VERSION, known_->scenario.id,
          backend_.display, FormatDuration(elapsed_), FileSystemName(parent_));
    const std::map<Promise, Verdict> verdicts =
        judge_->verdicts();  // Before shrinking judges more.
    for (const explore::BrokenSchedule& broken : found.broken) {
      TEARPROOF_RETURN_IF_ERROR(TellBroken(broken));
    }
    return Conclude(found, verdicts);
  }

  Result<int> Replay() {
    TEARPROOF_ASSIGN_OR_RETURN(const Schedule schedule, Schedule::Parse(arguments_.schedule));
    TEARPROOF_RETURN_IF_ERROR(Prepare(schedule.scenario, schedule.backend));
    if (schedule.program_hash != ProgramHash()) {
      return UsageError(
          fmt::format("the schedule is of another version of the scenario {}", known_->scenario.id),
          "explore it again: tearproof explore " + known_->scenario.id + " --backend " +
              ShellQuote(backend_.display));
    }
    TEARPROOF_ASSIGN_OR_RETURN(const auto subject, Start(0));
    TEARPROOF_ASSIGN_OR_RETURN(const explore::Replayed replayed,
                               explore::Replay(*subject, JudgeCall(), schedule, options_.runner));
    if (replayed.outcome != explore::ReplayOutcome::kSame) {
      Print("{}\n", EscapeForTerminal(replayed.departure));
      return kExitInconclusive;
    }
    PrintText(LanesOf(replayed.events, std::nullopt, known_->scenario));
    if (replayed.broken.empty()) {
      Print("\nheld: nothing that {} promises was broken in this interleaving\n", backend_.display);
      return 0;
    }
    Print("\nBROKEN: {}\n{}", replayed.broken, SentenceOf(replayed.broken));
    return kExitBroken;
  }

 private:
  Result<void> Prepare(const std::string& scenario, const std::string& backend) {
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    TEARPROOF_ASSIGN_OR_RETURN(scenarios_, catalogue_->FindScenarios({scenario}, {}));
    TEARPROOF_ASSIGN_OR_RETURN(const auto backends, catalogue_->FindBackends({backend}));
    if (scenarios_.size() != 1 || backends.size() != 1) {
      return UsageError("one scenario and one cache can be explored at a time");
    }
    known_ = &scenarios_.front();
    backend_ = backends.front();
    if (!backend_.missing.empty()) {
      return Error{ErrorKind::kEnvironment, 0, backend_.display + ": " + backend_.missing, ""};
    }
    const std::string unfit =
        explore::UnfitToExplore(known_->scenario, backend_.description.operations);
    if (!unfit.empty()) {
      return UsageError(fmt::format("{} cannot be explored on {}: {}", known_->scenario.id,
                                    backend_.display, unfit));
    }
    parent_ = arguments_.directory.empty() ? DefaultParentDirectory() : arguments_.directory;
    std::set<Promise> counting = backend_.description.promises;
    if (arguments_.strict) {
      for (const PromiseInfo& info : AllPromises()) counting.insert(info.promise);
    }
    checkers_ = catalogue_->checkers();
    judge_ = std::make_unique<explore::CacheJudge>(
        known_->scenario,
        stress::MakeContract(known_->scenario, backend_.description, backend_.options), counting,
        checkers_);
    return {};
  }

  Result<void> ReadOptions() {
    const std::map<std::string, explore::Strategy> strategies = {
        {"dpor", explore::Strategy::kReduced},
        {"bounded", explore::Strategy::kBounded},
        {"pct", explore::Strategy::kPct},
        {"random", explore::Strategy::kRandom},
        {"depth-first", explore::Strategy::kDepthFirst}};
    options_.strategy = strategies.at(arguments_.strategy);
    TEARPROOF_ASSIGN_OR_RETURN(options_.preemptions,
                               ParseNumber("--preemptions", arguments_.preemptions, 1000));
    const uint32_t cores = std::max(1u, std::thread::hardware_concurrency());
    TEARPROOF_ASSIGN_OR_RETURN(options_.jobs, ParseNumber("--jobs", arguments_.jobs, cores));
    options_.all = arguments_.all;
    options_.kill = arguments_.kill;
    if (arguments_.budget.find_first_not_of("0123456789") == std::string::npos) {
      TEARPROOF_ASSIGN_OR_RETURN(options_.max_executions,
                                 ParseNumber("--budget", arguments_.budget, 4'000'000'000));
      return {};
    }
    TEARPROOF_ASSIGN_OR_RETURN(options_.max_nanos, ParseDuration(arguments_.budget));
    return {};
  }

  explore::Judge JudgeCall() {
    return [this](explore::Subject& subject, const explore::Execution& execution) {
      return (*judge_)(subject, execution);
    };
  }

  Result<std::unique_ptr<explore::Subject>> Start(uint32_t job) const {
    explore::CacheSetup setup;
    setup.command = backend_.command;
    if (setup.command.empty()) {
      std::error_code problem;
      setup.command = {std::filesystem::read_symlink("/proc/self/exe", problem), "adapter",
                       "--backend", backend_.implementation};
    }
    setup.scenario = known_->scenario;
    setup.options = backend_.options;
    setup.parent_directory = parent_;
    setup.core = options_.jobs > 1 ? static_cast<int>(job) : -1;
    TEARPROOF_ASSIGN_OR_RETURN(auto cache, explore::TracedCache::Start(std::move(setup)));
    return std::unique_ptr<explore::Subject>(std::move(cache));
  }

  // What a schedule is a schedule of.
  uint64_t ProgramHash() const { return XXH3_64bits(known_->toml.data(), known_->toml.size()); }

  std::string SentenceOf(const std::string& kind) const {
    for (const Verdict& verdict : judge_->last()) {
      if (verdict.judgement == Judgement::kBroken && PromiseName(verdict.promise) == kind) {
        return fmt::format("  {}\n  kind    {}: `tearproof explain {}` tells more\n",
                           verdict.sentence, verdict.anomaly, verdict.anomaly);
      }
    }
    return "";
  }

  Result<void> TellBroken(const explore::BrokenSchedule& broken) {
    TEARPROOF_ASSIGN_OR_RETURN(const auto subject, Start(0));
    explore::ShrinkOptions options;
    options.runner = options_.runner;
    TEARPROOF_ASSIGN_OR_RETURN(const explore::Shrunk shrunk,
                               explore::Shrink(*subject, JudgeCall(), broken, options));
    Schedule schedule;
    schedule.scenario = known_->scenario.id;
    schedule.program_hash = ProgramHash();
    schedule.backend = backend_.display;
    explore::Record(shrunk.schedule.events, schedule);
    // The judge's last words must be of this schedule.
    TEARPROOF_ASSIGN_OR_RETURN(const explore::Replayed replayed,
                               explore::Replay(*subject, JudgeCall(), schedule, options_.runner));
    Print("BROKEN: {}, in execution {} of {}\n{}\n", broken.kind, broken.execution,
          known_->scenario.id, SentenceOf(broken.kind));
    PrintText(LanesOf(replayed.events, shrunk.deciding_step, known_->scenario));
    Print("\n  {} between processes{}.\n\n  Again:\n  {} replay {}\n\n",
          Counted(shrunk.switches, "switches"),
          shrunk.fewest ? "; no execution with fewer breaks it" : "", session_.ProgramName(),
          ShellQuote(schedule.Print()));
    return {};
  }

  int Conclude(const explore::Exploration& found, const std::map<Promise, Verdict>& verdicts) {
    const std::string scope =
        fmt::format("{}, {}, {}, one host", explore::DescribePrograms(known_->scenario),
                    FileSystemName(parent_), DescribeMachine(parent_).kernel);
    PrintText(PromisesOf(verdicts, backend_.description.promises));
    Print("\n{}\n", Block("", WordsOf(found, judge_->unseen(), scope), 78));
    if (found.outcome == explore::Outcome::kStopped) return kExitInterrupted;
    if (!found.broken.empty()) return kExitBroken;
    const bool clear = found.exhausted() && judge_->unseen() == trace::Unseen::kNothing;
    return clear ? 0 : kExitInconclusive;
  }

  const ExploreArguments& arguments_;
  const Session& session_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<KnownScenario> scenarios_;
  const KnownScenario* known_ = nullptr;
  NamedBackend backend_;
  std::vector<const Checker*> checkers_;
  std::string parent_;
  explore::ExploreOptions options_;
  std::unique_ptr<explore::CacheJudge> judge_;
  int64_t elapsed_ = 0;
};

}  // namespace

Verb ExploreVerb(const Session& session) {
  auto a = std::make_shared<ExploreArguments>();
  Verb verb;
  verb.name = "explore";
  verb.description = "Run every interleaving of a scenario's system calls, and judge each.";
  verb.options = {
      {"scenario",
       "",
       "one that has explore programs (`tearproof list scenarios`)",
       &a->scenario,
       {},
       "",
       true},
      {"--backend", "NAME", "the cache (`tearproof list backends`)", &a->backend, {}, "", true},
      {"--strategy",
       "",
       "dpor: one execution of each class of equal ones",
       &a->strategy,
       {"dpor", "bounded", "pct", "random", "depth-first"}},
      {"--preemptions", "N",
       "bounded: at most so many changes away from a process that could go on", &a->preemptions},
      {"--budget", "TIME|N", "at most so long, or so many executions", &a->budget},
      {"--all", "", "go on after a break, for one of each kind", &a->all},
      {"--kill", "", "also with each process killed before each of its calls", &a->kill},
      {"--strict", "", "count every promise, made or not", &a->strict},
      {"--jobs", "N", "processors to use", &a->jobs},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config},
  };
  verb.examples = {
      {"tearproof explore get-set --backend temp-rename", "held, and in how many interleavings"},
      {"tearproof explore get-set --backend naive", "a counterexample, and the line to replay it"}};
  verb.run = [a, &session] { return ExploreRun(*a, session).Explore(); };
  return verb;
}

Verb ReplayVerb(const Session& session) {
  auto a = std::make_shared<ExploreArguments>();
  Verb verb;
  verb.name = "replay";
  verb.description = "Show one interleaving again, by the line that explore printed.";
  verb.options = {
      {"schedule", "", "TP1:...", &a->schedule, {}, "", true},
      {"--strict", "", "count every promise, made or not", &a->strict},
      {"--dir", "DIR",
       "the caches lie in a new directory under this one; /dev/shm if it can be used",
       &a->directory},
      {"--config", "FILE", "the project file; ./tearproof.toml if there is one", &a->config}};
  verb.run = [a, &session] { return ExploreRun(*a, session).Replay(); };
  return verb;
}

}  // namespace tearproof::cli
