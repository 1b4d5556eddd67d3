#include "harness/explore/polling.h"

#include <algorithm>

namespace tearproof::explore {

void Polling::Restart() {
  for (Process& process : processes_) {
    process.steps.clear();
    process.round = 0;
  }
}

bool Polling::RepeatsRound(const HappensBefore& order, const Process& process, size_t round) const {
  const size_t count = process.steps.size();
  if (count < round * repeats_) return false;
  for (size_t i = count - round * (repeats_ - 1); i < count; ++i) {
    if (order.event(process.steps[i]) != order.event(process.steps[i - round])) return false;
  }
  return true;
}

void Polling::Note(const HappensBefore& order, size_t step) {
  if (repeats_ == 0) return;
  const Event& event = order.event(step);
  Process& process = processes_[event.process];
  process.round = 0;
  const bool effect = std::any_of(
      event.footprint.begin(), event.footprint.end(),
      [](const trace::Access& access) { return access.mode != trace::AccessMode::kRead; });
  if (effect) {
    process.steps.clear();
    return;
  }
  process.steps.push_back(step);
  for (size_t round = 1; round <= kMaxRound && process.round == 0; ++round) {
    if (RepeatsRound(order, process, round)) process.round = round;
  }
}

bool Polling::Waits(const HappensBefore& order, size_t size, ProcessId id,
                    std::string_view pending) {
  const Process& process = processes_[id];
  if (process.round == 0) return false;
  const size_t first = process.steps[process.steps.size() - process.round];
  if (order.event(first).label != pending) return false;
  for (size_t i = first + 1; i < size; ++i) {
    if (order.event(i).process == id) continue;
    for (const size_t step : process.steps) {
      if (step >= first && Conflict(order.event(step).footprint, order.event(i).footprint)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace tearproof::explore
