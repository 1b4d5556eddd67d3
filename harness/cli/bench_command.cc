// `tearproof bench self`, `bench judge`: what the harness itself costs.
#include <CLI/CLI.hpp>

#include "harness/bench/judge_benchmark.h"
#include "harness/bench/self_benchmark.h"
#include "harness/cli/commands.h"
#include "harness/cli/machine.h"

namespace tearproof::cli {

void AddBenchCommand(CLI::App& app, Session& session) {
  auto directory = std::make_shared<std::string>();
  CLI::App* bench = app.add_subcommand("bench", "Benchmarks, on Google Benchmark.");
  bench->require_subcommand(1);
  CLI::App* self = bench->add_subcommand(
      "self",
      "What recording and judging cost: a worker against a bare loop, side by side. "
      "Google Benchmark's flags work.");
  self->add_option("--dir", *directory, "where the caches lie; /dev/shm if it can be used");
  self->allow_extras();
  self->callback([directory, self, &session] {
    const std::string parent = directory->empty() ? DefaultParentDirectory() : *directory;
    const Result<void> result =
        bench::RunSelfBenchmark(session.arguments[0], self->remaining(), parent);
    if (!result.ok()) session.FailWith(result.error());
  });
  CLI::App* judge = bench->add_subcommand(
      "judge",
      "How many operations a second are judged: histories of 16 clients of a correct cache. "
      "Google Benchmark's flags work.");
  judge->allow_extras();
  judge->callback([judge, &session] {
    const Result<void> result = bench::RunJudgeBenchmark(session.arguments[0], judge->remaining());
    if (!result.ok()) session.FailWith(result.error());
  });
}

}  // namespace tearproof::cli
