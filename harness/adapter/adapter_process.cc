#include "harness/adapter/adapter_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "harness/adapter/protocol.h"
#include "harness/core/clock.h"
#include "harness/core/pipe.h"
#include "harness/core/text.h"

namespace tearproof::adapter {
namespace {

// How long an adapter may take from closing its standard output to its end.
constexpr int kEndMillis = 2'000;
// How often a flag that interrupts is looked at.
constexpr int kLookMillis = 50;

void DoNotBlock(const UniqueFd& fd) { fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

std::string DescribeEnd(const GuardedProcess::End& end) {
  if (end.code == CLD_EXITED) {
    return fmt::format("the adapter exited with status {}", end.status);
  }
  const char* name = sigabbrev_np(end.status);
  return fmt::format("the adapter was ended by signal {} ({})", end.status,
                     name == nullptr ? "unknown" : name);
}

// Its last line first, which names the exception in most languages: reports cut long texts.
std::string DescribeStderr(std::string_view tail) {
  while (tail.ends_with('\n')) tail.remove_suffix(1);
  if (tail.empty()) return "";
  const size_t newline = tail.rfind('\n');
  if (newline == std::string_view::npos) return fmt::format("; its standard error: {}", tail);
  return fmt::format("; its standard error: {}\nand before that: {}", tail.substr(newline + 1),
                     tail.substr(0, newline));
}

// Several values fit, which are asked for ahead: at a full pipe both sides wait for each other.
constexpr int kPipeBytes = 256 << 10;

}  // namespace

AdapterProcess::AdapterProcess() {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &former_pipe_action_);
}

AdapterProcess::~AdapterProcess() {
  program_.Stop();
  sigaction(SIGPIPE, &former_pipe_action_, nullptr);
}

Result<std::unique_ptr<AdapterProcess>> AdapterProcess::Start(
    const std::vector<std::string>& command, const std::string& directory) {
  TEARPROOF_ASSIGN_OR_RETURN(Pipe in, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe out, MakePipe());
  TEARPROOF_ASSIGN_OR_RETURN(Pipe err, MakePipe());
  // Where this is refused, they are as large as they come.
  for (const Pipe* pipe : {&in, &out}) fcntl(pipe->read.get(), F_SETPIPE_SZ, kPipeBytes);
  auto adapter = std::unique_ptr<AdapterProcess>(new AdapterProcess);
  TEARPROOF_ASSIGN_OR_RETURN(
      adapter->program_,
      GuardedProcess::Start(command, directory, in.read.get(), out.write.get(), err.write.get()));
  adapter->stdin_ = std::move(in.write);
  adapter->stdout_ = std::move(out.read);
  adapter->stderr_ = std::move(err.read);
  for (const UniqueFd* fd : {&adapter->stdin_, &adapter->stdout_, &adapter->stderr_}) {
    DoNotBlock(*fd);
  }
  return adapter;
}

bool AdapterProcess::Send(std::string_view text) {
  if (broken()) return false;
  if (!Write(&text)) return false;
  while (!text.empty()) {
    if (!Exchange(&text, kNoDeadline)) return false;
  }
  return true;
}

bool AdapterProcess::Ask(uint64_t, std::string_view text, int64_t deadline, std::string* answer,
                         std::string* stray) {
  return Send(text) && ReadAnswer(deadline, answer, stray);
}

bool AdapterProcess::ReadAnswer(int64_t deadline, std::string* answer, std::string* stray) {
  while (ReadLine(answer, deadline)) {
    if (IsAnswer(*answer)) return true;
    if (stray->empty()) *stray = *answer;
  }
  return false;
}

bool AdapterProcess::ReadLine(std::string* line, int64_t deadline) {
  while (!broken()) {
    const std::string_view rest = std::string_view(received_).substr(begin_);
    if (const auto length = LineLength(rest, searched_ - begin_)) {
      *line = rest.substr(0, *length);
      begin_ += *length + 1;
      searched_ = begin_;
      return true;
    }
    // What was handed out would otherwise be moved along with every line.
    received_.erase(0, begin_);
    searched_ = std::min(received_.find('\n', searched_ - begin_), received_.size());
    begin_ = 0;
    if (received_.size() > (searched_ < received_.size() ? 2 : 1) * kMaxLine) {
      Break(fmt::format("the adapter sent a line of more than {}", FormatSize(kMaxLine)));
    } else if (ended_) {
      BreakAtEnd();
    } else {
      std::string_view nothing;
      woken_ = false;
      Exchange(&nothing, deadline);
      if (woken_) return false;
    }
  }
  return false;
}

bool AdapterProcess::Exchange(std::string_view* unsent, int64_t deadline) {
  if (interrupted_ != nullptr && interrupted_->load()) {
    Break("it was interrupted");
    return false;
  }
  int timeout = -1;
  if (deadline != kNoDeadline) {
    const int64_t left = deadline - MonotonicNanos();
    if (left <= 0) {
      Break("the adapter did not answer in time");
      return false;
    }
    timeout = static_cast<int>(std::min<int64_t>(left / kNanosPerMilli + 1, 1'000'000));
  }
  // A signal between the look at the flag and poll wakes nobody.
  if (interrupted_ != nullptr) timeout = timeout < 0 ? kLookMillis : std::min(timeout, kLookMillis);
  // poll passes over negative descriptors.
  const bool wakes = unsent->empty() && wake_ >= 0;
  std::array<pollfd, 4> waits = {{{ended_ ? -1 : stdout_.get(), POLLIN, 0},
                                  {stderr_.get(), POLLIN, 0},
                                  {unsent->empty() ? -1 : stdin_.get(), POLLOUT, 0},
                                  {wakes ? wake_ : -1, POLLIN, 0}}};
  if (poll(waits.data(), waits.size(), timeout) < 0) return errno == EINTR;
  if (waits[1].revents != 0) ReadStderr();
  if (waits[0].revents != 0) ReadStdout();
  woken_ = waits[3].revents != 0;
  if (waits[2].revents != 0) return Write(unsent);
  return true;
}

bool AdapterProcess::Write(std::string_view* unsent) {
  const ssize_t written = write(stdin_.get(), unsent->data(), unsent->size());
  if (written >= 0) {
    unsent->remove_prefix(static_cast<size_t>(written));
    return true;
  }
  if (errno == EAGAIN || errno == EINTR) return true;
  BreakAtEnd();
  return false;
}

void AdapterProcess::ReadStdout() {
  std::array<char, kPipeBytes> part;
  const ssize_t count = read(stdout_.get(), part.data(), part.size());
  if (count > 0) {
    received_.append(part.data(), static_cast<size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    ended_ = true;
  }
}

void AdapterProcess::ReadStderr() {
  std::array<char, kStderrTail> part;
  const ssize_t count = read(stderr_.get(), part.data(), part.size());
  if (count > 0) {
    stderr_tail_.append(part.data(), static_cast<size_t>(count));
    if (stderr_tail_.size() > kStderrTail) {
      stderr_tail_.erase(0, stderr_tail_.size() - kStderrTail);
    }
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    stderr_.Reset();
  }
}

bool AdapterProcess::AwaitEnd() {
  stdin_.Reset();
  failure_ = "the adapter has been ended";
  return program_.AwaitEnd(kEndMillis).has_value();
}

void AdapterProcess::BreakAtEnd() {
  const auto end = program_.AwaitEnd(kEndMillis);
  Break(end ? DescribeEnd(*end) : "the adapter closed its standard output or input");
}

void AdapterProcess::Break(const std::string& why) {
  if (broken()) return;
  // What it wrote before it broke is in that pipe already: 64 KiB at most, unless it goes on.
  for (size_t part = 0; part < (64 << 10) / kStderrTail && stderr_.valid(); ++part) ReadStderr();
  failure_ = why + DescribeStderr(stderr_tail_);
  stdin_.Reset();
}

}  // namespace tearproof::adapter
