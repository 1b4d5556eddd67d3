#include "harness/bench/adapter_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/adapter/adapter_process.h"
#include "harness/adapter/ahead_backend.h"
#include "harness/bench/median.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/stress/burst.h"
#include "harness/stress/recorder.h"

namespace tearproof::bench {
namespace {

constexpr uint32_t kServedBytes = 4096;
constexpr uint64_t kServedSlots = 1 << 16;
constexpr int kServedBatch = 300;

// Loads the adapter without letting it serve, and answers each line, the number of operations,
// with the nanoseconds that one took.
constexpr const char* kBareLoop = R"(
import io, json, os, runpy, sys, time
kind, setup = sys.argv[2], json.loads(sys.argv[3])
lines, out = sys.stdin, os.fdopen(os.dup(1), "w")
sys.stdin = io.TextIOWrapper(io.BytesIO())
init = runpy.run_path(sys.argv[1])["init"]
init(setup)
cache, value = init.__globals__["cache"], sys.argv[4]
cache.set("k0", value)
for line in lines:
    begin = time.perf_counter_ns()
    if kind == "get":
        for _ in range(int(line)): cache.get("k0")
    else:
        for _ in range(int(line)): cache.set("k0", value)
    print((time.perf_counter_ns() - begin) / int(line), file=out, flush=True)
)";

class AdapterPair {
 public:
  static Result<std::unique_ptr<AdapterPair>> Create(const PythonAdapter& adapter, OpKind kind,
                                                     const std::string& parent) {
    auto pair = std::unique_ptr<AdapterPair>(new AdapterPair);
    pair->kind_ = kind;
    TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory, OwnedDirectory::Create(parent));
    pair->directory_.emplace(std::move(directory));
    TEARPROOF_RETURN_IF_ERROR(pair->StartBare(adapter));
    TEARPROOF_RETURN_IF_ERROR(pair->StartServed(adapter));
    return pair;
  }

  // Nanoseconds an operation of the bare loop, by its own clock.
  Result<double> Bare() {
    std::string line;
    if (!bare_->Send(fmt::format("{}\n", kServedBatch)) || !bare_->ReadLine(&line)) {
      return UsageError(bare_->WhyBroken());
    }
    double nanos = 0;
    std::from_chars(line.data(), line.data() + line.size(), nanos);
    return nanos;
  }

  // The same through the adapter, recorded and verified, as a worker does it.
  double Recorded() {
    if (segment_.used() + kServedBatch > kServedSlots) segment_.BeginRound(++round_);
    const Task task{kind_, 0, kind_ == OpKind::kSet ? kServedBytes : 0, kNoTtl};
    const int64_t begin = MonotonicNanos();
    for (size_t left = kServedBatch; left > 0;) {
      const size_t length = std::min(burst_.Length(backend_->together()), left);
      burst_.Took(recorder_->RunAhead(std::vector<Task>(length, task), backend_.get()),
                  backend_->together());
      left -= length;
    }
    recorder_->RunAhead({}, backend_.get());
    return static_cast<double>(MonotonicNanos() - begin) / kServedBatch;
  }

 private:
  Result<void> StartBare(const PythonAdapter& adapter) {
    std::string value(kServedBytes, '\0');
    FillValue({1, 1}, kServedBytes, value.data());
    const nlohmann::json setup = {
        {"dir", directory_->path() + "/bare"}, {"seed", 1}, {"options", adapter.options}};
    TEARPROOF_ASSIGN_OR_RETURN(bare_,
                               adapter::AdapterProcess::Start(
                                   {adapter.command.at(0), "-c", kBareLoop, adapter.command.at(1),
                                    std::string(OpKindName(kind_)), setup.dump(), value}));
    return {};
  }

  Result<void> StartServed(const PythonAdapter& adapter) {
    TEARPROOF_ASSIGN_OR_RETURN(process_, adapter::AdapterProcess::Start(adapter.command));
    BackendSetup setup;
    setup.directory = directory_->path() + "/served";
    setup.options = adapter.options;
    backend_ = std::make_unique<adapter::AheadBackend>(process_.get(), setup);
    TEARPROOF_ASSIGN_OR_RETURN(
        segment_, SegmentWriter::Create(directory_->path() + "/segment", 1, kServedSlots));
    recorder_ = std::make_unique<stress::Recorder>(slot_.get(), &keys_,
                                                   /*counters=*/false, VerifyMode::kFull, 1);
    recorder_->Use(backend_.get(), &segment_);
    segment_.BeginRound(1);
    recorder_->Run({OpKind::kInit, kNoKey, 0, kNoTtl});
    if (recorder_->Run({OpKind::kSet, 0, kServedBytes, kNoTtl}) != Outcome::kDone) {
      return UsageError("the adapter cannot set: " + process_->WhyBroken());
    }
    return {};
  }

  OpKind kind_ = OpKind::kGet;
  std::optional<OwnedDirectory> directory_;
  std::unique_ptr<adapter::AdapterProcess> bare_;
  std::unique_ptr<adapter::AdapterProcess> process_;
  std::unique_ptr<adapter::AheadBackend> backend_;
  stress::Burst burst_;
  SegmentWriter segment_;
  std::unique_ptr<stress::WorkerSlot> slot_ = std::make_unique<stress::WorkerSlot>();
  std::vector<std::string> keys_ = {"k0"};
  std::unique_ptr<stress::Recorder> recorder_;
  uint64_t round_ = 1;
};

void RunAdapterPair(benchmark::State& state, const PythonAdapter& adapter, OpKind kind,
                    const std::string& parent) {
  const auto pair = AdapterPair::Create(adapter, kind, parent);
  if (!pair.ok()) return state.SkipWithError(pair.error().Message().c_str());
  std::vector<double> bare;
  std::vector<double> recorded;
  std::vector<double> ratios;
  for ([[maybe_unused]] auto _ : state) {
    const Result<double> one = pair.value()->Bare();
    if (!one.ok()) return state.SkipWithError(one.error().Message().c_str());
    const double other = pair.value()->Recorded();
    bare.push_back(one.value());
    recorded.push_back(other);
    ratios.push_back(one.value() / other);
  }
  state.counters["bare_ns"] = Median(bare);
  state.counters["recorded_ns"] = Median(recorded);
  state.counters["of_bare_speed"] = Median(ratios);
  state.counters["share_of_the_pipe"] = 1 - Median(ratios);
}

}  // namespace

void RegisterAdapter(const PythonAdapter& adapter, const std::string& parent_directory) {
  for (const OpKind kind : {OpKind::kGet, OpKind::kSet}) {
    const std::string name = fmt::format("adapter/{}/{}/4KiB", adapter.name, OpKindName(kind));
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
      RunAdapterPair(state, adapter, kind, parent_directory);
    })->MinTime(2);
  }
}

}  // namespace tearproof::bench
