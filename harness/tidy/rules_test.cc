// Each rule finds a violation that was planted for it, in a tree on disk.
#include "harness/tidy/rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/core/owned_directory.h"

namespace tearproof::tidy {
namespace {

namespace fs = std::filesystem;

class RulesTest : public testing::Test {
 protected:
  static OwnedDirectory MakeDirectory() {
    auto directory = OwnedDirectory::Create(testing::TempDir());
    TEARPROOF_CHECK(directory.ok(), directory.error().Message());
    return std::move(directory).value();
  }

  void Plant(const std::string& path, const std::string& text) {
    const fs::path full = fs::path(directory_.path()) / path;
    fs::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << text;
  }

  // "path:line: what" of each finding.
  std::vector<std::string> Find(Findings (*rule)(std::span<const SourceFile>)) {
    auto files = LoadTree(directory_.path());
    TEARPROOF_CHECK(files.ok(), files.error().Message());
    std::vector<std::string> found;
    for (const Finding& finding : rule(files.value())) {
      found.push_back(finding.path + ":" + std::to_string(finding.line) + ": " + finding.what);
    }
    return found;
  }

  using Found = std::vector<std::string>;
  OwnedDirectory directory_ = MakeDirectory();
};

std::string Include(const std::string& path) { return "#include \"" + path + "\"\n"; }

TEST_F(RulesTest, IncludesThatGoDownAreFine) {
  Plant("harness/history/a.cc", Include("harness/core/text.h") + Include("harness/history/a.h"));
  Plant("harness/check/present/a.cc", Include("harness/check/b.h") + Include("harness/api/c.h"));
  Plant("harness/cli/a.cc", Include("harness/stress/b.h") + Include("reports/golden.h"));
  Plant("backends/flock/a.cc", Include("harness/kit/b.h") + Include("backends/flock/c.h"));
  Plant("reports/console/a.cc", Include("reports/golden.h") + "#include <vector>\n");
  EXPECT_EQ(Find(CheckIncludeLayers), Found{});
}

TEST_F(RulesTest, IncludesThatGoUpOrSidewaysAreFound) {
  const std::vector<std::pair<std::string, std::string>> planted = {
      {"harness/core/a.h", "harness/history/op.h"},
      {"harness/history/a.cc", "harness/api/backend.h"},
      {"harness/kit/a.cc", "harness/check/judge.h"},
      {"harness/stress/a.cc", "harness/cli/main.h"},
      {"harness/stress/b.cc", "backends/naive/naive.h"},
      {"harness/stress/c.cc", "reports/golden.h"},
      {"harness/core/b.cc", "text.h"},
      {"backends/flock/a.cc", "backends/naive/naive.h"},
      {"backends/flock/b.cc", "harness/stress/plan.h"},
      {"backends/flock/c.cc", "reports/golden.h"},
      {"backends/broken/one/a.cc", "backends/broken/two/a.h"},
      {"reports/json/a.cc", "reports/console/sections.h"},
      {"reports/json/b.cc", "harness/kit/file_io.h"},
  };
  for (const auto& [path, included] : planted) Plant(path, "\n" + Include(included));
  const Found found = Find(CheckIncludeLayers);
  EXPECT_EQ(found.size(), planted.size());
  for (const auto& [path, included] : planted) {
    const std::string start = path + ":2: " + included;
    const bool named = std::any_of(found.begin(), found.end(), [&](const std::string& finding) {
      return finding.starts_with(start);
    });
    EXPECT_TRUE(named) << path;
  }
}

TEST_F(RulesTest, AFolderWithoutALayerIsFound) {
  Plant("harness/util/a.cc", "int a;\n");
  EXPECT_EQ(Find(CheckIncludeLayers).size(), 1u);
}

TEST_F(RulesTest, WrongHeaderGuardsAreFound) {
  const auto header = [](const std::string& guard) {
    return "// Text.\n#ifndef " + guard + "\n#define " + guard + "\n\n#endif  // " + guard + "\n";
  };
  Plant("harness/core/good.h", header("TEARPROOF_HARNESS_CORE_GOOD_H_"));
  Plant("harness/core/other.h", header("TEARPROOF_HARNESS_CORE_GOOD_H_"));
  Plant("harness/core/none.h", "#pragma once\n");
  EXPECT_EQ(Find(CheckHeaderGuards),
            (Found{"harness/core/none.h:0: is not guarded by TEARPROOF_HARNESS_CORE_NONE_H_",
                   "harness/core/other.h:0: is not guarded by TEARPROOF_HARNESS_CORE_OTHER_H_"}));
}

TEST_F(RulesTest, LongFilesAreFound) {
  const auto lines = [](size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += "int a;\n";
    return text;
  };
  Plant("a/good.cc", lines(500));
  Plant("a/long.cc", lines(501));
  Plant("a/prose.md", lines(501));
  EXPECT_EQ(Find(CheckFileLength), Found{"a/long.cc:0: has 501 lines"});
}

TEST_F(RulesTest, LongFunctionsAreFound) {
  std::string body;
  for (int i = 0; i < 69; ++i) body += "  Call();\n";
  Plant("a/long.cc", "int a;\n\nvoid Long() {\n" + body + "}\n");
  Plant("a/good.cc", "void Good() {\n" + body.substr(body.find('\n') + 1) + "}\n");
  EXPECT_EQ(Find(CheckFunctionLength), Found{"a/long.cc:3: void Long() has 71 lines"});
}

TEST_F(RulesTest, WideLinesAreFound) {
  const std::string wide(101, 'x');
  std::string arrows;
  for (int i = 0; i < 100; ++i) arrows += "→";  // 300 bytes.
  Plant("a/good.cc", wide.substr(1) + "\n" + arrows + "\n");
  Plant("a/wide.cc", "int a;\n" + wide + "\n");
  Plant("CMakeLists.txt", wide + "\n");
  Plant("a/prose.md", wide + "\n");
  EXPECT_EQ(Find(CheckColumns),
            (Found{"CMakeLists.txt:1: is 101 columns wide", "a/wide.cc:2: is 101 columns wide"}));
}

TEST_F(RulesTest, LeftoversAreFound) {
  Plant("a/good.cc", "// A method, hackneyed; mkdtemp(\"a-XXXXXX\")\n");
  Plant("a/note.cc", std::string("int a;  // TO") + "DO: more\n");
  Plant("a/note.md", std::string("FIX") + "ME\n");
  Plant("a/idle_test.cc", std::string("TEST(A, DIS") + "ABLED_B) {}\nGTEST_" + "SKIP();\n");
  const Found found = Find(CheckLeftovers);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_TRUE(found[0].starts_with("a/idle_test.cc:1"));
  EXPECT_TRUE(found[1].starts_with("a/idle_test.cc:2"));
  EXPECT_TRUE(found[2].starts_with("a/note.cc:1"));
  EXPECT_TRUE(found[3].starts_with("a/note.md:1"));
}

TEST_F(RulesTest, WhiteSpaceIsChecked) {
  Plant("a/good.toml", "a = 1\n");
  Plant("a/tab.cc", "int a;\n\tint b;\n");
  Plant("a/unfinished.md", "text");
  Plant("a/testdata/any", "\t");
  const Found found = Find(CheckWhiteSpace);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].starts_with("a/tab.cc:2"));
  EXPECT_EQ(found[1], "a/unfinished.md:0: has no newline at its end");
}

