#include "harness/api/reporter.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/core/text.h"
#include "reports/golden.h"
#include "reports/sample_records.h"

namespace tearproof::reports::github {

std::unique_ptr<Reporter> Make();

namespace {

size_t CountOf(const std::string& text, const std::string& start) {
  size_t count = 0;
  for (const std::string& line : Split(text, '\n')) count += line.starts_with(start) ? 1 : 0;
  return count;
}

TEST(GithubReporterTest, OneErrorForEachBrokenPromise) {
  const std::string commands = Make()->Render(RealisticRecord(), {});
  EXPECT_TRUE(MatchesGolden("realistic.github", commands));
  EXPECT_EQ(CountOf(commands, "::error "), 3u);
}

TEST(GithubReporterTest, NamesWhatWasNotRun) {
  RunRecord record = RealisticRecord();
  record.not_run = {{"naive", "a"}, {"naive", "b"}, {"flock", "a"}};
  const std::string commands = Make()->Render(record, {});
  EXPECT_NE(commands.find("::warning title=tearproof%3A not run::naive: a, b%0Aflock: a\n"),
            std::string::npos)
      << commands;
}

TEST(GithubReporterTest, CapturedTextCannotForgeACommand) {
  const std::string commands = Make()->Render(HostileRecord(), {});
  EXPECT_TRUE(MatchesGolden("hostile.github", commands));
  EXPECT_TRUE(IsSafeForTerminal(commands));
  EXPECT_EQ(Split(commands, '\n').size(), 4u);  // An error, a notice, what was not run, the end.
  EXPECT_EQ(CountOf(commands, "::error title=mine%3A"), 1u);
  EXPECT_EQ(CountOf(commands, "::notice title=mine%3A"), 1u);
  EXPECT_EQ(commands.find("t%0A%\n"), std::string::npos);
}

}  // namespace
}  // namespace tearproof::reports::github
