#include "harness/cli/interrupt.h"

#include <signal.h>

#include <cstdio>

namespace tearproof::cli {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// SA_RESETHAND: the second signal finds the default action. Workers die with their parent.
void OnSignal(int) { interrupted.store(true); }

}  // namespace

const std::atomic<bool>& CatchInterrupts() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction former {};
  sigaction(SIGHUP, nullptr, &former);
  if (former.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // Not under nohup(1).
  signal(SIGPIPE, SIG_IGN);
  return interrupted;
}

int InterruptedBeforeAnythingRan() {
  constexpr int kExitInterrupted = 130;
  std::fputs("tearproof: interrupted before anything ran\n", stderr);
  return kExitInterrupted;
}

}  // namespace tearproof::cli