TEST_F(RulesTest, PlacesThatAreNobodysBusinessAreFound) {
  Plant("a/good.md", "runs/work/x, <root>/home/, $HOME, /tmp/x, a registry, work/root\n");
  Plant("a/path.cc", std::string("\"/wo") + "rk/x\"\n// see /ho" + "me/me\n(/ro" + "ot/)\n");
  Plant("a/host.md", std::string("from https://py") + "pi.org/simple\n");
  const Found found = Find(CheckPlaces);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_TRUE(found[0].starts_with("a/host.md:1"));
  EXPECT_TRUE(found[3].starts_with("a/path.cc:3"));
}

TEST_F(RulesTest, IncompleteBackendsAreFound) {
  Plant("backends/good/backend.toml", "\n");
  Plant("backends/good/README.md", "\n");
  Plant("backends/CMakeLists.txt", "\n");
  Plant("backends/bare/bare.cc", "\n");
  Plant("backends/conformance/a_test.cc", "\n");
  Plant("backends/broken/short_write/a.cc", "\n");
  EXPECT_EQ(
      Find(CheckBackendFolders),
      (Found{"backends/bare/README.md:0: is missing", "backends/bare/backend.toml:0: is missing",
             "backends/broken/README.md:0: is missing",
             "backends/broken/short_write/backend.toml:0: is missing"}));
}

TEST_F(RulesTest, TestFilesWithoutTestsAreFound) {
  Plant("a/good_test.cc", "TEST(A, B) {}\n");
  Plant("a/fixture_test.cc", "namespace {\nTEST_F(A, B) {}\n}\n");
  Plant("a/idle_test.cc", "// TEST(A, B) {}\nint a;\n");
  EXPECT_EQ(Find(CheckTestsTest), Found{"a/idle_test.cc:0: holds no test"});
}

TEST_F(RulesTest, ATreeOutsideOfGitLeavesOutBuildFolders) {
  Plant("a.cc", "int a;\n");
  Plant("build/b.cc", "int b;\n");
  Plant("build-x/b.cc", "int b;\n");
  Plant(".hidden/b.cc", "int b;\n");
  const auto files = LoadTree(directory_.path());
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files.value().size(), 1u);
  EXPECT_EQ(files.value()[0].path, "a.cc");
}

}  // namespace
}  // namespace tearproof::tidy
