#include "harness/stress/recorder.h"

#include <gtest/gtest.h>

#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"

namespace tearproof::stress {
namespace {

class Idle : public Backend {
 public:
  void Execute(const Request&, Response& response) override { response.Is(Outcome::kDone); }
};

// The latency that is counted of a clear that was due then.
int64_t LatencyOf(std::optional<int64_t> due) {
  Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
  EXPECT_TRUE(directory.ok());
  Result<SegmentWriter> segment = SegmentWriter::Create(directory.value().path() + "/s", 1, 16);
  EXPECT_TRUE(segment.ok());
  const std::vector<std::string> keys = {"k0"};
  const auto slot = std::make_unique<WorkerSlot>();
  Recorder recorder(slot.get(), &keys, false, VerifyMode::kFull, 1);
  Idle backend;
  recorder.Use(&backend, &segment.value());
  segment.value().BeginRound(1);
  recorder.Run({OpKind::kClear, kNoKey, 0, kNoTtl}, due);
  const LatencyHistogram& latencies = slot->latencies[static_cast<size_t>(OpKind::kClear)];
  EXPECT_EQ(latencies.count(), 1U);
  return latencies.max();
}

TEST(RecorderTest, WhatWasHeldUpCountsFromWhenItWasDue) {
  constexpr int64_t kHour = 3600 * kNanosPerSecond;
  EXPECT_GE(LatencyOf(MonotonicNanos() - kHour), kHour);
}

TEST(RecorderTest, WhatIsEarlyCountsFromItsCall) {
  constexpr int64_t kHour = 3600 * kNanosPerSecond;
  EXPECT_GT(LatencyOf(MonotonicNanos() + kHour), 0);
  EXPECT_GT(LatencyOf(std::nullopt), 0);
}

TEST(RecorderTest, ASampleSaysWhatRecordingTookBesides) {
  constexpr uint64_t kOperations = 10 * kRecordingSampled;
  Result<OwnedDirectory> directory = OwnedDirectory::Create("/tmp");
  ASSERT_TRUE(directory.ok());
  Result<SegmentWriter> segment =
      SegmentWriter::Create(directory.value().path() + "/s", 1, kOperations);
  ASSERT_TRUE(segment.ok());
  const std::vector<std::string> keys = {"k0"};
  const auto slot = std::make_unique<WorkerSlot>();
  Recorder recorder(slot.get(), &keys, false, VerifyMode::kFull, 1);
  Idle backend;
  recorder.Use(&backend, &segment.value());
  segment.value().BeginRound(1);
  for (uint64_t i = 0; i < kOperations; ++i) recorder.Run({OpKind::kSet, 0, 1 << 20, kNoTtl});
  const LatencyHistogram& recording = slot->recording[static_cast<size_t>(OpKind::kSet)];
  EXPECT_EQ(recording.count(), 10U);
  // A megabyte is made and stamped for each, which nothing does in so short a time.
  EXPECT_GT(recording.Percentile(0.5), 1'000);
}

}  // namespace
}  // namespace tearproof::stress
