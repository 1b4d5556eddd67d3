// Every file that the project ships parses, says what it must, and no damage to it crashes a
// parser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "harness/api/backend_description.h"
#include "harness/api/project_file.h"
#include "harness/api/scenario.h"
#include "harness/api/toml_reader.h"

namespace tearproof {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Id → text.
std::map<std::string, std::string> ScenarioFiles() {
  std::map<std::string, std::string> files;
  const fs::path root = fs::path(TEARPROOF_SOURCE_DIR) / "scenarios";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".toml") continue;
    files[fs::relative(entry.path(), root).replace_extension().string()] = ReadText(entry.path());
  }
  return files;
}

std::map<std::string, std::string> BackendFiles() {
  std::map<std::string, std::string> files;
  const fs::path root = fs::path(TEARPROOF_SOURCE_DIR) / "backends";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().filename() != "backend.toml") continue;
    const fs::path folder = entry.path().parent_path();
    const bool broken = folder.parent_path().filename() == "broken";
    files[(broken ? "broken-" : "") + folder.filename().string()] = ReadText(entry.path());
  }
  return files;
}

std::map<std::string, Scenario> ShippedScenarios() {
  std::map<std::string, Scenario> scenarios;
  for (const auto& [id, text] : ScenarioFiles()) {
    Result<Scenario> scenario = ParseScenario(text, id, id + ".toml");
    EXPECT_TRUE(scenario.ok()) << scenario.error().Message();
    if (scenario.ok()) scenarios[id] = scenario.value();
  }
  return scenarios;
}

TEST(ShippedFilesTest, EveryScenarioParsesAndFitsTwoCores) {
  const auto scenarios = ShippedScenarios();
  EXPECT_GE(scenarios.size(), 21u);
  for (const auto& [id, scenario] : scenarios) {
    SCOPED_TRACE(id);
    EXPECT_LE(scenario.title.size(), 70u);
    EXPECT_GE(scenario.StressProcesses(), 2u);
    EXPECT_LE(scenario.StressProcesses(), 8u);
    EXPECT_LE(scenario.story.find(". "), scenario.story.size()) << "two sentences";
    EXPECT_EQ(scenario.KeyNames().size(), scenario.keys.count);
    // A power cut meets one process as it meets several.
    const bool crashed = scenario.HasTag("crash");
    uint32_t explored = 0;
    for (const Role& role : scenario.roles) {
      if (!role.explore.has_value()) continue;
      explored += role.explore->processes;
      // What shows only after several operations is looked for, and not exhausted.
      const size_t most = scenario.HasTag("long") ? 5 : crashed ? 3 : 2;
      EXPECT_LE(role.explore->program.size(), most) << role.name;
    }
    EXPECT_GE(explored, crashed ? 1u : 2u);
    EXPECT_LE(explored, 3u);
  }
}

TEST(ShippedFilesTest, FourScenariosAreTheCore) {
  std::set<std::string> core;
  for (const auto& [id, scenario] : ShippedScenarios()) {
    if (scenario.HasTag("core")) core.insert(id);
  }
  EXPECT_THAT(core, testing::ElementsAre("add-add", "get-delete", "get-set", "set-set"));
}

TEST(ShippedFilesTest, EveryBackendParsesAndExpectsOfScenariosThatExist) {
  const auto scenarios = ShippedScenarios();
  for (const auto& [id, text] : BackendFiles()) {
    SCOPED_TRACE(id);
    const Result<BackendDescription> description =
        ParseBackendDescription(text, id, id + "/backend.toml");
    ASSERT_TRUE(description.ok()) << description.error().Message();
    for (const auto& [scenario, engines] : description.value().expect) {
      EXPECT_TRUE(scenario == "*" || scenarios.contains(scenario)) << scenario;
    }
  }
}

// The first ```toml block of a page.
std::string ExampleIn(const std::string& page) {
  const std::string text = ReadText(fs::path(TEARPROOF_SOURCE_DIR) / "docs" / page);
  const std::string fence = "```toml\n";
  const size_t begin = text.find(fence) + fence.size();
  return text.substr(begin, text.find("```\n", begin) - begin);
}

