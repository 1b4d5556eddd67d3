#include "harness/history/jepsen_import.h"

#include <gtest/gtest.h>

#include <sstream>

#include "harness/history/jepsen_export.h"

namespace tearproof {
namespace {

Result<ImportedHistory> Import(const std::string& text,
                               HistoryModel model = HistoryModel::kRegister) {
  std::istringstream in(text);
  return ImportJepsen(in, "h.jsonl", model);
}

// REQUIRES: it is accepted.
ImportedHistory MustImport(const std::string& text, HistoryModel model = HistoryModel::kRegister) {
  Result<ImportedHistory> imported = Import(text, model);
  TEARPROOF_CHECK(imported.ok(), imported.error().Message());
  return std::move(imported).value();
}

std::string ErrorOf(const std::string& text, HistoryModel model = HistoryModel::kRegister) {
  const Result<ImportedHistory> imported = Import(text, model);
  if (imported.ok()) return "accepted";
  EXPECT_EQ(imported.error().ExitCode(), 64);
  return imported.error().Message();
}

constexpr const char* kRegister = R"(
{"process":0,"type":"invoke","f":"write","value":5,"time":10}
{"process":0,"type":"ok","f":"write","value":5,"time":20,"index":1}
{"process":1,"type":"invoke","f":"read","value":null,"time":15}
{"process":"nemesis","type":"info","f":"kill","value":["n1"],"time":16}
{"process":1,"type":"ok","f":"read","value":5,"time":30}
{"process":1,"type":"invoke","f":"read","time":31}
{"process":1,"type":"ok","f":"read","value":null,"time":32}
)";

TEST(JepsenImportTest, ReadsARegister) {
  const ImportedHistory imported = MustImport(kRegister);
  const History& history = imported.history;
  ASSERT_EQ(history.ops().size(), 3u);
  EXPECT_EQ(imported.skipped, 1u);
  EXPECT_EQ(history.header().time_base, TimeBase::kMonotonicNanos);
  const Op& write = history.ops()[0];
  EXPECT_EQ(write.kind, OpKind::kSet);
  EXPECT_EQ(write.outcome, Outcome::kDone);
  EXPECT_EQ(write.invoke, 10);
  EXPECT_EQ(write.ret, 20);
  const Op& read = history.ops()[1];
  EXPECT_EQ(read.kind, OpKind::kGet);
  EXPECT_EQ(read.outcome, Outcome::kHit);
  EXPECT_EQ(read.observation, Observed::kIntact);
  EXPECT_EQ(history.Find(ValueId::Unpack(read.observed)), &write);
  EXPECT_EQ(history.ops()[2].outcome, Outcome::kMiss);
  EXPECT_EQ(imported.LineOf(write), 2u);
  EXPECT_EQ(imported.LineOf(read), 6u) << "where the value stands";
}

TEST(JepsenImportTest, WithoutTimesTheOrderOfLinesCounts) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"write","value":"a"}
         {"process":1,"type":"invoke","f":"write","value":"b"}
         {"process":1,"type":"ok","f":"write","value":"b"}
         {"process":0,"type":"ok","f":"write","value":"a"}
         {"process":1,"type":"invoke","f":"read"})");
  const History& history = imported.history;
  EXPECT_EQ(history.header().time_base, TimeBase::kStep);
  ASSERT_EQ(history.ops().size(), 3u);
  EXPECT_TRUE(history.Overlaps(history.ops()[0], history.ops()[1]));
  EXPECT_TRUE(history.Precedes(history.ops()[0], history.ops()[2]));
  EXPECT_EQ(history.ops()[2].outcome, Outcome::kOpen);
  EXPECT_EQ(history.ops()[2].ret, kNever);
}

TEST(JepsenImportTest, KeysMayBeTuplesAndDifferByType) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"write","value":[7,1]}
         {"process":0,"type":"ok","f":"write","value":[7,1]}
         {"process":0,"type":"invoke","f":"write","key":"7","value":1}
         {"process":0,"type":"ok","f":"write","key":"7","value":1}
         {"process":1,"type":"invoke","f":"read","value":[7,null]}
         {"process":1,"type":"ok","f":"read","value":[7,1]}
         {"process":1,"type":"invoke","f":"read","value":["7",null]}
         {"process":1,"type":"ok","f":"read","value":["7","1"]})");
  const History& history = imported.history;
  EXPECT_EQ(history.header().keys, (std::vector<std::string>{"7", "7"}));
  EXPECT_EQ(ValueId::Unpack(history.ops()[2].observed), (ValueId{0, 0}));
  EXPECT_EQ(history.ops()[3].observation, Observed::kShort) << "\"1\" is not 1";
}

