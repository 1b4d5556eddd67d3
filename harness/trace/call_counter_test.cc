#include "harness/trace/call_counter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tearproof::trace {
namespace {

TEST(CallCounterTest, CountsEachPartOnItsOwn) {
  int fd = -1;
  const auto counts = CountCalls({
      [&] { return (fd = memfd_create("counted", 0)) >= 0; },
      [&] { return write(fd, "four", 4) == 4 && write(fd, "1", 1) == 1 && fsync(fd) == 0; },
      [] { return true; },
      [&] { return pwrite(-1, "lost", 4, 0) < 0; },
  });
  ASSERT_TRUE(counts.ok()) << counts.error().Message();
  ASSERT_EQ(counts.value().size(), 4U);
  EXPECT_EQ(counts.value()[0].calls, 1U);
  EXPECT_EQ(counts.value()[1].calls, 3U);
  EXPECT_EQ(counts.value()[1].syncs, 1U);
  EXPECT_EQ(counts.value()[1].bytes_written, 5U);
  EXPECT_EQ(counts.value()[2].calls, 0U);
  EXPECT_EQ(counts.value()[3].calls, 1U);
  EXPECT_EQ(counts.value()[3].bytes_written, 0U) << "what failed wrote nothing";
}

TEST(CallCounterTest, WorkThatFailsIsAnError) {
  EXPECT_FALSE(CountCalls({[] { return false; }}).ok());
  EXPECT_FALSE(CountCalls({[]() -> bool { abort(); }}).ok());
}

}  // namespace
}  // namespace tearproof::trace
