#include "harness/trace/one_core.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>

#include "harness/core/clock.h"

namespace tearproof::trace {
namespace {

constexpr int kTraceePriority = 10;
constexpr int kControllerPriority = 5;
constexpr int kRaisedPriority = 15;
constexpr int kWatchdogPriority = 20;
// How often the watchdog looks: a deadline may be overrun by this much. An atomic is all that the
// controller pays for a step.
constexpr auto kLook = std::chrono::milliseconds(50);

bool SetPriority(pid_t thread, int policy, int priority) {
  sched_param parameters = {};
  parameters.sched_priority = priority;
  return sched_setscheduler(thread, policy, &parameters) == 0;
}

}  // namespace

Result<std::unique_ptr<OneCore>> OneCore::Take(int core, bool realtime) {
  auto taken = std::unique_ptr<OneCore>(new OneCore);
  taken->controller_ = gettid();
  if (sched_getaffinity(0, sizeof(taken->former_cores_), &taken->former_cores_) != 0) {
    return SystemError(errno, "cannot ask which cores there are");
  }
  taken->former_policy_ = sched_getscheduler(0);
  sched_getparam(0, &taken->former_priority_);
  if (core < 0) core = sched_getcpu();
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(core), &one);
  // The watchdog comes first: it keeps all cores, and must be there before anything can spin.
  try {
    if (realtime) taken->watchdog_ = std::thread([object = taken.get()] { object->Watch(); });
  } catch (const std::system_error& problem) {
    return SystemError(problem.code().value(), "cannot start the thread that watches the others",
                       "raise the limit of processes (ulimit -u)");
  }
  if (sched_setaffinity(0, sizeof(one), &one) != 0) {
    return SystemError(errno, fmt::format("cannot run on core {} alone", core));
  }
  if (realtime && SetPriority(0, SCHED_FIFO, kControllerPriority)) {
    sched_param parameters = {};
    parameters.sched_priority = kWatchdogPriority;
    taken->realtime_ =
        pthread_setschedparam(taken->watchdog_.native_handle(), SCHED_FIFO, &parameters) == 0;
    if (!taken->realtime_) SetPriority(0, SCHED_OTHER, 0);
  }
  return taken;
}

OneCore::~OneCore() {
  if (watchdog_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_one();
    watchdog_.join();
  }
  if (realtime_) sched_setscheduler(0, former_policy_, &former_priority_);
  sched_setaffinity(0, sizeof(former_cores_), &former_cores_);
}

void OneCore::ApplyToTracee() const {
  // Affinity is inherited.
  if (realtime_) SetPriority(0, SCHED_FIFO, kTraceePriority);
}

void OneCore::Beat(int64_t deadline) {
  deadline_.store(deadline);
  if (!raised_.load()) return;
  const std::lock_guard lock(mutex_);  // Watch has raised it by now.
  if (raised_.exchange(false)) SetPriority(0, SCHED_FIFO, kControllerPriority);
}

void OneCore::Watch() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    changed_.wait_for(lock, kLook);
    const int64_t deadline = deadline_.load();
    if (raised_.load() || deadline == 0 || MonotonicNanos() < deadline) continue;
    raised_.store(true);
    SetPriority(controller_, SCHED_FIFO, kRaisedPriority);
    // A beat in between did not see that it was to lower it.
    if (deadline_.load() == deadline) continue;
    if (raised_.exchange(false)) SetPriority(controller_, SCHED_FIFO, kControllerPriority);
  }
}

}  // namespace tearproof::trace
