// Operations into requests, and responses into what the history records.
//
// Purpose: every engine asks with the same stamped values and judges the answered bytes alike.
// Thread safety: none; one a process. Ownership: borrows the keys; what Make returns lasts until
// the next Make. No allocation an operation once the values have had their size.
#ifndef TEARPROOF_HARNESS_API_REQUEST_MAKER_H_
#define TEARPROOF_HARNESS_API_REQUEST_MAKER_H_

#include <string>
#include <vector>

#include "harness/api/backend.h"
#include "harness/history/value.h"

namespace tearproof {

// An operation to be done. Value and key are made from it.
struct Task {
  OpKind kind = OpKind::kGet;
  uint32_t key = kNoKey;
  uint32_t length = 0;  // set, add: bytes; incr: the delta.
  uint32_t ttl_millis = kNoTtl;
};

class RequestMaker {
 public:
  // `keys`: as the cache is given them. With `counters`, values are numbers.
  RequestMaker(const std::vector<std::string>* keys, bool counters, VerifyMode verify)
      : keys_(keys), counters_(counters), verify_(verify) {}

  // REQUIRES: `op` has its process and sequence. Fills what is known before the call.
  const Request& Make(const Task& task, Op* op);
  // Fills the outcome and what was observed. `response` is of the last request.
  void Judge(const Response& response, Op* op) const;

 private:
  const std::vector<std::string>* keys_;
  bool counters_;
  VerifyMode verify_;
  Request request_;
  std::string value_;  // Of the set in flight.
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_REQUEST_MAKER_H_
