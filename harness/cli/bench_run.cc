#include "harness/cli/bench_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/bench/cache_cost.h"
#include "harness/bench/case_benchmark.h"
#include "harness/cli/fresh_file_system.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/machine.h"
#include "harness/cli/report_output.h"
#include "harness/cli/stress_cell.h"
#include "harness/cli/terminal.h"
#include "harness/core/clock.h"
#include "harness/core/text.h"

namespace tearproof::cli {
namespace {

const std::string kYardstick = "naive";

// Where caches lie: a directory that was named, or a file system made for the run.
struct Place {
  std::string directory;
  std::string title;    // For the record.
  std::string options;  // That name it on a command line.
  std::string file_system;
  std::string failed;  // Why it is not there; or "".
};

// One measurement: a cache under a load in a place.
struct Measurement {
  PlannedCell cell;
  std::string directory;
  std::string failed;  // Why it cannot run on this machine; or "".
  BenchRecord bench;   // What it is of.
  Machine machine;
  std::string rerun;
};

class BenchRun {
 public:
  BenchRun(const BenchArguments& arguments, const Session& session)
      : arguments_(arguments),
        session_(session),
        progress_(arguments.reports.quiet, MonotonicNanos()),
        interrupted_(CatchInterrupts()) {}

  Result<int> Run() {
    std::vector<std::string> wanted = arguments_.backends;
    if (wanted.empty()) wanted = {"all"};
    wanted.insert(wanted.begin(), kYardstick);  // First, and once.
    TEARPROOF_RETURN_IF_ERROR(Begin({wanted}));
    std::vector<bench::Case> cases;
    for (Measurement& each : measurements_) {
      cases.push_back({NameOf(each), [this, &each] { return Measure(each); }});
    }
    TEARPROOF_RETURN_IF_ERROR(bench::RunCases(session_.arguments[0], arguments_.flags, cases));
    progress_.Clear();
    CompareWithYardstick(run_->cells());
    if (run_->cells().empty()) return 0;  // --benchmark_list_tests, or a filter that left nothing.
    return run_->Finish(arguments_.reports, interrupted_.load());
  }

  Result<std::pair<RunRecord, RunRecord>> RunInTurns(const std::string& first,
                                                     const std::string& second) {
    TEARPROOF_RETURN_IF_ERROR(Begin({{first}, {second}}));
    for (int turn = 0; turn < kTurns; ++turn) {
      for (const Measurement& each : measurements_) {
        const Result<bench::CaseResult> measured = Measure(each);
        if (!measured.ok()) return measured.error();
      }
    }
    progress_.Clear();
    std::pair<RunRecord, RunRecord> records = {run_->record(), run_->record()};
    KeepTurns(first, 0, &records.first);
    KeepTurns(first == second ? first : first + " / " + second, 1, &records.second);
    for (CellRecord& cell : records.first.cells) cell.backend = records.second.cells[0].backend;
    return records;
  }

 private:
  static constexpr int kTurns = 20;

  // Each list of names is found by itself, so that one cache may be measured beside itself.
  Result<void> Begin(const std::vector<std::vector<std::string>>& wanted) {
    TEARPROOF_RETURN_IF_ERROR(CheckReportFiles(arguments_.reports.Files()));
    TEARPROOF_ASSIGN_OR_RETURN(catalogue_, Catalogue::Load(arguments_.config));
    TEARPROOF_ASSIGN_OR_RETURN(settings_, ResolveBench(arguments_));
    const std::vector<Place> places = MakePlaces();
    std::vector<NamedBackend> backends;
    for (const std::vector<std::string>& names : wanted) {
      TEARPROOF_ASSIGN_OR_RETURN(const std::vector<NamedBackend> found,
                                 catalogue_->FindBackends(names, &interrupted_));
      backends.insert(backends.end(), found.begin(), found.end());
    }
    TEARPROOF_RETURN_IF_ERROR(Plan(backends, places));
    run_.emplace(session_, *catalogue_);
    TEARPROOF_RETURN_IF_ERROR(
        run_->Begin({places.front().directory, settings_.seed, false, /*expect=*/true}, {}));
    for (const Place& place : places) run_->NoteDirectory(place.directory);
    return {};
  }

