// The cache under test, as one process sees it.
//
// Purpose: the smallest interface that every cache in files can be driven through. A Backend is
// one process's handle on one cache directory. All state that processes share lives in that
// directory; a Backend that keeps entries in memory is not the thing under test. What a cache
// lacks it answers with kUnsupported, and its backend.toml does not list it; it never emulates.
//
// Thread safety: none; a Backend is used by one thread. Process safety: that is what is judged.
// Ownership: the engine owns the Backend; the Backend owns its descriptors and connections.
// Errors: a cache's own failure is Response{kError, text, errno}, never an exception.
#ifndef TEARPROOF_HARNESS_API_BACKEND_H_
#define TEARPROOF_HARNESS_API_BACKEND_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "harness/core/result.h"
#include "harness/history/op.h"

namespace tearproof {

struct Request {
  OpKind kind = OpKind::kInit;
  std::string_view key;          // Empty for init, clear, cull. May hold any bytes, NUL included.
  std::string_view value;        // set, add. Valid during the call only.
  uint32_t ttl_millis = kNoTtl;  // set, add, touch. 0 is "already expired".
  int64_t delta = 1;             // incr.
};

struct Response {
  Outcome outcome = Outcome::kUnsupported;
  std::string value;     // get: the bytes of a hit. incr: the new number in decimal, where known.
                         // Reused from call to call: a Backend assigns it, never relies on it.
  std::string error;     // Of a failure: what a user of the cache would have been shown.
  int error_number = 0;  // Of a failure: errno, where a system call failed; else 0.
  // When the cache itself was called and had returned, of CLOCK_MONOTONIC, within the call of
  // Execute: where the backend knows better than its caller. Else both are 0.
  int64_t called = 0;
  int64_t returned = 0;

  void Is(Outcome what) { outcome = what; }
  bool failed() const { return outcome == Outcome::kError || outcome == Outcome::kFailed; }
  void Fail(int number, std::string text) {
    outcome = Outcome::kError;
    error_number = number;
    error = std::move(text);
  }
};

class Backend {
 public:
  virtual ~Backend() = default;
  // Runs one operation to its end. `response.outcome` is always set; `response.value` is
  // meaningful only for a hit of get and a done incr. Open does no I/O: the first operation is
  // always kInit.
  virtual void Execute(const Request& request, Response& response) = 0;
};

// Options as given after the name: "temp-rename:sync=full,cull=3". Only what backend.toml declares
// arrives here, with its default where the user named nothing.
using BackendOptions = std::map<std::string, std::string>;

struct BackendSetup {
  std::string directory;  // The cache's directory. Absolute. It may not exist: init makes it.
  uint16_t process = 0;   // This process's number in the history.
  uint64_t seed = 0;      // For a Backend's own choices (random temp names, random culling).
  BackendOptions options;
};

// Every backend folder defines one such function, `Open`, in namespace
// tearproof::backends::<folder>. Errors: kUsage for an option value that makes no sense.
using OpenBackend = Result<std::unique_ptr<Backend>> (*)(const BackendSetup& setup);

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_BACKEND_H_
