#include "reports/operation_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/text.h"

namespace tearproof::reports {
namespace {

constexpr size_t kLongestKey = 12;

std::string CallText(const EvidenceOp& evidence) {
  const Op& op = evidence.op;
  std::string text(OpKindName(op.kind));
  if (TakesKey(op.kind)) {
    text += " " + (evidence.key.empty() ? "\"\"" : EscapeForTerminal(evidence.key, kLongestKey));
  }
  if (op.kind == OpKind::kSet || op.kind == OpKind::kAdd) {
    text += op.counter ? " = 0" : fmt::format(" #{}", op.sequence);
  }
  if (op.kind == OpKind::kIncr) text += fmt::format(" by {}", static_cast<int32_t>(op.length));
  if (op.ttl_millis != kNoTtl) {
    text += " for " + FormatDuration(int64_t{op.ttl_millis} * 1'000'000);
  }
  return text;
}

// The value by the letter of the write that is drawn, else by the write's number.
std::string ObservedText(const Op& op, const std::vector<NamedOperation>& operations) {
  switch (op.observation) {
    case Observed::kIntact: {
      const ValueId id = ValueId::Unpack(op.observed);
      for (const NamedOperation& each : operations) {
        if (ValueId{each.op().process, each.op().sequence} == id) {
          return fmt::format("value of {}", each.letter);
        }
      }
      return fmt::format("value of #{} of process {}", id.sequence, id.process);
    }
    case Observed::kShort:
      return fmt::format("{} byte{}", op.length, op.length == 1 ? "" : "s");
    case Observed::kNumber:
      return fmt::format("{}", static_cast<int64_t>(op.observed));
    case Observed::kDamaged:
      return op.length == 0 ? "0 bytes" : fmt::format("{} damaged bytes", op.length);
    case Observed::kNothing:
      break;
  }
  return op.kind == OpKind::kHas ? "there" : "hit";
}

// "" where the call says it all: it was done.
std::string ResultText(const Op& op, const std::vector<NamedOperation>& operations) {
  switch (op.outcome) {
    case Outcome::kOpen:
      return " → no return";
    case Outcome::kHit:
      return " → " + ObservedText(op, operations);
    case Outcome::kDone:
      return op.observation == Observed::kNumber ? " → " + ObservedText(op, operations) : "";
    default:
      return " → " + std::string(OutcomeName(op.outcome));
  }
}

}  // namespace

bool CountsSteps(std::string_view engine) { return engine == "explore" || engine == "ordered"; }

std::vector<NamedOperation> NameOperations(const std::vector<EvidenceOp>& evidence, size_t most) {
  std::vector<NamedOperation> operations;
  for (const bool deciding : {true, false}) {
    for (const EvidenceOp& each : evidence) {
      if (each.deciding == deciding && operations.size() < most) {
        operations.emplace_back().evidence = &each;
      }
    }
  }
  std::stable_sort(operations.begin(), operations.end(),
                   [](const NamedOperation& a, const NamedOperation& b) {
                     return a.op().invoke < b.op().invoke;
                   });
  char letter = 'A';
  for (NamedOperation& each : operations) each.letter = letter++;
  for (NamedOperation& each : operations) each.label = OperationLabel(*each.evidence, operations);
  return operations;
}

std::string OperationLabel(const EvidenceOp& evidence, const std::vector<NamedOperation>& named) {
  return CallText(evidence) + ResultText(evidence.op, named);
}

// From one moment to a later one. A record from a file may hold any times.
double Elapsed(int64_t from, int64_t to) {
  return to <= from ? 0
                    : static_cast<double>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from));
}

std::string DurationText(const Op& op, bool steps) {
  if (op.ret == kNever) return "…";
  const double elapsed = Elapsed(op.invoke, op.ret);
  if (steps) return fmt::format("{:.0f}", elapsed);
  return FormatDuration(static_cast<int64_t>(std::min(elapsed, 9e18)));
}

}  // namespace tearproof::reports
