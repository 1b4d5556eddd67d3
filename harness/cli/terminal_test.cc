#include "harness/cli/terminal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <cstdlib>

#include "harness/core/layout.h"
#include "harness/core/unique_fd.h"

namespace tearproof::cli {
namespace {

constexpr int64_t kSecond = kNanosPerSecond;

TEST(ProgressLineTest, SpeaksOnceAMinuteWhereThereIsNoTerminal) {
  testing::internal::CaptureStderr();
  ProgressLine line(false, 100 * kSecond);
  for (int64_t second = 100; second <= 225; ++second) {
    line.Show("cell " + std::to_string(second), "far", second * kSecond);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "tearproof: running cell 160\ntearproof: running cell 220\n");
}

TEST(ProgressLineTest, IsSilentWhenQuiet) {
  testing::internal::CaptureStderr();
  ProgressLine line(true, 0);
  line.Show("something", "far", 1000 * kSecond);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// What a terminal of `columns` is sent.
std::string ShownOnTerminal(uint16_t columns, const std::string& what, const std::string& details) {
  int master = -1;
  int slave = -1;
  const winsize size = {24, columns, 0, 0};
  EXPECT_EQ(openpty(&master, &slave, nullptr, nullptr, &size), 0);
  const UniqueFd owner(master);
  const UniqueFd saved(dup(STDERR_FILENO));
  dup2(slave, STDERR_FILENO);
  close(slave);
  ProgressLine(false, 0).Show(what, details, 0);
  char sent[1000];
  const ssize_t length = read(master, sent, sizeof(sent));
  dup2(saved.get(), STDERR_FILENO);
  return std::string(sent, static_cast<size_t>(std::max<ssize_t>(length, 0)));
}

TEST(ProgressLineTest, FitsIntoTheNarrowestTerminalWithoutCuttingACharacter) {
  setenv("TERM", "xterm", 1);
  unsetenv("CI");
  const std::string what = "12/60 get-set on naive";
  const std::string details = "37 µs, 1.2 M operations, 3 rounds, 37 % covered";
  for (const uint16_t columns : {20, 25, 30, 60, 200}) {
    std::string sent = ShownOnTerminal(columns, what, details);
    ASSERT_THAT(sent, testing::StartsWith("\r"));
    sent = sent.substr(1, sent.find('\x1b') - 1);
    EXPECT_EQ(sent, Shorten(fmt::format("{}: {}", what, details), columns - 1u)) << columns;
  }
}

}  // namespace
}  // namespace tearproof::cli
