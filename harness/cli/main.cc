// tearproof: finds, replays, rules out and measures races in file-backed caches.
#include <signal.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"

namespace tearproof::cli {
namespace {

int Main(int argc, char** argv) {
  const Session session{{argv, argv + argc}};
  const Result<int> ended = RunVerb(Program(session), {argv + 1, argv + argc});
  if (ended.ok()) return ended.value();
  std::fprintf(stderr, "tearproof: %s\n", ended.error().Message().c_str());
  return ended.error().ExitCode();
}

}  // namespace
}  // namespace tearproof::cli

int main(int argc, char** argv) {
  signal(SIGXFSZ, SIG_IGN);  // A file grown too large is an error with a message (EFBIG).
  return tearproof::cli::FinishOutput(tearproof::cli::Main(argc, argv));
}
