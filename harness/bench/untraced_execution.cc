#include "harness/bench/untraced_execution.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "harness/adapter/guarded_process.h"
#include "harness/adapter/protocol.h"
#include "harness/api/request_maker.h"
#include "harness/core/clock.h"
#include "harness/core/owned_directory.h"
#include "harness/core/pipe.h"
#include "harness/trace/one_core.h"

namespace tearproof::bench {
namespace {

constexpr int kExecutions = 300;

// One process, and the lines that it is sent in each execution.
struct Asked {
  adapter::GuardedProcess program;
  UniqueFd in;
  UniqueFd out;
  std::vector<std::string> requests;
};

class Conversation {
 public:
  Conversation(const Scenario& scenario, std::string directory)
      : keys_(scenario.KeyNames()), directory_(std::move(directory)) {}

  Result<void> Add(const std::vector<std::string>& command, const std::vector<Step>& program,
                   uint32_t value_bytes) {
    Asked asked;
    // Its own ends are closed here at the end: where it dies, nobody waits for its answer.
    TEARPROOF_ASSIGN_OR_RETURN(Pipe in, MakePipe());
    TEARPROOF_ASSIGN_OR_RETURN(Pipe out, MakePipe());
    TEARPROOF_ASSIGN_OR_RETURN(
        asked.program,
        adapter::GuardedProcess::Start(command, "", in.read.get(), out.write.get(), STDERR_FILENO));
    asked.in = std::move(in.write);
    asked.out = std::move(out.read);
    RequestMaker maker(&keys_, /*counters=*/false, VerifyMode::kFull);
    BackendSetup setup;
    setup.directory = directory_;
    setup.process = static_cast<uint16_t>(asked_.size());
    Op op;
    op.process = setup.process;
    const auto append = [&](const Task& task) {
      ++op.sequence;
      const auto text = adapter::EncodeRequest(op.sequence, maker.Make(task, &op), setup);
      if (text) asked.requests.push_back(*text);
    };
    append({OpKind::kInit});
    for (const Step& step : program) append({step.kind, step.key, value_bytes});
    asked_.push_back(std::move(asked));
    return {};
  }

  Result<void> Run() {
    std::array<char, 1 << 16> answer;
    for (const Asked& asked : asked_) {
      for (const std::string& request : asked.requests) {
        if (write(asked.in.get(), request.data(), request.size()) < 0) {
          return SystemError(errno, "cannot ask a process that is not traced");
        }
        if (read(asked.out.get(), answer.data(), answer.size()) <= 0) {
          return SystemError(EPIPE, "a process that is not traced ended without an answer");
        }
      }
    }
    return {};
  }

 private:
  const std::vector<std::string> keys_;
  const std::string directory_;
  std::vector<Asked> asked_;
};

}  // namespace

Result<double> NanosOfUntracedExecution(const Scenario& scenario,
                                        const std::vector<std::string>& command,
                                        const std::string& parent_directory) {
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory, OwnedDirectory::Create(parent_directory));
  directory.Claim();
  // Processes inherit the core.
  TEARPROOF_ASSIGN_OR_RETURN(const auto core, trace::OneCore::Take(-1, /*realtime=*/false));
  const std::string place = directory.path() + "/x";
  if (mkdir(place.c_str(), 0700) != 0) return SystemError(errno, "cannot create " + place);
  const UniqueFd fd(open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "cannot open " + place);
  Conversation conversation(scenario, place + "/cache");
  const auto bytes = static_cast<uint32_t>(scenario.value_sizes.choices.front());
  TEARPROOF_RETURN_IF_ERROR(conversation.Add(command, scenario.explore_before, bytes));
  for (const Role& role : scenario.roles) {
    for (uint32_t i = 0; role.explore && i < role.explore->processes; ++i) {
      TEARPROOF_RETURN_IF_ERROR(conversation.Add(command, role.explore->program, bytes));
    }
  }
  TEARPROOF_RETURN_IF_ERROR(conversation.Run());
  const int64_t begin = MonotonicNanos();
  for (int i = 0; i < kExecutions; ++i) {
    TEARPROOF_RETURN_IF_ERROR(RemoveContents(fd.get(), place));
    TEARPROOF_RETURN_IF_ERROR(conversation.Run());
  }
  return static_cast<double>(MonotonicNanos() - begin) / kExecutions;
}

}  // namespace tearproof::bench
