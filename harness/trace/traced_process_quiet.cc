// When a subject has nothing more to do by itself.
#include <fmt/format.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>

#include "harness/core/clock.h"
#include "harness/trace/system_call_table.h"
#include "harness/trace/thread_states.h"
#include "harness/trace/traced_task.h"

namespace tearproof::trace {
namespace {

// Without priorities, this often the subject is given the core before anybody asks /proc.
constexpr int kLooksBeforeAsking = 32;
constexpr int kPipeFullAt = 4096;

void SleepNanos(int64_t nanos) {
  const timespec time = {0, static_cast<long>(nanos)};
  nanosleep(&time, nullptr);
}

std::string NameOfCall(int64_t number) {
  const Row* row = FindRow(number);
  if (row != nullptr) return row->name;
  switch (number) {
    case SYS_futex:
      return "futex";
    case SYS_wait4:
    case SYS_waitid:
      return "wait";
    default:
      return fmt::format("system call {}", number);
  }
}

}  // namespace

bool TracedProcess::AnyRuns() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const auto& task) { return task->state == Task::State::kRunning; });
}

bool TracedProcess::AllSleep(std::vector<uint64_t>* switches) {
  switches->clear();
  input_polled_ = false;
  output_full_ = false;
  bool only_memory = true;
  bool shared_memory = false;
  for (const auto& task : tasks_) {
    if (task->state != Task::State::kRunning) continue;
    const ThreadState state = ReadThreadState(task->thread);
    if (!state.sleeps) return false;
    switches->push_back(state.switches);
    const bool reads = state.call == SYS_read || state.call == SYS_readv;
    const auto descriptor = static_cast<int>(state.arguments[0]);
    only_memory = only_memory && state.WaitsForMemory();
    shared_memory = shared_memory || state.WaitsForSharedMemory();
    const bool input = started_.input.valid() && BytesInPipe(started_.input.get()) == 0;
    if (input &&
        (state.Polls() || (reads && IsSamePipe(task->thread, descriptor, started_.input.get())))) {
      input_polled_ = true;
    }
    const bool writes = state.call == SYS_write || state.call == SYS_writev;
    if ((writes || state.Polls()) && BytesInPipe(started_.output.get()) >= kPipeFullAt &&
        (state.Polls() || IsSamePipe(task->thread, descriptor, started_.output.get()))) {
      output_full_ = writes;
    }
  }
  waits_for_memory_ = only_memory && shared_memory;
  return true;
}

bool TracedProcess::IsQuiet() {
  const bool stands =
      !at_call_.empty() || std::any_of(tasks_.begin(), tasks_.end(), [](const auto& task) {
        return task->state == Task::State::kAtInput;
      });
  // The controller is below all of them, and runs: they do not.
  if (core_.realtime() && stands) return true;
  if (!core_.realtime() && looks_ < kLooksBeforeAsking) return false;
  std::vector<uint64_t> switches;
  if (!AllSleep(&switches)) {
    switches_.clear();
    return false;
  }
  const bool ended = tasks_.empty() || tasks_.front()->thread != started_.id;
  const bool known = stands || input_polled_ || output_full_ || waits_for_memory_ || ended;
  if (core_.realtime()) return known;
  // One may have woken another between two looks: nobody has run, so nobody has.
  const bool unchanged = switches == switches_;
  switches_ = std::move(switches);
  return known && unchanged;
}

TracedProcess::Deadline TracedProcess::NewDeadline() const {
  constexpr int64_t kMostPatience = 30;
  const int64_t now = MonotonicNanos();
  return {now + patience_, now + kMostPatience * patience_};
}

// A thread that could run, and was given less processor time than patience in this execution, is
// kept waiting by a busy machine: that is not its fault, and the deadline is put off by what it
// lacks. One that sleeps lacks nothing.
bool TracedProcess::OutOfPatience(Deadline* deadline) {
  constexpr int64_t kLeast = 10 * kNanosPerMilli;
  const int64_t now = MonotonicNanos();
  if (now < deadline->at) return false;
  if (now >= deadline->last) return true;
  int64_t lacks = 0;
  for (const auto& task : tasks_) {
    if (task->state != Task::State::kRunning || ReadThreadState(task->thread).sleeps) continue;
    const int64_t had = ProcessorTime(task->id) - task->processor_time;
    lacks = std::max(lacks, patience_ - had);
  }
  if (lacks <= 0) return true;
  deadline->at = now + std::max(lacks, kLeast);
  core_.Beat(deadline->at);
  return false;
}

