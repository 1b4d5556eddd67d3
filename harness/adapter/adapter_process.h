// A user's program, running, and the lines that go to and fro.
//
// Purpose: sole owner of one adapter process: started without a shell in a process group of its
// own, asked line by line, killed at the end, with all that it has started, and also where this
// process is killed (guarded_process.h).
//
// Thread safety: none. While one lives, SIGPIPE is ignored in this process. Units: bytes,
// nanoseconds.
// Errors: Start's are the user's or the machine's. Afterwards the program is under test: whatever
// it does makes it `broken`, with a text that a reader of the report understands, once and for all.
#ifndef TEARPROOF_HARNESS_ADAPTER_ADAPTER_PROCESS_H_
#define TEARPROOF_HARNESS_ADAPTER_ADAPTER_PROCESS_H_

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/adapter/adapter_talk.h"
#include "harness/adapter/guarded_process.h"
#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof::adapter {

// How much of the end of its standard error is kept.
inline constexpr size_t kStderrTail = 4 << 10;

class AdapterProcess : public AdapterTalk {
 public:
  // REQUIRES: a command of at least one word. Errors: kUsage where the program cannot be executed,
  // else kEnvironment.
  // It starts in `directory`; "" stands for the working directory.
  static Result<std::unique_ptr<AdapterProcess>> Start(const std::vector<std::string>& command,
                                                       const std::string& directory = "");
  ~AdapterProcess() override;  // Ends it, and what it has started.
  AdapterProcess(const AdapterProcess&) = delete;
  AdapterProcess& operator=(const AdapterProcess&) = delete;

  // Sends `text`, which ends in a newline. False: broken.
  bool Send(std::string_view text);
  // The next line, with the bytes that belong to it and without its newline. `deadline` is of
  // CLOCK_MONOTONIC. False: broken, or woken.
  bool ReadLine(std::string* line, int64_t deadline = kNoDeadline);
  // The next answer; the first line before it that was none goes to `stray`. False: broken.
  bool ReadAnswer(int64_t deadline, std::string* answer, std::string* stray);
  bool Ask(uint64_t id, std::string_view text, int64_t deadline, std::string* answer,
           std::string* stray) override;
  // ReadLine returns when `fd`, which outlives this object, can be read.
  void WakeBy(int fd) { wake_ = fd; }
  // Breaks soon after `flag`, which outlives this object, has become true.
  void BreakOn(const std::atomic<bool>& flag) { interrupted_ = &flag; }
  // Ends its input and gives it two seconds to end by itself. Nothing can be sent any more. False:
  // it has not ended.
  bool AwaitEnd();
  void Break(const std::string& why) override;

  bool broken() const { return !failure_.empty(); }
  std::string WhyBroken() const override { return failure_; }
  uint64_t NextId() override { return ++last_id_; }
  // In the system.
  pid_t id() const { return program_.id(); }

 private:
  AdapterProcess();
  // Waits until the adapter can be read, or takes more of `unsent`, and does it. False: broken.
  bool Exchange(std::string_view* unsent, int64_t deadline);
  bool Write(std::string_view* unsent);
  void ReadStdout();
  void ReadStderr();
  // It closed its standard output: says how it ended.
  void BreakAtEnd();

  GuardedProcess program_;
  UniqueFd stdin_;  // Ours of each pipe; none of them blocks.
  UniqueFd stdout_;
  UniqueFd stderr_;
  std::string received_;
  size_t begin_ = 0;     // What lies before was handed out.
  size_t searched_ = 0;  // There is no newline between begin_ and here.
  bool ended_ = false;   // Its standard output is closed.
  int wake_ = -1;
  bool woken_ = false;
  std::string stderr_tail_;
  std::string failure_;
  uint64_t last_id_ = 0;
  const std::atomic<bool>* interrupted_ = nullptr;
  struct sigaction former_pipe_action_ = {};
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_ADAPTER_PROCESS_H_
