#include "harness/explore/bounded_scheduler.h"

#include <bit>

#include "harness/explore/simple_schedulers.h"

namespace tearproof::explore {

bool BoundedScheduler::Begin() {
  if (!begun_) {
    begun_ = true;
    return true;
  }
  while (!path_.empty() && path_.back().untried == 0) path_.pop_back();
  return !path_.empty();
}

uint32_t BoundedScheduler::Cost(const Moment& moment, ProcessId process) const {
  const std::optional<ProcessId> last = moment.Last();
  if (!last || *last == process) return 0;
  return bounds_ == Bounds::kSwitches || (moment.enabled & Bit(*last)) != 0 ? 1 : 0;
}

bool BoundedScheduler::SeenBefore(const Moment& moment, uint32_t used) {
  const Key key = {moment.order.Digest(moment.step), moment.Last().value_or(kMaxProcesses)};
  const auto [found, fresh] = seen_.try_emplace(key, bound_ - used);
  if (fresh) return false;
  if (found->second >= bound_ - used) return true;
  found->second = bound_ - used;
  return false;
}

std::optional<ProcessId> BoundedScheduler::Next(const Moment& moment) {
  const uint32_t used = moment.step == 0 ? 0 : path_[moment.step - 1].used;
  if (moment.step < path_.size()) {
    Choice& choice = path_[moment.step];
    if (moment.step + 1 < path_.size()) return choice.taken;
    choice.taken = NthOf(choice.untried, 0);
    choice.untried &= ~Bit(choice.taken);
    choice.used = used + Cost(moment, choice.taken);
    return choice.taken;
  }
  if (SeenBefore(moment, used)) return std::nullopt;
  Choice choice;
  for (ProcessId process = 0; process < moment.order.processes(); ++process) {
    if ((moment.enabled & Bit(process)) == 0) continue;
    if (used + Cost(moment, process) <= bound_) {
      choice.untried |= Bit(process);
    } else {
      left_out_ = true;
    }
  }
  if (choice.untried == 0) return std::nullopt;
  const std::optional<ProcessId> last = moment.Last();
  const bool goes_on = last && (choice.untried & Bit(*last)) != 0;
  choice.taken = goes_on ? *last : NthOf(choice.untried, 0);
  choice.untried &= ~Bit(choice.taken);
  choice.used = used + Cost(moment, choice.taken);
  path_.push_back(choice);
  return choice.taken;
}

void BoundedScheduler::End(const Execution& execution) {
  // The choices of a subject that changes are not the same twice.
  if (execution.ending == Ending::kDifferent) path_.clear();
}

}  // namespace tearproof::explore