void TracedProcess::Rest() {
  ++looks_;
  if (!core_.realtime() && looks_ <= kLooksBeforeAsking) {
    sched_yield();
    return;
  }
  SleepNanos(std::min<int64_t>(looks_, 50) * 20 * kNanosPerMicro);
}

bool TracedProcess::AwaitStop(Task* task, WaitStatus* status) {
  looks_ = 0;
  Heard heard = Listen(task, status);
  if (heard == Heard::kNothing) {
    Deadline deadline = NewDeadline();
    while (heard == Heard::kNothing && !OutOfPatience(&deadline)) {
      Rest();
      heard = Listen(task, status);
    }
  }
  if (heard == Heard::kGone) *status = WaitStatus();
  return heard != Heard::kNothing;
}

std::optional<TracedProcess::Heard> TracedProcess::AwaitReturn(Task* task, WaitStatus* status) {
  looks_ = 0;
  std::optional<Deadline> deadline;
  while (true) {
    const Heard heard = Listen(task, status);
    if (heard == Heard::kGone) *status = WaitStatus();
    if (heard != Heard::kNothing || task->results->Result()) return heard;
    if (!deadline) deadline = NewDeadline();
    if (OutOfPatience(&*deadline)) return std::nullopt;
    Rest();
  }
}

void TracedProcess::Settle() {
  looks_ = 0;
  switches_.clear();
  waits_for_memory_ = false;
  Deadline deadline = NewDeadline();
  while (true) {
    bool heard = false;
    for (size_t i = 0; i < tasks_.size() && !heard; ++i) {
      Task* task = tasks_[i].get();
      if (task->state != Task::State::kRunning) continue;
      WaitStatus status;
      const Heard what = Listen(task, &status);
      if (what == Heard::kNothing) continue;
      heard = true;
      if (what == Heard::kGone) {
        Remove(task, WaitStatus());
      } else {
        Handle(task, status);
      }
    }
    if (heard) {
      looks_ = 0;
    } else if (!AnyRuns() || IsQuiet()) {
      Task* next = NextAtCall();
      if (!free_ || next == nullptr || next->blocked) break;
      std::optional<Event> event = Execute(next);
      if (event) NoteUnseen(event->unseen);
      if (event && free_events_ != nullptr) free_events_->push_back(std::move(*event));
      if (state_.standing == Standing::kStuck) return;
    } else {
      Rest();
    }
    if (OutOfPatience(&deadline)) return GiveUp();
  }
  Conclude();
}

void TracedProcess::Conclude() {
  const Task* next = NextAtCall();
  state_.why.clear();
  if (next != nullptr) {
    state_.standing = next->blocked ? Standing::kBlocked : Standing::kAtCall;
    if (next->blocked) {
      state_.lock = {ObjectKind::kLock, next->call.targets[0].description->file};
    }
    return;
  }
  if (tasks_.empty() || tasks_.front()->thread != started_.id) {
    state_.standing = Standing::kEnded;
    return;
  }
  const bool reads = std::any_of(tasks_.begin(), tasks_.end(), [](const auto& task) {
    return task->state == Task::State::kAtInput;
  });
  state_.standing = Standing::kWaitsForInput;
  if (waits_for_memory_ && !reads) state_.standing = Standing::kWaitsForMemory;
  if (output_full_ && !reads) state_.standing = Standing::kOutputFull;
}

void TracedProcess::GiveUp() {
  state_.standing = Standing::kStuck;
  state_.why = "computes";
  for (size_t i = 0; i < tasks_.size(); ++i) {
    Task* task = tasks_[i].get();
    if (task->state != Task::State::kRunning) continue;
    const ThreadState state = ReadThreadState(task->thread);
    if (state.sleeps) state_.why = "sleeps in " + NameOfCall(state.call);
    if (!state.sleeps) state_.why = "computes";
    ptrace(PTRACE_INTERRUPT, task->thread, nullptr, nullptr);
    // It stops at once, unless it waits for a disk.
    for (int look = 0; look < 100; ++look) {
      WaitStatus status;
      const Heard heard = Listen(task, &status);
      if (heard == Heard::kNothing) {
        SleepNanos(kNanosPerMilli);
        continue;
      }
      if (heard == Heard::kSomething && status.kind() == WaitStatus::Kind::kStopped) {
        task->state = Task::State::kInterrupted;
      } else if (heard == Heard::kSomething) {
        Handle(task, status);
      }
      break;
    }
  }
}

}  // namespace tearproof::trace
