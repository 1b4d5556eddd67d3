#include "harness/stress/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "harness/adapter/adapter_backend.h"
#include "harness/adapter/adapter_process.h"
#include "harness/adapter/ahead_backend.h"
#include "harness/adapter/operation_backend.h"
#include "harness/adapter/shared_adapter.h"
#include "harness/api/registry.h"
#include "harness/core/text.h"
#include "harness/stress/burst.h"
#include "harness/stress/control_block.h"
#include "harness/stress/futex.h"
#include "harness/stress/plan.h"
#include "harness/stress/recorder.h"
#include "harness/stress/role_program.h"
#include "harness/stress/round_directory.h"
#include "harness/stress/round_store.h"

namespace tearproof::stress {
namespace {

const RegisteredBackend* FindBackend(std::string_view id) {
  for (const RegisteredBackend& backend : RegisteredBackends()) {
    if (backend.id == id) return &backend;
  }
  return nullptr;
}

bool HasInitStep(const Scenario& scenario) {
  const auto has = [](const std::vector<Step>& steps) {
    return std::any_of(steps.begin(), steps.end(),
                       [](const Step& step) { return step.kind == OpKind::kInit; });
  };
  return std::any_of(scenario.roles.begin(), scenario.roles.end(),
                     [&](const Role& role) { return role.stress && has(role.stress->sequence); });
}

class Worker {
 public:
  // `shared`, if any, is the adapter that it uses with others.
  static Result<std::unique_ptr<Worker>> Create(const std::string& cell_directory, uint32_t index,
                                                adapter::SharedAdapter* shared) {
    auto worker = std::unique_ptr<Worker>(new Worker);
    worker->shared_ = shared;
    TEARPROOF_ASSIGN_OR_RETURN(worker->plan_, ReadPlan(cell_directory + "/plan.json"));
    TEARPROOF_ASSIGN_OR_RETURN(worker->scenario_, worker->plan_.LoadScenario());
    TEARPROOF_ASSIGN_OR_RETURN(worker->control_, ControlBlock::Open(cell_directory + "/control"));
    TEARPROOF_RETURN_IF_ERROR(worker->Begin(index));
    return worker;
  }

  int Loop() {
    // A replacement joins the phase in progress; the others wait for the first.
    uint32_t done = joined_at_;
    while (true) {
      std::atomic<uint32_t>& phase = control_.header().phase;
      uint32_t current = phase.load(std::memory_order_acquire);
      while (current == done) {
        FutexWait(phase, current);
        current = phase.load(std::memory_order_acquire);
      }
      done = current;
      const Command command = control_.header().command.load(std::memory_order_acquire);
      if (command == Command::kExit) return 0;
      const Result<void> result = Obey(command);
      if (!result.ok()) {
        std::fprintf(stderr, "tearproof worker: %s\n", result.error().Message().c_str());
        return result.error().ExitCode();
      }
      slot_->finished.store(current, std::memory_order_release);
      control_.header().events.fetch_add(1, std::memory_order_release);
      FutexWakeAll(control_.header().events);
    }
  }

 private:
  Result<void> Begin(uint32_t index) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return SystemError(errno, "prctl");
    if (getppid() != plan_.coordinator) {
      return SystemError(ESRCH, "the coordinator is gone");  // It died before the line above.
    }
    // They reach the whole group from a terminal; the coordinator ends us in order.
    for (int number : {SIGINT, SIGTERM, SIGHUP}) signal(number, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (index >= control_.header().slot_count) return UsageError("no such slot");
    slot_ = &control_.slot(index);
    joined_at_ = slot_->finished.load();
    if (!plan_.affinity.empty() && slot_->kind == SlotRole::kWorker) PinTo(index);
    keys_ = scenario_.KeyNames();
    const auto process = static_cast<uint16_t>(slot_->process);
    recorder_ =
        std::make_unique<Recorder>(slot_, &keys_, scenario_.counters, plan_.verify, process);
    uint32_t size = 1;
    const uint64_t seed = DeriveSeed(plan_.seed, slot_->process);
    if (slot_->kind == SlotRole::kWorker) {
      role_ = &scenario_.roles.at(slot_->role);
      size = role_->stress->processes;
    }
    maker_ = std::make_unique<TaskMaker>(&scenario_, seed, slot_->index, size);
    if (role_ != nullptr) program_ = std::make_unique<RoleProgram>(&*role_->stress, maker_.get());
    if (!plan_.adapter_command.empty()) return StartAdapter();
    backend_ = FindBackend(plan_.backend_id);
    if (backend_ == nullptr) return UsageError("no backend " + plan_.backend_id);
    return {};
  }

