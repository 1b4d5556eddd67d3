#include "harness/explore/traced_event.h"

namespace tearproof::explore {
namespace {

LockRole LockRoleOf(const trace::Event& event) {
  switch (event.lock) {
    case trace::LockRole::kAttempt:
      return LockRole::kAttempt;
    case trace::LockRole::kRelease:
      return LockRole::kRelease;
    case trace::LockRole::kNone:
      break;
  }
  return LockRole::kNone;
}

}  // namespace

Event EventOf(ProcessId process, const trace::Event& happened) {
  Event event;
  event.process = process;
  event.label = happened.label;
  event.result = happened.Outcome();
  event.effect = happened.effect;
  event.footprint = happened.footprint;
  event.lock = LockRoleOf(happened);
  event.fault = happened.fault;
  return event;
}

}  // namespace tearproof::explore
