#include "harness/cli/crash_cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/crash_bench.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "harness/crash/crash_run.h"
#include "harness/crash/remedy.h"
#include "harness/explore/replay.h"

namespace tearproof::cli {
namespace {

constexpr std::string_view kCrashCall = "crash_";

std::string CallOf(const crash::PersistenceModel& model) {
  std::string call = std::string(kCrashCall) + std::string(model.name);
  std::replace(call.begin(), call.end(), '-', '_');
  return call;
}

// What has been lost in runs: "bytes 0–511 of k0", ... one line a run of neighbours.
std::vector<std::string> DescribeParts(const crash::Persistence& persistence,
                                       const std::vector<uint32_t>& parts) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < parts.size(); ++i) {
    const crash::PartOfLog& first = persistence.parts()[parts[i]];
    const crash::Effect& effect = persistence.log().effects[first.effects.front()];
    uint64_t end = first.end;
    size_t last = i;
    while (effect.kind == crash::EffectKind::kData && last + 1 < parts.size()) {
      const crash::PartOfLog& next = persistence.parts()[parts[last + 1]];
      if (next.effects != first.effects || next.begin != end) break;
      end = next.end;
      ++last;
    }
    lines.push_back(last == i ? persistence.Describe(parts[i])
                              : fmt::format("bytes {}–{} of {}", first.begin, end - 1,
                                            persistence.log().node_names[effect.node]));
    i = last;
  }
  return lines;
}

CrashStory TellStory(const crash::Persistence& persistence, const crash::CrashRun& run,
                     const crash::ShownState& shown, const crash::Reading& reading) {
  CrashStory story;
  const crash::WriteLog& log = run.log;
  for (uint32_t call = 0; call < shown.point.calls; ++call) {
    const crash::LogCall& made = log.calls[call];
    story.steps.push_back({made.process, made.label, made.outcome, made.effect});
  }
  std::vector<uint32_t> there;
  std::vector<uint32_t> missing;
  for (const uint32_t part : shown.point.parts) {
    (shown.missing[part] ? missing : there).push_back(part);
  }
  story.on_disk = DescribeParts(persistence, there);
  story.missing = DescribeParts(persistence, missing);
  story.read = reading.answers;
  return story;
}

class CrashCell {
 public:
  CrashCell(const CrashCellRequest& request,
            const std::function<void(const CrashProgress&)>& progress)
      : request_(request),
        cell_(*request.cell),
        settings_(*request.settings),
        cache_(cell_, settings_.parent_directory),
        progress_(progress) {}

  CrashCellOutcome Run() {
    const int64_t begin = MonotonicNanos();
    const Result<void> done = CrashAll();
    if (!done.ok()) {
      CellRecord record;
      record.state = CellState::kFailed;
      record.reason = done.error().Message();
      outcome_.records = {std::move(record)};
    }
    for (CellRecord& record : outcome_.records) {
      if (record.elapsed == 0) record.elapsed = MonotonicNanos() - begin;
      record.rerun =
          fmt::format("{} crash {} --backend {}{}", request_.program_name, ShellQuote(cell_.named),
                      ShellQuote(cell_.backend.display), request_.rerun_options);
      NameCell(cell_, "crash", &record);
    }
    return std::move(outcome_);
  }

 private:
  Result<void> CrashAll() {
    TEARPROOF_ASSIGN_OR_RETURN(bench_, CrashBench::Start(request_));
    TEARPROOF_ASSIGN_OR_RETURN(
        subject_, crash::CrashSubject::Start(CrashBench::Setup(request_),
                                             cell_.backend.description.volatile_files));
    TEARPROOF_RETURN_IF_ERROR(TraceRuns());
    for (const crash::PersistenceModel* model : settings_.models) {
      if (settings_.budget.stop != nullptr && settings_.budget.stop->load()) break;
      const int64_t begin = MonotonicNanos();
      TEARPROOF_RETURN_IF_ERROR(CrashModel(*model));
      outcome_.records.back().elapsed = MonotonicNanos() - begin;
    }
    return {};
  }

  Result<void> TraceRuns() {
    if (settings_.runs <= 1) {
      TEARPROOF_ASSIGN_OR_RETURN(crash::CrashRun run, TraceOneRun(*subject_, {}));
      runs_.push_back(std::move(run));
      return {};
    }
    explore::ExploreOptions options;
    options.max_executions = settings_.runs;
    options.all = true;
    options.stop = settings_.budget.stop;
    const auto give = [this](uint32_t) -> Result<std::unique_ptr<explore::Subject>> {
      return std::unique_ptr<explore::Subject>(std::move(subject_));
    };
    const auto take = [this](explore::Subject& subject,
                             const explore::Execution& execution) -> Result<std::string> {
      runs_.push_back(static_cast<crash::CrashSubject&>(subject).TakeRun(execution));
      return std::string();
    };
    TEARPROOF_ASSIGN_OR_RETURN(const explore::Exploration found,
                               explore::Explore(give, take, options));
    all_runs_ = found.exhausted();
    return {};
  }