  // Before the first chdir: relative words of the command mean the user's directory.
  Result<void> StartAdapter() {
    if (shared_ != nullptr) {
      slot_->adapter.store(shared_->process_id());
      return {};
    }
    start_directory_ = std::filesystem::current_path();
    if (plan_.process_per_operation) return {};
    TEARPROOF_ASSIGN_OR_RETURN(adapter_, adapter::AdapterProcess::Start(plan_.adapter_command));
    slot_->adapter.store(adapter_->id());
    return {};
  }

  void PinTo(uint32_t index) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(plan_.affinity[index % plan_.affinity.size()], &set);
    sched_setaffinity(0, sizeof(set), &set);
  }

  Result<void> Obey(Command command) {
    switch (command) {
      case Command::kSetup:
        return slot_->kind == SlotRole::kSetup ? SetUp() : Result<void>();
      case Command::kPrepare:
        return slot_->kind == SlotRole::kWorker ? Prepare() : Result<void>();
      case Command::kRun:
        return slot_->kind == SlotRole::kWorker ? Run() : Result<void>();
      case Command::kAudit:
      case Command::kBaseline:
        return slot_->kind == SlotRole::kAudit ? Audit(command == Command::kBaseline)
                                               : Result<void>();
      case Command::kNone:
      case Command::kExit:
        break;
    }
    return {};
  }

  // A new handle on the round's directory, a new part of the history.
  Result<void> OpenCache(bool init) {
    round_ = control_.header().round.load();
    cache_.reset();
    ahead_ = nullptr;
    const RoundPaths paths = MakeRoundPaths(plan_.work_directory, round_);
    if (chdir(paths.working.c_str()) != 0) return SystemError(errno, "chdir " + paths.working);
    BackendSetup setup;
    setup.directory = paths.cache;
    setup.process = static_cast<uint16_t>(slot_->process);
    setup.seed = DeriveSeed(plan_.seed ^ round_, slot_->process);
    setup.options = plan_.backend_options;
    if (shared_ != nullptr) {
      shared_->BeginRound(round_);
      cache_ = std::make_unique<adapter::AdapterBackend>(shared_, std::move(setup));
    } else if (plan_.process_per_operation) {
      cache_ = std::make_unique<adapter::OperationBackend>(
          plan_.adapter_command, start_directory_, std::move(setup),
          [this](pid_t process) { slot_->adapter.store(process); });
    } else if (adapter_ != nullptr) {
      auto cache = std::make_unique<adapter::AheadBackend>(adapter_.get(), std::move(setup));
      ahead_ = cache.get();
      cache_ = std::move(cache);
    } else {
      TEARPROOF_ASSIGN_OR_RETURN(cache_, backend_->open(setup));
    }
    TEARPROOF_RETURN_IF_ERROR(OpenSegment());
    if (init) recorder_->Run({OpKind::kInit, kNoKey, 0, kNoTtl});
    return {};
  }

  // That of the live directory whose turn it is.
  Result<void> OpenSegment() {
    std::optional<SegmentWriter>& segment = segments_[round_ % segments_.size()];
    if (!segment.has_value()) {
      TEARPROOF_ASSIGN_OR_RETURN(
          segment,
          SegmentWriter::Create(SegmentPath(plan_.cell_directory, round_, slot_->process),
                                static_cast<uint16_t>(slot_->process), plan_.segment_capacity,
                                SegmentSideBytes(plan_.segment_capacity)));
    }
    segment->BeginRound(round_, recorder_->next_sequence());
    recorder_->Use(cache_.get(), &*segment);
    return {};
  }

  Result<void> SetUp() {
    const bool init = !HasInitStep(scenario_) || !scenario_.before.empty();
    TEARPROOF_RETURN_IF_ERROR(OpenCache(init));
    for (const Step& step : scenario_.before) RunAll(maker_->MakeAll(step));
    return {};
  }

  Result<void> Prepare() {
    if (program_ != nullptr) program_->Restart();
    return OpenCache(!HasInitStep(scenario_));
  }

  Result<void> Run() {
    if (round_ != control_.header().round.load() || cache_ == nullptr) {
      TEARPROOF_RETURN_IF_ERROR(Prepare());
    }
    std::atomic<uint32_t>& stop = control_.header().stop;
    Task task;
    int64_t due = MonotonicNanos();
    const bool ahead = TakesAhead();
    while (stop.load(std::memory_order_relaxed) == 0 && !recorder_->full() &&
           program_->Next(&task)) {
      if (ahead) {
        RunAhead(task);
      } else if (role_->stress->every_nanos > 0) {
        RunWhenDue(task, &due);
      } else {
        recorder_->Run(task);
      }
      if (slot_->environment_errno.load(std::memory_order_relaxed) != 0) break;
      if (const int64_t pause = role_->stress->pause_nanos; pause > 0) FutexWait(stop, 0, pause);
    }
    if (ahead) recorder_->RunAhead({}, ahead_);
    return {};
  }

