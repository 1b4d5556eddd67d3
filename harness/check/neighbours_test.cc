#include "harness/check/neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/check/history_builder.h"

namespace tearproof::check {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

EvidenceOp EvidenceOf(const Op& op, bool deciding = false) { return {op, "k0", "part", deciding}; }

Verdict Broken(std::vector<EvidenceOp> evidence) {
  Verdict verdict;
  verdict.judgement = Judgement::kBroken;
  verdict.evidence = std::move(evidence);
  return verdict;
}

// When they were called.
std::vector<int64_t> Calls(const Verdict& verdict) {
  std::vector<int64_t> calls;
  for (const EvidenceOp& each : verdict.neighbours) calls.push_back(each.op.invoke);
  return calls;
}

TEST(NeighboursTest, AreWhatRanWithinTheEvidencesSpanOnItsKeysOrOnAll) {
  HistoryBuilder builder;
  const Op set = builder.Set(1, 100, 200);
  const Op miss = builder.Miss(2, 300, 400);
  builder.Miss(3, 10, 99);                                 // Had returned before.
  builder.Miss(3, 100, 110);                               // From the first moment on.
  builder.Miss(3, 210, 220, 1);                            // On another key.
  builder.Do(4, OpKind::kClear, 50, 250, Outcome::kDone);  // On all keys.
  builder.Miss(5, 400, 500);                               // To the last moment.
  builder.Miss(6, 401, 500);                               // After the last return.
  builder.Killed(7, OpKind::kDelete, 20, 5000);            // Over all of it.
  Verdict verdict = Broken({EvidenceOf(set), EvidenceOf(miss, true)});
  AddNeighbours(builder.Build(), &verdict);
  EXPECT_THAT(Calls(verdict), ElementsAre(20, 50, 100, 400));
  EXPECT_EQ(verdict.neighbour_count, 4U);
  EXPECT_EQ(verdict.neighbours[0].key, "k0");
  EXPECT_EQ(verdict.neighbours[1].key, "");
  EXPECT_FALSE(verdict.neighbours[0].deciding);
}

TEST(NeighboursTest, OfAnOperationOnAllKeysAreOnAllKeys) {
  HistoryBuilder builder;
  const Op clear = builder.Do(1, OpKind::kClear, 100, 200, Outcome::kError);
  builder.Set(2, 150, 160, 2);
  Verdict verdict = Broken({{clear, "", "failed", true}});
  AddNeighbours(builder.Build(), &verdict);
  EXPECT_THAT(Calls(verdict), ElementsAre(150));
  EXPECT_EQ(verdict.neighbours[0].key, "k2");
}

TEST(NeighboursTest, OfWhatNeverReturnedEndWithTheLastCall) {
  HistoryBuilder builder;
  Op& stuck = builder.Do(1, OpKind::kGet, 100, kNever, Outcome::kOpen);
  builder.Miss(2, 90, 110);
  builder.Miss(2, 120, 130);
  Verdict verdict = Broken({EvidenceOf(stuck, true)});
  AddNeighbours(builder.Build(), &verdict);
  EXPECT_THAT(Calls(verdict), ElementsAre(90));
}

TEST(NeighboursTest, OfAMillionOperationsAreTheNearestToWhatDecides) {
  HistoryBuilder builder;
  constexpr int64_t kOperations = 1'000'000;
  const Op set = builder.Set(1, 0, 5);
  const Op get = builder.Miss(2, 7'000'000, 7'000'004);
  builder.Miss(2, kOperations * 10, kOperations * 10 + 5);
  const Op last = builder.Miss(2, kOperations * 10 + 10, kOperations * 10 + 15);
  for (int64_t i = 0; i < kOperations; ++i) builder.Miss(3, i * 10 + 1, i * 10 + 6);
  Verdict verdict = Broken({EvidenceOf(set), EvidenceOf(get, true), EvidenceOf(last)});
  AddNeighbours(builder.Build(), &verdict);
  EXPECT_EQ(verdict.neighbour_count, 1'000'001U);
  ASSERT_EQ(verdict.neighbours.size(), kMostNeighbours);
  EXPECT_EQ(verdict.neighbours.front().op.invoke, 7'000'000 - 199);
  EXPECT_EQ(verdict.neighbours.back().op.invoke, 7'000'000 + 191);
}

TEST(NeighboursTest, AreNoneOfAHeldVerdictNorOfAHistoryOfSteps) {
  HistoryBuilder builder;
  const Op get = builder.Miss(1, 100, 200);
  builder.Miss(2, 100, 200);
  Verdict held = Broken({EvidenceOf(get)});
  held.judgement = Judgement::kHeld;
  AddNeighbours(builder.Build(), &held);
  EXPECT_THAT(Calls(held), IsEmpty());
  builder.parts.header.time_base = TimeBase::kStep;
  Verdict broken = Broken({EvidenceOf(get)});
  AddNeighbours(builder.Build(), &broken);
  EXPECT_THAT(Calls(broken), IsEmpty());
  EXPECT_EQ(broken.neighbour_count, 0U);
}

}  // namespace
}  // namespace tearproof::check
