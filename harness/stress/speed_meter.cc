#include "harness/stress/speed_meter.h"

#include <utility>

namespace tearproof::stress {

void SpeedMeter::EndRound(const ControlBlock& control, int64_t at, int64_t ran, uint64_t kills) {
  std::swap(before_, now_);
  Read(control, &WorkerSlot::latencies, now_.get());
  Read(control, &WorkerSlot::recording, recording_.get());
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
    if ((*now_)[kind].count() == 0) continue;
    OperationSpeed& speed = speeds[static_cast<OpKind>(kind)];
    speed = SpeedOf((*now_)[kind], ran_);
    speed.recording = (*recording_)[kind].Percentile(0.5);
  }
  return speeds;
}

void SpeedMeter::Read(const ControlBlock& control, Histograms WorkerSlot::*which, Histograms* all) {
  *all = {};
  for (uint32_t slot = 0; slot < control.header().slot_count; ++slot) {
    if (control.slot(slot).kind != SlotRole::kWorker) continue;
    for (size_t kind = 0; kind < kOpKindCount; ++kind) {
      const LatencyHistogram& counted = (control.slot(slot).*which)[kind];
      if (counted.count() > 0) (*all)[kind].Merge(counted);
    }
  }
}

}  // namespace tearproof::stress
