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
// The longest answer that is read.
inline constexpr size_t kMaxLine = 64 << 20;

// How an adapter wants to be talked to: what its answer to init asks for.
struct Manner {
  enum class Values : uint8_t {
    kText,
    kBase64,
    kBytes,  // As they are, behind the line whose "bytes" says how many.
  };
  Values values = Values::kText;
  uint32_t ahead = 1;  // So many requests may be sent before the first of them is answered.
};

// set, add.
bool TakesValue(OpKind kind);

// `request` as a line, newline included. nullopt where JSON cannot carry it: its text is no UTF-8.
// `setup` is what init speaks of.
std::optional<std::string> EncodeRequest(uint64_t id, const Request& request,
                                         const BackendSetup& setup, const Manner& manner = {});

// Says in the last line of `requests`, which ends at `end` without what follows it, that another
// request comes at once.
void AnnounceMore(size_t end, std::string* requests);

// How long the first line of `received` is, with the bytes that belong to it and without the
// newline at the end; nullopt where it is not all there. No newline lies before `searched`. Of
// bytes that would be longer than what is read, nothing belongs to the line.
std::optional<size_t> LineLength(std::string_view received, size_t searched = 0);

// Whether `line` is meant as an answer; if not, something printed it.
bool IsAnswer(std::string_view line);

// Something printed `line` in between: the operation fails, and says so; an error keeps its own
// text.
void AddStray(std::string_view line, Response* response);

// Which request `line` answers; nullopt where it does not say.
std::optional<uint64_t> IdOf(std::string_view line);

// What the answer to the request `id` says, a line of LineLength; that to init also settles
// `manner`. Times are checked
// for their form only. Errors: kUsage where it is none by the protocol.
Result<void> DecodeResponse(std::string_view line, uint64_t id, OpKind kind, Manner* manner,
                            Response* response);
// Whether what the adapter says of times, if anything, lies within [sent, received]: the
// coordinator's own bracket. Errors: kUsage.
Result<void> CheckTimes(const Response& response, int64_t sent, int64_t received);

// What an adapter says of itself when it answers init.
struct Introduction {
  std::string name;
  std::string version;
  std::string source;           // The file that was really loaded.
  std::string runtime;          // "Python 3.11.2": what runs it.
  std::set<OpKind> operations;  // With init.
  std::set<Promise> promises;   // Those that it claims.
  std::optional<uint64_t> max_entries;
  std::optional<int64_t> ttl_resolution;  // ns
  bool process_per_operation = false;     // "handle": "operation"
  bool restarts = false;                  // "reset": "process"
  uint32_t concurrency = 1;               // Requests that it serves at a time.
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
