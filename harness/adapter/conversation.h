// One adapter process that is asked operations by a conformance rule.
//
// Purpose: rules read as what is asked and what must come; the first thing that goes wrong is kept
// and ends the talk. Thread safety: none. Errors: text that a reader of the report understands.
#ifndef TEARPROOF_HARNESS_ADAPTER_CONVERSATION_H_
#define TEARPROOF_HARNESS_ADAPTER_CONVERSATION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/adapter/adapter_process.h"
#include "harness/adapter/conformance.h"
#include "harness/adapter/protocol.h"

namespace tearproof::adapter {

class Conversation {
 public:
  // Starts an adapter and asks for nothing yet. Of one whose processes live for one operation,
  // each operation is asked of a new one, after its init.
  explicit Conversation(const ConformanceSubject& subject);

  // Asks one operation; its views may be temporaries. An answer against the protocol, or none, is
  // a problem, and so is an error unless `may_fail`. Once there is a problem, answers kUnsupported.
  Response Ask(const Request& request, bool may_fail = false);
  Response Init(const std::string& directory, bool may_fail = false);
  Response Set(std::string_view key, std::string_view value, uint32_t ttl_millis = kNoTtl);
  Response Get(std::string_view key);
  // Asks, and is a problem unless the outcome is `expected`.
  void Expect(const Request& request, Outcome expected);
  // A get that must hit with `value`, or miss.
  void ExpectValue(std::string_view key, std::string_view value);
  void ExpectMiss(std::string_view key, std::string_view why);
  // Asks the members `text` of a JSON object as they are: a request that Request cannot say.
  Response AskText(const std::string& text, OpKind kind);
  // Sends all requests before it reads an answer. Where they come `in_order`, their times must,
  // too, and one announces the next.
  void AskTogether(const std::vector<Request>& requests, bool in_order = false);
  // Ends the adapter's input. It is a problem if it does not end by itself.
  void ExpectEnd();
  // The next request has this number instead of the next one. REQUIRES: above all before.
  void SkipTo(uint64_t id) { next_id_ = id; }

  void Fail(std::string problem);
  // How it wants to be talked to, since its last init.
  const Manner& manner() const { return manner_; }
  void Use(const Manner& manner) { manner_ = manner; }
  bool failed() const { return !problem_.empty(); }
  const std::string& problem() const { return problem_; }
  // The first line on its standard output that was no answer, escaped; else "".
  const std::string& stray() const { return stray_; }
  RuleOutcome Conclude() const { return {failed() ? Kept::kNo : Kept::kYes, problem_}; }

 private:
  void StartProcess();
  // Where processes live for one operation: a new one, if this one has been asked something.
  void Renew(bool init);
  // The next answer. False: a problem.
  bool ReadAnswer(const std::string& what, int64_t deadline, std::string* answer);
  Response Exchange(const std::string& line, uint64_t id, OpKind kind, const std::string& what);

  const ConformanceSubject& subject_;
  std::unique_ptr<AdapterProcess> process_;
  std::string directory_;  // Of the last init.
  bool used_ = false;      // The process has been asked an operation,
  bool opened_ = false;    // or init.
  uint64_t next_id_ = 1;
  Manner manner_;
  std::string problem_;
  std::string stray_;
};

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_CONVERSATION_H_
