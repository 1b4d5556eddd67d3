#include "harness/stress/stress_engine.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/core/text.h"
#include "harness/history/segment.h"
#include "harness/stress/environment.h"
#include "harness/stress/round_directory.h"
#include "harness/stress/round_judge.h"
#include "harness/stress/round_runner.h"
#include "harness/stress/round_store.h"
#include "harness/stress/speed_meter.h"

namespace tearproof::stress {
namespace {

// Two processes' readings of CLOCK_MONOTONIC on one host agree far better than this; it costs
// nothing, as no operation that touches a file is so short.
constexpr int64_t kClockUncertainty = 200;
constexpr int64_t kHopeless = 60 * kNanosPerSecond;

// What lies in the cell's directory before anything is kept.
uint64_t RecordBytes(uint64_t processes, uint64_t capacity) {
  constexpr uint64_t kSlack = 64 << 10;      // plan.json, round.json, the control block's head.
  constexpr uint64_t kSlackEach = 16 << 10;  // A segment's head; pages, where files end within one.
  const uint64_t segment = capacity * sizeof(Slot) + SegmentSideBytes(capacity);
  return kSlack + processes * (sizeof(WorkerSlot) + segment + kSlackEach);
}

class Cell {
 public:
  Cell(const CellRequest& request, const std::vector<const Checker*>& checkers,
       const std::function<void(const Progress&)>& progress, const std::atomic<bool>& interrupted)
      : request_(request),
        scenario_(request.scenario),
        plan_(request.plan),
        progress_(progress),
        interrupted_(interrupted) {
    RoundJudge::Setup setup;
    setup.cell_directory = request.cell_directory;
    setup.keys = scenario_.KeyNames();
    setup.contract = plan_.contract;
    setup.count_survival = scenario_.audit && plan_.contract.evicts;
    setup.history_budget = request.history_budget;
    setup.keep_all = request.keep_all;
    const Checker::Ingredients ingredients = MakeIngredients(scenario_, plan_.contract);
    for (const Checker* checker : checkers) {
      if (checker->Applies(ingredients)) setup.checkers.push_back(checker);
    }
    judge_.emplace(std::move(setup));
  }

  CellOutcome Run() {
    begin_ = MonotonicNanos();
    Result<void> result = RunRounds();
    NoteWaiting();  // Not for the last round: nobody waits for that.
    const Result<void> judged = judge_->Collect();
    if (result.ok()) result = judged;
    if (!result.ok()) {
      outcome_.record.state = CellState::kFailed;
      // What a worker could not do without its directory is not the reason that counts.
      const Result<void> there = environment_ ? environment_->CheckDirectories() : Result<void>();
      outcome_.record.reason = (there.ok() ? result : there).error().Message();
    } else if (interrupted_.load()) {
      outcome_.record.state = CellState::kInterrupted;
      outcome_.record.reason = "interrupted";
    }
    FillRecord();
    runner_.reset();  // The workers are gone before their directory is.
    if (environment_.has_value()) PackRecord();
    if (work_.has_value() && !work_->Remove().ok()) {
      outcome_.notes.push_back("not everything could be removed: " + work_->path());
    }
    return std::move(outcome_);
  }

 private:
  Result<void> RunRounds() {
    TEARPROOF_RETURN_IF_ERROR(Begin());
    if (scenario_.tidy) TEARPROOF_RETURN_IF_ERROR(RunBaseline());
    do {
      TEARPROOF_RETURN_IF_ERROR(RunRound(++round_));
      // The round before had all the time of this one to be judged.
      TEARPROOF_RETURN_IF_ERROR(judge_->Collect());
      RemoveDeadSegments();
      judge_->Begin(round_);
      if (runner_->stuck()) break;
      TEARPROOF_RETURN_IF_ERROR(runner_->Refill());
    } while (!interrupted_.load() && Elapsed() < Duration() && !Enough());
    return {};
  }

