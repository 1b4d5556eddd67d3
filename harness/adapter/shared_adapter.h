// One adapter process that serves several clients at once: "concurrency".
//
// Purpose: an asynchronous cache can race within one process. Each client is a process of the
// history; their requests are in flight together, and answers may come in any order. Init is asked
// once a round, by whoever is first, for all of them.
// Thread safety: all but Start may be called by any thread; a thread of its own talks to the
// process. Ownership: owns the process. Errors: as adapter_talk.h; an answer that nobody waits for
// breaks it, for everybody.
#ifndef TEARPROOF_HARNESS_ADAPTER_SHARED_ADAPTER_H_
#define TEARPROOF_HARNESS_ADAPTER_SHARED_ADAPTER_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness/adapter/adapter_process.h"
#include "harness/adapter/adapter_talk.h"
#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof::adapter {

class SharedAdapter : public AdapterTalk {
 public:
  // Errors: as AdapterProcess::Start.
  static Result<std::unique_ptr<SharedAdapter>> Start(const std::vector<std::string>& command);
  ~SharedAdapter() override;

  // The next init is asked again. To be said by every client before it asks in a new round.
  void BeginRound(uint64_t round);
  uint64_t NextId() override;
  bool Ask(uint64_t id, std::string_view text, int64_t deadline, std::string* answer,
           std::string* stray) override;
  bool AskInit(uint64_t* id, std::string_view text, int64_t deadline, std::string* answer,
               std::string* stray) override;
  void Break(const std::string& why) override;
  std::string WhyBroken() const override;
  pid_t process_id() const { return process_->id(); }

 private:
  explicit SharedAdapter(std::unique_ptr<AdapterProcess> process, UniqueFd wake);
  void Talk();
  void Deliver(std::string line);
  // REQUIRES: the mutex.
  void BreakLocked(const std::string& why, std::unique_lock<std::mutex>& lock);

  std::unique_ptr<AdapterProcess> process_;  // Of the talking thread, once it runs.
  UniqueFd wake_;                            // eventfd(2): there is something to send, or the end.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string unsent_;
  std::map<uint64_t, std::optional<std::string>> asked_;  // Ids in flight, with their answers.
  std::string stray_;
  std::string reason_;   // Why somebody wants it broken,
  std::string failure_;  // and that with the end of standard error, once it is.
  uint64_t last_id_ = 0;
  std::optional<uint64_t> round_;
  enum class Init : uint8_t { kOpen, kAsked, kAnswered } init_ = Init::kOpen;
  uint64_t init_id_ = 0;
  std::string init_answer_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_SHARED_ADAPTER_H_
