#include "harness/history/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "harness/core/random.h"

namespace tearproof {
namespace {

Op Make(uint16_t process, uint64_t sequence, int64_t invoke, int64_t ret,
        OpKind kind = OpKind::kGet, uint32_t key = 0) {
  Op op;
  op.process = process;
  op.sequence = sequence;
  op.invoke = invoke;
  op.ret = ret;
  op.kind = kind;
  op.key = TakesKey(kind) ? key : kNoKey;
  op.outcome = ret == kNever ? Outcome::kOpen : Outcome::kDone;
  return op;
}

// Two processes, two keys, four operations; valid.
History::Parts ValidParts() {
  History::Parts parts;
  parts.header.keys = {"k0", "k1"};
  parts.processes.resize(2);
  parts.processes[0].number = 1;
  parts.processes[1].number = 2;
  parts.ops = {Make(2, 0, 15, 25, OpKind::kSet, 1), Make(1, 1, 30, 40, OpKind::kGet, 1),
               Make(1, 0, 10, 20, OpKind::kSet, 0), Make(2, 1, 50, 60, OpKind::kClear)};
  return parts;
}

History Build(History::Parts parts) {
  auto history = History::Build(std::move(parts));
  TEARPROOF_CHECK(history.ok(), history.error().Message());
  return std::move(history).value();
}

void ExpectRejected(const std::function<void(History::Parts&)>& spoil, const std::string& why) {
  History::Parts parts = ValidParts();
  spoil(parts);
  const auto history = History::Build(std::move(parts));
  ASSERT_FALSE(history.ok()) << why;
  EXPECT_EQ(history.error().kind, ErrorKind::kUsage);
  EXPECT_NE(history.error().what.find(why), std::string::npos) << history.error().what;
}

TEST(HistoryTest, SortsByInvocation) {
  const History history = Build(ValidParts());
  std::vector<int64_t> invokes;
  for (const Op& op : history.ops()) invokes.push_back(op.invoke);
  EXPECT_EQ(invokes, (std::vector<int64_t>{10, 15, 30, 50}));
  EXPECT_EQ(history.end_time(), 60);
}

TEST(HistoryTest, IndexesByKey) {
  const History history = Build(ValidParts());
  const auto to_vector = [](std::span<const uint32_t> indices) {
    return std::vector<uint32_t>(indices.begin(), indices.end());
  };
  EXPECT_EQ(to_vector(history.OpsOfKey(0)), (std::vector<uint32_t>{0}));
  EXPECT_EQ(to_vector(history.OpsOfKey(1)), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(to_vector(history.KeylessOps()), (std::vector<uint32_t>{3}));
}

TEST(HistoryTest, FindsOperationsByProcessAndSequence) {
  const History history = Build(ValidParts());
  ASSERT_NE(history.Find({1, 1}), nullptr);
  EXPECT_EQ(history.Find({1, 1})->invoke, 30);
  EXPECT_EQ(history.Find({1, 2}), nullptr);
  EXPECT_EQ(history.Find({0, 0}), nullptr);
  EXPECT_EQ(history.Find({3, 0}), nullptr);
  EXPECT_EQ(history.Find({65535, kMaxSequence - 1}), nullptr);
}

TEST(HistoryTest, FindsOperationsAcrossLostOnes) {
  History::Parts parts = ValidParts();
  for (Op& op : parts.ops) op.sequence = 1000 + 10 * op.sequence;
  const History history = Build(std::move(parts));
  EXPECT_EQ(history.Find({1, 1010})->invoke, 30);
  EXPECT_EQ(history.Find({1, 1005}), nullptr);
  EXPECT_EQ(history.Find({1, 0}), nullptr);
}

TEST(HistoryTest, FindsEvidenceAndProcesses) {
  History::Parts parts = ValidParts();
  parts.evidence.push_back({1, 1, "EIO", {}});
  parts.processes[1].role = "reader";
  const History history = Build(std::move(parts));
  ASSERT_NE(history.FindEvidence(*history.Find({1, 1})), nullptr);
  EXPECT_EQ(history.FindEvidence(*history.Find({1, 1}))->text, "EIO");
  EXPECT_EQ(history.FindEvidence(*history.Find({1, 0})), nullptr);
  EXPECT_EQ(history.FindProcess(2)->role, "reader");
  EXPECT_EQ(history.FindProcess(3), nullptr);
}

TEST(HistoryTest, AnEmptyHistoryIsValid) {
  const History history = Build({});
  EXPECT_TRUE(history.ops().empty());
  EXPECT_TRUE(history.KeylessOps().empty());
  EXPECT_EQ(history.end_time(), 0);
}

TEST(HistoryTest, OpenOperationsEndWhenTheirProcessWasReaped) {
  History::Parts parts = ValidParts();
  parts.ops.push_back(Make(1, 2, 45, kNever, OpKind::kSet));
  parts.ops.push_back(Make(2, 2, 70, kNever, OpKind::kSet));
  parts.processes[0].end = ProcessInfo::End::kKilled;
  parts.processes[0].reaped = 99;
  parts.processes[1].reaped = 98;  // Lived: means nothing.
  const History history = Build(std::move(parts));
  EXPECT_EQ(history.Find({1, 2})->ret, 99);
  EXPECT_EQ(history.Find({2, 2})->ret, kNever);
  EXPECT_EQ(history.end_time(), 60) << "open operations do not extend the history";
}

TEST(HistoryTest, PrecedesOnlyBeyondTheUncertainty) {
  History::Parts parts = ValidParts();
  parts.header.clock_uncertainty = 10;
  const History history = Build(std::move(parts));
  const Op first = Make(1, 0, 0, 20);
  EXPECT_FALSE(history.Precedes(first, Make(2, 0, 30, 40)));
  EXPECT_TRUE(history.Precedes(first, Make(2, 0, 31, 40)));
  EXPECT_TRUE(history.Overlaps(first, Make(2, 0, 30, 40)));
  EXPECT_FALSE(history.Precedes(Make(1, 0, 0, kNever), Make(2, 0, kNever, kNever)));
  EXPECT_FALSE(history.Precedes(Make(1, 0, 0, kNever - 5), Make(2, 0, kNever, kNever)));
}

TEST(HistoryTest, ProgramOrderNeedsNoClock) {
  History::Parts parts = ValidParts();
  parts.header.clock_uncertainty = 1000;
  const History history = Build(std::move(parts));
  EXPECT_TRUE(history.Precedes(*history.Find({1, 0}), *history.Find({1, 1})));
  EXPECT_FALSE(history.Precedes(*history.Find({1, 1}), *history.Find({1, 0})));
  EXPECT_FALSE(history.Precedes(*history.Find({1, 0}), *history.Find({1, 0})));
}

TEST(HistoryTest, RejectsReturnBeforeInvoke) {
  ExpectRejected([](auto& parts) { parts.ops[0].ret = 14; }, "returns before it was invoked");
}

TEST(HistoryTest, RejectsAReapingBeforeTheInvocation) {
  ExpectRejected(
      [](auto& parts) {
        parts.ops[3].outcome = Outcome::kOpen;
        parts.processes[1].end = ProcessInfo::End::kKilled;
        parts.processes[1].reaped = 49;
      },
      "returns before it was invoked");
}

TEST(HistoryTest, RejectsAReturnAfterTheReaping) {
  ExpectRejected(
      [](auto& parts) {
        parts.processes[1].end = ProcessInfo::End::kDied;
        parts.processes[1].reaped = 59;
      },
      "after its process was gone");
}

TEST(HistoryTest, RejectsAnOutcomeWithoutReturn) {
  ExpectRejected([](auto& parts) { parts.ops[3].ret = kNever; }, "never returned");
}

TEST(HistoryTest, RejectsDuplicates) {
  ExpectRejected([](auto& parts) { parts.ops.push_back(parts.ops[1]); }, "is there twice");
  ExpectRejected([](auto& parts) { parts.processes[1].number = 1; }, "two processes 1");
}

TEST(HistoryTest, RejectsOverlapWithinAProcess) {
  ExpectRejected([](auto& parts) { parts.ops[1].invoke = 19; }, "before its predecessor ended");
  ExpectRejected(
      [](auto& parts) {
        parts.ops[2].ret = kNever;
        parts.ops[2].outcome = Outcome::kOpen;
      },
      "before its predecessor ended");
}

// Of a process that asks for several at once, nobody can say how far it came.
TEST(HistoryTest, UncertainOperationsOfAProcessMayOverlap) {
  History::Parts parts;
  parts.header.keys = {"k0"};
  parts.processes.resize(1);
  parts.processes[0].end = ProcessInfo::End::kKilled;
  parts.processes[0].reaped = 100;
  for (uint64_t i = 0; i < 3; ++i) {
    Op op;
    op.kind = OpKind::kSet;
    op.key = 0;
    op.sequence = i;
    op.invoke = static_cast<int64_t>(10 + i);
    parts.ops.push_back(op);
  }
  const Result<History> history = History::Build(parts);
  ASSERT_TRUE(history.ok()) << history.error().Message();
  EXPECT_EQ(history.value().ops()[0].ret, 100);
  EXPECT_TRUE(history.value().Precedes(history.value().ops()[0], history.value().ops()[2]));
  parts.ops[2].invoke = 10;
  EXPECT_FALSE(History::Build(parts).ok());
}

TEST(HistoryTest, RejectsUndeclaredKeysAndProcesses) {
  ExpectRejected([](auto& parts) { parts.ops[0].key = 2; }, "key that is not declared");
  ExpectRejected([](auto& parts) { parts.ops[0].key = kNoKey; }, "key that is not declared");
  ExpectRejected([](auto& parts) { parts.ops[3].key = 0; }, "key that is not declared");
  ExpectRejected([](auto& parts) { parts.processes.pop_back(); }, "process that is not declared");
}

TEST(HistoryTest, RejectsNumbersOutOfRange) {
  ExpectRejected([](auto& parts) { parts.ops[0].sequence = kMaxSequence; }, "too large");
  ExpectRejected([](auto& parts) { parts.ops[3].sequence = kMaxSequence - 1; }, "too far");
  ExpectRejected([](auto& parts) { parts.ops[0].invoke = INT64_MIN; }, "before time began");
  ExpectRejected([](auto& parts) { parts.ops[0].kind = static_cast<OpKind>(15); }, "known kind");
  ExpectRejected([](auto& parts) { parts.ops[0].outcome = static_cast<Outcome>(kOutcomeCount); },
                 "known kind");
  ExpectRejected([](auto& parts) { parts.ops[0].observation = static_cast<Observed>(5); },
                 "known kind");
  ExpectRejected([](auto& parts) { parts.header.clock_uncertainty = -1; }, "uncertainty");
  ExpectRejected([](auto& parts) { parts.header.clock_uncertainty = kNever; }, "uncertainty");
  ExpectRejected([](auto& parts) { parts.header.coarse_clock_lag = -1; }, "lags -1 ns behind");
  ExpectRejected([](auto& parts) { parts.header.coarse_clock_lag = kNever; }, "lags");
  ExpectRejected([](auto& parts) { parts.header.realtime_offset_begin = INT64_MIN; }, "wall clock");
  ExpectRejected([](auto& parts) { parts.header.realtime_offset_end = INT64_MAX; }, "wall clock");
}

// The index is dense: many gaps must not add up to more memory than there is.
TEST(HistoryTest, RejectsGapsThatAddUp) {
  History::Parts parts;
  parts.header.keys = {"k0"};
  parts.processes.resize(1000);
  for (uint16_t i = 0; i < 1000; ++i) {
    parts.processes[i].number = i;
    parts.ops.push_back(Make(i, 0, 1, 2));
    parts.ops.push_back(Make(i, 1'000'000, 3, 4));
  }
  EXPECT_FALSE(History::Build(std::move(parts)).ok());
}

TEST(HistoryTest, OrderOfTheInputDoesNotMatter) {
  Random random(17);
  History::Parts parts;
  parts.header.keys = {"a", "b", "c"};
  parts.processes.resize(5);
  for (uint16_t process = 0; process < 5; ++process) {
    parts.processes[process].number = process;
    int64_t now = static_cast<int64_t>(random.Below(10));
    for (uint64_t sequence = 0; sequence < 50; ++sequence) {
      const int64_t ret = now + static_cast<int64_t>(random.Below(10));
      parts.ops.push_back(
          Make(process, sequence, now, ret, OpKind::kGet, static_cast<uint32_t>(random.Below(3))));
      now = ret + static_cast<int64_t>(random.Below(3));
    }
  }
  const History in_order = Build(parts);
  for (size_t i = parts.ops.size() - 1; i > 0; --i) {
    std::swap(parts.ops[i], parts.ops[random.Below(i + 1)]);
  }
  const History shuffled = Build(parts);
  ASSERT_EQ(in_order.ops().size(), shuffled.ops().size());
  for (size_t i = 0; i < in_order.ops().size(); ++i) {
    const Op& op = in_order.ops()[i];
    EXPECT_EQ(op.process, shuffled.ops()[i].process);
    EXPECT_EQ(op.sequence, shuffled.ops()[i].sequence);
    if (i > 0) {
      EXPECT_LE(in_order.ops()[i - 1].invoke, op.invoke);
    }
    EXPECT_EQ(in_order.Find({op.process, op.sequence}), &op);
  }
}

}  // namespace
}  // namespace tearproof