TEST(ShippedFilesTest, TheExamplesOfThePagesParse) {
  const auto scenario = ParseScenario(ExampleIn("scenarios.md"), "x", "scenarios.md");
  EXPECT_TRUE(scenario.ok()) << scenario.error().Message();
  const auto backend = ParseBackendDescription(ExampleIn("backends.md"), "x", "backends.md");
  EXPECT_TRUE(backend.ok()) << backend.error().Message();
  const auto project = ParseProjectFile(ExampleIn("project-file.md"), "project-file.md");
  ASSERT_TRUE(project.ok()) << project.error().Message();
  EXPECT_EQ(project.value().backends.size(), 2u);
}

TEST(ShippedFilesTest, TheErrorShownInThePageIsTheRealOne) {
  std::string text = ExampleIn("scenarios.md");
  const std::string good = "get = 9, set = 1";
  text.replace(text.find(good), good.size(), "get = 9, sett = 1");
  const auto scenario = ParseScenario(text, "login", "login.toml");
  ASSERT_FALSE(scenario.ok());
  const std::string message = scenario.error().Message();
  const std::string shown = message.substr(0, message.find("Known:"));
  EXPECT_THAT(ReadText(fs::path(TEARPROOF_SOURCE_DIR) / "docs/scenarios.md"),
              testing::HasSubstr(shown));
}

// Parses as anything; whatever comes of it, an error is the user's and has a place.
void ParseHostile(const std::string& text) {
  const Result<Scenario> scenario = ParseScenario(text, "x", "x.toml");
  if (!scenario.ok()) {
    ASSERT_EQ(scenario.error().kind, ErrorKind::kUsage);
    ASSERT_EQ(scenario.error().what.find("x.toml:"), 0u) << scenario.error().what;
  }
  const Result<BackendDescription> description = ParseBackendDescription(text, "x", "x.toml");
  if (!description.ok()) {
    ASSERT_EQ(description.error().what.find("x.toml:"), 0u) << description.error().what;
  }
  const Result<ProjectFile> project = ParseProjectFile(text, "x.toml");
  if (!project.ok()) {
    ASSERT_EQ(project.error().what.find("x.toml:"), 0u) << project.error().what;
  }
}

TEST(ShippedFilesTest, NoTruncationCrashesAParser) {
  for (const auto& files : {ScenarioFiles(), BackendFiles()}) {
    for (const auto& [id, text] : files) {
      for (size_t length = 0; length < text.size(); ++length) ParseHostile(text.substr(0, length));
    }
  }
}

TEST(ShippedFilesTest, NoDamageCrashesAParser) {
  Random random(20536);
  constexpr std::string_view kLively = "[]{}\"'=.,#\\\n\t\0\xff-019_eutf";
  for (const auto& files : {ScenarioFiles(), BackendFiles()}) {
    for (const auto& [id, text] : files) {
      for (int i = 0; i < 500; ++i) {
        std::string damaged = text;
        for (uint64_t flips = 1 + random.Below(4); flips > 0; --flips) {
          char& victim = damaged[random.Below(damaged.size())];
          victim = random.Below(2) == 0 ? static_cast<char>(victim ^ (1 << random.Below(8)))
                                        : kLively[random.Below(kLively.size())];
        }
        ParseHostile(damaged);
      }
    }
  }
}

std::string Refusal(const std::string& text) {
  const Result<TomlNode> parsed = ParseToml(text, "x.toml");
  return parsed.ok() ? "" : parsed.error().what;
}

TEST(ShippedFilesTest, NestingAndSizeAreBounded) {
  ParseHostile("a = " + std::string(500'000, '['));
  ParseHostile("a = " + std::string(500'000, '{'));
  ParseHostile("a." + std::string(500'000, '.'));
  for (int depth : {3'900, 100'000}) {
    std::string dotted = "a";
    for (int i = 0; i < depth; ++i) dotted += ".a";
    ParseHostile(dotted + " = 1");
    ParseHostile("[" + dotted + "]");
  }
  ParseHostile(std::string((size_t{1} << 20) + 1, '#'));

  std::string dotted = "a";
  for (int i = 1; i < 100; ++i) dotted += ".a";
  EXPECT_EQ(Refusal(dotted + " = 1"), "");
  EXPECT_THAT(Refusal(dotted + " = []"), testing::HasSubstr("more than 100 levels nest"));
  EXPECT_THAT(Refusal(dotted + ".a = 1"), testing::HasSubstr("more than 100 levels nest"));
}

}  // namespace
}  // namespace tearproof
