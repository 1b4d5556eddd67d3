#include "harness/stress/round_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/clock.h"
#include "harness/stress/futex.h"

namespace tearproof::stress {
namespace {

constexpr int64_t kTick = 20 * kNanosPerMilli;
constexpr uint32_t kSetupSlot = 0;
constexpr uint32_t kAuditSlot = 1;
constexpr uint32_t kFirstWorkerSlot = 2;

// A worker that gives up exits with 64, 70 or 77 and has said why on stderr.
Result<void> JudgeExit(const ProcessInfo& info) {
  if (info.end != ProcessInfo::End::kDied || info.end_signal != 0) return {};
  if (info.end_status == kExitHarnessDefect) {
    CheckFailed(__FILE__, __LINE__, "worker is sound",
                fmt::format("worker process {} failed a check, see above", info.number));
  }
  if (info.end_status == 64 || info.end_status == 77) {
    Error error = UsageError(fmt::format("worker process {} could not go on", info.number),
                             "its message stands above");
    if (info.end_status == 77) error.kind = ErrorKind::kEnvironment;
    return error;
  }
  return {};
}

}  // namespace

RoundRunner::RoundRunner(const Scenario* scenario, std::string cell_directory, uint64_t seed,
                         uint32_t concurrency, std::function<bool()> tick,
                         const std::atomic<bool>* interrupted)
    : scenario_(scenario),
      concurrency_(concurrency),
      cell_directory_(std::move(cell_directory)),
      tick_(std::move(tick)),
      interrupted_(interrupted),
      choices_(DeriveSeed(seed, UINT64_MAX)) {}

RoundRunner::~RoundRunner() {
  if (pool_ == nullptr) return;
  // A worker that can will leave by itself, past its destructors and what a sanitizer runs at exit.
  Post(Command::kExit);
  const int64_t deadline = MonotonicNanos() + kNanosPerSecond;
  while (pool_->any_alive() && MonotonicNanos() < deadline) {
    if (pool_->ReapDead().empty()) {
      FutexWait(control_.header().events, control_.header().events.load(), kNanosPerMilli);
    }
  }
}

Result<void> RoundRunner::Start() {
  const uint32_t slots = kFirstWorkerSlot + scenario_->StressProcesses();
  TEARPROOF_ASSIGN_OR_RETURN(control_, ControlBlock::Create(cell_directory_ + "/control", slots));
  control_.slot(kSetupSlot).kind = SlotRole::kSetup;
  control_.slot(kAuditSlot).kind = SlotRole::kAudit;
  uint32_t slot = kFirstWorkerSlot;
  for (uint32_t role = 0; role < scenario_->roles.size(); ++role) {
    if (!scenario_->roles[role].stress) continue;
    for (uint32_t i = 0; i < scenario_->roles[role].stress->processes; ++i, ++slot) {
      control_.slot(slot).role = role;
      control_.slot(slot).index = i;
    }
  }
  pool_ = std::make_unique<WorkerPool>(cell_directory_, &control_, Leaders(slots));
  watches_.resize(slots);
  return Refill();
}

Result<void> RoundRunner::Refill() {
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    if (!pool_->alive(slot)) TEARPROOF_RETURN_IF_ERROR(StartSlot(slot, phase_));
  }
  return {};
}

Result<void> RoundRunner::StartSlot(uint32_t slot, uint32_t finished) {
  std::vector<std::string> roles;
  for (uint32_t each = 0; each < control_.header().slot_count; ++each) {
    roles.push_back(RoleName(each));
  }
  for (const uint32_t each : pool_->GroupOf(slot)) {
    if (each >= kFirstWorkerSlot) retired_operations_ += control_.slot(each).operations.load();
  }
  return pool_->Start(slot, roles, finished);
}