  Result<void> CrashModel(const crash::PersistenceModel& model) {
    crash::ModelResult result;
    result.model = &model;
    for (const crash::CrashRun& run : runs_) {
      progress_({std::string(model.name), result.runs});
      TEARPROOF_RETURN_IF_ERROR(bench_.judge->Begin(run));
      TEARPROOF_RETURN_IF_ERROR(CrashEverywhere(run, *bench_.judge, settings_.budget, &result));
    }
    CellRecord& record = outcome_.records.emplace_back();
    Describe(result, &record);
    RecordVerdicts(result, &record);
    for (const auto& [promise, broken] : result.breaks) {
      TEARPROOF_RETURN_IF_ERROR(Explain(model, broken, &record));
    }
    return {};
  }

  void Describe(const crash::ModelResult& result, CellRecord* record) const {
    CrashRecord& crashed = record->crashed.emplace();
    crashed.model = result.model->name;
    crashed.model_title = result.model->title;
    crashed.lanes = cache_.Lanes();
    crashed.runs = result.runs;
    crashed.points = result.points;
    crashed.candidates = result.candidates;
    crashed.states = result.states.size();
    crashed.judged = result.judged;
    crashed.losses = result.losses;
    crashed.exhausted = result.exhausted;
    for (const crash::CrashRun& run : runs_) {
      if (crashed.unseen.empty()) crashed.unseen = run.log.unseen;
    }
    if (!result.exhausted) {
      crashed.bound = fmt::format("all states with fewer than {} were judged, and not all with {}",
                                  Counted(result.losses, "losses"), result.losses);
    }
    if (settings_.budget.stop != nullptr && settings_.budget.stop->load()) {
      record->state = CellState::kInterrupted;
      record->reason = crashed.bound = "interrupted";
    }
    record->scope = fmt::format(
        "{}, {}, a power cut at each of {}, {}", explore::DescribePrograms(cell_.known.scenario),
        result.runs == 1
            ? "one after the other"
            : fmt::format("{}{} interleaving classes", all_runs_ ? "all " : "", result.runs),
        Counted(result.points, "moments"), crashed.model_title);
  }

  void RecordVerdicts(const crash::ModelResult& result, CellRecord* record) const {
    const std::string engine = fmt::format("crash-{}", result.model->name);
    for (const auto& [promise, verdict] : result.verdicts) {
      PromiseResult& each = record->promises.emplace_back();
      each.verdict = verdict;
      each.promised = cell_.backend.description.promises.contains(promise);
      each.expectation =
          cell_.backend.description.Expected(engine, cell_.known.scenario.id, promise);
      const auto broken = result.breaks.find(promise);
      if (broken != result.breaks.end()) {
        each.verdict.sentence = broken->second.verdict.sentence;
        each.verdict.anomaly = broken->second.verdict.anomaly;
        each.verdict.evidence = broken->second.verdict.evidence;
      }
      const bool held = each.verdict.judgement == Judgement::kHeld;
      if (!held || record->crashed->unseen.empty()) continue;
      each.verdict.judgement = Judgement::kInconclusive;
      each.verdict.reason = record->crashed->unseen;
      each.unfinished = true;
    }
  }

  Result<void> Explain(const crash::PersistenceModel& model, const crash::CrashBreak& broken,
                       CellRecord* record) {
    const crash::CrashRun& run = runs_[broken.run];
    const crash::Persistence persistence(run.log, model);
    TEARPROOF_ASSIGN_OR_RETURN(const crash::ShownState shown,
                               crash::StateAt(persistence, broken.state));
    CrashStory story =
        TellStory(persistence, run, shown, bench_.judge->ReadingOf(DigestOf(shown.tree)));
    story.promise = broken.promise;
    story.schedule = ScheduleOf(run, model, broken.state).Print();
    const bool promised = cell_.backend.description.promises.contains(broken.promise);
    story.replay = fmt::format("{} replay {}{}", request_.program_name, ShellQuote(story.schedule),
                               promised ? "" : " --strict");
    crash::CrashBudget budget = settings_.budget;
    budget.candidates = kRemedyCandidates;
    TEARPROOF_ASSIGN_OR_RETURN(const auto remedy,
                               FindRemedy(run, model, *bench_.judge, broken.promise,
                                          std::max<size_t>(broken.state.picks.size(), 1), budget));
    if (remedy) {
      for (const crash::AddedSync& added : *remedy) {
        story.remedy.push_back(crash::Describe(added, run));
      }
    }
    record->crashed->stories.push_back(std::move(story));
    if (request_.keep.empty() || kept_) return {};
    kept_ = true;
    outcome_.notes.push_back("the state that broke it: " + request_.keep);
    return crash::StateReader::Keep(shown.tree, request_.keep);
  }

