// The rules, applied to this repository.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/tidy/rules.h"

namespace tearproof::tidy {
namespace {

const std::vector<SourceFile>& Repository() {
  static const auto* files = [] {
    auto loaded = LoadTree(TEARPROOF_SOURCE_DIR);
    TEARPROOF_CHECK(loaded.ok(), loaded.error().Message());
    return new std::vector<SourceFile>(std::move(loaded).value());
  }();
  return *files;
}

class RepositoryTest : public testing::TestWithParam<Rule> {};

TEST_P(RepositoryTest, Keeps) {
  for (const Finding& finding : GetParam().check(Repository())) {
    ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, RepositoryTest,
                         testing::ValuesIn(AllRules().begin(), AllRules().end()),
                         [](const auto& instance) {
                           std::string name(instance.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SourceTreeTest, FindsTheRepositorysFiles) {
  size_t found = 0;
  for (const SourceFile& file : Repository()) {
    EXPECT_FALSE(file.path.starts_with("build")) << file.path;
    if (file.path == "harness/tidy/repository_test.cc" || file.path == "CMakeLists.txt") ++found;
  }
  EXPECT_EQ(found, 2u);
}

}  // namespace
}  // namespace tearproof::tidy
