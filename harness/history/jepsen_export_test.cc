#include "harness/history/jepsen_export.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/history/jepsen_import.h"

namespace tearproof {
namespace {

Op Make(uint16_t process, uint64_t sequence, int64_t invoke, int64_t ret, OpKind kind,
        Outcome outcome) {
  Op op;
  op.process = process;
  op.sequence = sequence;
  op.invoke = invoke;
  op.ret = ret;
  op.kind = kind;
  op.key = TakesKey(kind) ? 0 : kNoKey;
  op.length = 4096;
  op.outcome = outcome;
  return op;
}

std::vector<nlohmann::json> Export(std::vector<Op> ops, std::vector<Evidence> evidence = {},
                                   const std::string& key = "k0") {
  History::Parts parts;
  parts.header.keys = {key};
  parts.processes.resize(3);
  for (uint16_t i = 0; i < 3; ++i) parts.processes[i].number = i;
  parts.processes[2].end = ProcessInfo::End::kKilled;
  parts.processes[2].reaped = 1000;
  parts.ops = std::move(ops);
  parts.evidence = std::move(evidence);
  const auto history = History::Build(std::move(parts));
  TEARPROOF_CHECK(history.ok(), history.error().Message());
  std::ostringstream out;
  ExportJepsen(history.value(), out);
  std::vector<nlohmann::json> lines;
  std::istringstream in(out.str());
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(JepsenExportTest, WritesInvocationAndCompletion) {
  Op get = Make(1, 4, 20, 30, OpKind::kGet, Outcome::kHit);
  get.observation = Observed::kIntact;
  get.observed = ValueId{0, 812}.Pack();
  const auto lines = Export({Make(0, 812, 10, 15, OpKind::kSet, Outcome::kDone), get});
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].dump(),
            R"({"f":"set","index":0,"key":"k0","process":0,"time":10,"type":"invoke",)"
            R"("value":"p0#812"})");
  EXPECT_EQ(lines[1]["type"], "ok");
  EXPECT_EQ(lines[1]["value"], "p0#812");
  EXPECT_EQ(lines[2]["value"], nullptr);
  EXPECT_EQ(lines[3]["value"], "p0#812");
  EXPECT_EQ(lines[3]["time"], 30);
  EXPECT_EQ(lines[3]["index"], 3);
}

TEST(JepsenExportTest, TellsWhatHappenedFromWhatMayHave) {
  const auto type_of = [](Outcome outcome) {
    return Export({Make(0, 0, 1, 2, OpKind::kSet, outcome)}).at(1)["type"].get<std::string>();
  };
  EXPECT_EQ(type_of(Outcome::kDone), "ok");
  EXPECT_EQ(type_of(Outcome::kRefused), "fail");
  EXPECT_EQ(type_of(Outcome::kUnsupported), "fail");
  EXPECT_EQ(type_of(Outcome::kError), "info");
  const auto miss = Export({Make(0, 0, 1, 2, OpKind::kGet, Outcome::kMiss)});
  EXPECT_EQ(miss[1]["type"], "ok");
  EXPECT_EQ(miss[1]["value"], nullptr);
}

TEST(JepsenExportTest, OpenOperationsEndWithTheirProcessOrNever) {
  const auto killed = Export({Make(2, 0, 1, kNever, OpKind::kSet, Outcome::kOpen)});
  ASSERT_EQ(killed.size(), 2u);
  EXPECT_EQ(killed[1]["type"], "info");
  EXPECT_EQ(killed[1]["time"], 1000);
  EXPECT_EQ(Export({Make(1, 0, 1, kNever, OpKind::kSet, Outcome::kOpen)}).size(), 1u);
}

// Of an adapter that was asked ahead, and died.
TEST(JepsenExportTest, SeveralOpenOperationsOfAProcessCanBeReadAgain) {
  for (const int64_t end : {int64_t{1000}, kNever}) {
    History::Parts parts;
    parts.header.keys = {"k0"};
    parts.processes.resize(1);
    if (end != kNever) {
      parts.processes[0].end = ProcessInfo::End::kKilled;
      parts.processes[0].reaped = end;
    }
    parts.ops = {Make(0, 0, 10, 15, OpKind::kSet, Outcome::kDone),
                 Make(0, 1, 20, end, OpKind::kSet, Outcome::kOpen),
                 Make(0, 2, 21, end, OpKind::kSet, Outcome::kOpen),
                 Make(0, 3, 22, end, OpKind::kDelete, Outcome::kOpen)};
    const auto history = History::Build(std::move(parts));
    ASSERT_TRUE(history.ok()) << history.error().Message();
    std::stringstream lines;
    ExportJepsen(history.value(), lines);
    const auto imported = ImportJepsen(lines, "exported", HistoryModel::kCache, 0);
    ASSERT_TRUE(imported.ok()) << imported.error().Message() << "\n" << lines.str();
    const auto& ops = imported.value().history.ops();
    ASSERT_EQ(ops.size(), 4u);
    for (size_t i = 1; i < ops.size(); ++i) {
      EXPECT_EQ(ops[i].outcome, Outcome::kOpen);
      EXPECT_EQ(ops[i].invoke, static_cast<int64_t>(19 + i));
      EXPECT_EQ(ops[i].ret, end) << lines.str();
    }
  }
}

TEST(JepsenExportTest, KeepsProgramOrderWhereTimesAreEqual) {
  const auto lines = Export({Make(0, 0, 5, 5, OpKind::kSet, Outcome::kDone),
                             Make(0, 1, 5, 5, OpKind::kDelete, Outcome::kDone),
                             Make(1, 0, 5, 5, OpKind::kClear, Outcome::kDone)});
  ASSERT_EQ(lines.size(), 6u);
  std::string of_zero;
  for (const auto& line : lines) {
    if (line["process"] == 0)
      of_zero += line["f"].get<std::string>() + line["type"].get<std::string>() + " ";
  }
  EXPECT_EQ(of_zero, "setinvoke setok deleteinvoke deleteok ");
  EXPECT_EQ(lines[1]["type"], "invoke") << "what touches overlaps";
}

TEST(JepsenExportTest, NamesShortDamagedAndCountedValues) {
  Op short_set = Make(0, 0, 1, 2, OpKind::kSet, Outcome::kDone);
  short_set.length = 5;
  Op short_get = Make(0, 1, 3, 4, OpKind::kGet, Outcome::kHit);
  short_get.observation = Observed::kShort;
  short_get.observed = ShortDigestOf({0, 0}, 5);
  Op damaged = Make(0, 2, 5, 6, OpKind::kGet, Outcome::kHit);
  damaged.observation = Observed::kDamaged;
  Op incr = Make(0, 3, 7, 8, OpKind::kIncr, Outcome::kDone);
  incr.length = 2;
  incr.observation = Observed::kNumber;
  incr.observed = static_cast<uint64_t>(int64_t{-3});
  Op counter = Make(0, 4, 9, 10, OpKind::kAdd, Outcome::kRefused);
  counter.counter = true;
  counter.ttl_millis = 500;
  const auto lines = Export({short_set, short_get, damaged, incr, counter,
                             Make(0, 5, 11, 12, OpKind::kHas, Outcome::kHit)});
  EXPECT_EQ(lines[0]["value"], lines[3]["value"]);
  EXPECT_TRUE(lines[0]["value"].get<std::string>().starts_with("digest:"));
  EXPECT_EQ(lines[5]["value"], "damaged");
  EXPECT_EQ(lines[6]["value"], 2);
  EXPECT_EQ(lines[7]["value"], -3);
  EXPECT_EQ(lines[8]["value"], 0);
  EXPECT_EQ(lines[8]["ttl"], 500);
  EXPECT_FALSE(lines[0].contains("ttl"));
  EXPECT_EQ(lines[11]["value"], true);
}

TEST(JepsenExportTest, SurvivesHostileKeysAndTexts) {
  const std::string hostile("\"\n\xff\x00\x1b", 5);
  const auto lines =
      Export({Make(0, 0, 1, 2, OpKind::kGet, Outcome::kError)}, {{0, 0, hostile, {}}}, hostile);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["error"], std::string("\"\n\xef\xbf\xbd\x00\x1b", 7));
  EXPECT_EQ(lines[1]["key"], lines[1]["error"]);
}

TEST(JepsenExportTest, AnEmptyHistoryHasNoLines) { EXPECT_TRUE(Export({}).empty()); }

}  // namespace
}  // namespace tearproof
