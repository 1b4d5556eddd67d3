// `tearproof judge FILE`, as a person runs it on somebody's history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRegister =
    R"({"process":0,"type":"invoke","f":"write","value":"blue","time":0}
{"process":0,"type":"ok","f":"write","value":"blue","time":1200000}
{"process":1,"type":"invoke","f":"write","value":"green","time":1300000}
{"process":2,"type":"invoke","f":"read","value":null,"time":1500000}
{"process":2,"type":"ok","f":"read","value":"grue","time":2100000}
{"process":3,"type":"invoke","f":"read","value":null,"time":2300000}
{"process":3,"type":"ok","f":"read","value":null,"time":2900000}
{"process":1,"type":"ok","f":"write","value":"green","time":5400000}
)";

TEST(JudgeFileTest, NamesWhatIsBrokenAndTheLinesThatShowIt) {
  const Workspace workspace;
  workspace.Write("h.jsonl", kRegister);
  const ProgramResult result = workspace.Run({"judge", "h.jsonl", "--model", "register"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("register broke intact in h.jsonl"), HasSubstr("foreign-value"),
                    HasSubstr("[line 5: grue]"), HasSubstr("register broke present in h.jsonl"),
                    HasSubstr("phantom-miss"), HasSubstr("[line 1: blue]"),
                    HasSubstr("get register → miss")));
}

TEST(JudgeFileTest, WhereMissesAreAllowedAMissIsNoFault) {
  const Workspace workspace;
  workspace.Write("h.jsonl", kRegister);
  const ProgramResult result =
      workspace.Run({"judge", "h.jsonl", "--model", "register", "--allow-misses"});
  EXPECT_THAT(result.output, AllOf(HasSubstr("broke intact"), Not(HasSubstr("phantom-miss"))));
}

TEST(JudgeFileTest, WritesReports) {
  const Workspace workspace;
  workspace.Write("h.jsonl", kRegister);
  const ProgramResult result = workspace.Run(
      {"judge", "h.jsonl", "--model", "register", "--json", "-", "--junit", "junit.xml"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output, AllOf(testing::StartsWith("{"), HasSubstr("\"phantom-miss\"")));
  EXPECT_THAT(result.errors, HasSubstr("register broke intact"));  // Stdout is taken.
  EXPECT_THAT(workspace.Read("junit.xml"), HasSubstr(" type=\"phantom-miss\">"));
  const ProgramResult nowhere =
      workspace.Run({"judge", "h.jsonl", "--model", "register", "--json", "no/such/folder"});
  EXPECT_EQ(nowhere.exit_code, 64);
  EXPECT_EQ(nowhere.output, "");
}

TEST(JudgeFileTest, FindsLostIncrements) {
  const Workspace workspace;
  workspace.Write("h.jsonl", R"({"process":0,"type":"invoke","f":"add","value":2}
{"process":1,"type":"invoke","f":"add","value":3}
{"process":0,"type":"ok","f":"add","value":2}
{"process":1,"type":"ok","f":"add","value":3}
{"process":0,"type":"invoke","f":"read"}
{"process":0,"type":"ok","f":"read","value":3}
)");
  const ProgramResult result = workspace.Run({"judge", "h.jsonl", "--model", "counter"});
  EXPECT_EQ(result.exit_code, 1) << result.errors;
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("lost-increment"), HasSubstr("[line 6: 3]"), HasSubstr("steps")));
}

TEST(JudgeFileTest, SaysWhatIsWrongWithAFile) {
  const Workspace workspace;
  workspace.Write("h.jsonl",
                  "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1}\nnope\n");
  const ProgramResult broken = workspace.Run({"judge", "h.jsonl", "--model", "register"});
  EXPECT_EQ(broken.exit_code, 64);
  EXPECT_THAT(broken.errors, HasSubstr("h.jsonl:2: it is no JSON object"));
  EXPECT_EQ(workspace.Run({"judge", "h.jsonl", "--model", "queue"}).exit_code, 64);
  EXPECT_EQ(workspace.Run({"judge", "missing.jsonl"}).exit_code, 64);
  const ProgramResult no_file = workspace.Run({"judge", "--model", "register"});
  EXPECT_EQ(no_file.exit_code, 64);
  EXPECT_THAT(no_file.errors, HasSubstr("are for history files"));
}

// That it is judged the same in every detail is harness/check/import_round_trip_test.cc.
TEST(JudgeFileTest, JudgesAnExportedRun) {
  const Workspace workspace;
  const auto judge_run_of = [&](const std::vector<std::string>& command) {
    workspace.Run(command);
    EXPECT_EQ(workspace.Run({"export", "--output", "h.jsonl"}).exit_code, 0);
    return workspace.Run({"judge", "h.jsonl", "--clock-uncertainty", "200ns"});
  };
  const ProgramResult naive = judge_run_of(UntilBroken("naive"));
  EXPECT_EQ(naive.exit_code, 1) << naive.errors;
  EXPECT_THAT(naive.output, HasSubstr("cache broke intact in h.jsonl"));
  const ProgramResult sound =
      judge_run_of({"stress", "get-set", "--backend", "temp-rename", "--duration", "300ms"});
  EXPECT_THAT(sound.output, AllOf(HasSubstr("What each cache kept"), Not(HasSubstr("BROKEN"))))
      << sound.errors;
}

}  // namespace
}  // namespace tearproof::cli
