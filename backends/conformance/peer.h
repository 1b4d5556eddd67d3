// A second process with a handle of its own, that does what it is told, one operation at a time.
//
// Purpose: tests of what one process sees of another's work. Order comes from the answers: Run
// returns when the other process's operation has returned.
// Thread safety: none. Ownership: owns the process; ends and reaps it. REQUIRES: made before this
// process opens a handle on the directory, for neither SQLite nor LMDB may be carried through fork.
#ifndef TEARPROOF_BACKENDS_CONFORMANCE_PEER_H_
#define TEARPROOF_BACKENDS_CONFORMANCE_PEER_H_

#include <sys/types.h>

#include <string>
#include <string_view>

#include "backends/conformance/subject.h"
#include "harness/core/unique_fd.h"

namespace tearproof::backends::conformance {

class Peer {
 public:
  explicit Peer(const Subject& subject);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  // Runs the operation over there. kOpen: the process is gone.
  Outcome Run(OpKind kind, std::string_view key = "", std::string_view value = "");
  // Of the operation last run: the value of a hit, or the text of an error.
  const std::string& text() const { return text_; }

 private:
  UniqueFd socket_;
  pid_t pid_ = -1;
  std::string text_;
};

}  // namespace tearproof::backends::conformance

#endif  // TEARPROOF_BACKENDS_CONFORMANCE_PEER_H_
