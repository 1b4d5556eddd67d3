// A cache behind an adapter that takes requests before it has answered those before: "ahead".
//
// Purpose: the switches between two processes cost more than many a cache's operation. Requests
// that were sent together share them. They are still served one after the other, and each answer
// has its own times, which are checked to lie in the order of the requests.
//
// Thread safety: none. Ownership: borrows the process, which must outlive it. Errors: as
// adapter_backend.h; once the talk is broken, whatever was queued may have happened or not.
#ifndef TEARPROOF_HARNESS_ADAPTER_AHEAD_BACKEND_H_
#define TEARPROOF_HARNESS_ADAPTER_AHEAD_BACKEND_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "harness/adapter/adapter_backend.h"
#include "harness/adapter/adapter_process.h"

namespace tearproof::adapter {

class AheadBackend : public AdapterBackend {
 public:
  AheadBackend(AdapterProcess* process, BackendSetup setup)
      : AdapterBackend(process, std::move(setup)), process_(process) {}

  // So many requests may be queued. 1: it serves one at a time.
  size_t most() const { return manner().ahead; }
  // So many are best sent together: while they are served, the answers to as many before are read.
  size_t together() const { return std::max<size_t>(1, most() / 2); }
  // Puts `request` into the queue. REQUIRES: no init; fewer than most() are in it.
  void Queue(const Request& request);
  // Those queued since the last time; those before need not have been answered.
  void Send();
  // Waits for the answer to the oldest in the queue, which leaves it. REQUIRES: it was sent.
  void Receive(Response& response);

 private:
  struct Queued {
    uint64_t id = 0;  // 0: refused unsent.
    OpKind kind = OpKind::kGet;
    int64_t sent = 0;  // 0: not yet.
  };

  AdapterProcess* process_;
  std::deque<Queued> queue_;
  std::string unsent_;
  size_t last_line_end_ = 0;  // In unsent_.
  int64_t not_before_ = 0;    // When the last call of the cache had returned.
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_AHEAD_BACKEND_H_
