#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/api/scenario.h"

namespace tearproof {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A scenario in lines, so that a test can replace or add one.
const std::vector<std::string> kLines = {
    "version = 1",
    "title = 'One key'",
    "story = 'A story.'",
    "tags = ['core', 'own-2']",
    "evicts = true",
    "backend_options = { max_entries = 50, cull_frequency = '0' }",
    "keys = { count = 8, distribution = 'zipf' }",
    "values = { size = ['64B', '4KiB'], ttl = '20ms' }",
    "[roles.writer]",
    "stress = { processes = 4, mix = { set = 3, get = 1 } }",
    "explore = { processes = 2, program = ['set k0 ttl=1s', 'get k1'] }",
    "[roles.adder]",
    "stress = { processes = 2, sequence = ['add each', 'get any'], pause = '2ms' }",
    "[stress]",
    "before = ['set k0']",
    "round = '250ms'",
    "kills = '20/s'",
    "audit = true",
    "[explore]",
    "before = ['set each']",
    "advance = '61s'",
    "reset = 'process'",
};

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// `line` counts from 1.
std::string With(size_t line, const std::string& replacement) {
  std::vector<std::string> lines = kLines;
  lines.at(line - 1) = replacement;
  return Joined(lines);
}

TEST(ScenarioParseTest, ReadsEveryField) {
  const Result<Scenario> result = ParseScenario(Joined(kLines), "get-set", "x.toml");
  ASSERT_TRUE(result.ok()) << result.error().Message();
  const Scenario& scenario = result.value();
  EXPECT_EQ(scenario.id, "get-set");
  EXPECT_EQ(scenario.title, "One key");
  EXPECT_TRUE(scenario.HasTag("own-2"));
  EXPECT_FALSE(scenario.HasTag("own"));
  EXPECT_TRUE(scenario.evicts && scenario.audit);
  EXPECT_FALSE(scenario.tidy || scenario.foreign_files || scenario.counters);
  EXPECT_EQ(scenario.backend_options.at("max_entries"), "50");
  EXPECT_EQ(scenario.backend_options.at("cull_frequency"), "0");
  EXPECT_EQ(scenario.keys.count, 8u);
  EXPECT_EQ(scenario.keys.distribution, KeyDistribution::kZipf);
  EXPECT_THAT(scenario.value_sizes.choices, ElementsAre(64, 4096));
  EXPECT_THAT(scenario.ttls_millis, ElementsAre(20));
  ASSERT_EQ(scenario.roles.size(), 2u);
  EXPECT_EQ(scenario.roles[0].name, "writer");  // In the order of the file.
  EXPECT_EQ(scenario.roles[0].stress->mix.at(OpKind::kSet), 3u);
  EXPECT_EQ(scenario.roles[0].explore->program.at(0).ttl_millis, 1'000u);
  EXPECT_EQ(scenario.FindRole("adder")->stress->sequence.size(), 2u);
  EXPECT_EQ(scenario.FindRole("adder")->stress->sequence[0].target, Step::Target::kEach);
  EXPECT_EQ(scenario.FindRole("adder")->stress->pause_nanos, 2'000'000);
  EXPECT_EQ(scenario.FindRole("writer")->stress->pause_nanos, 0);
  EXPECT_EQ(scenario.FindRole("writer")->stress->every_nanos, 0);
  EXPECT_EQ(scenario.FindRole("nobody"), nullptr);
  EXPECT_EQ(scenario.round_nanos, 250'000'000);
  EXPECT_EQ(scenario.kills_per_second, 20);
  EXPECT_EQ(scenario.before.size(), 1u);
  EXPECT_EQ(scenario.explore_before.size(), 1u);
  EXPECT_EQ(scenario.advance_nanos, 61'000'000'000);
  EXPECT_EQ(scenario.reset, "process");
}

TEST(ScenarioParseTest, DefaultsAreOneKeyAndFourKibibytes) {
  const Scenario scenario =
      ParseScenario("version=1\ntitle='t'\nstory='s'\nroles.a.stress={processes=1, mix={get=1}}\n",
                    "x", "x")
          .value();
  EXPECT_EQ(scenario.keys.count, 1u);
  EXPECT_EQ(scenario.keys.distribution, KeyDistribution::kSingle);
  EXPECT_EQ(scenario.value_sizes.Describe(), "4 KiB");
  EXPECT_TRUE(scenario.ttls_millis.empty());
  EXPECT_EQ(scenario.round_nanos, 500'000'000);
  EXPECT_EQ(scenario.reset, "directory");
}

struct BadLine {
  size_t line;
  const char* replacement;
  const char* message;
};

void ExpectEachRejected(const std::vector<BadLine>& bad) {
  for (const BadLine& each : bad) {
    const auto result = ParseScenario(With(each.line, each.replacement), "x", "x.toml");
    ASSERT_FALSE(result.ok()) << each.replacement;
    EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(result.error().Message(), HasSubstr(each.message)) << each.replacement;
  }
}

TEST(ScenarioParseTest, RejectsBadHeads) {
  ExpectEachRejected({
      {1, "", "version: missing"},
      {1, "version = 2", "x.toml:1:11: version: 2 is out of bounds"},
      {1, "version = 1.0", "version: expected an integer, found a fraction"},
      {1, "version = [", "x.toml:"},
      {2, "", "title: missing"},
      {2, "title = 2026-01-01", "title: expected a string, found a date or time"},
      {3, "story = ' '", "x.toml:3:9: story: must not be empty"},
      {3, "storey = 's'", "x.toml:3:1: unknown key 'storey'; did you mean 'story'?"},
      {4, "tags = 'core'", "tags: expected an array of strings, found a string"},
      {4, "tags = ['core', 1]", "x.toml:4:17: tags: expected a string, found an integer"},
      {4, "tags = ['Core']", "'Core' is no good name"},
      {5, "evict = true", "x.toml:5:1: unknown key 'evict'; did you mean 'evicts'?"},
      {5, "\"e\\u001b[31m\" = true", "unknown key 'e\\x1b[31m'"},
      {6, "backend_options = { max_entries = 1.5 }", "expected a string, an integer"},
      {6, "backend_options = [1]", "backend_options: expected a table, found an array"},
  });
}

TEST(ScenarioParseTest, RejectsBadKeysAndValues) {
  ExpectEachRejected({
      {7, "keys = { count = 0 }", "x.toml:7:18: keys.count: 0 is out of bounds"},
      {7, "keys = { count = -1 }", "-1 is out of bounds"},
      {7, "keys = { count = 1000001 }", "from 1 to 1,000,000"},
      {7, "keys = { count = 8, distribution = 'single' }", "'single' uses one key"},
      {7, "keys = { count = 8, distribution = 'zip' }",
       "keys.distribution: unknown distribution 'zip'; did you mean 'zipf'?"},
      {7, "keys = { count = 8, style = 'strange' }", "unknown style 'strange'"},
      {7, "keys = { count = 8, style = 'odd', colliding = true }", "contradicts the style"},
      {7, "keys = { count = 17, colliding = true }", "17 is out of bounds; from 1 to 16"},
      {7, "keys = { count = 1000, style = 'odd' }", "1000 is out of bounds"},
      {7, "keys = { count = 3, distribution = 'own' }",
       "roles.writer.stress.processes: 4 processes cannot each own one of 3 keys"},
      {7, "keys = { counts = 8 }", "keys: unknown key 'counts'; did you mean 'count'?"},
      {8, "values = { size = 4096 }", "expected a string or an array of strings"},
      {8, "values = { size = [] }", "values.size: must not be empty"},
      {8, "values = { size = '4XB' }", "'4XB' is no size"},
      {8, "values = { size = '17MiB' }", "from 1 byte to 16 MiB"},
      {8, "values = { size = ['1B', '1B..2B'] }", "x.toml:8:26: values.size: a range stands alone"},
      {8, "values = { ttl = '20' }", "values.ttl: '20' has no unit; write 20s or 20min"},
      {8, "values = { ttl = ['1ms', '1us'] }", "x.toml:8:26: values.ttl: '1us' is no time to live"},
      {5, "counters = true", "values.size: contradicts counters = true"},
  });
}

TEST(ScenarioParseTest, RejectsBadRoles) {
  ExpectEachRejected({
      {9, "[roles.Writer]", "x.toml:9:8: roles: 'Writer' is no good name for the role"},
      {10, "stress = { processes = 4, mix = { sett = 1 } }",
       "x.toml:10:35: roles.writer.stress.mix: unknown operation 'sett'; did you mean 'set'?"},
      {10, "stress = { processes = 4, mix = { set = 0 } }", "no operation has a weight above 0"},
      {10, "stress = { processes = 4, mix = { set = -1 } }", "-1 is out of bounds"},
      {10, "stress = { processes = 4, mix = { incr = 1 } }", "incr needs numbers"},
      {10, "stress = { processes = 4, mix = {} }", "no operation has a weight above 0"},
      {10, "stress = { processes = 0, mix = { set = 1 } }", "processes: 0 is out of bounds"},
      {10, "stress = { processes = 1001, mix = { set = 1 } }", "from 1 to 1,000"},
      {10, "stress = { processes = 999, mix = { set = 1 } }",
       "1,001 processes are too many in all"},
      {10, "stress = { mix = { set = 1 } }", "roles.writer.stress.processes: missing"},
      {10, "stress = { processes = 4 }", "needs a mix or a sequence"},
      {10, "stress = { processes = 4, mix = { set = 1 }, sequence = ['get k0'] }",
       "exactly one of the two"},
      {10, "stress = { processes = 4, mx = { set = 1 } }", "roles.writer.stress: unknown key 'mx'"},
      {10, "stres = { processes = 4, mix = { set = 1 } }", "unknown key 'stres'"},
      {13, "stress = { processes = 2, sequence = [] }", "sequence: must not be empty"},
      {13, "stress = { processes = 2, sequence = ['add k8'] }",
       "x.toml:13:39: roles.adder.stress.sequence: 'k8' is not among the keys"},
      {11, "explore = { processes = 2 }", "explore.program: missing"},
      {11, "explore = { processes = 2, program = ['get any'] }", "'any' draws a key"},
  });
  EXPECT_THAT(ParseScenario("version=1\ntitle='t'\nstory='s'\n", "x", "x").error().Message(),
              HasSubstr("roles: missing"));
  EXPECT_THAT(
      ParseScenario("version=1\ntitle='t'\nstory='s'\nroles={}\n", "x", "x").error().Message(),
      HasSubstr("needs at least one role"));
  EXPECT_THAT(
      ParseScenario("version=1\ntitle='t'\nstory='s'\n[roles.a]\n", "x", "x").error().Message(),
      HasSubstr("x:4:1: roles.a: does nothing"));
}

TEST(ScenarioParseTest, RejectsBadStressAndExplore) {
  ExpectEachRejected({
      {15, "before = 'set k0'", "stress.before: expected an array of strings"},
      {15, "before = ['st k0']", "unknown operation 'st'"},
      {16, "round = '0s'", "stress.round: '0s' is out of bounds"},
      {16, "round = 5", "stress.round: expected a string, found an integer"},
      {17, "kills = 20", "stress.kills: expected a string"},
      {17, "kills = '20'", "'20' has no unit; write 20/s"},
      {17, "kills = '0/s'", "no rate of kills"},
      {17, "kills = '-1/s'", "no rate of kills"},
      {17, "kills = 'nan/s'", "no rate of kills"},
      {17, "kills = '1e9/s'", "no rate of kills"},
      {18, "audit = 1", "stress.audit: expected true or false, found an integer"},
      {18, "auditt = true", "stress: unknown key 'auditt'; did you mean 'audit'?"},
      {20, "before = ['set any']", "'any' draws a key"},
      {21, "advance = 'later'", "explore.advance: 'later' is no duration"},
      {22, "reset = 'directories'", "unknown reset 'directories'; did you mean 'directory'?"},
  });
}

}  // namespace
}  // namespace tearproof
