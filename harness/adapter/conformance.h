// Whether an adapter keeps the protocol of docs/adapters.md, rule by rule.
//
// Purpose: `tearproof adapter-test`. Each rule is tried with adapter processes of its own, one
// operation at a time: what an author can mend is found here, what only processes at once can show
// is for the engines.
// Thread and process safety: starts and ends processes; see adapter_process.h. Units: nanoseconds.
// Errors: TestRule's are the user's or the machine's; what the adapter does wrong is an outcome,
// with its text escaped.
#ifndef TEARPROOF_HARNESS_ADAPTER_CONFORMANCE_H_
#define TEARPROOF_HARNESS_ADAPTER_CONFORMANCE_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/adapter/probe.h"
#include "harness/api/backend.h"
#include "harness/core/result.h"

namespace tearproof::adapter {

struct ConformanceSubject {
  std::vector<std::string> command;
  BackendOptions options;
  std::set<OpKind> operations;
  std::optional<int64_t> ttl_resolution;  // Of one that takes times to live.
  bool process_per_operation = false;
  uint32_t concurrency = 1;
  std::string parent_directory;       // For what is thrown away.
  int64_t patience = kProbePatience;  // With one answer.
  const std::atomic<bool>* interrupted = nullptr;
};

enum class Kept { kYes, kNo, kNotTried };

struct RuleOutcome {
  Kept kept = Kept::kYes;
  std::string what;  // How it is not kept, or why it was not tried; a sentence.
};

struct ConformanceRule {
  std::string_view name;     // "init-again"
  std::string_view meaning;  // "init with another directory drops all state"
  RuleOutcome (*run)(const ConformanceSubject& subject, const std::string& directory);
};
std::span<const ConformanceRule> ConformanceRules();

// Runs `rule` over an empty directory of its own.
Result<RuleOutcome> TestRule(const ConformanceRule& rule, const ConformanceSubject& subject);

}  // namespace tearproof::adapter

#endif  // TEARPROOF_HARNESS_ADAPTER_CONFORMANCE_H_
