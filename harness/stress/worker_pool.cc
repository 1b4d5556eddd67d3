#include "harness/stress/worker_pool.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <fstream>
#include <set>

#include "harness/core/clock.h"

namespace tearproof::stress {

namespace process = boost::process::v2;

struct WorkerPool::Child {
  explicit Child(process::process started) : handle(std::move(started)) {}
  process::process handle;
};

namespace {

// One for all pools: a handle needs an executor, although we only use its synchronous calls.
boost::asio::io_context& Executor() {
  static boost::asio::io_context context;
  return context;
}

// Signals that come from without (a person, the kernel's want of memory), never from the cache's
// own code: such an end is a kill, and says nothing against the cache.
bool ComesFromOutside(int signal) {
  constexpr std::array kSignals = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
  return std::find(kSignals.begin(), kSignals.end(), signal) != kSignals.end();
}

void DescribeEnd(int native_status, ProcessInfo* info) {
  info->end = ProcessInfo::End::kDied;
  info->reaped = MonotonicNanos();
  if (WIFSIGNALED(native_status)) {
    info->end_signal = WTERMSIG(native_status);
    if (ComesFromOutside(info->end_signal)) info->end = ProcessInfo::End::kKilled;
  } else {
    info->end_status = WEXITSTATUS(native_status);
  }
}

// By the third field of proc_pid_stat(5), which follows the name in parentheses.
bool IsHalted(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos || name_end + 2 >= line.size()) return false;
  const char state = line[name_end + 2];
  return state == 'T' || state == 't';
}

}  // namespace

WorkerPool::WorkerPool(std::string cell_directory, ControlBlock* control,
                       std::vector<uint32_t> leaders)
    : cell_directory_(std::move(cell_directory)),
      control_(control),
      leaders_(std::move(leaders)),
      children_(control->header().slot_count) {}

WorkerPool::~WorkerPool() {
  for (uint32_t slot = 0; slot < children_.size(); ++slot) {
    if (children_[slot] != nullptr) Kill(slot);
  }
}

uint16_t WorkerPool::NextFreeNumber() {
  while (true) {
    const auto number = static_cast<uint16_t>(next_number_++ % UINT16_MAX);
    if (std::none_of(processes_.begin(), processes_.end(),
                     [number](const ProcessInfo& info) { return info.number == number; })) {
      return number;
    }
  }
}

std::vector<uint32_t> WorkerPool::GroupOf(uint32_t slot) const {
  std::vector<uint32_t> group;
  for (uint32_t each = 0; each < leaders_.size(); ++each) {
    if (leaders_[each] == leaders_[slot]) group.push_back(each);
  }
  return group;
}

Result<void> WorkerPool::Start(uint32_t slot, const std::vector<std::string>& roles,
                               uint32_t finished) {
  std::vector<std::string> arguments = {"worker", "--cell", cell_directory_};
  const std::vector<uint32_t> group = GroupOf(slot);
  for (const uint32_t each : group) {
    WorkerSlot& place = control_->slot(each);
    ProcessInfo info;
    info.number = NextFreeNumber();
    info.role = roles[each];
    place.process = info.number;
    processes_.push_back(std::move(info));
    place.finished.store(finished);
    place.in_operation.store(0);
    place.operations.store(0);
    place.adapter.store(0);
    arguments.insert(arguments.end(), {"--slot", std::to_string(each)});
  }
  try {
    children_[leaders_[slot]] =
        std::make_unique<Child>(process::process(Executor(), "/proc/self/exe", arguments));
  } catch (const boost::system::system_error& problem) {
    processes_.resize(processes_.size() - group.size());
    const int reason = problem.code().value();
    const char* limit = reason == EMFILE ? "open files (ulimit -n)" : "processes (ulimit -u)";
    return SystemError(reason, "cannot start a worker process",
                       fmt::format("raise the limit of {} or ask for fewer (--processes)", limit));
  }
  return {};
}

ProcessInfo& WorkerPool::InfoOf(uint32_t slot) {
  const uint32_t number = control_->slot(slot).process;
  for (ProcessInfo& info : processes_) {
    if (info.number == number) return info;
  }
  CheckFailed(__FILE__, __LINE__, "process is known", std::to_string(number));
}

void WorkerPool::Kill(uint32_t slot) {
  std::unique_ptr<Child>& child = children_[leaders_[slot]];
  boost::system::error_code problem;
  ::kill(child->handle.id(), SIGKILL);
  child->handle.wait(problem);
  child.reset();
  // Its adapter, which may still be in the system call that it was in: the operation is over only
  // when that is gone.
  EndOrphans();
  for (const uint32_t each : GroupOf(slot)) {
    ProcessInfo& info = InfoOf(each);
    info.end = ProcessInfo::End::kKilled;
    info.end_signal = SIGKILL;
    info.reaped = MonotonicNanos();
  }
}

std::vector<uint32_t> WorkerPool::ReapDead() {
  std::vector<uint32_t> dead;
  for (uint32_t slot = 0; slot < children_.size(); ++slot) {
    if (children_[slot] == nullptr) continue;
    boost::system::error_code problem;
    if (children_[slot]->handle.running(problem)) continue;
    const int status = children_[slot]->handle.native_exit_code();
    children_[slot].reset();
    EndOrphans();
    for (const uint32_t each : GroupOf(slot)) {
      DescribeEnd(status, &InfoOf(each));
      dead.push_back(each);
    }
  }
  return dead;
}

void WorkerPool::EndOrphans() {
  std::set<pid_t> workers;
  for (const auto& child : children_) {
    if (child != nullptr) workers.insert(child->handle.id());
  }
  orphans_.End(workers);
}

bool WorkerPool::alive(uint32_t slot) const { return children_[leaders_[slot]] != nullptr; }

bool WorkerPool::any_alive() const {
  return std::any_of(children_.begin(), children_.end(),
                     [](const auto& child) { return child != nullptr; });
}

bool WorkerPool::halted(uint32_t slot) const {
  if (!alive(slot)) return false;
  const int32_t adapter = control_->slot(slot).adapter.load();
  return IsHalted(children_[leaders_[slot]]->handle.id()) || (adapter > 0 && IsHalted(adapter));
}

bool WorkerPool::any_halted() const {
  for (uint32_t slot = 0; slot < children_.size(); ++slot) {
    if (halted(slot)) return true;
  }
  return false;
}

std::vector<uint16_t> WorkerPool::ForgetDead() {
  std::vector<uint16_t> forgotten;
  std::erase_if(processes_, [&](const ProcessInfo& info) {
    if (info.end == ProcessInfo::End::kLived) return false;
    forgotten.push_back(info.number);
    return true;
  });
  return forgotten;
}

}  // namespace tearproof::stress
