// The adapter's side of the protocol, for a cache that this program contains.
//
// Purpose: explore drives every cache through adapters, also those written in C++: the process that
// is stopped at its system calls runs the cache and nothing else. One read of requests, one write
// of an answer, no other system call between them that is not the cache's.
// Thread safety: none. Errors: a line that is no request ends it; a cache that cannot be opened so
// is an answer.
#ifndef TEARPROOF_HARNESS_ADAPTER_SERVE_H_
#define TEARPROOF_HARNESS_ADAPTER_SERVE_H_

#include <functional>
#include <memory>

#include "harness/api/backend.h"
#include "harness/core/result.h"

namespace tearproof::adapter {

// Answers the requests on `in` until it ends. Errors: kUsage for what is no request.
using OpenAsAsked = std::function<Result<std::unique_ptr<Backend>>(const BackendSetup& setup)>;
Result<void> Serve(const OpenAsAsked& open, int in, int out);

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_SERVE_H_
