// Sole owner of a file descriptor; closes it when it goes.
//
// Thread safety: none; one owner. Errors: close(2)'s are ignored, as its descriptor is gone either
// way on Linux (see close(2), NOTES); who needs them calls Release() and close().
#ifndef TEARPROOF_HARNESS_CORE_UNIQUE_FD_H_
#define TEARPROOF_HARNESS_CORE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace tearproof {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_UNIQUE_FD_H_
