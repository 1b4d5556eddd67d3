#include "harness/cli/explore_cell.h"

#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "harness/explore/replay.h"
#include "harness/trace/result_tap.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kProgressInterval = kNanosPerSecond / 10;

std::string ScopeOf(const PlannedCell& cell, explore::FaultSet faults, const Machine& machine) {
  const Scenario& scenario = cell.known.scenario;
  std::string scope = explore::DescribePrograms(scenario);
  size_t present = 0;
  for (const Step& step : scenario.explore_before) {
    if (step.kind != OpKind::kSet && step.kind != OpKind::kAdd) continue;
    present += step.target == Step::Target::kEach ? scenario.keys.count : 1;
  }
  if (present > 0)
    scope += present == 1 ? ", key present" : fmt::format(", {} keys present", present);
  if (scenario.advance_nanos) {
    scope += fmt::format(", {} later", FormatDuration(*scenario.advance_nanos));
  }
  if ((faults & trace::kSingleFaults) != 0) scope += ", one call failing";
  if (trace::Contains(faults, explore::Fault::kSharing)) scope += ", open files as on Windows";
  return scope + fmt::format(", {}, {}, one host", machine.file_system, machine.kernel);
}

// What ended it before all was explored; "" if nothing did.
std::string BoundOf(const explore::Exploration& found) {
  switch (found.outcome) {
    case explore::Outcome::kBroken:
      return "stopped at the first break; --all goes on";
    case explore::Outcome::kExecutions:
    case explore::Outcome::kTime:
      return "the budget ended before all was explored; --budget grants more";
    case explore::Outcome::kStopped:
      return "interrupted before all was explored";
    case explore::Outcome::kDifferent:
      return fmt::format(
          "the cache is not deterministic: at step {} the same choices led to {}, and before to {}",
          found.difference->step + 1, found.difference->got.label,
          found.difference->expected.label);
    case explore::Outcome::kExhausted:
      break;
  }
  if (found.too_long > 0) return "some executions were too long to be followed";
  if (found.bound_left_out) return "the bound on preemptions left executions out";
  // A defect of ours, and no reason to claim anything.
  if (!found.AddsUp()) return "the classes do not add up to all interleavings: please report it";
  return "";
}

class CellRun {
 public:
  CellRun(const ExploreCellRequest& request,
          const std::function<void(const ExploreProgress&)>& progress,
          const std::atomic<bool>& interrupted)
      : request_(request),
        cell_(*request.cell),
        settings_(*request.settings),
        cache_(cell_, settings_.parent_directory, settings_.options.faults, settings_.patience),
        progress_(progress),
        interrupted_(interrupted) {}

  ExploreCellOutcome Run() {
    const int64_t begin = MonotonicNanos();
    begin_ = begin;
    CellRecord& record = outcome_.record;
    record.scope = ScopeOf(cell_, settings_.options.faults, request_.machine);
    record.rerun = Rerun();
    const Result<void> explored = Explore();
    if (!explored.ok()) {
      record.state = CellState::kFailed;
      record.reason = explored.error().Message();
      record.promises.clear();
      record.explored.reset();
    }
    record.elapsed = MonotonicNanos() - begin;
    NameCell(cell_, "explore", &record);
    return std::move(outcome_);
  }

 private:
  Result<void> Explore() {
    judge_ = cache_.MakeJudge(Counting(), request_.checkers);
    explore::ExploreOptions options = settings_.options;
    options.stop = &interrupted_;
    if (request_.first) {
      options.first = request_.first->choices;
      TEARPROOF_ASSIGN_OR_RETURN(options.first_mishap, explore::MishapOf(*request_.first));
    }
    if (request_.earlier) options.resume = request_.earlier->frontier;
    TEARPROOF_ASSIGN_OR_RETURN(
        const explore::Exploration found,
        explore::Explore([this](uint32_t job) { return Start(job); }, JudgeAndTell(), options));
    // Shrinking judges more, which is not what was explored.
    const std::map<Promise, Verdict> verdicts = judge_->verdicts();
    const trace::Unseen unseen = judge_->unseen();
    Describe(found, unseen);
    RecordVerdicts(verdicts);
    for (const explore::BrokenSchedule& broken : found.broken) Explain(broken);
    SettleVerdicts(found, unseen);
    if (found.outcome == explore::Outcome::kStopped) {
      outcome_.record.state = CellState::kInterrupted;
      outcome_.record.reason = "interrupted";
    }
    if (!found.frontier.empty()) KeepFrontier(found.frontier);
    if (found.outcome == explore::Outcome::kTime) TellWhySlow();
    return {};
  }

  // Why more could have been explored in the same time.
  void TellWhySlow() {
    if (trace::ResultTap::Shared() != nullptr) return;
    outcome_.notes.push_back(fmt::format(
        "{} on {}: every call stopped its process twice, which takes longer: once is enough with "
        "CAP_BPF and CAP_PERFMON, outside of a process namespace",
        cell_.known.scenario.id, cell_.backend.display));
  }