  Result<void> Begin() {
    TEARPROOF_RETURN_IF_ERROR(MakeLive(request_.cell_directory));
    Result<OwnedDirectory> work = OwnedDirectory::Create(request_.parent_directory);
    if (!work.ok()) return work.error();
    work_.emplace(std::move(work).value());
    work_->Claim();
    environment_.emplace(&*work_, scenario_.value_sizes.Largest());
    plan_.work_directory = work_->path();
    plan_.cell_directory = request_.cell_directory;
    plan_.coordinator = getpid();
    TEARPROOF_RETURN_IF_ERROR(WritePlan(plan_, request_.cell_directory + "/plan.json"));
    // Worked with only once it has started: before, it has no memory shared with anybody.
    auto runner = std::make_unique<RoundRunner>(
        &scenario_, request_.cell_directory, plan_.seed, plan_.concurrency,
        [this] { return Tick(); }, &interrupted_);
    const uint64_t processes = scenario_.StressProcesses() + 2;  // The setup and the audit, too.
    TEARPROOF_RETURN_IF_ERROR(
        CheckRecordDisk(request_.cell_directory, RecordBytes(processes, plan_.segment_capacity)));
    TEARPROOF_RETURN_IF_ERROR(runner->Start());
    runner_ = std::move(runner);
    return {};
  }

  // What one process alone leaves behind after setting every key and tidying: no litter.
  Result<void> RunBaseline() {
    TEARPROOF_ASSIGN_OR_RETURN(RoundDirectory directory,
                               RoundDirectory::Create(work_->path(), 0, /*foreign_files=*/false));
    environment_->BeginRound(directory.paths());
    runner_->BeginRound(0);
    TEARPROOF_RETURN_IF_ERROR(runner_->Baseline());
    TEARPROOF_RETURN_IF_ERROR(CheckCounts());
    for (std::string& file : directory.CacheFiles()) baseline_.insert(std::move(file));
    return directory.Remove(work_->fd());
  }

  Result<void> RunRound(uint64_t round) {
    TEARPROOF_ASSIGN_OR_RETURN(
        RoundDirectory directory,
        RoundDirectory::Create(work_->path(), round, scenario_.foreign_files));
    RoundInfo info;
    info.header.clock_uncertainty = kClockUncertainty;
    info.header.coarse_clock_lag = CoarseClockLagNanos();
    info.header.realtime_offset_begin = RealtimeOffsetNanos();
    info.header.realtime_offset_end = info.header.realtime_offset_begin;
    info.header.seed = plan_.seed;
    info.header.round = round;
    info.header.backend = plan_.backend_id;
    info.header.scenario = plan_.scenario_id;
    info.processes = runner_->pool().processes();
    environment_->BeginRound(directory.paths());
    const std::string live = LiveDirectory(request_.cell_directory, round);
    TEARPROOF_RETURN_IF_ERROR(WriteRoundInfo(info, live));

    TEARPROOF_RETURN_IF_ERROR(RunPhases(round, directory, &info.survey));
    info.header.realtime_offset_end = RealtimeOffsetNanos();
    info.processes = runner_->pool().processes();
    info.stalls = runner_->stalls();
    TEARPROOF_RETURN_IF_ERROR(WriteRoundInfo(info, live));
    // Last, so that what was going on while the round ended is seen.
    TEARPROOF_RETURN_IF_ERROR(CheckCounts());
    if (runner_->stuck()) return {};  // Somebody is still in there.
    return directory.Remove(work_->fd());
  }

