#include "harness/check/neighbours.h"

#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace tearproof::check {
namespace {

using EvidenceOps = std::vector<EvidenceOp>;

// How long after `a` had returned `b` was called, or the other way round; 0 if they overlap.
uint64_t TimeBetween(const Op& a, const Op& b) {
  const auto elapsed = [](int64_t from, int64_t to) {  // Unsigned, as times may be anything.
    return to <= from ? 0 : static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
  };
  return std::max(elapsed(a.ret, b.invoke), elapsed(b.ret, a.invoke));
}

bool IsPartOf(const EvidenceOps& evidence, const Op& op) {
  return std::ranges::any_of(evidence, [&](const EvidenceOp& each) {
    return each.op.process == op.process && each.op.sequence == op.sequence;
  });
}

// To the nearest of those that decide, or of all if none does.
uint64_t Distance(const EvidenceOps& evidence, const Op& op) {
  uint64_t nearest = std::numeric_limits<uint64_t>::max();
  const bool decided = std::ranges::any_of(evidence, &EvidenceOp::deciding);
  for (const EvidenceOp& each : evidence) {
    if (each.deciding == decided) nearest = std::min(nearest, TimeBetween(each.op, op));
  }
  return nearest;
}

// From the first call to the last return; to the last call where nothing returned.
std::pair<int64_t, int64_t> SpanOf(const EvidenceOps& evidence) {
  int64_t begin = std::numeric_limits<int64_t>::max();
  int64_t end = std::numeric_limits<int64_t>::min();
  for (const EvidenceOp& each : evidence) {
    begin = std::min(begin, each.op.invoke);
    end = std::max(end, each.op.ret == kNever ? each.op.invoke : each.op.ret);
  }
  return {begin, end};
}

// All that ran within the evidence's span and may have to do with it.
std::vector<const Op*> Beside(const History& history, const EvidenceOps& evidence) {
  const std::pair<int64_t, int64_t> span = SpanOf(evidence);
  std::vector<const Op*> beside;
  const auto consider = [&](const Op& op) {
    const bool overlaps = op.invoke <= span.second && op.ret >= span.first;
    if (overlaps && !IsPartOf(evidence, op)) beside.push_back(&op);
  };
  std::set<uint32_t> keys;
  for (const EvidenceOp& each : evidence) keys.insert(each.op.key);
  if (keys.contains(kNoKey)) {
    for (const Op& op : history.ops()) consider(op);
    return beside;
  }
  for (const uint32_t key : keys) {
    for (const uint32_t index : history.OpsOfKey(key)) consider(history.ops()[index]);
  }
  for (const uint32_t index : history.KeylessOps()) consider(history.ops()[index]);
  return beside;
}

auto ByInvocation(const Op* op) { return std::make_tuple(op->invoke, op->process, op->sequence); }

}  // namespace

void AddNeighbours(const History& history, Verdict* verdict) {
  const EvidenceOps& evidence = verdict->evidence;
  if (verdict->judgement != Judgement::kBroken || evidence.empty()) return;
  if (history.header().time_base == TimeBase::kStep) return;
  std::vector<const Op*> beside = Beside(history, evidence);
  verdict->neighbour_count = beside.size();
  const auto nearer = [&](const Op* a, const Op* b) {
    return std::make_pair(Distance(evidence, *a), ByInvocation(a)) <
           std::make_pair(Distance(evidence, *b), ByInvocation(b));
  };
  const auto shown =
      beside.begin() + static_cast<ptrdiff_t>(std::min(kMostNeighbours, beside.size()));
  std::partial_sort(beside.begin(), shown, beside.end(), nearer);
  beside.erase(shown, beside.end());
  std::ranges::sort(beside, {}, ByInvocation);
  for (const Op* op : beside) {
    EvidenceOp& neighbour = verdict->neighbours.emplace_back();
    neighbour.op = *op;
    if (op->key != kNoKey) neighbour.key = history.header().keys[op->key];
  }
}

}  // namespace tearproof::check