  // Before any process is started: none that was would see them.
  std::vector<Place> MakePlaces() {
    std::vector<Place> places;
    const std::vector<std::string>& directories = settings_.directories;
    if (settings_.file_systems.empty()) {
      for (const std::string& each : directories) {
        places.push_back({each, each, "--dir " + ShellQuote(each), FileSystemName(each), ""});
      }
      return places;
    }
    const Result<void> own = EnterOwnMounts();
    for (const std::string& name : settings_.file_systems) {
      Place& place = places.emplace_back();
      place = {directories.front(), "a fresh " + name,
               fmt::format("--file-system {} --dir {}", name, ShellQuote(directories.front())),
               name, own.ok() ? "" : own.error().Message()};
      if (!own.ok()) continue;
      auto made = FreshFileSystem::Make(name, directories.front());
      if (!made.ok()) {
        place.failed = made.error().Message();
        continue;
      }
      place.directory = made.value()->directory();
      place.title = made.value()->title();
      fresh_.push_back(std::move(made).value());
    }
    return places;
  }

  // Of cells that took turns, every other one from `begin` on, as one with a sample for each.
  static void KeepTurns(const std::string& name, size_t begin, RunRecord* record) {
    CellRecord kept = record->cells[begin];
    kept.backend = name;
    kept.timeline.clear();
    for (size_t i = begin; i < record->cells.size(); i += 2) {
      SpeedSample& sample = kept.timeline.emplace_back();
      for (const SpeedSample& round : record->cells[i].timeline) sample.ran += round.ran;
      for (const auto& [kind, speed] : record->cells[i].speeds) {
        sample.operations[kind] = {speed.count, speed.p50, speed.p99};
      }
    }
    record->cells = {std::move(kept)};
  }

  Result<void> Plan(const std::vector<NamedBackend>& backends, const std::vector<Place>& places) {
    for (const Place& place : places) {
      TEARPROOF_ASSIGN_OR_RETURN(const int64_t sync_time, bench::ProbeSync(place.directory));
      for (const uint64_t size : settings_.value_sizes) {
        for (const uint32_t processes : settings_.processes) {
          TEARPROOF_ASSIGN_OR_RETURN(const KnownScenario scenario,
                                     BenchScenario(settings_, size, processes));
          for (const NamedBackend& backend : backends) {
            TEARPROOF_RETURN_IF_ERROR(Add(scenario, backend, place, sync_time));
          }
        }
      }
    }
    return {};
  }

  Result<void> Add(const KnownScenario& scenario, const NamedBackend& backend, const Place& place,
                   int64_t sync_time) {
    Measurement each;
    TEARPROOF_ASSIGN_OR_RETURN(each.cell, PlanStressCell(scenario, backend, {}, {}));
    each.directory = place.directory;
    each.failed = place.failed;
    each.machine = DescribeMachine(place.directory);
    each.bench.value_size = scenario.scenario.value_sizes.Largest();
    each.bench.processes = scenario.scenario.StressProcesses();
    each.bench.mix = fmt::format("{}/{}", settings_.gets, 100 - settings_.gets);
    each.bench.directory = place.title;
    each.bench.file_system = place.file_system;
    each.bench.durability = backend.description.DurabilityWith(each.cell.backend.options);
    each.bench.rate = settings_.rate;
    each.bench.sync_time = sync_time;
    each.bench.unrepresentative = bench::WhyUnrepresentative(each.bench.file_system, sync_time);
    each.rerun = fmt::format(
        "{} bench --backend {} --value-size {}B --processes {} --mix {} {} --duration {} "
        "--seed {}{}",
        session_.ProgramName(), ShellQuote(backend.display), each.bench.value_size,
        each.bench.processes, each.bench.mix, place.options, ShellQuote(arguments_.duration),
        settings_.seed, arguments_.rate.empty() ? "" : " --rate " + ShellQuote(arguments_.rate));
    measurements_.push_back(std::move(each));
    return {};
  }

  std::string NameOf(const Measurement& each) const {
    std::string name =
        fmt::format("{}/{}B/{}-processes/{}", each.cell.backend.display, each.bench.value_size,
                    each.bench.processes, each.bench.file_system);
    if (settings_.directories.size() > 1) name += ":" + each.bench.directory;
    return name;
  }

  Result<bench::CaseResult> Measure(const Measurement& each) {
    if (interrupted_.load()) return UsageError("interrupted");
    CellRecord record = SkippedCell(each.cell.unfit);
    if (!each.failed.empty()) {
      record.state = CellState::kFailed;
      record.reason = each.failed;
    } else if (each.cell.unfit.empty()) {
      record = RunCell(each);
    }
    NameCell(each.cell, "bench", &record);
    record.rerun = each.rerun;
    record.bench = each.bench;
    record.bench->counts = Count(each);
    const Result<bench::CaseResult> result = Summarize(record);
    run_->AddBeside(std::move(record));
    return result;
  }