  Result<void> RunPhases(uint64_t round, const RoundDirectory& directory, Survey* survey) {
    runner_->BeginRound(round);
    TEARPROOF_RETURN_IF_ERROR(runner_->SetUp());
    if (!runner_->stuck()) TEARPROOF_RETURN_IF_ERROR(runner_->Prepare());
    const int64_t began = Elapsed();
    if (!runner_->stuck()) TEARPROOF_RETURN_IF_ERROR(runner_->Run(MakeLimits()));
    meter_.EndRound(runner_->control(), began, runner_->run_time(), runner_->kills());
    environment_->Look();  // Before the audit tidies up.
    // Of a stuck round, too: what its operations did lies there.
    survey->cache_files = directory.CacheFiles().size();
    most_cache_files_ = std::max(most_cache_files_, survey->cache_files);
    if (runner_->stuck()) return {};
    if (scenario_.audit || scenario_.tidy) {
      TEARPROOF_RETURN_IF_ERROR(runner_->Audit());
      if (runner_->stuck()) return {};
    }
    if (scenario_.tidy) {
      survey->tidied = true;
      for (std::string& file : directory.CacheFiles()) {
        if (!baseline_.contains(file)) survey->litter.push_back(std::move(file));
      }
    }
    if (scenario_.foreign_files) {
      survey->watched = true;
      survey->trespasses = directory.Trespasses();
    }
    return {};
  }

  RoundLimits MakeLimits() const {
    RoundLimits limits;
    limits.run_nanos = std::min(scenario_.round_nanos,
                                std::max<int64_t>(Duration() - Elapsed(), 50 * kNanosPerMilli));
    return limits;
  }

  // What the machine or a third party did is nobody's verdict: such a round counts for nothing.
  Result<void> CheckCounts() {
    if (runner_->halted()) {
      return Error{ErrorKind::kEnvironment, 0,
                   "somebody stopped a worker process (SIGSTOP, a debugger) for so long that "
                   "operations seemed stuck, which proves nothing against the cache",
                   "let the workers run"};
    }
    return environment_->CheckRound(static_cast<int>(runner_->environment_errno()));
  }

  void PackRecord() {
    // Where the last round does not count, the one before it is no end of this cell either.
    if (judge_->rounds() == round_) judge_->KeepLast();
    const Result<void> removed = RemoveLive(request_.cell_directory);
    if (!removed.ok()) outcome_.notes.push_back(removed.error().Message());
    const std::vector<std::string>& notes = judge_->notes();
    outcome_.notes.insert(outcome_.notes.end(), notes.begin(), notes.end());
    outcome_.history_bytes = judge_->history_bytes();
  }

  // Of processes that died before the round that was just run: all that they did is judged.
  void RemoveDeadSegments() {
    for (const uint16_t number : dead_) {
      for (const uint64_t turn : {round_, round_ + 1}) {
        const std::string segment = SegmentPath(request_.cell_directory, turn, number);
        unlink(segment.c_str());
        unlink((segment + ".new").c_str());  // Killed while it started.
      }
    }
    dead_ = runner_->pool().ForgetDead();
  }

  bool Enough() { return Covered() || StopsHere(); }

  bool Covered() const {
    const std::vector<Verdict>& verdicts = judge_->verdicts();
    if (request_.goal == 0 || verdicts.empty() || CoveredShare() < 1) return false;
    return !MustStillBreak();
  }

  bool MustStillBreak() const {
    const std::vector<Verdict>& verdicts = judge_->verdicts();
    return request_.expect &&
           std::any_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
             return verdict.judgement != Judgement::kBroken &&
                    request_.description.Expected("stress", scenario_.id, verdict.promise) ==
                        Expectation::kMustBreak;
           });
  }

  int64_t Duration() const {
    return MustStillBreak() ? kMustBreakPatience * request_.duration : request_.duration;
  }

  // How far the promise that lags most has come towards the goal.
  double CoveredShare() const {
    double share = 1;
    for (const Verdict& verdict : judge_->verdicts()) {
      if (verdict.judgement == Judgement::kBroken || request_.goal == 0) continue;
      // What a minute did not exercise at all, this scenario does not exercise.
      if (verdict.exercised == 0 && Elapsed() > kHopeless) continue;
      share = std::min(share,
                       static_cast<double>(verdict.exercised) / static_cast<double>(request_.goal));
    }
    return share;
  }