  // Whether operations are asked for before those before are answered. Of a worker that is to be
  // killed, all that was asked for would be in the dark.
  bool TakesAhead() const {
    return ahead_ != nullptr && ahead_->most() > 1 && role_->stress->every_nanos == 0 &&
           role_->stress->pause_nanos == 0 && scenario_.kills_per_second == 0 &&
           !HasInitStep(scenario_);
  }

  // `first`, and what comes next.
  void RunAhead(const Task& first) {
    const size_t length = std::min<size_t>(burst_.Length(ahead_->together()), recorder_->room());
    std::vector<Task> tasks = {first};
    for (Task next; tasks.size() < length && program_->Next(&next);) tasks.push_back(next);
    burst_.Took(recorder_->RunAhead(tasks, ahead_), ahead_->together());
  }

  // In an open loop an operation is due at its time. One that the operation before held up counts
  // from then on; one that we woke up late for does not, for that is no fault of the cache.
  void RunWhenDue(const Task& task, int64_t* due) {
    const int64_t early = *due - MonotonicNanos();
    if (early > 0) {
      FutexWait(control_.header().stop, 0, early);
      recorder_->Run(task);
    } else {
      recorder_->Run(task, *due);
    }
    *due += role_->stress->every_nanos;
  }

  Result<void> Audit(bool baseline) {
    TEARPROOF_RETURN_IF_ERROR(OpenCache(true));
    if (baseline)
      RunAll(maker_->MakeAll({Supports(OpKind::kSet) ? OpKind::kSet : OpKind::kAdd,
                              Step::Target::kEach, 0, std::nullopt}));
    if (scenario_.audit) RunAll(maker_->MakeAll({OpKind::kGet, Step::Target::kEach, 0, {}}));
    if (!scenario_.tidy) return {};
    if (Supports(OpKind::kCull)) RunAll(maker_->MakeAll({OpKind::kCull, {}, 0, {}}));
    if (Supports(OpKind::kClear)) {
      RunAll(maker_->MakeAll({OpKind::kClear, {}, 0, {}}));
    } else if (Supports(OpKind::kDelete)) {
      RunAll(maker_->MakeAll({OpKind::kDelete, Step::Target::kEach, 0, {}}));
    }
    return {};
  }

  void RunAll(const std::vector<Task>& tasks) {
    for (const Task& task : tasks) {
      if (recorder_->full()) return;
      recorder_->Run(task);
    }
  }

  bool Supports(OpKind kind) const { return plan_.contract.operations.contains(kind); }

  Plan plan_;
  Scenario scenario_;
  ControlBlock control_;
  WorkerSlot* slot_ = nullptr;
  uint32_t joined_at_ = 0;
  const Role* role_ = nullptr;
  const RegisteredBackend* backend_ = nullptr;  // Null with an adapter.
  std::unique_ptr<adapter::AdapterProcess> adapter_;
  adapter::SharedAdapter* shared_ = nullptr;
  std::string start_directory_;  // The user's, where relative words of the command begin.
  std::vector<std::string> keys_;
  std::array<std::optional<SegmentWriter>, 2> segments_;  // Of the live directories, in turns.
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<TaskMaker> maker_;
  std::unique_ptr<RoleProgram> program_;
  std::unique_ptr<Backend> cache_;
  adapter::AheadBackend* ahead_ = nullptr;  // cache_, where it may be asked ahead.
  Burst burst_;
  uint64_t round_ = UINT64_MAX;
};

int Complain(const Error& error) {
  std::fprintf(stderr, "tearproof worker: %s\n", error.Message().c_str());
  return error.ExitCode();
}

// Whatever ends one of them ends the process: they share its fate.
int RunTogether(const std::string& cell_directory, const std::vector<uint32_t>& slots) {
  const Result<Plan> plan = ReadPlan(cell_directory + "/plan.json");
  if (!plan.ok()) return Complain(plan.error());
  const auto shared = adapter::SharedAdapter::Start(plan.value().adapter_command);
  if (!shared.ok()) return Complain(shared.error());
  std::vector<std::unique_ptr<Worker>> workers;
  for (const uint32_t slot : slots) {
    auto worker = Worker::Create(cell_directory, slot, shared.value().get());
    if (!worker.ok()) return Complain(worker.error());
    workers.push_back(std::move(worker).value());
  }
  std::vector<std::thread> threads;
  for (const auto& worker : workers) {
    threads.emplace_back([&worker] {
      if (const int code = worker->Loop(); code != 0) _exit(code);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace

int RunWorker(const std::string& cell_directory, const std::vector<uint32_t>& slots) {
  if (slots.size() > 1) return RunTogether(cell_directory, slots);
  Result<std::unique_ptr<Worker>> worker = Worker::Create(cell_directory, slots.front(), nullptr);
  if (!worker.ok()) return Complain(worker.error());
  return worker.value()->Loop();
}

}  // namespace tearproof::stress
