// What a traced system call is to an explorer.
//
// Thread safety: pure.
#ifndef TEARPROOF_HARNESS_EXPLORE_TRACED_EVENT_H_
#define TEARPROOF_HARNESS_EXPLORE_TRACED_EVENT_H_

#include "harness/explore/subject.h"
#include "harness/trace/event.h"

namespace tearproof::explore {

// All that the call itself tells; how the process stands after it is the caller's.
Event EventOf(ProcessId process, const trace::Event& happened);

}  // namespace tearproof::explore

#endif  // TEARPROOF_HARNESS_EXPLORE_TRACED_EVENT_H_
