#include "harness/stress/speed_meter.h"

#include <utility>

namespace tearproof::stress {

void SpeedMeter::EndRound(const ControlBlock& control, int64_t at, int64_t ran, uint64_t kills) {
  std::swap(before_, now_);
  Read(control, now_.get());
  SpeedSample sample;
  sample.at = at;
  sample.ran = ran - std::exchange(ran_, ran);
  sample.kills = kills - std::exchange(kills_, kills);
  for (size_t kind = 0; kind < kOpKindCount; ++kind) {
    LatencyHistogram& added = (*before_)[kind];
    if ((*now_)[kind].count() == added.count()) continue;
    added = (*now_)[kind].Since(added);
    sample.operations[static_cast<OpKind>(kind)] = {added.count(), added.Percentile(0.5),
                                                    added.Percentile(0.99)};
  }
  AddSample(&timeline_, std::move(sample));
}

std::map<OpKind, OperationSpeed> SpeedMeter::Speeds() const {
  std::map<OpKind, OperationSpeed> speeds;
  for (size_t kind = 0; kind < kOpKindCount; ++kind) {
    if ((*now_)[kind].count() > 0) speeds[static_cast<OpKind>(kind)] = SpeedOf((*now_)[kind], ran_);
  }
  return speeds;
}

void SpeedMeter::Read(const ControlBlock& control, Histograms* all) {
  *all = {};
  for (uint32_t slot = 0; slot < control.header().slot_count; ++slot) {
    if (control.slot(slot).kind != SlotRole::kWorker) continue;
    for (size_t kind = 0; kind < kOpKindCount; ++kind) {
      const LatencyHistogram& latencies = control.slot(slot).latencies[kind];
      if (latencies.count() > 0) (*all)[kind].Merge(latencies);
    }
  }
}

}  // namespace tearproof::stress