  CellRecord RunCell(const Measurement& each) {
    StressSettings settings;
    settings.duration = settings_.duration;
    settings.seed = settings_.seed;
    settings.parent_directory = each.directory;
    settings.keep_going = true;
    const StressCellPlace place = {run_->CellPath(), run_->CellName(),
                                   kHistoryBudget - std::min(kHistoryBudget, history_bytes_),
                                   false};
    const std::string what =
        fmt::format("{}/{} {}", run_->cells().size() + 1, measurements_.size(), NameOf(each));
    stress::CellOutcome outcome = RunStressCell(
        each.cell, settings, place, each.machine, catalogue_->checkers(),
        [&](const stress::Progress& progress) {
          progress_.Show(what, ProgressWords(progress), MonotonicNanos());
        },
        interrupted_);
    history_bytes_ += outcome.history_bytes;
    for (std::string& note : outcome.notes) run_->Note(std::move(note));
    return std::move(outcome.record);
  }

  // Once for each cache, size and directory; nothing where it cannot be counted.
  std::optional<BenchCounts> Count(const Measurement& each) {
    const NamedBackend& backend = each.cell.backend;
    if (backend.implementation.empty() || !each.cell.unfit.empty() || !each.failed.empty()) {
      return std::nullopt;
    }
    const auto key = std::make_tuple(backend.display, each.bench.value_size, each.directory);
    const auto known = counts_.find(key);
    if (known != counts_.end()) return known->second;
    const Result<BenchCounts> counted =
        bench::CountCost({backend.implementation, backend.options, each.directory,
                          each.bench.value_size, kBenchKeys});
    std::optional<BenchCounts> counts;
    if (counted.ok()) counts = counted.value();
    if (!counted.ok()) run_->Note(backend.display + ": " + counted.error().Message());
    return counts_.emplace(key, counts).first->second;
  }

  static Result<bench::CaseResult> Summarize(const CellRecord& record) {
    if (record.state != CellState::kDone) return UsageError(record.reason);
    bench::CaseResult result;
    int64_t ran = 0;
    for (const SpeedSample& sample : record.timeline) {
      ran += sample.ran;
      result.operations += sample.Count();
    }
    result.seconds = static_cast<double>(ran) / 1e9;
    for (const auto& [kind, speed] : record.speeds) {
      if (kind == OpKind::kInit) continue;
      const std::string name(OpKindName(kind));
      for (const auto& [fraction, latency] : PercentilesOf(speed)) {
        result.counters[fmt::format("{}_p{:g}_ns", name, 100 * fraction)] =
            static_cast<double>(latency);
      }
    }
    if (const std::optional<BenchCounts>& counts = record.bench->counts) {
      result.counters["calls_a_get"] = counts->calls_a_get;
      result.counters["calls_a_set"] = counts->calls_a_set;
      result.counters["bytes_written_a_set"] = counts->bytes_written_a_set;
    }
    result.counters["broken_promises"] =
        static_cast<double>(std::ranges::count_if(record.promises, [](const PromiseResult& each) {
          return each.verdict.judgement == Judgement::kBroken;
        }));
    return result;
  }

  static double Rate(const CellRecord& cell) {
    double rate = 0;
    for (const auto& [kind, speed] : cell.speeds) {
      if (kind != OpKind::kInit) rate += speed.per_second;
    }
    return rate;
  }

  // Each by the mean of the yardstick under the same load in the same place.
  static void CompareWithYardstick(std::vector<CellRecord>& cells) {
    for (CellRecord& cell : cells) {
      double sum = 0;
      int count = 0;
      for (const CellRecord& other : cells) {
        if (other.backend != kYardstick || other.scenario != cell.scenario ||
            other.bench->directory != cell.bench->directory || Rate(other) <= 0) {
          continue;
        }
        sum += Rate(other);
        ++count;
      }
      if (count > 0 && Rate(cell) > 0) cell.bench->of_naive = Rate(cell) * count / sum;
    }
  }

  const BenchArguments& arguments_;
  const Session& session_;
  ProgressLine progress_;
  const std::atomic<bool>& interrupted_;
  std::unique_ptr<Catalogue> catalogue_;
  BenchSettings settings_;
  std::vector<std::unique_ptr<FreshFileSystem>> fresh_;
  std::vector<Measurement> measurements_;
  std::optional<RunInProgress> run_;
  std::map<std::tuple<std::string, uint64_t, std::string>, std::optional<BenchCounts>> counts_;
  uint64_t history_bytes_ = 0;
};

}  // namespace

Result<int> RunBench(const BenchArguments& arguments, const Session& session) {
  return BenchRun(arguments, session).Run();
}

Result<std::pair<RunRecord, RunRecord>> RunInTurns(const BenchArguments& arguments,
                                                   const std::string& first,
                                                   const std::string& second,
                                                   const Session& session) {
  return BenchRun(arguments, session).RunInTurns(first, second);
}

}  // namespace tearproof::cli
