#include "harness/adapter/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "harness/adapter/skeleton.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"

namespace tearproof::adapter {
namespace {

using ::testing::HasSubstr;

const std::set<OpKind> kOperations = {OpKind::kInit, OpKind::kGet,   OpKind::kHas,
                                      OpKind::kSet,  OpKind::kAdd,   OpKind::kDelete,
                                      OpKind::kIncr, OpKind::kTouch, OpKind::kClear};

ConformanceSubject Conforming(const std::string& fault) {
  ConformanceSubject subject;
  subject.command = {"python3",
                     TEARPROOF_SOURCE_DIR "/harness/adapter/testdata/conforming_adapter.py"};
  if (!fault.empty()) subject.command.push_back(fault);
  subject.operations = kOperations;
  subject.ttl_resolution = kNanosPerMilli;
  subject.concurrency = 4;
  subject.parent_directory = testing::TempDir();
  return subject;
}

RuleOutcome TestNamed(std::string_view name, const ConformanceSubject& subject) {
  for (const ConformanceRule& rule : ConformanceRules()) {
    if (rule.name != name) continue;
    const Result<RuleOutcome> outcome = TestRule(rule, subject);
    EXPECT_TRUE(outcome.ok()) << outcome.error().Message();
    return outcome.ok() ? outcome.value() : RuleOutcome{Kept::kNotTried, ""};
  }
  ADD_FAILURE() << "there is no rule " << name;
  return {};
}

TEST(ConformanceTest, ASoundAdapterKeepsEveryRule) {
  for (const ConformanceRule& rule : ConformanceRules()) {
    const RuleOutcome outcome = TestNamed(rule.name, Conforming(""));
    EXPECT_EQ(outcome.kept, Kept::kYes) << rule.name << ": " << outcome.what;
  }
}

struct BrokenRule {
  std::string fault;
  std::string rule;
  std::string said;
};
void PrintTo(const BrokenRule& broken, std::ostream* out) { *out << broken.fault; }

class BrokenRuleTest : public testing::TestWithParam<BrokenRule> {};

TEST_P(BrokenRuleTest, IsSeen) {
  const RuleOutcome outcome = TestNamed(GetParam().rule, Conforming(GetParam().fault));
  EXPECT_EQ(outcome.kept, Kept::kNo);
  EXPECT_THAT(outcome.what, HasSubstr(GetParam().said));
}

// At least one for each rule.
const std::vector<BrokenRule>& BrokenRules() {
  static const std::vector<BrokenRule> rules = {
      {"prints", "stdout", R"("\x1b[31mstored")"},
      {"small-ids", "id", "does not have the \"id\" of its request, 1000"},
      {"unknown-is-error", "unsupported", "no-such-operation, which it does not have, is answered"},
      {"counts-arguments", "unknown-fields", "is answered error, not miss"},
      {"elsewhere", "directory", "no file lies in \"dir\""},
      {"in-memory", "directory", "no file lies in \"dir\""},
      {"in-memory", "shared", "is it in A's memory only?"},
      {"keeps-state", "init-again", "it was set before init, in another directory"},
      {"dies-of-errors", "errors", "NotADirectoryError"},
      {"stays", "ends", "still runs two seconds after"},
      {"wall-clock", "times", "they are to be of CLOCK_MONOTONIC"},
      {"lies", "happened", "failed with \"happened\": false, and is there"},
      {"mixes-ids", "together", "has the id of no open request"},
      {"timeless", "ahead", "an answer has no \"t0\" and \"t1\""},
      {"out-of-turn", "ahead", "do not lie between"},
      {"ascii-only", "bytes", "come back"},
      {"strips", "values", "come back"},
      {"cuts", "large-values", "were set and 64 KiB come back"},
      {"keys-meet", "keys", R"(of the key "Key")"},
      {"key-escapes", "keys", "keys lead out of \"dir\": there is in/escape"},
      {"absent-is-error", "removal", "KeyError"},
      {"deletes-nothing", "removal", "it was deleted"},
      {"adds-again", "add", "is answered done, not refused"},
      {"counts-by-one", "incr", R"(stands "43", not "50")"},
      {"never-expires", "expiry", "an entry with a ttl of 0 s is still there"},
  };
  return rules;
}

INSTANTIATE_TEST_SUITE_P(Each, BrokenRuleTest, testing::ValuesIn(BrokenRules()),
                         [](const auto& instance) {
                           std::string name = instance.param.rule + "_" + instance.param.fault;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ConformanceTest, EachRuleIsBrokenByOneOfTheFaults) {
  for (const ConformanceRule& rule : ConformanceRules()) {
    const auto& broken = BrokenRules();
    EXPECT_TRUE(std::any_of(broken.begin(), broken.end(), [&](const BrokenRule& each) {
      return each.rule == rule.name;
    })) << rule.name;
  }
}

TEST(ConformanceTest, AnAnswerThatNeverComesIsToldWithItsUsualReason) {
  ConformanceSubject subject = Conforming("silent");
  subject.patience = 5 * kNanosPerSecond;
  const RuleOutcome outcome = TestNamed("shared", subject);
  EXPECT_EQ(outcome.kept, Kept::kNo);
  EXPECT_THAT(outcome.what, HasSubstr("no answer to get of the key \"k0\""));
  EXPECT_THAT(outcome.what, HasSubstr("does it flush what it prints?"));
}

TEST(ConformanceTest, AsksOneOperationOfEachProcessThatLivesForOne) {
  ConformanceSubject subject = Conforming("forgets");
  EXPECT_EQ(TestNamed("removal", subject).kept, Kept::kNo);
  subject.process_per_operation = true;
  for (const char* rule : {"shared", "removal"}) {
    EXPECT_EQ(TestNamed(rule, subject).kept, Kept::kYes) << rule << TestNamed(rule, subject).what;
  }
}

TEST(ConformanceTest, WhatACacheDoesNotHaveIsNotTried) {
  ConformanceSubject subject = Conforming("");
  subject.operations = {OpKind::kInit, OpKind::kGet, OpKind::kSet};
  subject.ttl_resolution.reset();
  for (const char* rule : {"add", "incr", "expiry"}) {
    EXPECT_EQ(TestNamed(rule, subject).kept, Kept::kNotTried) << rule;
  }
}

// What runs a skeleton of `language` that lies at `path`; empty where this machine cannot.
std::vector<std::string> RunnerOf(std::string_view language, const std::string& path) {
  static const std::map<std::string, std::string, std::less<>> kPrograms = {
      {"python", "python3"}, {"sh", "sh"},     {"ruby", "ruby"},
      {"php", "php"},        {"node", "node"}, {"go", "go"}};
  const auto runs = [](const std::string& line) {
    return std::system((line + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
  };
  const std::string& program = kPrograms.find(language)->second;
  if (!runs("command -v " + program)) return {};
  if (language != "go") return {program, path};
  const std::string folder = std::filesystem::path(path).parent_path();
  EXPECT_TRUE(runs("GOCACHE=" + folder + "/go-cache go build -o " + path + ".built " + path));
  return {path + ".built"};
}

TEST(SkeletonTest, EachIsShortAndPassesAsItStands) {
  auto directory = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(directory.ok());
  std::set<std::string_view> ran;
  for (const Skeleton& skeleton : Skeletons()) {
    SCOPED_TRACE(skeleton.language);
    EXPECT_LT(std::count(skeleton.text.begin(), skeleton.text.end(), '\n'), 60);
    const std::string path = directory.value().path() + "/" + std::string(skeleton.file);
    std::ofstream(path, std::ios::binary) << skeleton.text;
    ConformanceSubject subject;
    subject.command = RunnerOf(skeleton.language, path);
    if (subject.command.empty()) continue;
    ran.insert(skeleton.language);
    subject.operations = {OpKind::kInit, OpKind::kGet, OpKind::kHas, OpKind::kSet, OpKind::kDelete};
    if (skeleton.language == "go") subject.operations.erase(OpKind::kHas);  // It names none.
    subject.parent_directory = testing::TempDir();
    for (const ConformanceRule& rule : ConformanceRules()) {
      const Result<RuleOutcome> outcome = TestRule(rule, subject);
      ASSERT_TRUE(outcome.ok()) << outcome.error().Message();
      EXPECT_NE(outcome.value().kept, Kept::kNo) << rule.name << ": " << outcome.value().what;
    }
  }
  EXPECT_TRUE(ran.contains("python") && ran.contains("sh"));
}

TEST(SkeletonTest, WhatTheCachePrintsIsNoAnswer) {
  // A print in the middle of each, as a library might.
  const std::map<std::string_view, std::pair<std::string, std::string>> prints = {
      {"python", {"def has(request):\n", "    print('noise')\n"}},
      {"ruby", {"def has(request)\n", "  puts 'noise'\n"}},
      {"php", {"function path($request) {", " print('noise');"}},
      {"node", {"  async has(request) {\n", "    console.log('noise');\n"}},
      {"sh", {"do_has() {\n", "  echo noise\n"}}};
  auto directory = OwnedDirectory::Create(testing::TempDir());
  ASSERT_TRUE(directory.ok());
  for (const Skeleton& skeleton : Skeletons()) {
    const auto print = prints.find(skeleton.language);
    if (print == prints.end()) continue;
    const std::string path = directory.value().path() + "/" + std::string(skeleton.file);
    ConformanceSubject subject;
    subject.command = RunnerOf(skeleton.language, path);
    if (subject.command.empty()) continue;
    SCOPED_TRACE(skeleton.language);
    std::string text(skeleton.text);
    const auto& [before, noise] = print->second;
    ASSERT_NE(text.find(before), std::string::npos);
    text.insert(text.find(before) + before.size(), noise);
    std::ofstream(path, std::ios::binary) << text;
    subject.operations = {OpKind::kInit, OpKind::kGet, OpKind::kHas, OpKind::kSet, OpKind::kDelete};
    subject.parent_directory = testing::TempDir();
    const RuleOutcome outcome = TestNamed("stdout", subject);
    EXPECT_EQ(outcome.kept, Kept::kYes) << outcome.what;
    const RuleOutcome removal = TestNamed("removal", subject);
    EXPECT_EQ(removal.kept, Kept::kYes) << removal.what;
  }
}

}  // namespace
}  // namespace tearproof::adapter
