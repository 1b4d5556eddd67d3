#include "harness/bench/judge_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <fstream>
#include <memory>
#include <string>

#include "harness/api/registry.h"
#include "harness/bench/run_benchmarks.h"
#include "harness/check/traffic.h"
#include "harness/core/owned_directory.h"
#include "harness/history/segment.h"
#include "harness/stress/round_judge.h"
#include "harness/stress/round_store.h"

namespace tearproof::bench {
namespace {

struct Mix {
  const char* name;
  uint32_t set_percent;
  uint32_t delete_percent;
  uint32_t has_percent;
};
constexpr Mix kMixes[] = {{"sets-and-hits", 20, 0, 0},
                          {"misses-and-deletes", 20, 10, 0},
                          {"misses-deletes-and-has", 20, 10, 5}};
constexpr uint32_t kKeys[] = {1, 10, 1'000};
constexpr uint64_t kOperations[] = {1'000'000, 10'000'000};
// One history of so many, on kLargeKeys keys.
constexpr uint64_t kLargeOperations = 100'000'000;
constexpr uint32_t kLargeKeys = 10;
constexpr uint64_t kRoundOperations = 200'000;

check::TrafficOptions Options(const Mix& mix, uint32_t keys, uint64_t operations) {
  check::TrafficOptions options;
  options.keys = keys;
  options.operations = operations;
  options.set_percent = mix.set_percent;
  options.delete_percent = mix.delete_percent;
  options.has_percent = mix.has_percent;
  return options;
}

void CountOperations(benchmark::State& state, uint64_t operations) {
  state.SetItemsProcessed(static_cast<int64_t>(operations) * state.iterations());
}

// A line of /proc/self/status in bytes, 0 where there is none: proc(5).
uint64_t StatusBytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1)) * 1024;
  }
  return 0;
}

// The most memory that was in use since it was made, beyond what was in use then.
class PeakMemory {
 public:
  PeakMemory() : begin_(StatusBytes("VmRSS")) { std::ofstream("/proc/self/clear_refs") << 5; }
  uint64_t Bytes() const {
    const uint64_t peak = StatusBytes("VmHWM");
    return peak > begin_ ? peak - begin_ : 0;
  }

 private:
  uint64_t begin_;
};

// Whether what is freed stays with this process: mallopt(3). The judge's time is asked for, not
// what the kernel, and perhaps a hypervisor below it, take to hand out and clear pages anew.
void KeepMemory(bool keep) {
  constexpr int kUsualMaps = 65'536;
  constexpr int kUsualTrim = 128 << 10;
  mallopt(M_MMAP_MAX, keep ? 0 : kUsualMaps);
  mallopt(M_TRIM_THRESHOLD, keep ? -1 : kUsualTrim);
}

void JudgeTraffic(benchmark::State& state, const check::TrafficOptions& options) {
  std::unique_ptr<Checker> checker;
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    std::unique_ptr<Checker> made = registered.make();
    if (made->promise() == Promise::kFresh) checker = std::move(made);
  }
  KeepMemory(false);
  malloc_trim(0);
  const PeakMemory memory;
  const Result<History> history = History::Build(check::MakeTraffic(options));
  if (!history.ok() || checker == nullptr) return state.SkipWithError("no history, or no checker");
  checker->Check(history.value(), {});
  // Of the operations themselves, their indexes and the judging together.
  state.counters["bytes_per_operation"] =
      static_cast<double>(memory.Bytes()) / static_cast<double>(options.operations);
  KeepMemory(true);
  checker->Check(history.value(), {});
  for ([[maybe_unused]] auto _ : state) {
    const Verdict verdict = checker->Check(history.value(), {});
    if (verdict.judgement != Judgement::kHeld) {
      return state.SkipWithError("a correct history was not held");
    }
  }
  CountOperations(state, options.operations);
}

