// The messages of the adapter protocol: docs/adapters.md.
//
// Purpose: requests into lines and lines into responses; what an adapter says is checked here.
// Thread safety: pure functions. Units: times to live go out in seconds.
#ifndef TEARPROOF_HARNESS_ADAPTER_PROTOCOL_H_
#define TEARPROOF_HARNESS_ADAPTER_PROTOCOL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "harness/api/backend.h"
#include "harness/api/promise.h"
#include "harness/core/result.h"

namespace tearproof::adapter {

inline constexpr int kProtocolVersion = 1;

// `request` as a line, newline included. nullopt where JSON cannot carry it: its text is no UTF-8.
// `setup` is what init speaks of.
std::optional<std::string> EncodeRequest(uint64_t id, const Request& request,
                                         const BackendSetup& setup);

// Whether `line` is meant as an answer; if not, something printed it.
bool IsAnswer(std::string_view line);

// Something printed `line` in between: the operation fails, and says so; an error keeps its own
// text.
void AddStray(std::string_view line, Response* response);

// What the answer to the request `id` says. Errors: kUsage where it is none by the protocol.
Result<void> DecodeResponse(std::string_view line, uint64_t id, OpKind kind, Response* response);

// What an adapter says of itself when it answers init.
struct Introduction {
  std::string name;
  std::string version;
  std::string source;           // The file that was really loaded.
  std::set<OpKind> operations;  // With init.
  std::set<Promise> promises;   // Those that it claims.
  std::optional<uint64_t> max_entries;
  std::optional<int64_t> ttl_resolution;  // ns
};
// REQUIRES: DecodeResponse took `line` for a done init. Errors: kUsage.
Result<Introduction> DecodeIntroduction(std::string_view line);

// A request as the adapter's side reads it. The request's views are of the texts beside it.
struct DecodedRequest {
  uint64_t id = 0;
  Request request;
  BackendSetup setup;  // Of init.
  std::string key;
  std::string value;
};
// Errors: kUsage.
Result<void> DecodeRequest(std::string_view line, DecodedRequest* decoded);
// The answer as a line, newline included; bytes that are no UTF-8 become U+FFFD.
std::string EncodeResponse(uint64_t id, OpKind kind, const Response& response);

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_PROTOCOL_H_
