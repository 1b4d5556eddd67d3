// tearproof: finds, replays, rules out and measures races in file-backed caches.
#include <signal.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/core/check.h"

namespace tearproof::cli {
namespace {

// `git bisect run` takes every code below 128 for "bad", but for 0 and this one.
constexpr int kExitBisectSkip = 125;

int BisectCode(int code) { return code <= 1 || code >= 128 ? code : kExitBisectSkip; }

int Main(const Session& session) {
  if (session.Bisects()) SetDefectExitCode(kExitBisectSkip);
  const Result<int> ended =
      RunVerb(Program(session), {session.arguments.begin() + 1, session.arguments.end()});
  if (ended.ok()) return ended.value();
  std::fprintf(stderr, "tearproof: %s\n", ended.error().Message().c_str());
  return ended.error().ExitCode();
}

}  // namespace
}  // namespace tearproof::cli

int main(int argc, char** argv) {
  signal(SIGXFSZ, SIG_IGN);  // A file grown too large is an error with a message (EFBIG).
  const tearproof::cli::Session session{{argv, argv + argc}};
  const int code = tearproof::cli::FinishOutput(tearproof::cli::Main(session));
  return session.Bisects() ? tearproof::cli::BisectCode(code) : code;
}
