// `tearproof bench`, run as a user runs it: what it prints, not how fast anything is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/api/run_record_json.h"
#include "harness/cli/workspace.h"

namespace tearproof::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(BenchProgramTest, ComparesHowFastExecutionsAreExplored) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run({"bench", "explore", "--executions", "20"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, ContainsRegex("explore/floor/.*at_most_per_s=.* reached=0"));
  EXPECT_THAT(result.output, ContainsRegex("explore/one-core.*executions_per_s=.*steps_each=32"));
  EXPECT_THAT(result.output, ContainsRegex("explore/started-for-each-execution.*of_one_core="));
  EXPECT_THAT(result.output, testing::Not(HasSubstr("ERROR")));
}

TEST(BenchProgramTest, CountsTheExecutionsThatARaceTakes) {
  const Workspace workspace;
  const ProgramResult result = workspace.Run(
      {"bench", "explore", "--races", "--seeds", "1", "--backend", "broken-add-without-excl"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output,
              ContainsRegex("\\| broken-add-without-excl \\| add-add \\|( [0-9]+ \\|){3}"));
  EXPECT_EQ(workspace.Run({"bench", "explore", "--races", "--seeds", "1", "--backend", "flock"})
                .exit_code,
            64);
  EXPECT_EQ(workspace.Run({"bench", "explore", "--races", "--seeds", "0"}).exit_code, 64);
}

TEST(BenchProgramTest, FindsWhatMustBreakAndExhaustsWhatIsSound) {
  const Workspace workspace;
  const ProgramResult broken =
      workspace.Run({"bench", "explore", "--races", "--backend", "broken-late-expiry"});
  EXPECT_EQ(broken.exit_code, 0) << broken.errors;
  EXPECT_THAT(broken.output,
              ContainsRegex("\\| broken-late-expiry \\| expiry-exact expires: [0-9]+ \\|"));
  const ProgramResult sound =
      workspace.Run({"bench", "explore", "--races", "--backend", "otmpfile-link"});
  EXPECT_THAT(sound.output,
              ContainsRegex("\\| otmpfile-link \\|( [0-9]+ classes in [0-9.]+ s \\|){4}"));
  EXPECT_EQ(workspace.Run({"bench", "explore", "--races", "--backend", "none"}).exit_code, 64);
}

// Runs `bench` with those words for a short while. Fails the test unless it exits with 0.
RunRecord Bench(std::vector<std::string> words) {
  const Workspace workspace;
  words.insert(words.begin(), {"bench", "--duration", "150ms", "--json", "run.json", "--quiet"});
  const ProgramResult result = workspace.Run(words);
  EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
  Result<RunRecord> record = FromJson(workspace.Read("run.json"), "run.json");
  EXPECT_TRUE(record.ok());
  return record.ok() ? std::move(record).value() : RunRecord();
}

TEST(BenchProgramTest, MeasuresCachesBesideNaiveAndJudgesThem) {
  const RunRecord record = Bench({"--backend", "temp-rename:sync=full,sqlite", "--processes", "2"});
  ASSERT_EQ(record.cells.size(), 3U);
  EXPECT_EQ(record.cells[0].backend, "naive");
  for (const CellRecord& cell : record.cells) {
    ASSERT_TRUE(cell.bench.has_value() && cell.bench->counts.has_value()) << cell.backend;
    EXPECT_EQ(cell.engine, "bench");
    EXPECT_GT(cell.bench->of_naive.value_or(0), 0) << cell.backend;
    EXPECT_GE(cell.bench->counts->bytes_written_a_set, 4096) << cell.backend;
    EXPECT_GT(cell.bench->counts->files, 0U) << cell.backend;
    EXPECT_FALSE(cell.promises.empty()) << cell.backend;
    EXPECT_FALSE(cell.timeline.empty()) << cell.backend;
    EXPECT_GT(cell.speeds.at(OpKind::kGet).p9999, 0) << cell.backend;
  }
  EXPECT_EQ(record.cells[0].bench->of_naive, 1);
  EXPECT_EQ(record.cells[0].bench->counts->syncs_a_set, 0);
  EXPECT_EQ(record.cells[1].bench->counts->syncs_a_set, 2) << "of the file and its directory";
  EXPECT_EQ(record.cells[1].bench->durability, "file + directory");
  EXPECT_THAT(record.cells[2].bench->durability, HasSubstr("synchronous=normal"));
}

TEST(BenchProgramTest, GoogleBenchmarksFlagsSelectAndRepeat) {
  const RunRecord record =
      Bench({"--backend", "temp-rename", "--value-size", "64,1KiB",
             "--benchmark_filter=^temp-rename/64B", "--benchmark_repetitions=2"});
  ASSERT_EQ(record.cells.size(), 2U);
  EXPECT_EQ(record.cells[0].bench->value_size, 64U);
  EXPECT_FALSE(record.cells[0].bench->of_naive.has_value()) << "naive did not run beside it";
}

TEST(BenchProgramTest, AnOpenLoopAsksForNoMoreThanItsRate) {
  const RunRecord record = Bench({"--backend", "naive", "--processes", "2", "--rate", "100/s"});
  ASSERT_EQ(record.cells.size(), 1U);
  for (const SpeedSample& sample : record.cells[0].timeline) {
    // Each process begins with one at once.
    EXPECT_LE(static_cast<double>(sample.Count()), 2 + 100 * static_cast<double>(sample.ran) / 1e9);
  }
}

TEST(BenchProgramTest, WhatMakesNoSenseIsRefused) {
  const Workspace workspace;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--mix", "90/20"},
                                             {"--mix", "90"},
                                             {"--processes", "0"},
                                             {"--value-size", "1GiB"},
                                             {"--rate", "0/s"},
                                             {"--rate", "1e12"},
                                             {"--duration", "1ms"},
                                             {"--backend", "nobody"},
                                             {"--benchmark_nonsense=1"}}) {
    std::vector<std::string> all = {"bench"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(workspace.Run(all).exit_code, 64) << words[0];
  }
}

}  // namespace
}  // namespace tearproof::cli