TEST(JepsenImportTest, InfoMayHappenAtAnyLaterTimeAndItsProcessIsNew) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"write","value":1,"time":1}
         {"process":0,"type":"info","f":"write","value":1,"time":2,"error":"timeout"}
         {"process":0,"type":"invoke","f":"write","value":2,"time":3}
         {"process":0,"type":"ok","f":"write","value":2,"time":4})");
  const History& history = imported.history;
  ASSERT_EQ(history.ops().size(), 2u);
  EXPECT_EQ(history.ops()[0].outcome, Outcome::kOpen);
  EXPECT_EQ(history.ops()[0].ret, kNever);
  EXPECT_NE(history.ops()[0].process, history.ops()[1].process);
  EXPECT_EQ(imported.LineOf(history.ops()[1]), 3u);
}

TEST(JepsenImportTest, EndedSaysByWhenItHappenedIfAtAll) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"write","value":1,"time":1}
         {"process":0,"type":"info","f":"write","time":2,"error":"EIO","ended":true}
         {"process":0,"type":"invoke","f":"write","value":2,"time":3}
         {"process":0,"type":"info","f":"write","time":4,"ended":true})");
  const History& history = imported.history;
  EXPECT_EQ(history.ops()[0].outcome, Outcome::kError);
  EXPECT_EQ(history.ops()[0].ret, 2);
  EXPECT_EQ(history.ops()[1].outcome, Outcome::kOpen);
  EXPECT_EQ(history.ops()[1].ret, 4);
  EXPECT_EQ(history.ops()[1].process, 0);
}

TEST(JepsenImportTest, FailDidNotHappen) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"add","key":"k","value":1,"time":1}
         {"process":0,"type":"fail","f":"add","key":"k","value":1,"time":2}
         {"process":0,"type":"invoke","f":"delete","key":"k","time":3}
         {"process":0,"type":"fail","f":"delete","key":"k","time":4,"error":"refused"}
         {"process":0,"type":"invoke","f":"get","key":"k","time":5}
         {"process":0,"type":"ok","f":"get","key":"k","value":1,"time":6}
         {"process":0,"type":"invoke","f":"set","key":"k","value":1,"time":7}
         {"process":0,"type":"ok","f":"set","key":"k","value":1,"time":8}
         {"process":0,"type":"invoke","f":"has","key":"k","time":9}
         {"process":0,"type":"ok","f":"has","key":"k","value":false,"time":10}
         {"process":0,"type":"invoke","f":"clear","time":11}
         {"process":0,"type":"ok","f":"clear","time":12})",
      HistoryModel::kCache);
  const std::span<const Op> ops = imported.history.ops();
  EXPECT_EQ(ops[0].outcome, Outcome::kRefused);
  EXPECT_EQ(ops[1].outcome, Outcome::kUnsupported) << "an error is no answer by contract";
  EXPECT_EQ(ValueId::Unpack(ops[2].observed), (ValueId{0, 3})) << "the one that happened";
  EXPECT_EQ(ops[4].outcome, Outcome::kMiss);
  EXPECT_EQ(ops[5].key, kNoKey);
}

TEST(JepsenImportTest, ACounterBeginsAtZero) {
  const ImportedHistory imported = MustImport(
      R"({"process":0,"type":"invoke","f":"add","value":3,"time":100}
         {"process":0,"type":"ok","f":"add","value":3,"time":110}
         {"process":1,"type":"invoke","f":"read","time":120}
         {"process":1,"type":"ok","f":"read","value":3,"time":130})",
      HistoryModel::kCounter);
  const std::span<const Op> ops = imported.history.ops();
  ASSERT_EQ(ops.size(), 3u);
  EXPECT_TRUE(ops[0].counter);
  EXPECT_TRUE(imported.history.Precedes(ops[0], ops[1]));
  EXPECT_EQ(imported.LineOf(ops[0]), 0u);
  EXPECT_EQ(ops[1].length, 3u);
  EXPECT_EQ(ops[2].observation, Observed::kNumber);
  EXPECT_EQ(ops[2].observed, 3u);
}

