#include "harness/core/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace tearproof {
namespace {

Result<int> Half(int number) {
  if (number % 2 != 0) return UsageError("odd", "double it");
  return number / 2;
}

Result<int> Quarter(int number) {
  TEARPROOF_ASSIGN_OR_RETURN(const int half, Half(number));
  return Half(half);
}

Result<void> Divisible(int number) {
  TEARPROOF_RETURN_IF_ERROR(Half(number));
  return {};
}

TEST(ResultTest, HoldsAValueOrAnError) {
  EXPECT_EQ(Half(4).value(), 2);
  EXPECT_EQ(Half(3).error().what, "odd");
  EXPECT_TRUE(Divisible(2).ok());
  EXPECT_EQ(Divisible(3).error().Message(), "odd; double it");
}

TEST(ResultTest, PassesErrorsOn) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_FALSE(Quarter(6).ok());
  EXPECT_FALSE(Quarter(5).ok());
}

TEST(ResultTest, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(ResultTest, SystemErrorsNameTheErrno) {
  const Error error = SystemError(ENOSPC, "cannot write x", "free some space");
  EXPECT_EQ(error.Message(), "cannot write x: No space left on device (ENOSPC); free some space");
  EXPECT_EQ(error.ExitCode(), 77);
  EXPECT_EQ(UsageError("x").ExitCode(), 64);
  EXPECT_EQ(SystemError(99999, "x").what, "x: unknown error (99999)");
}

TEST(ResultTest, MisuseIsADefectOfTheHarness) {
  EXPECT_EXIT((void)Half(3).value(), testing::ExitedWithCode(kExitHarnessDefect), "odd");
  EXPECT_EXIT((void)Half(4).error(), testing::ExitedWithCode(kExitHarnessDefect), "of a value");
}

TEST(CheckTest, PrintsConditionAndContext) {
  EXPECT_EXIT(
      {
        SetCheckContext("seed 42");
        TEARPROOF_CHECK(1 == 2, "arithmetic");
      },
      testing::ExitedWithCode(kExitHarnessDefect), "1 == 2.*arithmetic(.|\n)*seed 42");
}

}  // namespace
}  // namespace tearproof