  bool StopsHere() {
    if (request_.keep_going) return false;
    const std::vector<Verdict>& verdicts = judge_->verdicts();
    return outcome_.stopped_at_break =
               std::any_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
                 return verdict.judgement == Judgement::kBroken &&
                        request_.description.promises.contains(verdict.promise);
               });
  }

  int64_t Elapsed() const { return MonotonicNanos() - begin_; }

  // Whether to go on. While a round runs, the one before it may turn out to be enough.
  bool Tick() {
    environment_->Look();
    const bool news = judge_->ready();
    const bool enough = news && (!judge_->Collect().ok() || Enough());
    Tell();
    return !enough;
  }

  // The workers are to race, not to wait.
  void NoteWaiting() {
    const int64_t ran = runner_ == nullptr ? 0 : runner_->run_time();
    if (judge_->waited() <= ran / 10) return;
    outcome_.notes.push_back(fmt::format(
        "judging took longer than the rounds: the workers ran for {}, and waited {} for it",
        FormatDuration(ran), FormatDuration(judge_->waited())));
  }

  void Tell() const {
    Progress progress;
    progress.elapsed = Elapsed();
    progress.operations = runner_->operations();
    progress.rounds = round_;
    progress.kills = runner_->kills();
    progress.covered = request_.goal > 0 ? CoveredShare() : 0;
    for (const Verdict& verdict : judge_->verdicts()) {
      if (verdict.judgement == Judgement::kBroken) progress.broken.push_back(verdict.promise);
    }
    progress_(progress);
  }

  void FillRecord() {
    CellRecord& record = outcome_.record;
    record.seed = plan_.seed;
    record.elapsed = Elapsed();
    record.rounds = judge_->rounds();
    record.judging = judge_->took();
    record.overlaps = judge_->overlaps();
    record.survival = judge_->survival();
    for (Verdict verdict : judge_->verdicts()) {
      if (verdict.judgement == Judgement::kHeld && most_cache_files_ == 0 && !MayBeEmpty()) {
        verdict.judgement = Judgement::kNotExercised;
        verdict.reason = "no file was seen in the cache's directory";
      }
      PromiseResult result;
      result.promised = request_.description.promises.contains(verdict.promise);
      result.expectation = request_.description.Expected("stress", scenario_.id, verdict.promise);
      result.verdict = std::move(verdict);
      record.promises.push_back(std::move(result));
    }
    if (runner_ == nullptr) return;
    record.operations = runner_->operations();
    record.kills = runner_->kills();
    record.speeds = meter_.Speeds();
    record.timeline = meter_.timeline();
  }

  bool MayBeEmpty() const {
    const std::set<OpKind> kinds = scenario_.Ingredients().kinds;
    return kinds.contains(OpKind::kDelete) || kinds.contains(OpKind::kClear) ||
           kinds.contains(OpKind::kCull) || !scenario_.ttls_millis.empty();
  }

  const CellRequest& request_;
  const Scenario& scenario_;
  Plan plan_;
  const std::function<void(const Progress&)>& progress_;
  const std::atomic<bool>& interrupted_;
  std::optional<RoundJudge> judge_;
  CellOutcome outcome_;
  std::optional<OwnedDirectory> work_;
  std::optional<Environment> environment_;
  std::unique_ptr<RoundRunner> runner_;
  SpeedMeter meter_;
  std::set<std::string> baseline_;
  uint64_t round_ = 0;
  std::vector<uint16_t> dead_;  // Whose segments may still be being judged.
  uint64_t most_cache_files_ = 0;
  int64_t begin_ = 0;
};

}  // namespace

CellOutcome RunCell(const CellRequest& request, const std::vector<const Checker*>& checkers,
                    const std::function<void(const Progress&)>& progress,
                    const std::atomic<bool>& interrupted) {
  return Cell(request, checkers, progress, interrupted).Run();
}

}  // namespace tearproof::stress
