// A cache behind the adapter protocol, as a Backend.
//
// Purpose: one handle, on one cache directory, by way of a running adapter. Several may follow each
// other on the same adapter, a round each: init tells it to drop all state.
//
// Thread safety: none. Ownership: borrows the talk, which must outlive it.
// Errors: whatever the adapter does wrong is the operation's kError, with a text that names it;
// once it is broken, every operation fails at once. A key that JSON cannot carry is kRefused
// unsent.
#ifndef TEARPROOF_HARNESS_ADAPTER_ADAPTER_BACKEND_H_
#define TEARPROOF_HARNESS_ADAPTER_ADAPTER_BACKEND_H_

#include <string>
#include <utility>

#include "harness/adapter/adapter_talk.h"
#include "harness/adapter/protocol.h"
#include "harness/api/backend.h"

namespace tearproof::adapter {

class AdapterBackend : public Backend {
 public:
  AdapterBackend(AdapterTalk* talk, BackendSetup setup) : talk_(talk), setup_(std::move(setup)) {}

  void Execute(const Request& request, Response& response) override;

  // The answer to the last operation that was answered by the protocol.
  const std::string& last_answer() const { return line_; }
  // Operations fail once this moment of CLOCK_MONOTONIC has passed.
  void SetDeadline(int64_t deadline) { deadline_ = deadline; }
  // How it wants to be talked to, since its last init.
  const Manner& manner() const { return manner_; }

 protected:
  // What the answer in line_ says, which had been received now; nothing in it may lie before
  // `sent`.
  void Decode(uint64_t id, OpKind kind, int64_t sent, Response& response);

  AdapterTalk* talk_;
  BackendSetup setup_;
  int64_t deadline_ = kNoDeadline;
  Manner manner_;
  std::string line_;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_ADAPTER_BACKEND_H_
