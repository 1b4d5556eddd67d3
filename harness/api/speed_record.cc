#include "harness/api/speed_record.h"

namespace tearproof {
namespace {

int64_t MeanByCount(int64_t first, uint64_t first_count, int64_t second, uint64_t second_count) {
  const double count = static_cast<double>(first_count) + static_cast<double>(second_count);
  if (count == 0) return 0;
  return static_cast<int64_t>((static_cast<double>(first) * static_cast<double>(first_count) +
                               static_cast<double>(second) * static_cast<double>(second_count)) /
                              count);
}

void JoinSamples(SpeedSample* first, const SpeedSample& second) {
  first->ran += second.ran;
  first->kills += second.kills;
  for (const auto& [kind, latency] : second.operations) {
    SpeedSample::Latency& joined = first->operations[kind];
    joined.p50 = MeanByCount(joined.p50, joined.count, latency.p50, latency.count);
    joined.p99 = MeanByCount(joined.p99, joined.count, latency.p99, latency.count);
    joined.count += latency.count;
  }
}

}  // namespace

OperationSpeed SpeedOf(const LatencyHistogram& latencies, int64_t ran) {
  OperationSpeed speed;
  speed.count = latencies.count();
  speed.per_second =
      ran > 0 ? static_cast<double>(speed.count) * 1e9 / static_cast<double>(ran) : 0;
  speed.p50 = latencies.Percentile(0.5);
  speed.p90 = latencies.Percentile(0.9);
  speed.p99 = latencies.Percentile(0.99);
  speed.p999 = latencies.Percentile(0.999);
  speed.p9999 = latencies.Percentile(0.9999);
  speed.max = latencies.max();
  return speed;
}

double OperationSpeed::OfBareSpeed() const {
  return recording > 0 && p50 > 0 ? static_cast<double>(p50) / static_cast<double>(p50 + recording)
                                  : 0;
}

std::vector<std::pair<double, int64_t>> PercentilesOf(const OperationSpeed& speed) {
  return {{0.5, speed.p50},
          {0.9, speed.p90},
          {0.99, speed.p99},
          {0.999, speed.p999},
          {0.9999, speed.p9999}};
}

uint64_t SpeedSample::Count() const {
  uint64_t count = 0;
  for (const auto& [kind, latency] : operations) {
    if (kind != OpKind::kInit) count += latency.count;
  }
  return count;
}

double SpeedSample::PerSecond() const {
  return ran > 0 ? static_cast<double>(Count()) * 1e9 / static_cast<double>(ran) : 0;
}

void AddSample(std::vector<SpeedSample>* timeline, SpeedSample sample) {
  timeline->push_back(std::move(sample));
  if (timeline->size() <= kMostSamples) return;
  std::vector<SpeedSample> thinned;
  for (size_t i = 0; i < timeline->size(); i += 2) {
    thinned.push_back(std::move((*timeline)[i]));
    if (i + 1 < timeline->size()) JoinSamples(&thinned.back(), (*timeline)[i + 1]);
  }
  *timeline = std::move(thinned);
}

}  // namespace tearproof