  // Which promises break an execution. With --expect, also those that must.
  std::set<Promise> Counting() const {
    std::set<Promise> counting = cell_.backend.description.promises;
    for (const PromiseInfo& info : AllPromises()) {
      const bool awaited = settings_.expect && Expected(info.promise) == Expectation::kMustBreak;
      if (settings_.strict || awaited) counting.insert(info.promise);
    }
    return counting;
  }

  Expectation Expected(Promise promise) const {
    const std::string engine = settings_.options.faults != 0 ? "explore-fault" : "explore";
    return cell_.backend.description.Expected(engine, cell_.known.scenario.id, promise);
  }

  Result<std::unique_ptr<explore::Subject>> Start(uint32_t job) const {
    const int core = settings_.options.jobs > 1 ? static_cast<int>(job) : -1;
    TEARPROOF_ASSIGN_OR_RETURN(auto cache, cache_.Start(core));
    return std::unique_ptr<explore::Subject>(std::move(cache));
  }

  explore::Judge JudgeCall() {
    return [this](explore::Subject& subject, const explore::Execution& execution) {
      return (*judge_)(subject, execution);
    };
  }

  explore::Judge JudgeAndTell() {
    return [this, teller = std::this_thread::get_id()](explore::Subject& subject,
                                                       const explore::Execution& execution) {
      ++judged_;
      if (std::this_thread::get_id() == teller) ShowProgress();
      return (*judge_)(subject, execution);
    };
  }

  void ShowProgress() {
    const int64_t now = MonotonicNanos();
    if (now - shown_ < kProgressInterval) return;
    shown_ = now;
    progress_({now - begin_, judged_});
  }

  std::string Rerun() const {
    return fmt::format("{} explore {} --backend {}{}", request_.program_name,
                       ShellQuote(cell_.named), ShellQuote(cell_.backend.display),
                       request_.rerun_options);
  }

  void Describe(const explore::Exploration& found, trace::Unseen unseen) {
    ExplorationRecord& explored = outcome_.record.explored.emplace();
    explored.strategy = settings_.strategy;
    explored.lanes = cache_.Lanes();
    explored.bound = BoundOf(found);
    explored.unseen = trace::Describe(unseen);
    const ExplorationRecord* earlier = Earlier();
    if (explored.unseen.empty() && earlier != nullptr) explored.unseen = earlier->unseen;
    explored.exhausted = explored.bound.empty() && explored.unseen.empty();
    explored.classes = found.classes;
    explored.executions = found.executions;
    explored.abandoned = found.abandoned;
    explored.deadlocks = found.deadlocks;
    explored.kills = found.kills;
    explored.faults = found.faults;
    explored.polled = found.polled;
    const bool counted = found.uncounted == 0 && !found.interleavings.IsZero();
    if (counted && !found.interleavings.saturated()) {
      explored.interleavings = found.interleavings.Digits();
    }
    if (earlier != nullptr) explored.counterexamples = earlier->counterexamples;
    outcome_.record.kills = found.kills;
  }

  const ExplorationRecord* Earlier() const {
    return request_.earlier && request_.earlier->cell.explored ? &*request_.earlier->cell.explored
                                                               : nullptr;
  }

  void RecordVerdicts(std::map<Promise, Verdict> verdicts) {
    if (request_.earlier) {
      for (const PromiseResult& before : request_.earlier->cell.promises) {
        const Verdict verdict = Reopen(before.verdict, *Earlier());
        const auto [now, absent] = verdicts.try_emplace(verdict.promise, verdict);
        if (!absent) now->second = Merge(verdict, now->second);
      }
    }
    for (auto& [promise, verdict] : verdicts) {
      PromiseResult result;
      result.verdict = std::move(verdict);
      result.promised = cell_.backend.description.promises.contains(promise);
      result.expectation = Expected(promise);
      outcome_.record.promises.push_back(std::move(result));
    }
  }

  // What held so far is not decided where something was left for another reason than a break.
  void SettleVerdicts(const explore::Exploration& found, trace::Unseen unseen) {
    const ExplorationRecord& explored = *outcome_.record.explored;
    const bool at_break =
        found.outcome == explore::Outcome::kBroken && unseen == trace::Unseen::kNothing;
    if (explored.exhausted || at_break) return;
    for (PromiseResult& result : outcome_.record.promises) {
      Verdict& verdict = result.verdict;
      if (verdict.judgement != Judgement::kHeld) continue;
      verdict.judgement = Judgement::kInconclusive;
      result.unfinished = true;
      verdict.reason = explored.unseen.empty() ? explored.bound : explored.unseen;
    }
  }

