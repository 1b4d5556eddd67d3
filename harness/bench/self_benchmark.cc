#include "harness/bench/self_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>

#include "harness/api/backend_description.h"
#include "harness/api/registry.h"
#include "harness/bench/median.h"
#include "harness/bench/run_benchmarks.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/stress/recorder.h"
#include "harness/stress/stress_engine.h"

namespace tearproof::bench {
namespace {

constexpr uint32_t kValueBytes = 4096;
constexpr uint64_t kSlots = 1 << 17;
// A batch is short enough that machine noise falls on both sides of a pair, long enough that the
// clock readings around it do not count.
constexpr int kBatch = 2000;

// A backend on a directory of its own, with one key set.
class Subject {
 public:
  static Result<std::unique_ptr<Subject>> Create(const std::string& id, const std::string& parent) {
    auto subject = std::unique_ptr<Subject>(new Subject);
    TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory, OwnedDirectory::Create(parent));
    subject->directory_.emplace(std::move(directory));
    for (const RegisteredBackend& registered : RegisteredBackends()) {
      if (registered.id != id) continue;
      TEARPROOF_ASSIGN_OR_RETURN(const BackendDescription description,
                                 ParseBackendDescription(registered.description_toml, id,
                                                         std::string(registered.description_path)));
      BackendSetup setup;
      setup.directory = subject->directory_->path() + "/cache";
      TEARPROOF_ASSIGN_OR_RETURN(setup.options, ResolveOptions(description, {}));
      TEARPROOF_ASSIGN_OR_RETURN(subject->backend_, registered.open(setup));
    }
    if (subject->backend_ == nullptr) return UsageError("no backend " + id);
    Response response;
    subject->backend_->Execute({OpKind::kInit, {}, {}, kNoTtl, 1}, response);
    return subject;
  }

  Backend& backend() { return *backend_; }
  const std::string& path() const { return directory_->path(); }

 private:
  std::optional<OwnedDirectory> directory_;
  std::unique_ptr<Backend> backend_;
};

// The same operation, bare and recorded, in batches that take turns.
class Pair {
 public:
  static Result<std::unique_ptr<Pair>> Create(const std::string& backend, OpKind kind,
                                              VerifyMode verify, const std::string& parent) {
    auto pair = std::unique_ptr<Pair>(new Pair);
    pair->kind_ = kind;
    TEARPROOF_ASSIGN_OR_RETURN(pair->subject_, Subject::Create(backend, parent));
    TEARPROOF_ASSIGN_OR_RETURN(
        pair->segment_, SegmentWriter::Create(pair->subject_->path() + "/segment", 1, kSlots));
    pair->slot_ = std::make_unique<stress::WorkerSlot>();
    pair->recorder_ = std::make_unique<stress::Recorder>(pair->slot_.get(), &pair->keys_,
                                                         /*counters=*/false, verify, 1);
    pair->recorder_->Use(&pair->subject_->backend(), &pair->segment_);
    pair->segment_.BeginRound(1);
    pair->recorder_->Run({OpKind::kSet, 0, kValueBytes, kNoTtl});
    pair->value_.resize(kValueBytes);
    FillValue({1, 1}, kValueBytes, pair->value_.data());
    return pair;
  }

  // Nanoseconds an operation of the bare loop.
  double Bare() {
    const Request request{kind_, keys_[0],
                          kind_ == OpKind::kSet ? std::string_view(value_) : std::string_view(),
                          kNoTtl, 1};
    const int64_t begin = MonotonicNanos();
    for (int i = 0; i < kBatch; ++i) {
      subject_->backend().Execute(request, response_);
      benchmark::DoNotOptimize(response_.value.data());
    }
    return static_cast<double>(MonotonicNanos() - begin) / kBatch;
  }

  // The same with values made, stamped, recorded and verified.
  double Recorded() {
    if (segment_.used() + kBatch > kSlots) segment_.BeginRound(++round_);
    const Task task{kind_, 0, kind_ == OpKind::kSet ? kValueBytes : 0, kNoTtl};
    const int64_t begin = MonotonicNanos();
    for (int i = 0; i < kBatch; ++i) recorder_->Run(task);
    return static_cast<double>(MonotonicNanos() - begin) / kBatch;
  }

