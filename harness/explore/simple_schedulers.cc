#include "harness/explore/simple_schedulers.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "harness/core/check.h"

namespace tearproof::explore {

ProcessId NthOf(ProcessSet set, uint64_t n) {
  for (; n > 0; --n) set &= set - 1;
  TEARPROOF_CHECK(set != 0, "there are not so many processes");
  return static_cast<ProcessId>(std::countr_zero(set));
}

bool DepthFirstScheduler::Begin() {
  if (begun_) more_ = more_ && choices_.Advance();
  begun_ = true;
  return more_;
}

std::optional<ProcessId> DepthFirstScheduler::Next(const Moment& moment) {
  const auto count = static_cast<uint64_t>(std::popcount(moment.enabled));
  return NthOf(moment.enabled, choices_.Pick(count, "next"));
}

void DepthFirstScheduler::End(const Execution& execution) {
  // The questions of a subject that changes are not the same twice.
  if (execution.ending == Ending::kDifferent) more_ = false;
}

std::optional<ProcessId> RandomScheduler::Next(const Moment& moment) {
  return NthOf(moment.enabled, random_.Below(static_cast<uint64_t>(std::popcount(moment.enabled))));
}

std::optional<ProcessId> ReplayScheduler::Next(const Moment& moment) {
  if (moment.step < choices_.size()) {
    const ProcessId process = choices_[moment.step];
    if (process < kMaxProcesses && (moment.enabled & Bit(process)) != 0) return process;
    if (!impossible_at_) impossible_at_ = moment.step;
  }
  if (beyond_ == Beyond::kStop) return std::nullopt;
  const std::optional<ProcessId> last = moment.Last();
  return last && (moment.enabled & Bit(*last)) != 0 ? *last : NthOf(moment.enabled, 0);
}

bool PctScheduler::Begin() {
  // 0 to depth - 2 are what falling processes get, in this order.
  priorities_.resize(processes_);
  std::iota(priorities_.begin(), priorities_.end(), depth_);
  for (size_t i = priorities_.size(); i > 1; --i) {
    std::swap(priorities_[i - 1], priorities_[random_.Below(i)]);
  }
  falls_.resize(depth_ - 1);
  for (size_t& fall : falls_) fall = random_.Below(std::max<size_t>(steps_, 1));
  return true;
}

std::optional<ProcessId> PctScheduler::Next(const Moment& moment) {
  const auto highest = [&] {
    ProcessId best = NthOf(moment.enabled, 0);
    for (ProcessId process = best + 1; process < processes_; ++process) {
      const bool enabled = (moment.enabled & Bit(process)) != 0;
      if (enabled && priorities_[process] > priorities_[best]) best = process;
    }
    return best;
  };
  for (size_t i = 0; i < falls_.size(); ++i) {
    if (falls_[i] == moment.step) priorities_[highest()] = static_cast<uint32_t>(i);
  }
  return highest();
}

void PctScheduler::End(const Execution& execution) {
  steps_ = std::max(steps_, execution.order.size());
}

}  // namespace tearproof::explore