// Workers are dealt out to as few processes as serve them: each has some of every role.
std::vector<uint32_t> RoundRunner::Leaders(uint32_t slots) const {
  const uint32_t workers = slots - kFirstWorkerSlot;
  const uint32_t processes = (workers + concurrency_ - 1) / concurrency_;
  std::vector<uint32_t> leaders;
  for (uint32_t slot = 0; slot < slots; ++slot) {
    const bool works = slot >= kFirstWorkerSlot;
    leaders.push_back(works ? kFirstWorkerSlot + (slot - kFirstWorkerSlot) % processes : slot);
  }
  return leaders;
}

std::string RoundRunner::RoleName(uint32_t slot) const {
  if (slot == kSetupSlot) return "setup";
  if (slot == kAuditSlot) return "audit";
  return scenario_->roles[control_.slot(slot).role].name;
}

void RoundRunner::BeginRound(uint64_t round) {
  control_.header().round.store(round);
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    control_.slot(slot).environment_errno.store(0);
  }
  stalls_.clear();
  halted_ = false;
  enough_ = false;
}

void RoundRunner::Post(Command command) {
  ControlHeader& header = control_.header();
  header.stop.store(0);
  header.command.store(command, std::memory_order_release);
  phase_ = header.phase.fetch_add(1, std::memory_order_release) + 1;
  FutexWakeAll(header.phase);
}

Result<void> RoundRunner::Run(const RoundLimits& limits) {
  const int64_t begin = MonotonicNanos();
  run_until_ = begin + limits.run_nanos;
  next_kill_ = begin + DrawKillDelay();
  const Result<void> result = Do(Command::kRun, SlotRole::kWorker, limits);
  run_until_.reset();
  run_time_ += MonotonicNanos() - begin;
  return result;
}

Result<void> RoundRunner::Do(Command command, SlotRole role, std::optional<RoundLimits> limits) {
  limits_ = limits.value_or(RoundLimits{});
  alone_since_ = 0;
  const int64_t begin = MonotonicNanos();
  for (Watch& watch : watches_) watch = {0, false, begin, false};
  Post(command);
  if (last_tick_ == 0) last_tick_ = begin;
  while (true) {
    const uint32_t events = control_.header().events.load(std::memory_order_acquire);
    TEARPROOF_ASSIGN_OR_RETURN(const bool done, AllDone(role));
    if (done) return {};
    const int64_t now = MonotonicNanos();
    if (!WatchStalls(role, now)) return {};
    int64_t sleep = kTick;
    if (run_until_) {
      if (ShouldStop(now)) {
        control_.header().stop.store(1);
      } else {
        TEARPROOF_RETURN_IF_ERROR(KillWhenDue(now));
        sleep = std::clamp(std::min(*run_until_, next_kill_) - now, kNanosPerMicro, kTick);
      }
    }
    if (now - last_tick_ > 100 * kNanosPerMilli) {
      last_tick_ = now;
      if (!tick_()) enough_ = true;
    }
    FutexWait(control_.header().events, events, sleep);
  }
}

Result<bool> RoundRunner::AllDone(SlotRole role) {
  for (uint32_t slot : pool_->ReapDead()) {
    const uint32_t number = control_.slot(slot).process;
    for (const ProcessInfo& info : pool_->processes()) {
      if (info.number == number) TEARPROOF_RETURN_IF_ERROR(JudgeExit(info));
    }
  }
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    WorkerSlot& place = control_.slot(slot);
    if (place.kind != role || !pool_->alive(slot)) continue;
    if (place.finished.load(std::memory_order_acquire) != phase_) return false;
  }
  return true;
}

bool RoundRunner::ShouldStop(int64_t now) const {
  if (now >= *run_until_ || alone_since_ != 0 || enough_ || interrupted_->load()) return true;
  // A worker with a mix ends early only when its segment is full or the machine failed it; to go
  // on without it would be another scenario.
  for (uint32_t slot = kFirstWorkerSlot; slot < control_.header().slot_count; ++slot) {
    WorkerSlot& place = control_.slot(slot);
    const bool mixes = !scenario_->roles[place.role].stress->mix.empty();
    if (mixes && pool_->alive(slot) && place.finished.load() == phase_) return true;
    if (place.environment_errno.load() != 0) return true;
  }
  return false;
}

