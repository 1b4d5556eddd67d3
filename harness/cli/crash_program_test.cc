// `tearproof crash`, and `replay` of a power cut, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

ProgramResult Crash(const Workspace& workspace, std::vector<std::string> words) {
  words.insert(words.begin(), "crash");
  words.insert(words.end(), {"--json", "run.json"});
  return workspace.Run(words);
}

nlohmann::json CellsOf(const Workspace& workspace) {
  return nlohmann::json::parse(workspace.Read("run.json")).at("cells");
}

std::string JudgementOf(const nlohmann::json& cell, const std::string& promise) {
  for (const auto& each : cell.at("promises")) {
    if (each.at("promise") == promise) return each.at("judgement");
  }
  return "absent";
}

const nlohmann::json* StoryOf(const nlohmann::json& cell, const std::string& promise) {
  for (const auto& story : cell.at("crashed").at("stories")) {
    if (story.at("promise") == promise) return &story;
  }
  return nullptr;
}

TEST(CrashProgramTest, NaiveIsFoundEmptyAndReplayed) {
  const Workspace workspace;
  const ProgramResult result =
      Crash(workspace, {"get-set", "--backend", "naive", "--model", "ext4-ordered", "--states",
                        "200", "--keep", "kept"});
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("naive broke crash-atomic in get-set on ext4-ordered"));
  EXPECT_THAT(result.output, HasSubstr("neither one fsync nor two"));
  const nlohmann::json cell = CellsOf(workspace).at(0);
  EXPECT_EQ(cell.at("engine"), "crash");
  EXPECT_EQ(JudgementOf(cell, "crash-atomic"), "broken");
  EXPECT_EQ(JudgementOf(cell, "returns"), "held");
  // The first state that broke something lies there: the cut had been written, the bytes not.
  size_t empty = 0;
  for (const auto& entry : std::filesystem::directory_iterator(workspace.path() + "/kept/cache")) {
    empty += entry.file_size() == 0 ? 1 : 0;
  }
  EXPECT_EQ(empty, 1u);
  const nlohmann::json* story = StoryOf(cell, "crash-atomic");
  ASSERT_NE(story, nullptr);
  const ProgramResult replayed = workspace.RunLine(story->at("replay"));
  EXPECT_EQ(replayed.exit_code, 1) << replayed.output << replayed.errors;
  EXPECT_THAT(replayed.output, HasSubstr("get k0 → hit, 0 bytes"));
  EXPECT_THAT(replayed.output, HasSubstr("BROKEN: crash-atomic"));
  const ProgramResult shown = workspace.Run({"show"});
  EXPECT_THAT(shown.output, HasSubstr("naive broke crash-atomic in get-set on ext4-ordered"));
}

TEST(CrashProgramTest, StrictCountsWhatIsNotPromised) {
  const Workspace workspace;
  EXPECT_EQ(
      Crash(workspace, {"get-set", "--backend", "naive", "--model", "btrfs", "--strict"}).exit_code,
      1);
}

TEST(CrashProgramTest, TheMissingSyncsAreNamed) {
  const Workspace workspace;
  Crash(workspace, {"get-set", "--backend", "temp-rename", "--model", "ext4-ordered,btrfs"});
  for (const nlohmann::json& cell : CellsOf(workspace)) {
    const nlohmann::json* atomic = StoryOf(cell, "crash-atomic");
    const nlohmann::json* durable = StoryOf(cell, "durable");
    ASSERT_NE(atomic, nullptr);
    ASSERT_NE(durable, nullptr);
    ASSERT_EQ(atomic->at("remedy").size(), 1u);
    EXPECT_THAT(atomic->at("remedy").at(0).get<std::string>(),
                HasSubstr("fsync of cache/temp#1 after write("));
    ASSERT_EQ(durable->at("remedy").size(), 2u);
    EXPECT_THAT(durable->at("remedy").at(1).get<std::string>(),
                HasSubstr("fsync of the directory cache after rename("));
  }
}

TEST(CrashProgramTest, FileAndDirectorySyncedHoldInAllStatesOfAllModels) {
  const Workspace workspace;
  Crash(workspace, {"get-set", "--backend", "temp-rename-fsync:directory=yes"});
  const nlohmann::json cells = CellsOf(workspace);
  EXPECT_EQ(cells.size(), 6u);
  for (const nlohmann::json& cell : cells) {
    EXPECT_EQ(JudgementOf(cell, "crash-atomic"), "held");
    EXPECT_EQ(JudgementOf(cell, "durable"), "held");
    EXPECT_TRUE(cell.at("crashed").at("exhausted").get<bool>());
  }
}

struct Control {
  const char* backend;
  const char* durable;
};

class ControlTest : public testing::TestWithParam<Control> {};

// Databases that sync are accused in no model; a journal that is unlinked without a sync of the
// directory may come back, and takes the last transaction along.
TEST_P(ControlTest, IsJudgedAsItSyncs) {
  const Workspace workspace;
  Crash(workspace, {"power-cut", "--backend", GetParam().backend, "--model", "ext4-ordered,btrfs",
                    "--states", "1000"});
  for (const nlohmann::json& cell : CellsOf(workspace)) {
    const std::string model = cell.at("crashed").at("model");
    EXPECT_EQ(JudgementOf(cell, "crash-atomic"), "held") << model;
    EXPECT_EQ(JudgementOf(cell, "durable"), GetParam().durable) << model;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ControlTest,
    testing::Values(Control{"sqlite:journal=wal,synchronous=full", "held"},
                    Control{"sqlite:journal=rollback,synchronous=extra", "held"},
                    Control{"sqlite:journal=rollback,synchronous=full", "broken"},
                    Control{"lmdb", "held"}),
    [](const auto& tested) {
      std::string name = tested.param.backend;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(CrashProgramTest, InterleavingsAreCrashed) {
  const Workspace workspace;
  Crash(workspace,
        {"set-set", "--backend", "temp-rename-fsync", "--model", "btrfs", "--interleavings", "8"});
  const nlohmann::json cell = CellsOf(workspace).at(0);
  EXPECT_EQ(cell.at("crashed").at("runs"), 8);
  EXPECT_EQ(JudgementOf(cell, "crash-atomic"), "held");
  EXPECT_EQ(JudgementOf(cell, "durable"), "broken");
}

// Where the machine lets us: every state of the real file system is one of its model.
TEST(CrashProgramTest, ARealFileSystemHasNoOtherStatesThanItsModel) {
  const Workspace workspace;
  const ProgramResult result =
      Crash(workspace, {"get-set", "--backend", "temp-rename", "--real", "ext4", "--states", "3"});
  if (result.exit_code == 77) {
    EXPECT_THAT(result.output + result.errors, HasSubstr("--real needs root"));
    return;
  }
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("are states of the model"));
  const nlohmann::json cell = CellsOf(workspace).at(0);
  EXPECT_GE(cell.at("crashed").at("candidates").get<int>(), 10);
}

// A reader that never comes back is killed, and told.
TEST(CrashProgramTest, ALockFileThatStaysMakesReadersWait) {
  const Workspace workspace;
  Crash(workspace, {"get-set", "--backend", "lockfile", "--model", "btrfs", "--states", "4"});
  EXPECT_EQ(JudgementOf(CellsOf(workspace).at(0), "returns"), "broken");
}

TEST(CrashProgramTest, AnUnknownModelIsAUsageError) {
  const Workspace workspace;
  const ProgramResult result =
      workspace.Run({"crash", "get-set", "--backend", "naive", "--model", "ext4-orderd"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.errors, HasSubstr("ext4-ordered"));
}

}  // namespace
}  // namespace tearproof::cli
