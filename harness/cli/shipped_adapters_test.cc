// The built program with real caches in other languages, and with adapters that it writes.
#include "harness/cli/shipped_adapters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> ShippedAdapters() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(TEARPROOF_SOURCE_DIR "/backends/adapters")) {
    names.push_back(entry.path().filename().string());
    std::replace(names.back().begin(), names.back().end(), '_', '-');
  }
  return names;
}

TEST(SucceedsTest, TellsSuccessFromFailureAndAbsence) {
  EXPECT_TRUE(Succeeds({"sh", "-c", "exit 0"}));
  EXPECT_FALSE(Succeeds({"sh", "-c", "exit 1"}));
  EXPECT_FALSE(Succeeds({"sh", "-c", "kill -9 $$"}));
  EXPECT_FALSE(Succeeds({"no-such-program"}));
}

// Where its package is missing, the line that installs it is all that can be asked for.
TEST(ShippedAdaptersTest, EachKeepsTheProtocol) {
  const Workspace workspace;
  for (const std::string& name : ShippedAdapters()) {
    const ProgramResult result = workspace.Run({"adapter-test", "--backend", name});
    SCOPED_TRACE(name + ": " + result.output + result.errors);
    if (result.exit_code == 77) {
      EXPECT_THAT(result.errors, HasSubstr("what it needs is missing: "));
      continue;
    }
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.output, HasSubstr(" rules are kept"));
  }
}

TEST(ShippedAdaptersTest, ExploreFindsTheRaceOfDjangosHas) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"explore", "has-delete", "--backend", "django"});
  if (result.exit_code == 77) {
    EXPECT_THAT(result.output, HasSubstr("what it needs is missing"));
    return;
  }
  EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("broke no-error in has-delete"));
  EXPECT_THAT(result.output, HasSubstr("FileNotFoundError"));
}

TEST(ShippedAdaptersTest, OneWhosePackageIsMissingIsSkippedWithTheLineThatInstallsIt) {
  const Workspace workspace;
  const std::string backend = "django:python=/no/such/python";
  const std::string line = "what it needs is missing: apt-get install python3-django";
  ProgramResult result = workspace.Run({"stress", "get-set", "--backend", backend, "--dry-run"});
  EXPECT_THAT(result.output, HasSubstr("skipped: " + line));
  result = workspace.Run({"stress", "get-set", "--backend", backend + ",temp-rename", "--duration",
                          "100ms", "--goal", "0"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(workspace.Read(".tearproof/runs/latest/run.json"), HasSubstr(line));
  result = workspace.Run({"stress", "get-set", "--backend", backend});
  EXPECT_EQ(result.exit_code, 77);
  result = workspace.Run({"explore", "get-set", "--backend", backend});
  EXPECT_EQ(result.exit_code, 77);
  EXPECT_THAT(workspace.Read(".tearproof/runs/latest/run.json"), HasSubstr(line));
  result = workspace.Run({"adapter-test", "--backend", backend});
  EXPECT_EQ(result.exit_code, 77);
  EXPECT_THAT(result.errors, HasSubstr(line));
}

TEST(ShippedAdaptersTest, AreAGroupOfTheirOwn) {
  const Workspace workspace;
  const ProgramResult all =
      workspace.Run({"stress", "get-set", "--backend", "all", "--dry-run", "--duration", "1s"});
  EXPECT_THAT(all.output, Not(HasSubstr("django ")));
  const ProgramResult list = workspace.Run({"list", "backends"});
  EXPECT_THAT(list.output, HasSubstr("Real caches in their own languages"));
  EXPECT_THAT(list.output, HasSubstr("\ndjango "));
  const ProgramResult explained = workspace.Run({"explain", "django"});
  EXPECT_THAT(explained.output, HasSubstr("apt-get install python3-django"));
}

TEST(ShippedAdaptersTest, MayBeTheBaseOfAUsersOwn) {
  const Workspace workspace;
  workspace.Write("tearproof.toml",
                  "[backend.patched]\nbase = \"django\"\noptions = { python = \"/no/python\" }\n");
  const ProgramResult result = workspace.Run({"adapter-test", "--backend", "patched"});
  EXPECT_EQ(result.exit_code, 77);
  EXPECT_THAT(result.errors, HasSubstr("apt-get install python3-django"));
}

TEST(NewAdapterTest, WritesWhatPassesAtOnceAndOverwritesNothing) {
  const Workspace workspace;
  ProgramResult result = workspace.Run({"new-adapter", "python"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("tearproof adapter-test python3 adapter.py"));
  const std::string written = workspace.Read("adapter.py");
  result = workspace.Run({"adapter-test", "python3", "adapter.py"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("13 rules are kept"));

  result = workspace.Run({"new-adapter", "ruby", "adapter.py"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("adapter.py is there already"));
  EXPECT_EQ(workspace.Read("adapter.py"), written);
  result = workspace.Run({"new-adapter", "cobol"});
  EXPECT_EQ(result.exit_code, 64);
  result = workspace.Run({"new-adapter", "sh", "no/such/folder.sh"});
  EXPECT_EQ(result.exit_code, 77);
}

TEST(NewAdapterTest, NamesTheFileAsAShellAndTomlTakeIt) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"new-adapter", "sh", "a \"b\x1b.sh"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, Not(HasSubstr("\x1b")));
  EXPECT_THAT(result.output, HasSubstr(R"(command = ["sh", "a \"b)"));
}

TEST(AdapterTestTest, SaysWhichRuleIsBroken) {
  const Workspace workspace;
  const std::string adapter =
      TEARPROOF_SOURCE_DIR "/harness/adapter/testdata/conforming_adapter.py";
  const ProgramResult fake = workspace.Run({"adapter-test", "python3", adapter, "in-memory"});
  EXPECT_EQ(fake.exit_code, 1);
  EXPECT_THAT(fake.output, HasSubstr("BROKEN     shared"));
  EXPECT_THAT(fake.output, HasSubstr("ok         id"));
  EXPECT_THAT(fake.output, HasSubstr("of 21 rules are broken"));
}

TEST(AdapterTestTest, WhatIsNoAdapterIsAMistakeOfTheCommandLine) {
  const Workspace workspace;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"adapter-test"},
                                             {"adapter-test", "no-such-program"},
                                             {"adapter-test", "true"},
                                             {"adapter-test", "--backend", "naive"},
                                             {"adapter-test", "--backend", "naive", "true"}}) {
    EXPECT_EQ(workspace.Run(arguments).exit_code, 64) << arguments.back();
  }
}

}  // namespace
}  // namespace tearproof::cli
