// A pipe, both ends closed on exec.
//
// Thread safety: as pipe2(2). Ownership: of both ends. Errors: kEnvironment.
#ifndef TEARPROOF_HARNESS_CORE_PIPE_H_
#define TEARPROOF_HARNESS_CORE_PIPE_H_

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "harness/core/result.h"
#include "harness/core/unique_fd.h"

namespace tearproof {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

inline Result<Pipe> MakePipe() {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError(errno, "cannot create a pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_CORE_PIPE_H_
