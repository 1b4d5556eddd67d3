#include "backends/conformance/peer.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/core/check.h"

namespace tearproof::backends::conformance {
namespace {

bool SendAll(int fd, const void* bytes, size_t size) {
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t sent = send(fd, next, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    next += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

bool ReceiveAll(int fd, void* bytes, size_t size) {
  char* next = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = recv(fd, next, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    next += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

// A text goes with its length before it.
bool SendText(int fd, std::string_view text) {
  const uint64_t size = text.size();
  return SendAll(fd, &size, sizeof(size)) && SendAll(fd, text.data(), text.size());
}

bool ReceiveText(int fd, std::string& text) {
  uint64_t size = 0;
  if (!ReceiveAll(fd, &size, sizeof(size))) return false;
  text.resize(size);
  return ReceiveAll(fd, text.data(), size);
}

// The other process: answers until the socket is closed.
void Serve(const Subject& subject, int fd) {
  Handle cache = subject.Open(2);
  OpKind kind;
  std::string key;
  std::string value;
  while (ReceiveAll(fd, &kind, sizeof(kind)) && ReceiveText(fd, key) && ReceiveText(fd, value)) {
    const Outcome outcome = cache.Run(kind, key, value);
    const bool failed = outcome == Outcome::kError;
    if (!SendAll(fd, &outcome, sizeof(outcome))) return;
    if (!SendText(fd, failed ? cache.response().error : cache.value())) return;
  }
}

}  // namespace

Peer::Peer(const Subject& subject) {
  int ends[2];
  TEARPROOF_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, strerror(errno));
  socket_.Reset(ends[0]);
  UniqueFd theirs(ends[1]);
  pid_ = fork();
  TEARPROOF_CHECK(pid_ >= 0, strerror(errno));
  if (pid_ == 0) {
    socket_.Reset();
    Serve(subject, theirs.get());
    _exit(0);
  }
}

Peer::~Peer() {
  socket_.Reset();
  waitpid(pid_, nullptr, 0);
}

Outcome Peer::Run(OpKind kind, std::string_view key, std::string_view value) {
  Outcome outcome = Outcome::kOpen;
  text_.clear();
  const bool answered = SendAll(socket_.get(), &kind, sizeof(kind)) &&
                        SendText(socket_.get(), key) && SendText(socket_.get(), value) &&
                        ReceiveAll(socket_.get(), &outcome, sizeof(outcome)) &&
                        ReceiveText(socket_.get(), text_);
  return answered ? outcome : Outcome::kOpen;
}

}  // namespace tearproof::backends::conformance
