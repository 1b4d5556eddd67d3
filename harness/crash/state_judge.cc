#include "harness/crash/state_judge.h"

#include <algorithm>

#include "harness/check/judge.h"
#include "harness/crash/persistence.h"

namespace tearproof::crash {

const std::set<Promise>& CrashPromises() {
  static const std::set<Promise> promises = {Promise::kTidyAfterKill, Promise::kReturns,
                                             Promise::kCrashAtomic, Promise::kDurable};
  return promises;
}

StateJudge::StateJudge(StateReader& reader, Contract contract,
                       const Checker::Ingredients& ingredients,
                       std::span<const Checker* const> checkers)
    : reader_(reader), contract_(std::move(contract)), checkers_(checkers.begin(), checkers.end()) {
  for (const Checker* checker : checkers_) {
    if (CrashPromises().contains(checker->promise()) && checker->Applies(ingredients)) {
      applying_.insert(checker->promise());
    }
  }
}

Result<void> StateJudge::Begin(const CrashRun& run) {
  run_ = &run;
  verdicts_.clear();
  stays_.clear();
  // What a run without a crash leaves is no litter, nor is what was there before.
  const Persistence persistence(run.log, AllModels().front());
  for (const uint32_t calls : {uint32_t{0}, static_cast<uint32_t>(run.log.calls.size())}) {
    const CrashPoint point = persistence.PointAfter(calls);
    const Tree whole = persistence.StateOf(point, persistence.Missing(point, {}));
    TEARPROOF_ASSIGN_OR_RETURN(const Reading* reading,
                               Read(DigestOf(whole), [&] { return whole; }));
    stays_.insert(reading->left.begin(), reading->left.end());
  }
  return {};
}

Result<const Reading*> StateJudge::Read(const Digest& digest, const std::function<Tree()>& make) {
  const auto known = readings_.find(digest);
  if (known != readings_.end()) return &known->second;
  TEARPROOF_ASSIGN_OR_RETURN(Reading reading, reader_.Read(make()));
  if (reading.stalled) ++unread_;
  return &readings_.emplace(digest, std::move(reading)).first->second;
}

int64_t StateJudge::StepAfter(uint32_t calls) const {
  return calls == 0 ? run_->synced : run_->log.calls[calls - 1].step;
}

bool StateJudge::ReturnsAt(uint32_t call) const {
  const int64_t step = run_->log.calls[call].step;
  return std::any_of(run_->parts.ops.begin(), run_->parts.ops.end(),
                     [step](const Op& op) { return op.ret == step; });
}

std::pair<uint64_t, uint64_t> StateJudge::Progress(int64_t step) const {
  std::pair<uint64_t, uint64_t> progress;
  for (const Op& op : run_->parts.ops) {
    progress.first += op.invoke <= step ? 1 : 0;
    progress.second += op.ret <= step ? 1 : 0;
  }
  return progress;
}

Result<History> StateJudge::Cut(int64_t step, const Reading& reading) const {
  History::Parts parts;
  parts.header = run_->parts.header;
  parts.header.power_cut = step;
  parts.header.synced = run_->synced;
  parts.processes = run_->parts.processes;
  for (ProcessInfo& process : parts.processes) {
    process.end = ProcessInfo::End::kKilled;
    process.reaped = step;
  }
  for (const Op& op : run_->parts.ops) {
    if (op.invoke > step) continue;
    Op& kept = parts.ops.emplace_back(op);
    if (op.ret <= step) continue;
    kept.ret = kNever;
    kept.outcome = Outcome::kOpen;
    kept.observation = Observed::kNothing;
    kept.observed = 0;
  }
  for (const Evidence& evidence : run_->parts.evidence) parts.evidence.push_back(evidence);
  ProcessInfo reader;
  reader.number = reading.ops.front().process;
  reader.role = "reader after the crash";
  parts.processes.push_back(std::move(reader));
  for (Op op : reading.ops) {
    op.invoke += step;
    if (op.ret != kNever) op.ret += step;
    parts.ops.push_back(op);
  }
  for (const Evidence& evidence : reading.evidence) parts.evidence.push_back(evidence);
  if (reading.stalled) {
    constexpr int64_t kAlone = 10'000'000'000;
    const Op& op = reading.ops.back();
    parts.stalls.push_back({op.process, op.sequence, 0, kAlone, false});
  }
  parts.survey.tidied = reading.ops.size() > 2 && reading.ops.back().kind != OpKind::kGet;
  for (const std::string& file : reading.left) {
    if (!stays_.contains(file)) parts.survey.litter.push_back(file);
  }
  return History::Build(std::move(parts));
}

Result<StateJudge::Judged> StateJudge::Judge(const Digest& digest, uint32_t calls,
                                             const std::function<Tree()>& make) {
  const int64_t step = StepAfter(calls);
  const auto [known, fresh] = verdicts_.try_emplace({digest, Progress(step)});
  if (!fresh) return Judged{&known->second, false};
  TEARPROOF_ASSIGN_OR_RETURN(const Reading* reading, Read(digest, make));
  TEARPROOF_ASSIGN_OR_RETURN(const History history, Cut(step, *reading));
  known->second = check::Judge(history, contract_, applying_, checkers_);
  return Judged{&known->second, true};
}

}  // namespace tearproof::crash
