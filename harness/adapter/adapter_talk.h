// A request, and the line that answers it.
//
// Purpose: what AdapterBackend needs of an adapter, whether it has a process for itself
// (adapter_process.h) or shares one with others (shared_adapter.h).
// Thread safety: as the implementation says. Errors: once it is broken, every request fails with
// the same text, which a reader of the report understands.
#ifndef TEARPROOF_HARNESS_ADAPTER_ADAPTER_TALK_H_
#define TEARPROOF_HARNESS_ADAPTER_ADAPTER_TALK_H_

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tearproof::adapter {

inline constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::max();

class AdapterTalk {
 public:
  virtual ~AdapterTalk() = default;

  // Numbers of requests: each is larger than those before.
  virtual uint64_t NextId() = 0;
  // Sends `text`, the request `id`, newline included, and waits until `deadline` of
  // CLOCK_MONOTONIC for its answer. The first line that was no answer goes to `stray`. False:
  // broken.
  virtual bool Ask(uint64_t id, std::string_view text, int64_t deadline, std::string* answer,
                   std::string* stray) = 0;
  // The same for init. Of those who share a process one asks for all; `id` becomes that of the
  // request that was really sent.
  virtual bool AskInit(uint64_t* id, std::string_view text, int64_t deadline, std::string* answer,
                       std::string* stray) {
    return Ask(*id, text, deadline, answer, stray);
  }
  // From now on nothing is asked; `why` and the end of its standard error say so.
  virtual void Break(const std::string& why) = 0;
  // Why it is broken; "" if it is not.
  virtual std::string WhyBroken() const = 0;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_ADAPTER_TALK_H_
