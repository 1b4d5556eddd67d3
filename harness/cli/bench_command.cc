// `tearproof bench`: what promises cost; `bench self`, `bench judge`, `bench explore`: what the
// harness itself costs.
#include <charconv>

#include "harness/bench/explore_benchmark.h"
#include "harness/bench/judge_benchmark.h"
#include "harness/bench/self_benchmark.h"
#include "harness/cli/bench_run.h"
#include "harness/cli/catalogue.h"
#include "harness/cli/commands.h"
#include "harness/cli/machine.h"

namespace tearproof::cli {
namespace {

// Django's, if it is there.
Result<std::vector<bench::PythonAdapter>> FindAdapters() {
  TEARPROOF_ASSIGN_OR_RETURN(const auto catalogue, Catalogue::Load());
  TEARPROOF_ASSIGN_OR_RETURN(const auto found, catalogue->FindBackends({"django"}));
  std::vector<bench::PythonAdapter> adapters;
  for (const NamedBackend& backend : found) {
    if (!backend.missing.empty()) continue;
    adapters.push_back({backend.display, backend.command, backend.options});
  }
  return adapters;
}

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
    TEARPROOF_ASSIGN_OR_RETURN(const auto adapters, FindAdapters());
    TEARPROOF_RETURN_IF_ERROR(
        bench::RunSelfBenchmark(session.arguments[0], options->flags, parent, adapters));
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

Result<uint32_t> ParseCount(const std::string& option, const std::string& text) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || rest != end || number == 0) {
    return UsageError(option + " takes a number above 0, not '" + text + "'");
  }
  return number;
}

Verb ExploreBenchmarkVerb(const Session& session) {
  struct Options {
    std::string directory;
    std::string executions = "500";
    std::string seeds;
    std::string backend;
    bool races = false;
    std::vector<std::string> flags;
  };
  auto options = std::make_shared<Options>();
  Verb verb;
  verb.name = "explore";
  verb.description =
      "How many executions a second are explored: on one core, on two, through an adapter in "
      "Python, with processes started for each. Google Benchmark's flags work.";
  verb.options = {
      {"--executions", "N", "so many in a batch; what is compared takes turns",
       &options->executions},
      {"--races", "",
       "instead: in what time each known race is found, and each sound cache exhausted on the core "
       "scenarios",
       &options->races},
      {"--seeds", "N",
       "races: instead, how many executions each strategy needs; of those that draw lots, the "
       "median of so many",
       &options->seeds},
      {"--backend", "NAME", "races: only those of this cache", &options->backend},
      {"--dir", "DIR", "where the caches lie; /dev/shm if it can be used", &options->directory}};
  verb.rest = &options->flags;
  verb.run = [options, &session]() -> Result<int> {
    const std::string parent =
        options->directory.empty() ? DefaultParentDirectory() : options->directory;
    TEARPROOF_ASSIGN_OR_RETURN(const uint32_t executions,
                               ParseCount("--executions", options->executions));
    if (!options->races) {
      TEARPROOF_RETURN_IF_ERROR(
          bench::RunExploreBenchmark(session.arguments[0], options->flags, parent, executions));
      return 0;
    }
    if (options->seeds.empty()) {
      TEARPROOF_RETURN_IF_ERROR(bench::PrintKnownRaces(parent, options->backend));
      return 0;
    }
    TEARPROOF_ASSIGN_OR_RETURN(const uint32_t seeds, ParseCount("--seeds", options->seeds));
    TEARPROOF_RETURN_IF_ERROR(bench::PrintRaces(parent, seeds, options->backend));
    return 0;
  };
  return verb;
}

}  // namespace

Verb BenchVerb(const Session& session) {
  Verb verb;
  verb.name = "bench";
  verb.description =
      "Measure what each promise costs: caches by value size, processes and directory, judged "
      "while "
      "they are measured. Google Benchmark's flags work.";
  auto arguments = std::make_shared<BenchArguments>();
  verb.options = BenchOptions(arguments.get());
  verb.rest = &arguments->flags;
  verb.run = [arguments, &session] { return RunBench(*arguments, session); };
  verb.examples = {
      {"tearproof bench --backend temp-rename,flock,sqlite", "three caches, beside naive"},
      {"tearproof bench --value-size 64,4KiB --processes 1,8 --html bench.html",
       "a sweep, as a page"},
      {"tearproof bench --rate 5000/s --benchmark_repetitions=5", "an open loop, five times each"}};
  verb.notes = {"The verbs measure what tearproof itself costs."};
  verb.verbs = {SelfVerb(session), JudgeBenchmarkVerb(session), ExploreBenchmarkVerb(session)};
  return verb;
}

}  // namespace tearproof::cli
