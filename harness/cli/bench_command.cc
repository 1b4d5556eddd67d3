// `tearproof bench self`, `bench judge`: what the harness itself costs.
#include "harness/bench/judge_benchmark.h"
#include "harness/bench/self_benchmark.h"
#include "harness/cli/commands.h"
#include "harness/cli/machine.h"

namespace tearproof::cli {
namespace {

Verb SelfVerb(const Session& session) {
  struct Options {
    std::string directory;
    std::vector<std::string> flags;
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "self";
  verb.description =
      "What recording and judging cost: a worker against a bare loop, side by side. Google "
      "Benchmark's flags work.";
  verb.options = {
      {"--dir", "DIR", "where the caches lie; /dev/shm if it can be used", &options->directory}};
  verb.rest = &options->flags;
  verb.run = [options, &session]() -> Result<int> {
    const std::string parent =
        options->directory.empty() ? DefaultParentDirectory() : options->directory;
    TEARPROOF_RETURN_IF_ERROR(
        bench::RunSelfBenchmark(session.arguments[0], options->flags, parent));
    return 0;
  };
  return verb;
}

Verb JudgeBenchmarkVerb(const Session& session) {
  auto flags = std::make_shared<std::vector<std::string>>();
  Verb verb;
  verb.name = "judge";
  verb.description =
      "How many operations a second are judged: histories of 16 clients of a correct cache. Google "
      "Benchmark's flags work.";
  verb.rest = flags.get();
  verb.run = [flags, &session]() -> Result<int> {
    TEARPROOF_RETURN_IF_ERROR(bench::RunJudgeBenchmark(session.arguments[0], *flags));
    return 0;
  };
  return verb;
}

}  // namespace

Verb BenchVerb(const Session& session) {
  Verb verb;
  verb.name = "bench";
  verb.description = "Measure what tearproof itself costs, with Google Benchmark.";
  verb.verbs = {SelfVerb(session), JudgeBenchmarkVerb(session)};
  return verb;
}

}  // namespace tearproof::cli
