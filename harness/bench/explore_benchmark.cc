#include "harness/bench/explore_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/bench/bare_stop.h"
#include "harness/bench/explored_cell.h"
#include "harness/bench/median.h"
#include "harness/bench/run_benchmarks.h"
#include "harness/bench/untraced_execution.h"
#include "harness/core/owned_directory.h"

namespace tearproof::bench {
namespace {

// Some thirty steps on temp-rename: open, write, close, rename a set; open, reads, close a get.
constexpr char kScenario[] = R"(version = 1
title = "Two writers and a reader"
story = "Long enough to be typical, short enough to be explored."
keys = { count = 1, distribution = "single" }
values = { size = "64B" }
[roles.writer]
explore = { processes = 2, program = ["set k0", "set k0", "set k0"] }
[roles.reader]
explore = { processes = 1, program = ["get k0", "get k0"] }
[explore]
before = ["set k0"]
)";

// The same cache in Python.
constexpr char kPythonAdapter[] = R"(
import json, os, sys
count = 0
for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"], "ok": True}
    op = request["op"]
    if op == "init":
        root = request["dir"]
        os.makedirs(root, exist_ok=True)
        answer.update(name="python", version="1", source="bench", operations=["get", "set"],
                      promises=[], ttl_resolution="1s")
    elif op == "set":
        count += 1
        name = "%s/%d.%d" % (root, os.getpid(), count)
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        os.write(file, request["value"].encode())
        os.close(file)
        os.rename(name, root + "/" + request["key"])
        answer["result"] = "done"
    elif op == "get":
        try:
            file = os.open(root + "/" + request["key"], os.O_RDONLY)
            value = os.read(file, 1 << 20)
            os.close(file)
            answer.update(result="hit", value=value.decode())
        except FileNotFoundError:
            answer["result"] = "miss"
    else:
        answer["unsupported"] = True
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
)";

// To start five processes takes as long as many executions.
constexpr uint64_t kForEachStarted = 25;

enum class Way { kOneCore, kTwoCores, kPython, kStarted };

struct Batch {
  std::string parent;  // Where the caches lie.
  uint64_t executions = 0;
};

// The cell of one batch, and what lies on disk for it.
struct Prepared {
  OwnedDirectory directory;
  Scenario scenario;
  std::unique_ptr<ExploredCell> cell;
};

Result<Prepared> Prepare(Way way, const Batch& batch) {
  TEARPROOF_ASSIGN_OR_RETURN(Scenario scenario, ParseScenario(kScenario, "bench", "bench"));
  if (way == Way::kStarted) scenario.reset = "process";
  TEARPROOF_ASSIGN_OR_RETURN(auto cell,
                             ExploredCell::MakeOf(scenario, "temp-rename", batch.parent));
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory, OwnedDirectory::Create(batch.parent));
  if (way == Way::kPython) {
    const std::string script = directory.path() + "/adapter.py";
    std::ofstream(script) << kPythonAdapter;
    cell->UseCommand({"python3", "-S", "-E", script});
  }
  return Prepared{std::move(directory), std::move(scenario), std::move(cell)};
}

Result<ExploredCell::Run> RunBatch(Way way, const Batch& batch, uint64_t seed) {
  TEARPROOF_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(way, batch));
  explore::ExploreOptions options;
  options.strategy = explore::Strategy::kRandom;
  options.seed = seed;
  options.all = true;
  options.jobs = way == Way::kTwoCores ? 2 : 1;
  options.max_executions = batch.executions;
  if (way == Way::kStarted) options.max_executions = 2 + batch.executions / kForEachStarted;
  return prepared.cell->Explore(options);
}

Result<double> RunUntraced(Way way, const Batch& batch) {
  TEARPROOF_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(way, batch));
  return NanosOfUntracedExecution(prepared.scenario, prepared.cell->command(), batch.parent);
}

// Rates are of the machine, ratios ours: no explorer is quicker than the operations alone and one
// bare stop for each step.
void RunFloor(benchmark::State& state, Way way, const Batch& batch) {
  std::vector<double> stops;
  std::vector<double> untraced;
  std::vector<double> at_most;
  std::vector<double> reached;
  uint64_t seed = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Result<double> stop = NanosOfBareStop();
    if (!stop.ok()) return state.SkipWithError(stop.error().Message().c_str());
    const Result<double> alone = RunUntraced(way, batch);
    if (!alone.ok()) return state.SkipWithError(alone.error().Message().c_str());
    const Result<ExploredCell::Run> run = RunBatch(way, batch, ++seed);
    if (!run.ok()) return state.SkipWithError(run.error().Message().c_str());
    stops.push_back(stop.value());
    untraced.push_back(alone.value());
    at_most.push_back(1e9 / (alone.value() + run.value().steps_per_execution * stop.value()));
    reached.push_back(run.value().executions_per_second / at_most.back());
  }
  state.counters["stop_ns"] = Median(stops);
  state.counters["untraced_ns"] = Median(untraced);
  state.counters["at_most_per_s"] = Median(at_most);
  state.counters["reached"] = Median(reached);
}

// Batches of the one core and of the other way take turns, so that what else the machine does falls
// on both sides.
void RunWay(benchmark::State& state, Way way, const Batch& batch) {
  std::vector<double> ours;
  std::vector<double> ratios;
  double steps = 0;
  uint64_t seed = 0;
  for ([[maybe_unused]] auto _ : state) {
    ++seed;
    const Result<ExploredCell::Run> one = RunBatch(Way::kOneCore, batch, seed);
    const Result<ExploredCell::Run> other = way == Way::kOneCore ? one : RunBatch(way, batch, seed);
    if (!one.ok()) return state.SkipWithError(one.error().Message().c_str());
    if (!other.ok()) return state.SkipWithError(other.error().Message().c_str());
    ours.push_back(other.value().executions_per_second);
    ratios.push_back(other.value().executions_per_second / one.value().executions_per_second);
    steps = other.value().steps_per_execution;
  }
  state.counters["executions_per_s"] = Median(ours);
  state.counters["steps_each"] = steps;
  if (way != Way::kOneCore) state.counters["of_one_core"] = Median(ratios);
}

bool HasPython() { return std::system("python3 -c '' > /dev/null 2>&1") == 0; }

void Register(const Batch& batch) {
  const auto add = [&](const char* name, Way way) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      RunWay(state, way, batch);
    })->Iterations(5);
  };
  const auto add_floor = [&](const char* name, Way way) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      RunFloor(state, way, batch);
    })->Iterations(5);
  };
  const bool has_python = HasPython();
  add_floor("explore/floor", Way::kOneCore);
  if (has_python) add_floor("explore/floor-python", Way::kPython);
  add("explore/one-core", Way::kOneCore);
  if (std::thread::hardware_concurrency() > 1) add("explore/two-cores", Way::kTwoCores);
  if (has_python) add("explore/python-adapter", Way::kPython);
  add("explore/started-for-each-execution", Way::kStarted);
}

}  // namespace

Result<void> RunExploreBenchmark(const std::string& program, const std::vector<std::string>& flags,
                                 const std::string& parent_directory, uint64_t executions) {
  return RunBenchmarks(program, flags, "bench explore", [&] {
    Register({parent_directory, executions});
  });
}

}  // namespace tearproof::bench
