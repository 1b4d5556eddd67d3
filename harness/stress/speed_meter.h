// What a cell's workers measured, read from the memory that they share.
//
// Purpose: latencies of all workers together, as a whole and round by round: what a round added is
// the difference of two readings. Thread safety: none; read between rounds.
#ifndef TEARPROOF_HARNESS_STRESS_SPEED_METER_H_
#define TEARPROOF_HARNESS_STRESS_SPEED_METER_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "harness/api/speed_record.h"
#include "harness/stress/control_block.h"

namespace tearproof::stress {

class SpeedMeter {
 public:
  // A round has ended. `at`: since the cell's begin. `ran`, `kills`: since its begin, too.
  void EndRound(const ControlBlock& control, int64_t at, int64_t ran, uint64_t kills);

  // Of all rounds that have ended.
  std::map<OpKind, OperationSpeed> Speeds() const;
  const std::vector<SpeedSample>& timeline() const { return timeline_; }

 private:
  using Histograms = std::array<LatencyHistogram, kOpKindCount>;

  static void Read(const ControlBlock& control, Histograms WorkerSlot::*which, Histograms* all);

  std::unique_ptr<Histograms> before_ = std::make_unique<Histograms>();
  std::unique_ptr<Histograms> now_ = std::make_unique<Histograms>();
  std::unique_ptr<Histograms> recording_ = std::make_unique<Histograms>();
  int64_t ran_ = 0;
  uint64_t kills_ = 0;
  std::vector<SpeedSample> timeline_;
};

}  // namespace tearproof::stress

#endif  // TEARPROOF_HARNESS_STRESS_SPEED_METER_H_
