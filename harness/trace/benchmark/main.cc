// What a step costs: two writers and a reader over a fresh directory, processes reused.
//
//     trace_benchmark SUBJECT [EXECUTIONS] [DIRECTORY]
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "harness/core/owned_directory.h"
#include "harness/core/random.h"
#include "harness/trace/trace_session.h"

namespace tearproof::trace {
namespace {

constexpr char kWriter[] =
    "open \"tmp\" O_CREAT|O_TRUNC|O_WRONLY 420; write $0 @a 64; write $0 @a 64; write $0 @a 64; "
    "write $0 @a 64; write $0 @a 64; write $0 @a 64; write $0 @a 64; write $0 @a 64; close $0; "
    "rename \"tmp\" \"k0\"\n";
constexpr char kReader[] =
    "open \"k0\" O_RDONLY; read $0 & 64; read $0 & 64; read $0 & 64; read $0 & 64; read $0 & 64; "
    "close $0\n";

void Tell(TraceSession* session, size_t process, std::string_view line) {
  [[maybe_unused]] const ssize_t written = write(session->input(process), line.data(), line.size());
  session->Resume(process);
}

// Steps at random until all wait for input. Returns how many steps.
uint64_t Execute(TraceSession* session, Random* random) {
  uint64_t steps = 0;
  std::vector<size_t> enabled;
  while (true) {
    enabled.clear();
    for (size_t p = 0; p < session->processes(); ++p) {
      if (session->state(p).standing != Standing::kAtCall) continue;
      enabled.push_back(p);
      session->Pending(p);
    }
    if (enabled.empty()) return steps;
    if (session->Step(enabled[random->Below(enabled.size())])) ++steps;
  }
}

int Run(const std::string& subject, uint64_t executions, const std::string& parent) {
  auto directory = OwnedDirectory::Create(parent);
  if (!directory.ok()) return 1;
  TraceOptions options;
  for (int i = 0; i < 3; ++i) options.subjects.push_back({{subject}, {}, directory.value().path()});
  auto started = TraceSession::Start(std::move(options));
  if (!started.ok()) {
    fmt::print("{}\n", started.error().Message());
    return 1;
  }
  const std::unique_ptr<TraceSession> session = std::move(started).value();
  Random random(1);
  uint64_t steps = 0;
  std::array<char, 4096> answer;
  const int64_t begin = MonotonicNanos();
  for (uint64_t i = 0; i < executions; ++i) {
    for (const char* name : {"k0", "tmp"}) {
      unlink((directory.value().path() + "/" + name).c_str());
    }
    if (!session->BeginExecution(directory.value().path()).ok()) return 1;
    Tell(session.get(), 0, kWriter);
    Tell(session.get(), 1, kWriter);
    Tell(session.get(), 2, kReader);
    steps += Execute(session.get(), &random);
    for (size_t p = 0; p < 3; ++p) {
      while (read(session->output(p), answer.data(), answer.size()) > 0) {
      }
    }
  }
  const double seconds = static_cast<double>(MonotonicNanos() - begin) / 1e9;
  fmt::print("{} executions, {} steps, {:.1f} µs a step, {:.0f} executions a second{}\n",
             executions, steps, seconds * 1e6 / static_cast<double>(steps),
             static_cast<double>(executions) / seconds,
             session->realtime() ? "" : " (no priorities)");
  return 0;
}

}  // namespace
}  // namespace tearproof::trace

int main(int count, char** arguments) {
  if (count < 2) return 64;
  return tearproof::trace::Run(arguments[1],
                               count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1000,
                               count > 3 ? arguments[3] : "/dev/shm");
}
