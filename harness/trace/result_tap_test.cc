// Where the machine lets nobody tap, both ways are one, and these tests say nothing.
#include "harness/trace/result_tap.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "harness/trace/session_for_tests.h"

namespace tearproof::trace {
namespace {

class ResultTapTest : public SessionTest {
 protected:
  // All events and answers of the lines, with and without.
  std::vector<std::string> Told(bool tap, const std::vector<std::string>& lines) {
    tap_ = tap;
    session_.reset();
    for (const char* name : {"k0", "k1", "d/k2", "d"}) {
      std::error_code ignored;
      std::filesystem::remove(directory_.path() + "/" + name, ignored);
    }
    StartSubjects({"", ""});
    std::vector<std::string> told;
    for (size_t i = 0; i < lines.size(); ++i) {
      for (std::string& event : Do(i % 2, lines[i])) told.push_back(std::move(event));
      told.push_back(Answers(i % 2));
    }
    return told;
  }
};

TEST_F(ResultTapTest, EventsAreTheSameWithASecondStopAndWithout) {
  const std::vector<std::string> lines = {
      "open \"k0\" O_CREAT|O_EXCL|O_WRONLY 384; write $0 @a 100; close $0; rename \"k0\" \"k1\"",
      "open \"k1\" O_RDONLY; read $0 & 64; read $0 & 64; read $0 & 64; close $0",
      "open \"k0\" O_RDONLY; open \"k1\" O_CREAT|O_EXCL|O_WRONLY 384; unlink \"absent\"",
      "mkdir \"d\" 448; mkdir \"d\" 448; rename \"k1\" \"d/k2\"; rename \"k1\" \"d/k2\"",
      "open \"d/k2\" O_RDONLY; lseek $0 0 2; lseek $0 -200 1; close $0; rmdir \"d\"",
      "read 77 & 4; write 77 @a 4; unlink \"d/k2\"; rmdir \"d\"",
  };
  const std::vector<std::string> with = Told(true, lines);
  EXPECT_GT(with.size(), 20U);
  EXPECT_EQ(with, Told(false, lines));
}

TEST_F(ResultTapTest, OnlyTheFirstReturnCounts) {
  const auto tap = ResultTap::Shared();
  auto seat = ResultSeat::Take(tap, gettid());
  if (!seat) return;
  seat->Arm();
  EXPECT_EQ(seat->Result(), std::nullopt);
  const long parent = syscall(SYS_getppid);
  syscall(SYS_close, -1);
  EXPECT_EQ(seat->Result(), parent);
  seat->Arm();
  syscall(SYS_close, -1);
  EXPECT_EQ(seat->Result(), -EBADF);
}

TEST_F(ResultTapTest, SeatsAreGivenBack) {
  const auto tap = ResultTap::Shared();
  if (tap == nullptr) return;
  for (int round = 0; round < 3; ++round) {
    std::vector<ResultSeat> seats;
    while (auto seat = ResultSeat::Take(tap, static_cast<pid_t>(seats.size() + 1))) {
      seats.push_back(std::move(*seat));
      ASSERT_LE(seats.size(), 1000U);
    }
    EXPECT_GT(seats.size(), 100U);
  }
}

}  // namespace
}  // namespace tearproof::trace