  Schedule ScheduleOf(const crash::CrashRun& run, const crash::PersistenceModel& model,
                      const crash::CrashState& state) const {
    const int64_t step = state.calls == 0 ? run.synced : run.log.calls[state.calls - 1].step;
    const std::vector<explore::Event> events(run.events.begin(),
                                             run.events.begin() + (step - run.synced));
    Schedule schedule = cache_.EmptySchedule();
    explore::Record(events, schedule);
    schedule.choices.push_back(0);
    schedule.calls.push_back(CallOf(model));
    for (const uint64_t pick : state.picks) {
      schedule.choices.push_back(static_cast<uint32_t>(pick));
      schedule.calls.emplace_back(crash::kLose);
    }
    return schedule;
  }

  static constexpr uint64_t kRemedyCandidates = 20'000;

  const CrashCellRequest& request_;
  const PlannedCell& cell_;
  const CrashSettings& settings_;
  const ExploredCache cache_;
  const std::function<void(const CrashProgress&)>& progress_;
  CrashBench bench_;
  std::unique_ptr<crash::CrashSubject> subject_;
  std::vector<crash::CrashRun> runs_;
  bool all_runs_ = false;
  bool kept_ = false;
  CrashCellOutcome outcome_;
};

}  // namespace

CrashCellOutcome RunCrashCell(const CrashCellRequest& request,
                              const std::function<void(const CrashProgress&)>& progress) {
  return CrashCell(request, progress).Run();
}

Result<std::optional<CrashSchedule>> CrashOf(const Schedule& schedule) {
  CrashSchedule crash;
  for (size_t i = 0; i < schedule.calls.size(); ++i) {
    if (crash.model != nullptr) {
      crash.picks.push_back(schedule.choices[i]);
      continue;
    }
    if (!schedule.calls[i].starts_with(kCrashCall)) {
      crash.choices.push_back(schedule.choices[i]);
      continue;
    }
    std::string name = schedule.calls[i].substr(kCrashCall.size());
    std::replace(name.begin(), name.end(), '_', '-');
    TEARPROOF_ASSIGN_OR_RETURN(const auto models, crash::FindModels(name));
    crash.model = models.front();
  }
  if (crash.model == nullptr) return std::optional<CrashSchedule>();
  return std::optional(std::move(crash));
}

Result<ShownCrash> ReplayCrash(const CrashCellRequest& request, const CrashSchedule& schedule) {
  TEARPROOF_ASSIGN_OR_RETURN(const CrashBench bench, CrashBench::Start(request));
  TEARPROOF_ASSIGN_OR_RETURN(
      const auto subject,
      crash::CrashSubject::Start(CrashBench::Setup(request),
                                 request.cell->backend.description.volatile_files));
  TEARPROOF_ASSIGN_OR_RETURN(const crash::CrashRun run, TraceOneRun(*subject, schedule.choices));
  TEARPROOF_RETURN_IF_ERROR(bench.judge->Begin(run));
  crash::CrashState state;
  const int64_t step = run.synced + static_cast<int64_t>(schedule.choices.size());
  for (const crash::LogCall& call : run.log.calls) state.calls += call.step <= step ? 1 : 0;
  state.picks = schedule.picks;
  const crash::Persistence persistence(run.log, *schedule.model);
  TEARPROOF_ASSIGN_OR_RETURN(const crash::ShownState shown, crash::StateAt(persistence, state));
  const crash::Digest digest = DigestOf(shown.tree);
  TEARPROOF_ASSIGN_OR_RETURN(const crash::StateJudge::Judged judged,
                             bench.judge->Judge(shown.tree, digest, state.calls));
  if (!request.keep.empty()) {
    TEARPROOF_RETURN_IF_ERROR(crash::StateReader::Keep(shown.tree, request.keep));
  }
  CrashStory story = TellStory(persistence, run, shown, bench.judge->ReadingOf(digest));
  story.promise = Promise::kReturns;  // No remedy is looked for.
  return ShownCrash{std::move(story), *judged.verdicts};
}

}  // namespace tearproof::cli