  // Adds the counterexample. Where it cannot be made, the break stands all the same.
  void Explain(const explore::BrokenSchedule& broken) {
    const Result<void> explained = Shrink(broken);
    if (explained.ok()) return;
    outcome_.notes.push_back(fmt::format("{} on {}: the break of {} could not be shown again: {}",
                                         cell_.known.scenario.id, cell_.backend.display,
                                         broken.kind, explained.error().Message()));
  }

  Result<void> Shrink(const explore::BrokenSchedule& broken) {
    TEARPROOF_ASSIGN_OR_RETURN(const auto cache, cache_.Start(-1));
    explore::ShrinkOptions options;
    options.runner = settings_.options.runner;
    TEARPROOF_ASSIGN_OR_RETURN(const explore::Shrunk shrunk,
                               explore::Shrink(*cache, JudgeCall(), broken, options));
    Schedule schedule = cache_.EmptySchedule();
    explore::Record(shrunk.schedule.events, schedule);
    // The judge's last words must be of this schedule.
    TEARPROOF_ASSIGN_OR_RETURN(
        const explore::Replayed replayed,
        explore::Replay(*cache, JudgeCall(), schedule, settings_.options.runner));
    Counterexample example;
    example.promise = ParsePromise(broken.kind).value_or(Promise::kIntact);
    example.execution = broken.execution;
    example.times = broken.times;
    example.steps = StepsOf(replayed.events);
    example.deciding = shrunk.deciding_step;
    example.switches = shrunk.switches;
    example.fewest = shrunk.fewest;
    example.schedule = schedule.Print();
    const bool promised = cell_.backend.description.promises.contains(example.promise);
    const std::string& named = cell_.backend.display;
    example.replay = fmt::format(
        "{} replay {}{}{}", request_.program_name, ShellQuote(example.schedule),
        cache_.IsNamed() ? "" : " --backend " + ShellQuote(named), promised ? "" : " --strict");
    TakeEvidence(example.promise);
    outcome_.record.explored->counterexamples.push_back(std::move(example));
    if (!request_.keep.empty()) TEARPROOF_RETURN_IF_ERROR(KeepCache(cache->CacheDirectory()));
    return {};
  }

  // Of the schedule that is shown, not of the one that was met first.
  void TakeEvidence(Promise promise) {
    for (const Verdict& last : judge_->last()) {
      if (last.promise != promise || last.judgement != Judgement::kBroken) continue;
      for (PromiseResult& result : outcome_.record.promises) {
        if (result.verdict.promise != promise) continue;
        result.verdict.anomaly = last.anomaly;
        result.verdict.sentence = last.sentence;
        result.verdict.evidence = last.evidence;
        result.verdict.still_held = last.still_held;
      }
    }
  }

  Result<void> KeepCache(const std::string& directory) {
    std::error_code problem;
    if (!fs::create_directory(request_.keep, problem)) {
      if (!problem) problem = std::make_error_code(std::errc::file_exists);
      return SystemError(problem.value(), "cannot make " + request_.keep);
    }
    fs::copy(directory, request_.keep,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks, problem);
    if (problem) return SystemError(problem.value(), "cannot copy the cache to " + request_.keep);
    outcome_.notes.push_back("the cache as the counterexample left it: " + request_.keep);
    return {};
  }

  void KeepFrontier(const std::string& frontier) {
    if (request_.run.empty()) return;
    const Schedule schedule = cache_.EmptySchedule();
    const Result<void> kept =
        WriteFrontier(request_.cell_directory, schedule, settings_.options, frontier);
    if (!kept.ok()) {
      outcome_.notes.push_back("what is left to explore was not kept: " + kept.error().Message());
      return;
    }
    outcome_.record.history = request_.cell_name;
    outcome_.record.explored->go_on =
        fmt::format("{} --resume {}", Rerun(), ShellQuote(request_.run));
  }

  const ExploreCellRequest& request_;
  const PlannedCell& cell_;
  const ExploreSettings& settings_;
  const ExploredCache cache_;
  const std::function<void(const ExploreProgress&)>& progress_;
  const std::atomic<bool>& interrupted_;
  std::unique_ptr<explore::CacheJudge> judge_;
  std::atomic<uint64_t> judged_ = 0;
  int64_t begin_ = 0;
  int64_t shown_ = 0;
  ExploreCellOutcome outcome_;
};

}  // namespace

ExploreCellOutcome RunExploreCell(const ExploreCellRequest& request,
                                  const std::function<void(const ExploreProgress&)>& progress,
                                  const std::atomic<bool>& interrupted) {
  return CellRun(request, progress, interrupted).Run();
}

std::string ProgressWords(const ExploreProgress& progress) {
  const double seconds = static_cast<double>(progress.elapsed) / 1e9;
  const double judged = static_cast<double>(progress.judged);
  return fmt::format("{}, {}, {} executions/s", FormatDuration(progress.elapsed),
                     Counted(progress.judged, "classes"),
                     FormatRounded(seconds > 0 ? judged / seconds : 0));
}

}  // namespace tearproof::cli
