// Calls that are made to fail.
#include <fmt/format.h>

#include <set>

#include "harness/trace/traced_task.h"

namespace tearproof::trace {

FaultSet TracedProcess::PossibleFaults(FaultSet asked) {
  Task* task = NextAtCall();
  TEARPROOF_CHECK(task != nullptr, "faults were asked for where no call is pending");
  Predict(task);
  return trace::PossibleFaults(task->call, CallerOf(*task), asked);
}

std::vector<std::string> TracedProcess::OpenPaths() const {
  std::vector<std::string> paths;
  std::set<const OpenFiles*> seen;
  for (const auto& task : tasks_) {
    if (!seen.insert(task->files.get()).second) continue;
    for (std::string& path : task->files->Paths()) paths.push_back(std::move(path));
  }
  return paths;
}

// REQUIRES: the thread stands at the entry of its call.
std::optional<Event> TracedProcess::ExecuteFailing(Task* task, Fault fault) {
  Registers entry;
  if (!entry.Read(task->thread)) return std::nullopt;
  // A descriptor is closed even where close(2) fails; of a short transfer, half takes place.
  if (fault == Fault::kShort) {
    const uint64_t count = HalfOfTransfer(task->call, CallerOf(*task));
    entry.set_argument(2, count);
    entry.Write(task->thread);
    return FailWithin(task, fault, count);
  }
  if (task->call.row->special == Special::kClose) return FailWithin(task, fault, 0);
  entry.SkipCall();
  entry.set_result(-FaultErrno(fault));
  entry.Write(task->thread);
  Event event = Complete(task, -FaultErrno(fault));
  event.fault = fault;
  event.effect =
      fault == Fault::kSharing ? "refused, as on Windows: the file is open" : "made to fail";
  Continue(task);
  return event;
}

std::optional<Event> TracedProcess::FailWithin(Task* task, Fault fault, uint64_t count) {
  WaitStatus status;
  if (!RunToReturn(task, &status)) return std::nullopt;
  Registers after;
  if (status.kind() != WaitStatus::Kind::kSystemCall || !after.Read(task->thread)) {
    Handle(task, status);
    return std::nullopt;
  }
  const uint64_t wanted = task->call.arguments[2];
  if (fault == Fault::kShort) {
    after.set_argument(2, wanted);
  } else {
    after.set_result(-FaultErrno(fault));
  }
  after.Write(task->thread);
  Event event = Complete(task, after.result());
  event.fault = fault;
  event.effect = fault == Fault::kShort
                     ? fmt::format("cut short: asked for {} of {} bytes", count, wanted)
                     : "made to fail, and closed all the same";
  Continue(task);
  return event;
}

}  // namespace tearproof::trace