 private:
  OpKind kind_ = OpKind::kGet;
  std::unique_ptr<Subject> subject_;
  SegmentWriter segment_;
  std::unique_ptr<stress::WorkerSlot> slot_;
  std::vector<std::string> keys_ = {"k0"};
  std::unique_ptr<stress::Recorder> recorder_;
  std::string value_;
  Response response_;
  uint64_t round_ = 1;
};

// Reports the speed of the bare loop and of the recorded one, and the median of their ratios.
void RunPair(benchmark::State& state, const std::string& backend, OpKind kind, VerifyMode verify,
             const std::string& parent) {
  Result<std::unique_ptr<Pair>> pair = Pair::Create(backend, kind, verify, parent);
  if (!pair.ok()) return state.SkipWithError(pair.error().Message().c_str());
  std::vector<double> bare;
  std::vector<double> recorded;
  std::vector<double> ratios;
  bool bare_first = true;
  for ([[maybe_unused]] auto _ : state) {
    double one = bare_first ? pair.value()->Bare() : 0;
    const double other = pair.value()->Recorded();
    if (!bare_first) one = pair.value()->Bare();
    bare_first = !bare_first;
    bare.push_back(one);
    recorded.push_back(other);
    ratios.push_back(one / other);
  }
  state.counters["bare_ns"] = Median(bare);
  state.counters["recorded_ns"] = Median(recorded);
  state.counters["of_bare_speed"] = Median(ratios);
}

void RegisterPairs(const std::string& parent) {
  const auto add = [&](const char* name, const char* backend, OpKind kind, VerifyMode verify) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      RunPair(state, backend, kind, verify, parent);
    })->MinTime(2);
  };
  add("worker/naive/get/4KiB/every-byte", "naive", OpKind::kGet, VerifyMode::kFull);
  add("worker/naive/get/4KiB/stamps", "naive", OpKind::kGet, VerifyMode::kStamps);
  add("worker/naive/set/4KiB", "naive", OpKind::kSet, VerifyMode::kFull);
  add("worker/temp-rename/get/4KiB/every-byte", "temp-rename", OpKind::kGet, VerifyMode::kFull);
  add("worker/temp-rename/set/4KiB", "temp-rename", OpKind::kSet, VerifyMode::kFull);
}

void RegisterParts() {
  benchmark::RegisterBenchmark("part/two-clock-readings", [](benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) {
      benchmark::DoNotOptimize(MonotonicNanos());
      benchmark::DoNotOptimize(MonotonicNanos());
    }
  });
  benchmark::RegisterBenchmark("part/fill-value/4KiB", [](benchmark::State& state) {
    std::string value(kValueBytes, '\0');
    uint64_t sequence = 0;
    for ([[maybe_unused]] auto _ : state) {
      FillValue({1, ++sequence}, value.size(), value.data());
      benchmark::DoNotOptimize(value.data());
      benchmark::ClobberMemory();
    }
  });
  for (VerifyMode mode : {VerifyMode::kFull, VerifyMode::kStamps}) {
    const char* name = mode == VerifyMode::kFull ? "part/verify-value/4KiB/every-byte"
                                                 : "part/verify-value/4KiB/stamps";
    benchmark::RegisterBenchmark(name, [mode](benchmark::State& state) {
      std::string value(kValueBytes, '\0');
      FillValue({1, 7}, value.size(), value.data());
      for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(VerifyValue(value, mode));
    });
  }
}

void RegisterRecord(const std::string& parent) {
  benchmark::RegisterBenchmark("part/record-operation", [parent](benchmark::State& state) {
    Result<OwnedDirectory> directory = OwnedDirectory::Create(parent);
    if (!directory.ok()) return state.SkipWithError("no directory");
    Result<SegmentWriter> segment =
        SegmentWriter::Create(directory.value().path() + "/segment", 1, kSlots);
    if (!segment.ok()) return state.SkipWithError("no segment");
    uint64_t round = 0;
    Op op;
    op.key = 0;
    op.kind = OpKind::kGet;
    op.outcome = Outcome::kHit;
    for ([[maybe_unused]] auto _ : state) {
      if (segment.value().full()) segment.value().BeginRound(++round);
      segment.value().Invoke(op);
      segment.value().Return(op);
    }
    state.counters["bytes_an_operation"] = sizeof(Slot);
  });
}

