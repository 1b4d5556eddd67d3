#include "harness/bench/cache_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/bench/median.h"

namespace tearproof::bench {
namespace {

using testing::HasSubstr;

BenchCounts CountOf(const std::string& backend, const BackendOptions& options = {}) {
  const Result<BenchCounts> counts = CountCost({backend, options, "/tmp", 5'000, 8});
  EXPECT_TRUE(counts.ok()) << counts.error().Message();
  return counts.ok() ? counts.value() : BenchCounts();
}

TEST(CacheCostTest, CountsOneOperationOfEachKey) {
  const BenchCounts naive = CountOf("naive");
  EXPECT_EQ(naive.entries, 8U);
  EXPECT_EQ(naive.files, 8U);
  EXPECT_EQ(naive.bytes_written_a_set, 5'000);
  EXPECT_EQ(naive.syncs_a_set, 0);
  EXPECT_EQ(naive.calls_a_set, 3) << "open, write, close";
  EXPECT_GE(naive.calls_a_get, 3) << "open, read, close";
  EXPECT_LE(naive.calls_a_get, 5);
  EXPECT_GE(naive.disk_bytes, 8 * 5'000U);
  EXPECT_LE(naive.disk_bytes, 8 * 5'000U * 4);
}

TEST(CacheCostTest, CountsSyncs) {
  EXPECT_EQ(CountOf("temp-rename", {{"sync", "none"}}).syncs_a_set, 0);
  EXPECT_EQ(CountOf("temp-rename", {{"sync", "file"}}).syncs_a_set, 1);
  EXPECT_EQ(CountOf("temp-rename", {{"sync", "full"}}).syncs_a_set, 2);
}

TEST(CacheCostTest, ACacheThatIsNotThereIsAnError) {
  EXPECT_FALSE(CountCost({"nobody", {}, "/tmp", 64, 1}).ok());
  EXPECT_FALSE(CountCost({"naive", {}, "/proc/nowhere", 64, 1}).ok());
}

TEST(CacheCostTest, SaysWhereDurabilityIsNoMeasure) {
  EXPECT_THAT(WhyUnrepresentative("tmpfs", 1'000'000), HasSubstr("fsync does nothing there"));
  EXPECT_THAT(WhyUnrepresentative("ramfs", 1'000'000), HasSubstr("fsync does nothing there"));
  EXPECT_THAT(WhyUnrepresentative("ext4", 19'999), HasSubstr("too little"));
  EXPECT_EQ(WhyUnrepresentative("ext4", 20'000), "");
}

TEST(CacheCostTest, ProbesWhatOneSyncTakes) {
  const Result<int64_t> time = ProbeSync("/tmp");
  ASSERT_TRUE(time.ok());
  EXPECT_GT(time.value(), 0);
  EXPECT_FALSE(ProbeSync("/proc/nowhere").ok());
}

TEST(MedianTest, IsTheUpperOneOfAnEvenNumber) {
  EXPECT_EQ(Median({}), 0);
  EXPECT_EQ(Median({7}), 7);
  EXPECT_EQ(Median({9, 1}), 9);
  EXPECT_EQ(Median({9, 1, 5}), 5);
  EXPECT_EQ(Median({4, 3, 2, 1}), 3);
}

}  // namespace
}  // namespace tearproof::bench
