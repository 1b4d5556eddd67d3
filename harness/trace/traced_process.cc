#include "harness/trace/traced_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "harness/core/clock.h"
#include "harness/trace/thread_states.h"
#include "harness/trace/traced_task.h"

namespace tearproof::trace {
namespace {

// What the kernel answers itself with when a signal came first (linux/errno.h): the call is made
// again, and nothing has happened.
constexpr int64_t kFirstRestart = 512;
constexpr int64_t kLastRestart = 516;
bool IsRestart(int64_t result) { return -result >= kFirstRestart && -result <= kLastRestart; }
// How long a program may take until it is executed.
constexpr int64_t kStartPatience = 60 * kNanosPerSecond;

// By how much a call on the cache moves its process's clock: above the number of processes.
constexpr int64_t kTick = 64 * kNanosPerMicro;

// As the number of calls after which a call was decoded.
constexpr uint64_t kNotDecoded = ~uint64_t{0};

// The second argument of flock and of fcntl, so that it does not wait.
uint64_t WithoutWaiting(const Call& call) {
  if (call.row->special == Special::kFlock) return call.arguments[1] | LOCK_NB;
  return call.arguments[1] == F_SETLKW ? F_SETLK : F_OFD_SETLK;
}

// Afterwards one of the descriptors at whose writes the filter does not stop may be the cache's.
bool MayReplaceOutput(const Call& call) {
  switch (call.row->special) {
    case Special::kDuplicateTo:
      return OpenFiles::IsOutput(static_cast<int>(call.arguments[1]));
    case Special::kControl:
      return call.arguments[1] == F_DUPFD && call.arguments[2] <= STDERR_FILENO;
    default:
      return false;
  }
}

// Of a call at whose entry the thread stands. A thread that is gone is found out by who waits.
void ChangeArgument(pid_t thread, size_t index, uint64_t value) {
  Registers changed;
  if (!changed.Read(thread)) return;
  changed.set_argument(index, value);
  changed.Write(thread);
}

}  // namespace

TracedProcess::TracedProcess(size_t number, Subject subject, int64_t patience, Scene* scene,
                             OneCore* core)
    : number_(number),
      subject_(std::move(subject)),
      patience_(patience),
      scene_(*scene),
      core_(*core) {}

TracedProcess::~TracedProcess() {
  if (!tasks_.empty()) Kill();
}

Result<void> TracedProcess::Start() {
  TEARPROOF_CHECK(tasks_.empty(), "a subject is started when it does not run");
  TEARPROOF_ASSIGN_OR_RETURN(started_, StartSubject(subject_, core_, scene_.owns_clock));
  state_ = {};
  executed_ = false;
  tasks_so_far_ = 0;
  auto task = std::make_unique<Task>();
  task->thread = started_.id;
  task->id = started_.id;
  scene_.programs[started_.id] = number_;
  task->ordinal = tasks_so_far_++;
  task->files = std::make_shared<OpenFiles>(&scene_.locks);
  task->results = ResultSeat::Take(scene_.tap, task->thread);
  tasks_.push_back(std::move(task));
  RunFreely(nullptr);
  // However short patience is with the program, a busy machine may take longer to come to it.
  const std::string program = subject_.command[0];
  const int64_t deadline = MonotonicNanos() + kStartPatience;
  while (!executed_ && state_.standing == Standing::kStuck) {
    if (MonotonicNanos() > deadline) {
      Kill();
      return SystemError(ETIMEDOUT, "cannot start " + program);
    }
    RunFreely(nullptr);
  }
  if (executed_) return {};
  int number = 0;
  const ssize_t got = read(started_.report.get(), &number, sizeof(number));
  if (got == sizeof(number) && number > 0) {
    Error error = SystemError(number, "cannot start " + program);
    error.kind = ErrorKind::kUsage;
    return error;
  }
  return DescribeRefusal("seccomp(2)", EPERM, -1, true);
}

Caller TracedProcess::CallerOf(const Task& task) const {
  return {number_,
          task.thread,
          task.id,
          task.files.get(),
          tasks_.size() == 1 ? &task.texts : nullptr,
          scene_.clock.Now(own_time_)};
}

void TracedProcess::Decode(Task* task) {
  const Row* row = FindRow(task->registers.number());
  const Caller caller = CallerOf(*task);
  task->call = row == nullptr ? DecodeUnknownCall(task->registers, caller, &scene_)
                              : DecodeCall(*row, task->registers, caller, &scene_);
  task->decoded_at = scene_.steps;
  task->predicted = false;
}

// What the call's paths lead to matters when it is its turn, and may be something else by then.
void TracedProcess::Defer(Task* task, const Row& row) {
  task->call = Call();
  task->call.row = &row;
  task->call.has_paths = true;
  task->call.concerns = true;
  task->decoded_at = kNotDecoded;
  task->predicted = false;
}

// Others may have moved what its paths lead to.
void TracedProcess::FindAgain(Task* task) {
  if (task->decoded_at != scene_.steps && task->call.has_paths) Decode(task);
}

void TracedProcess::Predict(Task* task) {
  FindAgain(task);
  // Others may have freed what it shares.
  if (task->predicted && task->decoded_at == scene_.steps) return;
  task->decoded_at = scene_.steps;
  task->event.footprint = PredictFootprint(task->call, CallerOf(*task), scene_);
  task->event.lock = PredictLockRole(task->call, CallerOf(*task), scene_);
  task->event.unseen = PredictUnseen(task->call, scene_);
  if (!task->predicted) {
    task->event.label = PrintCall(task->call, CallerOf(*task), scene_);
    task->event.name = task->call.row->name;
    task->event.process = number_;
    task->event.task = task->ordinal;
  }
  task->predicted = true;
}

bool TracedProcess::ReadCallOf(Task* task) {
  if (!task->registers.ReadCall(task->thread)) return false;
  const Row* row = FindRow(task->registers.number());
  task->texts.clear();
  if (row != nullptr && tasks_.size() == 1)
    ReadTexts(*row, task->registers, task->thread, &task->texts);
  return true;
}

TracedProcess::Task* TracedProcess::NextAtCall() const {
  for (Task* task : at_call_) {
    if (!task->blocked) return task;
  }
  return at_call_.empty() ? nullptr : at_call_.front();
}

const Event& TracedProcess::Pending() {
  Task* task = NextAtCall();
  TEARPROOF_CHECK(task != nullptr, "a pending call was asked for where there is none");
  Predict(task);
  return task->event;
}

std::optional<Event> TracedProcess::Step(std::optional<Fault> fault) {
  Task* task = NextAtCall();
  TEARPROOF_CHECK(task != nullptr, "a step was asked for where no call is pending");
  Beat();
  std::optional<Event> event = Execute(task, fault);
  if (state_.standing != Standing::kStuck) Settle();
  Beat();
  return event;
}

void TracedProcess::Resume() {
  state_.standing = Standing::kWaitsForInput;
  Beat();
  for (const auto& task : tasks_) {
    const bool reads = task->state == Task::State::kAtInput &&
                       (!started_.input.valid() || BytesInPipe(started_.input.get()) > 0);
    if (reads || task->state == Task::State::kInterrupted) Continue(task.get());
  }
  Settle();
  Beat();
}

void TracedProcess::RunFreely(std::vector<Event>* events) {
  free_ = true;
  free_events_ = events;
  // Once for all calls: how many there are may depend on what was left over (files that a garbage
  // collector removes).
  own_time_ += kTick;
  Resume();
  free_ = false;
  free_events_ = nullptr;
}

void TracedProcess::Beat() { core_.Beat(MonotonicNanos() + patience_); }

void TracedProcess::Leave(Task* task) {
  std::erase(at_call_, task);
  task->in_call = false;
  task->blocked = false;
  task->must_return = false;
  task->predicted = false;
}

bool TracedProcess::ReturnToEntry(Task* task) {
  task->must_return = false;
  Continue(task);
  WaitStatus status;
  while (AwaitStop(task, &status)) {
    if (status.kind() == WaitStatus::Kind::kSeccomp) {
      task->state = Task::State::kAtCall;
      return ReadCallOf(task);
    }
    Handle(task, status);
    // A signal's handler may have made other calls first; or it is gone.
    if (status.ended() || task->state != Task::State::kRunning) return false;
  }
  return false;
}

std::optional<Event> TracedProcess::Execute(Task* task, std::optional<Fault> fault) {
  if (task->must_return && !ReturnToEntry(task)) return std::nullopt;
  if (IsUnobserved()) {
    FindAgain(task);
    task->event.unseen = PredictUnseen(task->call, scene_);
    task->event.footprint = PredictFootprint(task->call, CallerOf(*task), scene_);
  } else {
    Predict(task);
  }
  if (at_call_.size() > 1 && task->event.unseen == Unseen::kNothing) {
    task->event.unseen = Unseen::kConcurrentThreads;
  }
  if (!fault && scene_.refuses_sharing && IsRefusedBySharing(task->call, scene_)) {
    fault = Fault::kSharing;
  }
  if (fault) return ExecuteFailing(task, *fault);
  if (task->call.LocksAndWaits()) {
    ChangeArgument(task->thread, 1, WithoutWaiting(task->call));
  }
  if (CannotFail(task->call, scene_)) {
    Event event = Complete(task, 0);
    Continue(task);
    return event;
  }
  const bool exits = task->call.row->special == Special::kExit;
  // Where the clock is ours, the thread must not see the times in a result before we did.
  const bool tells_times = scene_.owns_clock && VirtualClock::TellsTimes(task->call.row->number);
  const bool tapped = task->results && !tells_times && !MayReplaceOutput(task->call);
  if (tapped && !exits && !task->call.LocksAndWaits()) return ExecuteTapped(task);
  WaitStatus status;
  if (!RunToReturn(task, &status)) return std::nullopt;
  if (status.kind() == WaitStatus::Kind::kSystemCall) return Finish(task);
  Event event = std::move(task->event);
  Handle(task, status);
  if (!exits) return std::nullopt;
  ++scene_.steps;
  return event;
}

bool TracedProcess::RunToReturn(Task* task, WaitStatus* status) {
  task->in_call = true;
  task->state = Task::State::kRunning;
  ptrace(PTRACE_SYSCALL, task->thread, nullptr, nullptr);
  if (AwaitStop(task, status)) return true;
  GiveUp();
  return false;
}

// The thread runs on to its next stop; what its call returned is found out on the way.
std::optional<Event> TracedProcess::ExecuteTapped(Task* task) {
  const bool known = task->files->OutputIsCache();
  task->results->Arm();
  Continue(task);
  WaitStatus status;
  const std::optional<Heard> heard = AwaitReturn(task, &status);
  if (!heard) {
    Leave(task);
    GiveUp();
    return std::nullopt;
  }
  const std::optional<int64_t> result = task->results->Result();
  std::optional<Event> event;
  if (result && !IsRestart(*result)) {
    event = Complete(task, *result);
    // It had closed its output, and may have written to what took its place.
    if (!known && task->files->OutputIsCache()) event->unseen = Unseen::kUnmodelledCall;
  } else {
    Leave(task);
  }
  if (*heard != Heard::kNothing) Handle(task, status);
  return event;
}

void TracedProcess::Block(Task* task, Registers after) {
  after.set_argument(1, task->call.arguments[1]);
  after.RepeatCall(task->call.row->number);
  after.Write(task->thread);
  task->state = Task::State::kAtCall;
  task->in_call = false;
  task->blocked = true;
  task->must_return = true;
  task->refused_at = scene_.steps;
}

// REQUIRES: it has stopped at the exit of its call.
std::optional<Event> TracedProcess::Finish(Task* task) {
  Registers after;
  const bool waits = task->call.LocksAndWaits();
  if (!(waits ? after.Read(task->thread) : after.ReadCall(task->thread))) return std::nullopt;
  const int64_t result = after.result();
  if (waits) {
    if (result == -EAGAIN || result == -EACCES) {
      Block(task, after);
      return std::nullopt;
    }
    after.set_argument(1, task->call.arguments[1]);
    after.Write(task->thread);
  }
  std::optional<Event> event;
  if (IsRestart(result)) {
    Leave(task);
  } else {
    event = Complete(task, result);
  }
  Continue(task);
  return event;
}

// The call has happened, or will before its thread stops again.
Event TracedProcess::Complete(Task* task, int64_t result) {
  Event event = std::move(task->event);
  // An address differs from one execution to the next, and says nothing.
  const bool address = task->call.row->special == Special::kMap && result > 0;
  event.result = address ? 0 : result;
  if (scene_.records_changes) {
    event.changes = DescribeChanges(task->call, result, CallerOf(*task), scene_);
  }
  event.effect = ApplyCall(task->call, result, CallerOf(*task), &scene_);
  // It is closed even where close(2) fails.
  if (event.failed() && task->call.row->special != Special::kClose) {
    event.footprint = OnlyReads(event.footprint);
    event.lock = LockRole::kNone;
  }
  NoteTrespasses(*task, event);
  if (scene_.owns_clock) MoveTimes(*task, event);
  if (!free_) own_time_ += kTick;
  clock_looks_ = 0;
  ++scene_.steps;
  task->call = Call();
  Leave(task);
  return event;
}

std::optional<uint64_t> TracedProcess::WriteSize() {
  const Task* task = NextAtCall();
  if (task == nullptr || task->call.row->special != Special::kWrite) return std::nullopt;
  return task->call.arguments[2];
}

std::optional<Event> TracedProcess::KillWithin(uint64_t bytes) {
  const std::optional<uint64_t> size = WriteSize();
  TEARPROOF_CHECK(size && bytes <= *size, "only a write can be cut short");
  Beat();
  Task* task = NextAtCall();
  Predict(task);
  ChangeArgument(task->thread, 2, bytes);
  task->in_call = true;
  task->state = Task::State::kRunning;
  ptrace(PTRACE_SYSCALL, task->thread, nullptr, nullptr);
  WaitStatus status;
  std::optional<Event> event;
  if (AwaitStop(task, &status) && status.kind() == WaitStatus::Kind::kSystemCall) {
    Registers after;
    after.ReadCall(task->thread);
    event = task->event;
    event->result = after.result();
    event->effect = fmt::format("killed after {} of {} bytes", bytes, *size);
    if (event->failed()) event->footprint = OnlyReads(event->footprint);
    ++scene_.steps;
  }
  const Event killed = Kill();
  for (const Access& access : killed.footprint) {
    if (event) Add(access, &event->footprint);
  }
  return event;
}

Event TracedProcess::Kill() {
  Event event;
  event.process = number_;
  event.name = "kill";
  event.label = "SIGKILL";
  event.lock = LockRole::kNone;
  Beat();
  std::set<pid_t> ids;
  Footprint ended;
  for (const auto& task : tasks_) {
    ids.insert(task->id);
    if (!scene_.refuses_sharing) continue;
    for (const Access& access : task->files->OpeningsEndedByExit()) Add(access, &ended);
  }
  for (const pid_t id : ids) kill(id, SIGKILL);
  // Children first: the last to go is the one whose end is told.
  const int64_t deadline = MonotonicNanos() + std::max(patience_, kStartPatience);
  while (!tasks_.empty() && MonotonicNanos() < deadline) {
    bool heard = false;
    for (size_t i = tasks_.size(); i-- > 0 && !heard;) {
      Task* task = tasks_[i].get();
      WaitStatus status;
      const Heard what = Listen(task, &status);
      if (what == Heard::kNothing) continue;
      heard = true;
      if (what == Heard::kGone || status.ended()) Remove(task, status);
    }
    if (!heard) Rest();
  }
  for (const auto& task : tasks_) {
    for (const Access& access : task->files->FreedByExit()) Add(access, &freed_);
    task->files->Clear();
  }
  for (const Access& access : TakeFreed()) Add(access, &event.footprint);
  if (!event.footprint.empty()) event.lock = LockRole::kRelease;
  for (const Access& access : ended) Add(access, &event.footprint);
  ++scene_.steps;
  Beat();
  state_.standing = Standing::kEnded;
  return event;
}

void TracedProcess::Reconsider() {
  // Whoever has just moved may have woken it.
  if (state_.standing == Standing::kWaitsForMemory) Settle();
  if (state_.standing != Standing::kAtCall && state_.standing != Standing::kBlocked) return;
  for (Task* task : at_call_) {
    // Refused for the sake of somebody who is not traced: nothing tells when that ends, so it may
    // be tried again when anything has happened.
    const bool refused = task->must_return && task->refused_at == scene_.steps;
    task->blocked = refused || WouldWait(task->call, CallerOf(*task), scene_);
  }
  Conclude();
}

void TracedProcess::BeginExecution() {
  for (const auto& task : tasks_) {
    task->files->Clear();
    task->processor_time = ProcessorTime(task->id);
  }
  freed_.clear();
  // No two ever see the same microsecond: names are made of it.
  own_time_ = static_cast<int64_t>(number_) * kNanosPerMicro;
  clock_looks_ = 0;
  state_.freely = Unseen::kNothing;
}

std::string TracedProcess::ErrorTail(size_t bytes) const {
  const off_t end = lseek(started_.errors.get(), 0, SEEK_CUR);
  if (end <= 0) return "";
  const auto wanted = std::min(bytes, static_cast<size_t>(end));
  std::string tail(wanted, '\0');
  const ssize_t got =
      pread(started_.errors.get(), tail.data(), wanted, end - static_cast<off_t>(wanted));
  tail.resize(got < 0 ? 0 : static_cast<size_t>(got));
  return tail;
}

}  // namespace tearproof::trace