// How long 4 writers and 4 readers need until the naive cache is caught with a torn read: processes
// started, one round run and judged.
Result<double> SecondsUntilCaught(const std::string& value_size, const std::string& parent,
                                  uint64_t seed) {
  TEARPROOF_ASSIGN_OR_RETURN(const OwnedDirectory records, OwnedDirectory::Create(parent));
  stress::CellRequest request;
  request.plan.scenario_id = "get-set";
  for (const RegisteredScenario& registered : RegisteredScenarios()) {
    if (registered.id == "get-set") request.plan.scenario_toml = registered.toml;
  }
  for (const RegisteredBackend& registered : RegisteredBackends()) {
    if (registered.id != "naive") continue;
    TEARPROOF_ASSIGN_OR_RETURN(request.description,
                               ParseBackendDescription(registered.description_toml, "naive",
                                                       std::string(registered.description_path)));
  }
  TEARPROOF_ASSIGN_OR_RETURN(request.plan.overrides.value_sizes, ParseSizeDistribution(value_size));
  request.plan.backend_id = "naive";
  request.plan.contract.operations = request.description.operations;
  request.plan.seed = seed;
  request.plan.segment_capacity = kSlots;
  TEARPROOF_ASSIGN_OR_RETURN(request.scenario, request.plan.LoadScenario());
  request.scenario.round_nanos = 50 * kNanosPerMilli;
  request.duration = kNanosPerSecond;
  request.goal = 1;
  request.expect = true;  // Until it is broken, for as long as ten times the duration.
  request.parent_directory = parent;
  request.cell_directory = records.path() + "/cell";
  std::vector<std::unique_ptr<Checker>> owned;
  std::vector<const Checker*> checkers;
  for (const RegisteredChecker& registered : RegisteredCheckers()) {
    owned.push_back(registered.make());
    if (owned.back()->promise() == Promise::kIntact) checkers.push_back(owned.back().get());
  }
  const std::atomic<bool> interrupted = false;
  const stress::CellOutcome outcome = stress::RunCell(
      request, checkers, [](const stress::Progress&) {}, interrupted);
  const std::vector<PromiseResult>& promises = outcome.record.promises;
  if (promises.empty() || promises.front().verdict.judgement != Judgement::kBroken) {
    return UsageError("the naive cache was not caught: " + outcome.record.reason);
  }
  return static_cast<double>(outcome.record.elapsed) / 1e9;
}

void RegisterCaught(const std::string& parent) {
  for (const char* size : {"4KiB", "64KiB"}) {
    const std::string name = fmt::format("caught/naive/4-writers-4-readers/{}", size);
    benchmark::RegisterBenchmark(
        name.c_str(),
        [=](benchmark::State& state) {
          uint64_t seed = 0;
          double slowest = 0;
          for ([[maybe_unused]] auto _ : state) {
            const Result<double> seconds = SecondsUntilCaught(size, parent, ++seed);
            if (!seconds.ok()) return state.SkipWithError(seconds.error().Message().c_str());
            state.SetIterationTime(seconds.value());
            slowest = std::max(slowest, seconds.value());
          }
          state.counters["slowest_s"] = slowest;
        })
        ->UseManualTime()
        ->Iterations(20)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace

Result<void> RunSelfBenchmark(const std::string& program, const std::vector<std::string>& flags,
                              const std::string& parent_directory,
                              const std::vector<PythonAdapter>& adapters) {
  return RunBenchmarks(program, flags, "bench self", [&] {
    RegisterPairs(parent_directory);
    for (const PythonAdapter& adapter : adapters) RegisterAdapter(adapter, parent_directory);
    RegisterCaught(parent_directory);
    RegisterRecord(parent_directory);
    RegisterParts();
  });
}

}  // namespace tearproof::bench