TEST(JepsenImportTest, SaysInWhichLineWhatIsWrongAndWhatToDo) {
  const auto line = [](const std::string& text, HistoryModel model = HistoryModel::kRegister) {
    return ErrorOf("\n" + text, model);
  };
  const std::string invoke = R"({"process":0,"type":"invoke","f":"write","value":1,"time":1})";
  EXPECT_EQ(ErrorOf(""), "h.jsonl holds no operation; a history has one JSON object a line");
  EXPECT_TRUE(line("[").starts_with("h.jsonl:2: it is no JSON object")) << line("[");
  EXPECT_TRUE(line(R"({"process":0,"type":"begin","f":"read"})").find("\"type\" must be") !=
              std::string::npos);
  EXPECT_TRUE(line(R"({"process":"a","type":"invoke","f":"read"})").find("\"process\" must be") !=
              std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"invoke","f":"cas","value":[1,2]})")
                  .find("'cas' is not done to a register") != std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"invoke","f":"get"})", HistoryModel::kCache)
                  .find("get needs a key") != std::string::npos);
  EXPECT_TRUE(
      line(R"({"process":0,"type":"invoke","f":"write","value":1.5})").find("\"value\" must be") !=
      std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"invoke","f":"write"})").find("needs a value") !=
              std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"ok","f":"read","value":1})").find("never began") !=
              std::string::npos);
  EXPECT_TRUE(line(invoke + "\n" + invoke)
                  .find("h.jsonl:3: process 0 begins before what it began "
                        "in line 2 has ended") != std::string::npos);
  EXPECT_TRUE(
      line(invoke + "\n" + R"({"process":0,"type":"ok","f":"read","time":2})").find("is another") !=
      std::string::npos);
  EXPECT_TRUE(line(invoke + "\n" + R"({"process":0,"type":"ok","f":"write","key":1,"time":2})")
                  .find("another key") != std::string::npos);
  EXPECT_TRUE(line(invoke + "\n" + R"({"process":0,"type":"ok","f":"write","time":0})")
                  .find("back in time") != std::string::npos);
  EXPECT_TRUE(
      line(invoke + "\n" + R"({"process":0,"type":"ok","f":"write"})").find("it has no \"time\"") !=
      std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"invoke","f":"add","value":-1})", HistoryModel::kCounter)
                  .find("from 0 to") != std::string::npos);
  EXPECT_TRUE(line(R"({"process":0,"type":"invoke","f":"read","time":1e300})").find("\"time\"") !=
              std::string::npos);
}

TEST(JepsenImportTest, IsStrictAboutWhatJsonIs) {
  const auto with = [](const std::string& field) {
    return ErrorOf(R"({"process":0,"type":"invoke","f":"read",)" + field + "}\n");
  };
  const auto is_no_json = [&](const std::string& field) {
    return with(field).find("it is no JSON object") != std::string::npos;
  };
  EXPECT_TRUE(is_no_json("\"x\":\"\xff\"")) << "no UTF-8";
  EXPECT_TRUE(is_no_json("\"x\":\"a\tb\"")) << "a control character";
  EXPECT_TRUE(is_no_json(R"("x":"\ud800")")) << "half a character";
  EXPECT_TRUE(is_no_json(R"("x":"\q")"));
  EXPECT_TRUE(is_no_json(R"("x":tru)"));
  EXPECT_TRUE(is_no_json(R"("x":[1,])"));
  EXPECT_TRUE(is_no_json(R"("x":1,)"));
  EXPECT_TRUE(is_no_json(R"("x":1}{)"));
  EXPECT_NE(with(R"("x":01)"), "accepted");
  EXPECT_NE(with(R"("value":9223372036854775808)").find("\"value\" must be"), std::string::npos);
  EXPECT_NE(with(R"("x":123456789012345678901234567890)").find("a number"), std::string::npos);
  EXPECT_EQ(with(R"("value":-9223372036854775808)"), "accepted");
  EXPECT_EQ(with(R"("time":"soon","time":5)"), "accepted") << "of equal names, the last one counts";
  EXPECT_NE(with(R"("time":5,"time":"soon")"), "accepted");
  EXPECT_EQ(ErrorOf("\xEF\xBB\xBF"
                    R"({"process":0,"type":"invoke","f":"read"})"),
            "accepted")
      << "the mark of UTF-8";
}

TEST(JepsenImportTest, TwoWritesOfOneValueToAKeyCannotBeJudged) {
  const auto write = [](int process, int key, const char* end) {
    const std::string head = "{\"process\":" + std::to_string(process) +
                             ",\"f\":\"write\",\"key\":" + std::to_string(key) +
                             ",\"value\":5,\"type\":\"";
    return head + "invoke\"}\n" + head + end + "\"}\n";
  };
  EXPECT_EQ(ErrorOf(write(0, 1, "ok") + write(1, 1, "info")),
            "h.jsonl:3: the value of line 1 is written to its key again; which of the writes a "
            "read saw cannot be told: write every value only once");
  EXPECT_EQ(ErrorOf(write(0, 1, "ok") + write(1, 2, "ok")), "accepted") << "another key";
  EXPECT_EQ(ErrorOf(write(0, 1, "ok") + write(1, 1, "fail")), "accepted") << "only one happened";
}