// Leaves a round as workers do, round.json and a segment each. Returns its number.
Result<uint64_t> RecordRound(const History::Parts& parts, const std::string& cell) {
  constexpr uint64_t kRound = 1;
  TEARPROOF_RETURN_IF_ERROR(stress::MakeLive(cell));
  stress::RoundInfo info;
  info.header = parts.header;
  info.header.round = kRound;
  info.processes = parts.processes;
  TEARPROOF_RETURN_IF_ERROR(stress::WriteRoundInfo(info, stress::LiveDirectory(cell, kRound)));
  for (size_t begin = 0; begin < parts.ops.size();) {
    const uint16_t process = parts.ops[begin].process;
    size_t end = begin;
    while (end < parts.ops.size() && parts.ops[end].process == process) ++end;
    TEARPROOF_ASSIGN_OR_RETURN(
        SegmentWriter segment,
        SegmentWriter::Create(stress::SegmentPath(cell, kRound, process), process, end - begin));
    segment.BeginRound(kRound);
    for (; begin < end; ++begin) {
      segment.Invoke(parts.ops[begin]);
      segment.Return(parts.ops[begin]);
    }
  }
  return kRound;
}

// All that stress does with a round: reads what was recorded, builds the history, and asks every
// checker.
void JudgeRounds(benchmark::State& state, const check::TrafficOptions& options) {
  const Result<OwnedDirectory> cell = OwnedDirectory::Create("/tmp");
  if (!cell.ok()) return state.SkipWithError(cell.error().Message().c_str());
  History::Parts parts = check::MakeTraffic(options);
  const Result<uint64_t> round = RecordRound(parts, cell.value().path());
  if (!round.ok()) return state.SkipWithError(round.error().Message().c_str());
  std::vector<std::unique_ptr<Checker>> checkers;
  stress::RoundJudge::Setup setup;
  setup.cell_directory = cell.value().path();
  setup.keys = std::move(parts.header.keys);
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    checkers.push_back(registered.make());
    setup.checkers.push_back(checkers.back().get());
  }
  stress::RoundJudge judge(std::move(setup));
  for ([[maybe_unused]] auto _ : state) {
    judge.Begin(round.value());
    const Result<void> collected = judge.Collect();
    if (!collected.ok()) return state.SkipWithError(collected.error().Message().c_str());
  }
  for (const Verdict& verdict : judge.verdicts()) {
    if (verdict.judgement == Judgement::kBroken) state.SkipWithError(verdict.sentence.c_str());
  }
  CountOperations(state, options.operations);
}

void BuildTraffic(benchmark::State& state, const check::TrafficOptions& options) {
  const History::Parts parts = check::MakeTraffic(options);
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    History::Parts copy = parts;
    state.ResumeTiming();
    benchmark::DoNotOptimize(History::Build(std::move(copy)));
  }
  CountOperations(state, options.operations);
}

void RegisterJudging(const Mix& mix, uint32_t keys, uint64_t operations) {
  const std::string name =
      fmt::format("fresh/{}/keys:{}/operations:{}", mix.name, keys, operations);
  const check::TrafficOptions options = Options(mix, keys, operations);
  benchmark::RegisterBenchmark(name.c_str(), [options](benchmark::State& state) {
    JudgeTraffic(state, options);
  })->Unit(benchmark::kMillisecond);
}

// What a round of stress takes of one processor, whatever the number of threads.
void RegisterRounds(const Mix& mix, uint32_t keys) {
  const check::TrafficOptions options = Options(mix, keys, kRoundOperations);
  benchmark::RegisterBenchmark(fmt::format("rounds/{}/keys:{}", mix.name, keys).c_str(),
                               [options](benchmark::State& state) { JudgeRounds(state, options); })
      ->MeasureProcessCPUTime()
      ->Unit(benchmark::kMillisecond);
}

void RegisterJudgeBenchmarks() {
  for (const Mix& mix : kMixes) {
    for (const uint32_t keys : kKeys) {
      for (const uint64_t operations : kOperations) RegisterJudging(mix, keys, operations);
    }
    RegisterJudging(mix, kLargeKeys, kLargeOperations);
    for (const uint32_t keys : kKeys) RegisterRounds(mix, keys);
  }
  for (const uint32_t keys : kKeys) {
    const check::TrafficOptions options = Options(kMixes[0], keys, kOperations[0]);
    benchmark::RegisterBenchmark(
        fmt::format("index/keys:{}", keys).c_str(),
        [options](benchmark::State& state) { BuildTraffic(state, options); })
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("make-traffic", [](benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(check::MakeTraffic({}));
    CountOperations(state, check::TrafficOptions{}.operations);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

Result<void> RunJudgeBenchmark(const std::string& program, const std::vector<std::string>& flags) {
  return RunBenchmarks(program, flags, "bench judge", RegisterJudgeBenchmarks);
}

}  // namespace tearproof::bench
