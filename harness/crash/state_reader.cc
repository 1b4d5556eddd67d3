#include "harness/crash/state_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "harness/adapter/adapter_backend.h"
#include "harness/adapter/adapter_process.h"
#include "harness/core/check.h"
#include "harness/core/clock.h"
#include "harness/core/unique_fd.h"

namespace tearproof::crash {
namespace {

constexpr const char* kState = "state";
// Alone on the machine, an operation that takes so long is stuck (DESIGN: `returns`).
constexpr int64_t kPatience = 10 * kNanosPerSecond;
// Once that has been shown, the other states need not wait as long.
constexpr int64_t kPatienceAfterwards = kNanosPerSecond / 2;

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

// False: it ended, or did not come in time.
bool ReceiveAll(int fd, char* bytes, size_t size, int64_t deadline) {
  while (size > 0) {
    const int64_t left = std::max<int64_t>(deadline - MonotonicNanos(), 0);
    pollfd ready = {fd, POLLIN, 0};
    const int polled = poll(&ready, 1, static_cast<int>(left / kNanosPerMilli) + 1);
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0) return false;
    const ssize_t got = recv(fd, bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

// A child of this process: nothing is executed, so a state costs no start of a program.
class ForkedReader : public StateReader {
 public:
  ForkedReader(ReaderSetup setup, OwnedDirectory directory)
      : StateReader(std::move(setup), std::move(directory)) {}
  ~ForkedReader() override { End(); }

  Result<void> Begin() { return Fork(); }

 protected:
  Result<Reading> ReadMade() override {
    if (child_ < 0) TEARPROOF_RETURN_IF_ERROR(Fork());
    const int64_t deadline = MonotonicNanos() + Patience();
    uint64_t size = 0;
    std::string bytes;
    bool answered =
        SendAll(socket_.get(), "r") &&
        ReceiveAll(socket_.get(), reinterpret_cast<char*>(&size), sizeof(size), deadline);
    if (answered) {
      bytes.resize(size);
      answered = ReceiveAll(socket_.get(), bytes.data(), size, deadline);
    }
    if (answered) {
      std::optional<Reading> reading = DecodeReading(bytes);
      TEARPROOF_CHECK(reading.has_value(), "a reader sent what is no reading");
      return *std::move(reading);
    }
    // It closed its end, or time is up.
    return EndedReading(MonotonicNanos() < deadline);
  }

 private:
  Result<void> Fork() {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
      return SystemError(errno, "cannot make a pair of sockets");
    }
    socket_.Reset(pair[0]);
    const UniqueFd other(pair[1]);
    fflush(nullptr);
    const pid_t parent = getpid();
    child_ = fork();
    if (child_ < 0) return SystemError(errno, "cannot start a process that reads");
    if (child_ > 0) return {};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    signal(SIGINT, SIG_IGN);
    Serve(other.get());
    _exit(0);
  }

  void Serve(int fd) {
    for (char request = 0; recv(fd, &request, 1, 0) == 1;) {
      Reading reading;
      auto cache = setup().open(MakeBackendSetup());
      if (cache.ok()) reading = RunPlan(*cache.value(), setup().plan, CacheDirectory());
      const std::string bytes = Encode(reading);
      const uint64_t size = bytes.size();
      const std::string_view head(reinterpret_cast<const char*>(&size), sizeof(size));
      if (cache.ok()) cache.value().reset();
      if (!SendAll(fd, head) || !SendAll(fd, bytes)) return;
    }
  }

  // It died of what it read, or does not come back.
  Reading EndedReading(bool died) {
    End();
    Reading reading = Stalled();
    if (!died) return reading;
    reading.stalled = false;
    reading.ops.back().outcome = Outcome::kError;
    reading.ops.back().ret = reading.ops.back().invoke;
    const Op& op = reading.ops.back();
    reading.evidence.push_back({op.process, op.sequence, "the process that read died", {}});
    reading.answers.back() += ": the process died";
    return reading;
  }

  void End() {
    socket_.Reset();
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
  }

  UniqueFd socket_;
  pid_t child_ = -1;
};

class AdapterReader : public StateReader {
 public:
  AdapterReader(ReaderSetup setup, OwnedDirectory directory)
      : StateReader(std::move(setup), std::move(directory)) {}

  Result<void> Begin() {
    TEARPROOF_ASSIGN_OR_RETURN(process_, adapter::AdapterProcess::Start(setup().command));
    return {};
  }

 protected:
  Result<Reading> ReadMade() override {
    if (process_ == nullptr || process_->broken()) TEARPROOF_RETURN_IF_ERROR(Begin());
    adapter::AdapterBackend cache(process_.get(), MakeBackendSetup());
    const int64_t deadline = MonotonicNanos() + Patience();
    cache.SetDeadline(deadline);
    Reading reading = RunPlan(cache, setup().plan, CacheDirectory());
    if (process_->broken() && MonotonicNanos() >= deadline) return Stalled();
    return reading;
  }

 private:
  std::unique_ptr<adapter::AdapterProcess> process_;
};

}  // namespace

StateReader::StateReader(ReaderSetup setup, OwnedDirectory directory)
    : setup_(std::move(setup)), directory_(std::move(directory)) {}

Result<std::unique_ptr<StateReader>> StateReader::Start(ReaderSetup setup) {
  TEARPROOF_ASSIGN_OR_RETURN(OwnedDirectory directory,
                             OwnedDirectory::Create(setup.parent_directory));
  directory.Claim();
  if (setup.open != nullptr) {
    auto reader = std::make_unique<ForkedReader>(std::move(setup), std::move(directory));
    TEARPROOF_RETURN_IF_ERROR(reader->Begin());
    return std::unique_ptr<StateReader>(std::move(reader));
  }
  auto reader = std::make_unique<AdapterReader>(std::move(setup), std::move(directory));
  TEARPROOF_RETURN_IF_ERROR(reader->Begin());
  return std::unique_ptr<StateReader>(std::move(reader));
}

Result<Reading> StateReader::Read(const Tree& state) {
  TEARPROOF_RETURN_IF_ERROR(RemoveTreeAt(directory_.fd(), kState));
  TEARPROOF_RETURN_IF_ERROR(WriteTree(state, directory_.fd(), kState));
  TEARPROOF_ASSIGN_OR_RETURN(Reading reading, ReadMade());
  stalled_before_ = stalled_before_ || reading.stalled;
  return reading;
}

Result<void> StateReader::Keep(const Tree& state, const std::string& directory) {
  return WriteTree(state, AT_FDCWD, directory);
}

std::string StateReader::CacheDirectory() const {
  return directory_.path() + "/" + kState + "/" + setup_.cache;
}

BackendSetup StateReader::MakeBackendSetup() const {
  BackendSetup made;
  made.directory = CacheDirectory();
  made.process = setup_.plan.process;
  made.seed = 1;
  made.options = setup_.options;
  return made;
}

Reading StateReader::Stalled() const {
  Reading reading;
  reading.stalled = true;
  Op& op = reading.ops.emplace_back();
  op.kind = OpKind::kInit;
  op.process = setup_.plan.process;
  op.invoke = 1;
  reading.answers.emplace_back("init and get");
  return reading;
}

int64_t StateReader::Patience() { return stalled_before_ ? kPatienceAfterwards : kPatience; }

}  // namespace tearproof::crash