// Exponential waiting times: a kill is as likely at any moment as at any other.
int64_t RoundRunner::DrawKillDelay() {
  if (scenario_->kills_per_second <= 0) return INT64_MAX / 2;
  constexpr uint64_t kSteps = 1 << 20;
  const double unit =
      (static_cast<double>(choices_.Pick(kSteps, "kill-delay")) + 1) / static_cast<double>(kSteps);
  return static_cast<int64_t>(-std::log(unit) / scenario_->kills_per_second * 1e9);
}

Result<void> RoundRunner::KillWhenDue(int64_t now) {
  if (now < next_kill_ || pool_->exhausted()) return {};
  next_kill_ = now + DrawKillDelay();
  const uint32_t workers = control_.header().slot_count - kFirstWorkerSlot;
  const uint32_t slot =
      kFirstWorkerSlot + static_cast<uint32_t>(choices_.Pick(workers, "kill-which"));
  if (!pool_->alive(slot)) return {};
  pool_->Kill(slot);
  ++kills_;
  for (const uint32_t each : pool_->GroupOf(slot)) watches_[each] = {0, false, now, false};
  return StartSlot(slot, phase_ - 1);
}

bool RoundRunner::WatchStalls(SlotRole role, int64_t now) {
  bool any_stalled = false;
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    WorkerSlot& place = control_.slot(slot);
    if (place.kind != role || !pool_->alive(slot) || place.finished.load() == phase_) continue;
    Watch& watch = watches_[slot];
    const uint64_t operations = place.operations.load(std::memory_order_relaxed);
    const bool in_operation = place.in_operation.load() != 0;
    if (operations != watch.operations || in_operation != watch.in_operation) {
      if (watch.stalled) NoteStall(slot, now, true);
      watch = {operations, in_operation, now, false};
    } else if (now - watch.since > limits_.stall_nanos && (in_operation || pool_->halted(slot))) {
      watch.stalled = true;
      any_stalled = true;
    }
  }
  if (!any_stalled) return true;
  // Whoever waits may wait for what the stopped process holds.
  halted_ = halted_ || pool_->any_halted();
  if (alone_since_ == 0) {
    alone_since_ = now;
    control_.header().stop.store(1);
  } else if (now - alone_since_ > limits_.alone_nanos) {
    GiveUpStalled(now);
    return false;
  }
  return true;
}

void RoundRunner::NoteStall(uint32_t slot, int64_t now, bool returned_alone) {
  const Watch& watch = watches_[slot];
  stalls_.push_back({static_cast<uint16_t>(control_.slot(slot).process), watch.operations,
                     alone_since_ - watch.since, now - alone_since_, returned_alone});
}

void RoundRunner::GiveUpStalled(int64_t now) {
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    if (watches_[slot].stalled && pool_->alive(slot)) NoteStall(slot, now, false);
  }
}

bool RoundRunner::stuck() const {
  return std::any_of(stalls_.begin(), stalls_.end(),
                     [](const Stall& stall) { return !stall.returned_alone; });
}

uint64_t RoundRunner::operations() const {
  uint64_t sum = retired_operations_;
  for (uint32_t slot = kFirstWorkerSlot; slot < control_.header().slot_count; ++slot) {
    sum += control_.slot(slot).operations.load(std::memory_order_relaxed);
  }
  return sum;
}

uint32_t RoundRunner::environment_errno() const {
  for (uint32_t slot = 0; slot < control_.header().slot_count; ++slot) {
    const uint32_t number = control_.slot(slot).environment_errno.load();
    if (number != 0) return number;
  }
  return 0;
}

}  // namespace tearproof::stress
