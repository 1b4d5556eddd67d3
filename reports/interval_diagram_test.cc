#include "reports/interval_diagram.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/core/random.h"
#include "harness/core/text.h"
#include "reports/golden.h"

namespace tearproof::reports {
namespace {

constexpr size_t kColumns = 80;

EvidenceOp MakeOp(uint16_t process, uint64_t sequence, OpKind kind, Outcome outcome, int64_t invoke,
                  int64_t ret, std::string part = "") {
  EvidenceOp evidence;
  evidence.op.process = process;
  evidence.op.sequence = sequence;
  evidence.op.kind = kind;
  evidence.op.outcome = outcome;
  evidence.op.invoke = invoke;
  evidence.op.ret = ret;
  evidence.op.key = TakesKey(kind) ? 0 : kNoKey;
  evidence.op.length = 4096;
  evidence.key = "k0";
  evidence.part = std::move(part);
  return evidence;
}

EvidenceOp Observing(EvidenceOp evidence, Observed observation, uint64_t observed) {
  evidence.op.observation = observation;
  evidence.op.observed = observed;
  return evidence;
}

EvidenceOp Deciding(EvidenceOp evidence) {
  evidence.deciding = true;
  return evidence;
}

EvidenceOp Set(uint16_t process, uint64_t sequence, int64_t invoke, int64_t ret, std::string part) {
  return MakeOp(process, sequence, OpKind::kSet, Outcome::kDone, invoke, ret, std::move(part));
}

EvidenceOp Hit(uint16_t process, uint64_t sequence, int64_t invoke, int64_t ret, ValueId value,
               std::string part) {
  return Observing(
      MakeOp(process, sequence, OpKind::kGet, Outcome::kHit, invoke, ret, std::move(part)),
      Observed::kIntact, value.Pack());
}

std::string Draw(const std::vector<EvidenceOp>& evidence, size_t columns = kColumns,
                 std::string_view engine = "stress") {
  std::string drawn = IntervalDiagram(evidence, engine, Style{}, 2, columns);
  for (const std::string& line : Split(drawn, '\n')) {
    EXPECT_LE(DisplayWidth(line), columns) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
  EXPECT_TRUE(IsSafeForTerminal(drawn));
  return drawn;
}

std::vector<EvidenceOp> NewThenOld() {
  return {Set(1, 4, 0, 5'000, "wrote the old value"), Set(1, 5, 6'000, 42'000, "wrote the new one"),
          Hit(2, 17, 9'000, 11'000, {1, 5}, "already returned the new one"),
          Deciding(Hit(3, 9, 12'500, 14'000, {1, 4}, "returned the old one"))};
}

std::vector<EvidenceOp> Unfinished() {
  return {MakeOp(1, 31, OpKind::kSet, Outcome::kOpen, 0, 25'000, "was killed within it"),
          MakeOp(2, 7, OpKind::kDelete, Outcome::kError, 4'000, 9'000, "failed"),
          Deciding(MakeOp(9, 0, OpKind::kGet, Outcome::kOpen, 30'000, kNever, "still waits"))};
}

std::vector<EvidenceOp> ShortBesideLong() {
  return {Set(1, 0, 0, 180'000'000'000, "took three minutes"),
          Hit(2, 5, 90'000'000'000, 90'000'000'120, {1, 0}, "took 120 ns"),
          Deciding(MakeOp(2, 6, OpKind::kGet, Outcome::kMiss, 90'000'000'200, 90'000'000'300,
                          "missed what had been there 80 ns before"))};
}

std::vector<EvidenceOp> EveryKind() {
  std::vector<EvidenceOp> evidence;
  for (const OpKind kind : {OpKind::kInit, OpKind::kHas, OpKind::kAdd, OpKind::kIncr,
                            OpKind::kTouch, OpKind::kClear, OpKind::kCull}) {
    const int64_t at = static_cast<int64_t>(evidence.size()) * 10;
    const uint16_t process = static_cast<uint16_t>(evidence.size() % 3);
    evidence.push_back(MakeOp(process, evidence.size(), kind, Outcome::kDone, at, at + 25));
    if (kind != OpKind::kTouch) evidence.back().op.length = 3;
  }
  evidence[1].op.outcome = Outcome::kHit;
  evidence[2].op.outcome = Outcome::kRefused;
  evidence[2].op.counter = true;
  evidence[2].op.ttl_millis = 1'500;
  evidence[3] = Observing(evidence[3], Observed::kNumber, static_cast<uint64_t>(int64_t{-2}));
  evidence[4].op.outcome = Outcome::kUnsupported;
  EvidenceOp damaged = MakeOp(3, 0, OpKind::kGet, Outcome::kHit, 71, 90);
  evidence.push_back(Observing(damaged, Observed::kDamaged, 0));
  EvidenceOp brief = MakeOp(4, 0, OpKind::kGet, Outcome::kHit, 72, 91);
  brief.op.length = 1;
  evidence.push_back(Observing(brief, Observed::kShort, 77));
  return evidence;
}

std::vector<EvidenceOp> Crowd() {
  std::vector<EvidenceOp> evidence;
  for (uint64_t i = 0; i < 15; ++i) {
    const auto at = static_cast<int64_t>(i * 1'000);
    const auto process = static_cast<uint16_t>(60'000 + i % 2);
    evidence.push_back(i % 3 == 2 ? Hit(process, i, at, at + 1'900, {60'001, i - 1}, "saw it")
                                  : Set(process, i, at, at + 1'900, "overwrote it"));
  }
  evidence.back().deciding = true;
  return evidence;
}

std::vector<EvidenceOp> Hostile() {
  std::vector<EvidenceOp> evidence = NewThenOld();
  evidence[0].key = "\x1b[31m\x1b]0;t\x07";
  evidence[1].key = std::string(10'000, 'k');
  evidence[2].key = "";
  evidence[2].part = "a\r\n::error::b\xff";
  // NOLINTNEXTLINE(misc-misleading-bidirectional): it is meant to mislead.
  evidence[3].key = std::string("\0\xe2\x80\xae/..", 7);
  evidence[3].part = std::string(3'000, 'x');
  evidence[0].op.invoke = INT64_MIN;
  evidence[1].op.ret = -5;  // Before its call: a record from a file may say so.
  evidence[2].op.process = evidence[0].op.process;
  return evidence;
}

// One golden file holds them all: they are to be looked at side by side.
std::string Gallery() {
  std::string gallery(kDiagramLegend);
  const auto show = [&](std::string_view title, const std::vector<EvidenceOp>& evidence,
                        size_t columns = kColumns, std::string_view engine = "stress") {
    gallery += "\n\n" + std::string(title) + "\n\n" + Draw(evidence, columns, engine);
  };
  show("new, then old", NewThenOld());
  show("the same, 64 columns", NewThenOld(), 64);
  show("the same, 120 columns", NewThenOld(), 120);
  show("the same, in steps", NewThenOld(), kColumns, "explore");
  show("killed, never returned, error", Unfinished());
  show("nanoseconds beside minutes", ShortBesideLong());
  show("every kind and result", EveryKind());
  show("twelve and more, of two processes", Crowd());
  show("hostile", Hostile());
  show("one operation that took no time", {Deciding(Set(1, 0, 7, 7, ""))});
  return gallery;
}

TEST(IntervalDiagramTest, LooksAsItShould) {
  EXPECT_TRUE(MatchesGolden("interval-diagram", Gallery()));
}

TEST(IntervalDiagramTest, NoEvidenceIsNoDiagram) { EXPECT_EQ(Draw({}), ""); }

TEST(IntervalDiagramTest, NamesAValueByItsWriteWhereThatIsDrawn) {
  const std::string drawn =
      Draw({Set(1, 4, 0, 10, ""), Hit(2, 0, 20, 30, {1, 4}, ""), Hit(3, 0, 40, 50, {1, 5}, "")});
  EXPECT_NE(drawn.find("get k0 → value of A"), std::string::npos) << drawn;
  EXPECT_NE(drawn.find("get k0 → value of #5 of process 1"), std::string::npos) << drawn;
}

// Where the bar of operation `letter` lies within its line: the columns of its ends.
std::pair<size_t, size_t> EndsOf(const std::string& drawn, char letter) {
  for (const std::string& line : Split(drawn, '\n')) {
    for (const char* next : {"─", "━", "┤", "┫"}) {
      const size_t at = line.find(letter + std::string(next));
      if (at == std::string::npos) continue;
      const size_t end = std::min(line.find("┤", at), line.find("┫", at));
      return {DisplayWidth(line.substr(0, at)), DisplayWidth(line.substr(0, end))};
    }
  }
  ADD_FAILURE() << letter << " is not drawn in\n" << drawn;
  return {};
}

// Whatever the times: what precedes is drawn before, what overlaps is drawn overlapping.
TEST(IntervalDiagramTest, KeepsTheOrderOfAllCallsAndReturns) {
  Random random(20536);
  for (int round = 0; round < 2'000; ++round) {
    const size_t columns = 48 + random.Below(100);
    std::vector<EvidenceOp> evidence(1 + random.Below(12));
    for (size_t i = 0; i < evidence.size(); ++i) {
      const int64_t invoke = static_cast<int64_t>(random.Below(40));
      const int64_t ret = invoke + 1 + static_cast<int64_t>(random.Below(20));
      // A process each, so that each has a line of its own.
      evidence[i] = Set(static_cast<uint16_t>(i), i, invoke, ret, "");
    }
    std::stable_sort(evidence.begin(), evidence.end(),
                     [](const auto& a, const auto& b) { return a.op.invoke < b.op.invoke; });
    const std::string drawn = Draw(evidence, columns);
    for (size_t i = 0; i < evidence.size(); ++i) {
      const auto a = EndsOf(drawn, static_cast<char>('A' + i));
      ASSERT_LT(a.first, a.second) << drawn;
      for (size_t j = 0; j < evidence.size(); ++j) {
        const auto b = EndsOf(drawn, static_cast<char>('A' + j));
        const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y; };
        ASSERT_EQ(sign(a.first, b.first), sign(evidence[i].op.invoke, evidence[j].op.invoke));
        ASSERT_EQ(sign(a.first, b.second), sign(evidence[i].op.invoke, evidence[j].op.ret))
            << drawn;
        ASSERT_EQ(sign(a.second, b.second), sign(evidence[i].op.ret, evidence[j].op.ret)) << drawn;
      }
    }
  }
}

// No label is lost or cut by another one, however many there are.
TEST(IntervalDiagramTest, ShowsEveryLabel) {
  Random random(15825);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<EvidenceOp> evidence;
    int64_t now = 0;
    for (size_t i = 0; i < 1 + random.Below(12); ++i) {
      const int64_t invoke = now + static_cast<int64_t>(random.Below(3));
      now = invoke + static_cast<int64_t>(random.Below(3));
      evidence.push_back(Set(static_cast<uint16_t>(random.Below(3)), 700 + i, invoke, now, ""));
    }
    const std::string drawn = Draw(evidence, 48 + random.Below(100));
    for (const EvidenceOp& each : evidence) {
      const std::string label = fmt::format("set k0 #{}", each.op.sequence);
      ASSERT_NE(drawn.find(label), std::string::npos) << label << " is not in\n" << drawn;
    }
  }
}

TEST(IntervalDiagramTest, ColourIsNeverAlone) {
  std::string colored = IntervalDiagram(Unfinished(), "stress", Style{true}, 2, kColumns);
  EXPECT_NE(colored.find("\x1b[1m"), std::string::npos);
  for (size_t at; (at = colored.find('\x1b')) != std::string::npos;) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, Draw(Unfinished()));
}

}  // namespace
}  // namespace tearproof::reports
