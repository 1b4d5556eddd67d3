// What a subject's threads report, one at a time.
#include <errno.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>

#include "harness/core/clock.h"
#include "harness/trace/thread_states.h"
#include "harness/trace/traced_task.h"

namespace tearproof::trace {
namespace {

// What clone(2) or clone3(2) was asked for.
uint64_t CloneFlags(pid_t thread) {
  Registers registers;
  if (!registers.Read(thread)) return 0;
  if (registers.number() == SYS_clone) return registers.argument(0);
  uint64_t flags = 0;
  if (registers.number() == SYS_clone3) {
    ReadMemory(thread, registers.argument(0), &flags, sizeof(flags));
  }
  return flags;
}

int64_t Nanos(const timespec& time) { return time.tv_sec * kNanosPerSecond + time.tv_nsec; }

// How long the call would sleep, or -1: it waits for something else than time.
int64_t SleepOf(pid_t thread, const Registers& call) {
  timespec time = {};
  const auto read = [&](size_t argument) {
    return ReadMemory(thread, call.argument(argument), &time, sizeof(time)) == sizeof(time);
  };
  switch (call.number()) {
    case SYS_nanosleep:
      return read(0) ? Nanos(time) : -1;
    case SYS_clock_nanosleep: {
      if (!read(2)) return -1;
      const auto clock = static_cast<clockid_t>(call.argument(0));
      const bool absolute = (call.argument(1) & TIMER_ABSTIME) != 0;
      return absolute ? std::max<int64_t>(Nanos(time) - ReadClock(clock), 0) : Nanos(time);
    }
    case SYS_select:
    case SYS_pselect6: {
      if (call.argument(0) != 0 || call.argument(4) == 0 || !read(4)) return -1;
      const bool micros = call.number() == SYS_select;
      return time.tv_sec * kNanosPerSecond + time.tv_nsec * (micros ? kNanosPerMicro : 1);
    }
    case SYS_poll: {
      const auto millis = static_cast<int>(call.argument(2));
      return call.argument(1) == 0 && millis >= 0 ? millis * kNanosPerMilli : -1;
    }
    case SYS_ppoll:
      return call.argument(1) == 0 && call.argument(2) != 0 && read(2) ? Nanos(time) : -1;
    default:
      return -1;
  }
}

// It stands at the entry of one.
bool IsWriteToOutput(pid_t thread) {
  Registers call;
  return call.ReadCall(thread) && call.at_entry() &&
         (call.number() == SYS_write || call.number() == SYS_writev) &&
         OpenFiles::IsOutput(static_cast<int>(call.argument(0)));
}

// Who looks at the clock so often, and does nothing else, waits for it to move.
constexpr int kIdleLooks = 1000;

// Descriptor 0 may be something else afterwards.
bool MayReplaceInput(const Row& row, const Registers& call) {
  switch (row.special) {
    case Special::kClose:
      return static_cast<int>(call.argument(0)) == 0;
    case Special::kDuplicateTo:
      return static_cast<int>(call.argument(1)) == 0;
    case Special::kCloseRange:
      return true;
    default:
      return false;
  }
}

}  // namespace

TracedProcess::Heard TracedProcess::Listen(Task* task, WaitStatus* status) {
  int raw = 0;
  const pid_t got = waitpid(task->thread, &raw, WNOHANG | __WALL);
  if (got == 0 || (got < 0 && errno == EINTR)) return Heard::kNothing;
  if (got < 0) return Heard::kGone;
  *status = WaitStatus(raw);
  return Heard::kSomething;
}

void TracedProcess::Continue(Task* task, int signal) {
  task->state = Task::State::kRunning;
  // The filter does not stop at writes to these.
  const bool at_all = task->files->OutputIsCache();
  ptrace(at_all ? PTRACE_SYSCALL : PTRACE_CONT, task->thread, nullptr, signal);
}

void TracedProcess::Handle(Task* task, const WaitStatus& status) {
  switch (status.kind()) {
    case WaitStatus::Kind::kExited:
    case WaitStatus::Kind::kKilled:
      return Remove(task, status);
    case WaitStatus::Kind::kSeccomp:
      return AtEntry(task);
    case WaitStatus::Kind::kNewTask:
      return OnNewTask(task, status);
    case WaitStatus::Kind::kExec:
      return OnExec(task);
    case WaitStatus::Kind::kSignal:
      return Continue(task, status.signal());
    case WaitStatus::Kind::kSystemCall:
      // The end of a call that took longer than patience allowed.
      if (task->in_call) {
        Finish(task);
        return;
      }
      if (IsWriteToOutput(task->thread)) return AtEntry(task);
      return Continue(task);
    case WaitStatus::Kind::kStopped:
    case WaitStatus::Kind::kOther:
      return Continue(task);
  }
}

void TracedProcess::AtEntry(Task* task) {
  ++stops_;
  if (!executed_ || !ReadCallOf(task)) return Continue(task);
  const int64_t number = task->registers.number();
  const Row* row = FindRow(number);
  if (row != nullptr && MayReplaceInput(*row, task->registers)) input_known_ = false;
  if (row != nullptr && row->special == Special::kSleep) return SkipSleep(task);
  if (row != nullptr && row->special == Special::kClock) return AnswerClock(task);
  if (row != nullptr && row->special == Special::kRead && task->registers.argument(0) == 0 &&
      task->files->Find(0) == nullptr) {
    return AtInput(task);
  }
  if (!scene_.view.entered()) return Continue(task);
  const bool unobserved = IsUnobserved();
  if (!unobserved && row != nullptr &&
      SurelyConcerns(*row, task->registers, CallerOf(*task), scene_)) {
    Defer(task, *row);
  } else {
    Decode(task);
  }
  if (!task->call.concerns) return Continue(task);
  const bool tells_times = scene_.owns_clock && VirtualClock::TellsTimes(number);
  if (unobserved && !LeavesTraces(task->call) && !tells_times) {
    const Caller caller = CallerOf(*task);
    const Footprint footprint = PredictFootprint(task->call, caller, scene_);
    if (ForeignChanges(task->call, footprint, scene_.ownership).empty()) {
      NoteUnseen(PredictUnseen(task->call, scene_));
      scene_.clock.NoteWritten(footprint, caller.now);
      return Continue(task);
    }
  }
  task->state = Task::State::kAtCall;
  at_call_.push_back(task);
}

void TracedProcess::AtInput(Task* task) {
  const int input = started_.input.get();
  if (!started_.input.valid() || BytesInPipe(input) > 0) return Continue(task);
  if (!input_known_ && !IsSamePipe(task->thread, 0, input)) return Continue(task);
  // Of a single thread we see whatever it does to its descriptors before it reads again.
  input_known_ = tasks_.size() == 1;
  task->state = Task::State::kAtInput;
}

// Sleeping lets others run, and takes no time: a stop does the first.
void TracedProcess::SkipSleep(Task* task) {
  const int64_t nanos = SleepOf(task->thread, task->registers);
  Registers skipped;
  if (nanos < 0 || !skipped.Read(task->thread)) return Continue(task);
  slept_ += nanos;
  own_time_ += nanos;
  skipped.SkipCall();
  skipped.set_result(0);
  skipped.Write(task->thread);
  Continue(task);
}

void TracedProcess::AnswerClock(Task* task) {
  Registers entry;
  if (scene_.view.entered() && entry.Read(task->thread)) {
    if (++clock_looks_ > kIdleLooks) own_time_ += kNanosPerMilli;
    VirtualClock::Answer(task->thread, &entry, scene_.clock.Now(own_time_));
  }
  Continue(task);
}

void TracedProcess::OnNewTask(Task* parent, const WaitStatus& status) {
  unsigned long thread = 0;
  if (ptrace(PTRACE_GETEVENTMSG, parent->thread, nullptr, &thread) == 0) {
    const uint64_t flags = CloneFlags(parent->thread);
    auto task = std::make_unique<Task>();
    task->thread = static_cast<pid_t>(thread);
    const bool same_process = status.made_thread() && (flags & CLONE_THREAD) != 0;
    task->id = same_process ? parent->id : task->thread;
    task->ordinal = tasks_so_far_++;
    task->results = ResultSeat::Take(scene_.tap, task->thread);
    task->files = (flags & CLONE_FILES) != 0 ? parent->files : parent->files->Forked();
    tasks_.push_back(std::move(task));
    input_known_ = false;
  }
  Continue(parent);
}

void TracedProcess::OnExec(Task* task) {
  executed_ = true;
  input_known_ = false;
  if (scene_.owns_clock) HideVdso(task->thread);
  started_.report.Reset();
  // The other threads are gone without a word.
  const pid_t id = task->id;
  std::vector<Task*> gone;
  for (const auto& other : tasks_) {
    if (other.get() != task && other->id == id) gone.push_back(other.get());
  }
  for (Task* other : gone) Remove(other, WaitStatus());
  Leave(task);
  if (task->files.use_count() > 1) task->files = task->files->Forked();
  for (const Access& access : task->files->Exec()) Add(access, &freed_);
  Continue(task);
}

void TracedProcess::Remove(Task* task, const WaitStatus& status) {
  std::erase(at_call_, task);
  if (task->thread == started_.id) state_.end = status;
  if (task->files.use_count() == 1) {
    for (const Access& access : task->files->FreedByExit()) Add(access, &freed_);
  }
  std::erase_if(tasks_, [task](const auto& known) { return known.get() == task; });
}

void TracedProcess::NoteTrespasses(const Task& task, const Event& event) {
  for (const std::string& path : ForeignChanges(task.call, event.footprint, scene_.ownership)) {
    scene_.trespasses.push_back(
        fmt::format("{} of {}", task.call.row->name, scene_.view.PathToShow(path)));
  }
}

void TracedProcess::MoveTimes(const Task& task, const Event& event) {
  if (event.failed()) return;
  const int64_t now = scene_.clock.Now(own_time_);
  scene_.clock.NoteWritten(event.footprint, now);
  const std::optional<FoundFile> file = task.call.targets[0].file();
  if (!file) return;
  const bool sets = task.call.row->special == Special::kTimes && GivesTimes(task.call);
  if (sets) scene_.clock.NoteTimeSet(file->number);
  scene_.clock.MoveFileTimes(task.thread, task.registers, file->number, now);
}

}  // namespace tearproof::trace
