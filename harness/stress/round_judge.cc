#include "harness/stress/round_judge.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

#include "harness/check/judge.h"
#include "harness/core/check.h"
#include "harness/core/clock.h"
#include "harness/history/segment.h"
#include "harness/stress/round_store.h"

namespace tearproof::stress {

RoundJudge::RoundJudge(Setup setup) : setup_(std::move(setup)) {
  for (const Checker* checker : setup_.checkers) promises_.insert(checker->promise());
  for (const Promise promise : promises_) verdicts_.emplace_back().promise = promise;
}

RoundJudge::~RoundJudge() {
  if (under_way_.valid()) under_way_.wait();
}

void RoundJudge::Begin(uint64_t round) {
  TEARPROOF_CHECK(!under_way_.valid(), "one round is judged at a time");
  round_ = round;
  try {
    under_way_ = std::async(std::launch::async, [this, round] { return JudgeRound(round); });
  } catch (const std::system_error&) {
    // No thread to be had: then it is judged when it is collected.
    under_way_ = std::async(std::launch::deferred, [this, round] { return JudgeRound(round); });
  }
}

bool RoundJudge::ready() const {
  return under_way_.valid() &&
         under_way_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

Result<void> RoundJudge::Collect() {
  if (!under_way_.valid()) return failed_;
  const int64_t begin = MonotonicNanos();
  under_way_.wait();
  waited_ += MonotonicNanos() - begin;
  Findings findings = under_way_.get();
  if (!failed_.ok()) return failed_;
  if (!findings.result.ok()) return failed_ = findings.result;
  TEARPROOF_CHECK(findings.verdicts.size() == verdicts_.size(), "a verdict for each promise");
  const bool news = setup_.keep_all || IsNews(findings);
  for (size_t i = 0; i < verdicts_.size(); ++i) {
    findings.verdicts[i].round = round_;
    verdicts_[i] = Merge(std::move(verdicts_[i]), findings.verdicts[i]);
  }
  took_ += findings.took;
  overlaps_.Add(findings.overlaps);
  for (const auto& [key, counts] : findings.survival) {
    survival_[key].first += counts.first;
    survival_[key].second += counts.second;
  }
  last_ = round_;
  last_bytes_ = findings.bytes;
  if (news) Keep(round_, findings.bytes);
  return {};
}

RoundJudge::Findings RoundJudge::JudgeRound(uint64_t round) const {
  Findings findings;
  // Of all threads: the one that waits for this takes next to nothing.
  const int64_t begin = ReadClock(CLOCK_PROCESS_CPUTIME_ID);
  const Result<History> history =
      LoadRound(LiveDirectory(setup_.cell_directory, round), setup_.keys);
  if (!history.ok()) {
    findings.result = history.error();
    return findings;
  }
  findings.verdicts = check::Judge(history.value(), setup_.contract, promises_, setup_.checkers);
  findings.overlaps.Count(history.value());
  if (setup_.count_survival) CountSurvival(history.value(), &findings.survival);
  findings.bytes =
      history.value().ops().size() * sizeof(Slot) + history.value().processes().size() * 8192;
  findings.took = ReadClock(CLOCK_PROCESS_CPUTIME_ID) - begin;
  return findings;
}

// Where a cache culls by a fixed order, some keys never survive.
void RoundJudge::CountSurvival(const History& history, Survival* survival) const {
  constexpr size_t kMostKeys = 2000;
  if (setup_.keys.size() > kMostKeys) return;
  uint16_t audit = UINT16_MAX;
  for (const ProcessInfo& process : history.processes()) {
    if (process.role == "audit") audit = process.number;
  }
  for (uint32_t key = 0; key < setup_.keys.size(); ++key) {
    bool set = false;
    bool found = false;
    for (const uint32_t index : history.OpsOfKey(key)) {
      const Op& op = history.ops()[index];
      set = set || (op.kind == OpKind::kSet && op.outcome == Outcome::kDone);
      found = found || (op.process == audit && op.outcome == Outcome::kHit);
    }
    if (set) (*survival)[setup_.keys[key]] = {found ? 1 : 0, 1};
  }
}

bool RoundJudge::IsNews(const Findings& findings) const {
  for (size_t i = 0; i < verdicts_.size(); ++i) {
    if (findings.verdicts[i].judgement == Judgement::kBroken &&
        verdicts_[i].judgement != Judgement::kBroken) {
      return true;
    }
  }
  return false;
}

void RoundJudge::Keep(uint64_t round, uint64_t bytes) {
  if (!setup_.keep_all && history_bytes_ + bytes > setup_.history_budget) {
    notes_.push_back(fmt::format(
        "the history of round {} was not kept: it would exceed the limit of the run", round));
    return;
  }
  const Result<void> kept = KeepRound(setup_.cell_directory, round);
  if (kept.ok()) {
    kept_any_ = true;
    history_bytes_ += bytes;
  } else {
    notes_.push_back("a history was not kept: " + kept.error().Message());
  }
}

void RoundJudge::KeepLast() {
  constexpr uint64_t kMostBytes = 16 << 20;
  if (last_ == 0 || kept_any_ || last_bytes_ > kMostBytes) return;
  const Result<void> kept = KeepRound(setup_.cell_directory, last_);
  if (!kept.ok()) notes_.push_back("a history was not kept: " + kept.error().Message());
}

}  // namespace tearproof::stress
