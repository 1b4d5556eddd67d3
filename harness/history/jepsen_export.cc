#include "harness/history/jepsen_export.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <queue>
#include <string_view>
#include <tuple>
#include <vector>

namespace tearproof {
namespace {

using nlohmann::ordered_json;

std::string DigestName(uint64_t digest) { return fmt::format("digest:{:016x}", digest); }

std::string WriterName(ValueId id) { return fmt::format("p{}#{}", id.process, id.sequence); }

ordered_json ValueOfInvocation(const Op& op) {
  if (op.kind == OpKind::kIncr) return static_cast<int32_t>(op.length);
  if (op.kind != OpKind::kSet && op.kind != OpKind::kAdd) return nullptr;
  if (op.counter) return 0;
  const ValueId id{op.process, op.sequence};
  return op.length < kStampBytes ? DigestName(ShortDigestOf(id, op.length)) : WriterName(id);
}

ordered_json ObservedValue(const Op& op) {
  switch (op.observation) {
    case Observed::kIntact:
      return WriterName(ValueId::Unpack(op.observed));
    case Observed::kShort:
      return DigestName(op.observed);
    case Observed::kNumber:
      return static_cast<int64_t>(op.observed);
    case Observed::kDamaged:
      return "damaged";
    case Observed::kNothing:
      break;
  }
  return nullptr;
}

ordered_json ValueOfCompletion(const Op& op) {
  const bool ended = op.outcome == Outcome::kHit || op.outcome == Outcome::kMiss;
  if (op.kind == OpKind::kGet) return ObservedValue(op);
  if (op.kind == OpKind::kHas && ended) return op.outcome == Outcome::kHit;
  if (op.kind == OpKind::kIncr && op.observation == Observed::kNumber) return ObservedValue(op);
  return ValueOfInvocation(op);
}

std::string_view TypeOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kHit:
    case Outcome::kMiss:
    case Outcome::kDone:
      return "ok";
    case Outcome::kRefused:
    case Outcome::kUnsupported:
    case Outcome::kFailed:
      return "fail";
    case Outcome::kOpen:
    case Outcome::kError:
      break;
  }
  return "info";
}

struct Event {
  const Op* op;
  bool completes;

  // One that is open for ever is left behind at once: its process may have asked for others.
  int64_t time() const { return completes && op->ret != kNever ? op->ret : op->invoke; }
  // Invocations come first: what touches at one point in time overlaps.
  auto Order() const { return std::tuple(time(), completes, op->process); }
  friend bool operator>(const Event& a, const Event& b) { return a.Order() > b.Order(); }
};

class Exporter {
 public:
  Exporter(const History& history, std::ostream& out) : history_(history), out_(out) {}

  void Write(const Event& event) {
    const Op& op = *event.op;
    ordered_json line;
    line["index"] = index_++;
    line["type"] = event.completes ? TypeOf(op.outcome) : "invoke";
    line["process"] = op.process;
    line["f"] = OpKindName(op.kind);
    line["key"] = nullptr;
    if (op.key != kNoKey) line["key"] = history_.header().keys[op.key];
    line["value"] = event.completes ? ValueOfCompletion(op) : ValueOfInvocation(op);
    if (op.ttl_millis != kNoTtl && TakesTtl(op.kind)) line["ttl"] = op.ttl_millis;
    if (event.completes) AddEnd(op, line);
    line["time"] = event.time();
    out_ << line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  }

 private:
  static bool TakesTtl(OpKind kind) {
    return kind == OpKind::kSet || kind == OpKind::kAdd || kind == OpKind::kTouch;
  }

  void AddEnd(const Op& op, ordered_json& line) const {
    if (op.outcome == Outcome::kUnsupported) line["error"] = "unsupported";
    if (op.failed()) {
      const Evidence* evidence = history_.FindEvidence(op);
      line["error"] = evidence == nullptr || evidence->text.empty() ? "error" : evidence->text;
    }
    if ((op.uncertain() && op.ret != kNever) || op.failed()) line["ended"] = true;
    if (op.observation == Observed::kDamaged) line["bytes"] = op.length;
  }

  const History& history_;
  std::ostream& out_;
  uint64_t index_ = 0;
};

}  // namespace

void ExportJepsen(const History& history, std::ostream& out) {
  // Each process's events are in order; of all their next ones, the earliest is written.
  std::map<uint16_t, std::vector<Event>> by_process;
  for (const Op& op : history.ops()) {
    std::vector<Event>& events = by_process[op.process];
    // Of the last one, nothing need be said.
    if (!events.empty() && !events.back().completes) events.push_back({events.back().op, true});
    events.push_back({&op, false});
    if (op.ret != kNever) events.push_back({&op, true});
  }
  std::priority_queue<Event, std::vector<Event>, std::greater<>> next;
  std::map<uint16_t, size_t> written;
  for (const auto& [process, events] : by_process) next.push(events.front());
  Exporter exporter(history, out);
  while (!next.empty()) {
    const Event event = next.top();
    next.pop();
    exporter.Write(event);
    const std::vector<Event>& events = by_process[event.op->process];
    const size_t following = ++written[event.op->process];
    if (following < events.size()) next.push(events[following]);
  }
}

}  // namespace tearproof
