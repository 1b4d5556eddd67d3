// A user's program, running, and the lines that go to and fro.
//
// Purpose: sole owner of one adapter process: started without a shell in a process group of its
// own, asked line by line, killed at the end. It dies with the thread that started it (prctl(2),
// PR_SET_PDEATHSIG), so that a killed worker takes its adapter along; orphans.h ends what the
// adapter itself has started.
//
// Thread safety: none; the starting thread must outlive the object. While one lives, SIGPIPE is
// ignored in this process. Units: bytes, nanoseconds.
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
#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof::adapter {

// The longest answer that is read.
inline constexpr size_t kMaxLine = 64 << 20;
// How much of the end of its standard error is kept.
inline constexpr size_t kStderrTail = 4 << 10;

class AdapterProcess : public AdapterTalk {
 public:
  // REQUIRES: a command of at least one word. Errors: kUsage where the program cannot be executed,
  // else kEnvironment.
  // It starts in `directory`; "" stands for the working directory.
  static Result<std::unique_ptr<AdapterProcess>> Start(const std::vector<std::string>& command,
                                                       const std::string& directory = "");
  ~AdapterProcess() override;  // Kills its process group, then reaps it.
  AdapterProcess(const AdapterProcess&) = delete;
  AdapterProcess& operator=(const AdapterProcess&) = delete;

  // Sends `text`, which ends in a newline. False: broken.
  bool Send(std::string_view text);
  // The next line, without its newline. `deadline` is of CLOCK_MONOTONIC. False: broken, or woken.
  bool ReadLine(std::string* line, int64_t deadline = kNoDeadline);
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
  pid_t id() const { return id_; }

 private:
  AdapterProcess();
  // Waits until the adapter can be read, or takes more of `unsent`, and does it. False: broken.
  bool Exchange(std::string_view* unsent, int64_t deadline);
  bool Write(std::string_view* unsent);
  void ReadStdout();
  void ReadStderr();
  // It closed its standard output: says how it ended.
  void BreakAtEnd();

  pid_t id_ = -1;
  UniqueFd stdin_;  // Ours of each pipe; none of them blocks.
  UniqueFd stdout_;
  UniqueFd stderr_;
  std::string received_;  // Not yet handed out.
  size_t searched_ = 0;   // There is no newline before.
  bool ended_ = false;    // Its standard output is closed.
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