TEST(JepsenImportTest, HasLimits) {
  const std::string huge(kMaxJepsenLine + 10, ' ');
  EXPECT_NE(ErrorOf(huge + "\n").find("a line of more than"), std::string::npos);
  const std::string deep = R"({"process":0,"type":"invoke","f":"read","x":)" +
                           std::string(200'000, '[') + std::string(200'000, ']') + "}\n";
  EXPECT_NE(ErrorOf(deep).find("nested too deeply"), std::string::npos);
  const auto nested = [](size_t levels) {  // The object's own is one.
    return R"({"process":0,"type":"invoke","f":"read","x":)" + std::string(levels - 1, '[') + "0" +
           std::string(levels - 1, ']') + "}\n";
  };
  EXPECT_EQ(ErrorOf(nested(16)), "accepted");
  EXPECT_NE(ErrorOf(nested(17)).find("nested too deeply"), std::string::npos);
  std::string many;
  for (int i = 0; i < 70'000; ++i) {
    many += "{\"process\":" + std::to_string(i) + ",\"type\":\"invoke\",\"f\":\"read\"}\n";
  }
  EXPECT_NE(ErrorOf(many).find("more than 65534 processes"), std::string::npos);
}

TEST(JepsenImportTest, ReadsWhatTheExportWrites) {
  History::Parts parts;
  parts.header.keys = {"k0", "k1"};
  parts.processes.resize(3);
  for (uint16_t i = 0; i < 3; ++i) parts.processes[i].number = i;
  parts.processes[2].end = ProcessInfo::End::kKilled;
  parts.processes[2].reaped = 900;
  const auto add = [&](uint16_t process, uint64_t sequence, int64_t invoke, OpKind kind,
                       Outcome outcome, uint32_t key = 0) -> Op& {
    Op op;
    op.process = process;
    op.sequence = sequence;
    op.invoke = invoke;
    op.ret = outcome == Outcome::kOpen ? kNever : invoke + 10;
    op.kind = kind;
    op.outcome = outcome;
    op.key = TakesKey(kind) ? key : kNoKey;
    op.length = kind == OpKind::kSet || kind == OpKind::kAdd ? 4096 : 0;
    parts.ops.push_back(op);
    return parts.ops.back();
  };
  add(0, 40, 10, OpKind::kSet, Outcome::kDone);
  add(0, 41, 30, OpKind::kDelete, Outcome::kUnsupported);
  add(0, 42, 50, OpKind::kSet, Outcome::kError).ttl_millis = 70;
  add(1, 7, 100, OpKind::kGet, Outcome::kHit).observation = Observed::kIntact;
  parts.ops.back().observed = ValueId{0, 40}.Pack();
  add(1, 8, 120, OpKind::kGet, Outcome::kHit).observation = Observed::kDamaged;
  add(1, 9, 140, OpKind::kAdd, Outcome::kRefused);
  add(1, 10, 160, OpKind::kSet, Outcome::kDone, 1).counter = true;
  add(1, 11, 180, OpKind::kIncr, Outcome::kDone, 1).length = 2;
  add(1, 12, 200, OpKind::kGet, Outcome::kHit, 1).observation = Observed::kNumber;
  parts.ops.back().observed = 2;
  add(1, 13, 220, OpKind::kClear, Outcome::kDone);
  add(1, 14, 240, OpKind::kHas, Outcome::kMiss);
  add(2, 3, 300, OpKind::kSet, Outcome::kOpen, 1);
  const auto original = History::Build(std::move(parts));
  ASSERT_TRUE(original.ok()) << original.error().Message();
  std::stringstream lines;
  ExportJepsen(original.value(), lines);
  const auto imported = ImportJepsen(lines, "h.jsonl", HistoryModel::kCache);
  ASSERT_TRUE(imported.ok()) << imported.error().Message();
  const History& history = imported.value().history;
  EXPECT_EQ(history.header().keys, original.value().header().keys);
  ASSERT_EQ(history.ops().size(), original.value().ops().size());
  for (size_t i = 0; i < history.ops().size(); ++i) {
    const Op& a = original.value().ops()[i];
    const Op& b = history.ops()[i];
    SCOPED_TRACE(i);
    EXPECT_EQ(a.process, b.process);
    EXPECT_EQ(a.invoke, b.invoke);
    EXPECT_EQ(a.ret, b.ret);
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.outcome, b.outcome);
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.counter, b.counter);
    EXPECT_EQ(a.ttl_millis, b.ttl_millis);
    EXPECT_EQ(a.observation, b.observation);
  }
  const Op& read = history.ops()[3];
  EXPECT_EQ(ValueId::Unpack(read.observed), (ValueId{0, 40})) << "the numbers are the run's";
}

}  // namespace
}  // namespace tearproof
