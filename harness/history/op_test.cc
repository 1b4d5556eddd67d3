#include "harness/history/op.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace tearproof {
namespace {

TEST(OpTest, NamesOfKindsAreReadBack) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kOpKindCount; ++i) {
    const auto kind = static_cast<OpKind>(i);
    EXPECT_EQ(ParseOpKind(OpKindName(kind)), kind);
    names.insert(OpKindName(kind));
  }
  EXPECT_EQ(names.size(), kOpKindCount);
  EXPECT_EQ(ParseOpKind("nonsense"), std::nullopt);
  EXPECT_EQ(ParseOpKind(""), std::nullopt);
}

TEST(OpTest, NamesOfOutcomesAreReadBack) {
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    EXPECT_EQ(ParseOutcome(OutcomeName(outcome)), outcome);
  }
  EXPECT_EQ(ParseOutcome("Hit"), std::nullopt);
}

TEST(OpTest, ValueIdsSurvivePacking) {
  for (const ValueId id : {ValueId{0, 0}, ValueId{1, 2}, ValueId{65535, kMaxSequence - 1}}) {
    EXPECT_EQ(ValueId::Unpack(id.Pack()), id);
  }
}

TEST(OpTest, OnlyInitClearAndCullTakeNoKey) {
  std::string keyless;
  for (size_t i = 0; i < kOpKindCount; ++i) {
    const auto kind = static_cast<OpKind>(i);
    if (!TakesKey(kind)) keyless += std::string(OpKindName(kind)) + " ";
  }
  EXPECT_EQ(keyless, "init clear cull ");
}

TEST(OpTest, OnlyErrorsAndOpenOperationsAreUncertain) {
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    Op op;
    op.outcome = static_cast<Outcome>(i);
    const bool uncertain = op.outcome == Outcome::kOpen || op.outcome == Outcome::kError;
    EXPECT_EQ(op.uncertain(), uncertain);
    EXPECT_EQ(op.may_have_happened(), uncertain || op.outcome == Outcome::kDone);
  }
}

}  // namespace
}  // namespace tearproof
