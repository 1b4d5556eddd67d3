#include "harness/check/damage.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/check/evidence.h"
#include "harness/core/text.h"

namespace tearproof::check {
namespace {

using Source = DamageRun::Source;

constexpr size_t kShownRuns = 4;

bool IsOneValueCutShort(const std::vector<DamageRun>& runs, uint32_t returned) {
  return runs.size() == 1 && runs[0].source == Source::kSet && runs[0].offset == 0 &&
         runs[0].length == returned && returned < runs[0].value_length;
}

std::string DescribeRun(const History& history, const DamageRun& run) {
  const std::string range =
      run.length == 1 ? fmt::format("{}", run.offset)
                      : fmt::format("{}–{}", run.offset, uint64_t{run.offset} + run.length - 1);
  switch (run.source) {
    case Source::kSet:
      return range + " from " + NumberedValue(history, run.id);
    case Source::kShifted:
      return range + " from elsewhere in " + NumberedValue(history, run.id);
    case Source::kZeros:
      return range + " NUL bytes";
    case Source::kUnknown:
      return range + " from no set";
  }
  return range;
}

std::string DescribeRuns(const History& history, const std::vector<DamageRun>& runs) {
  const size_t shown = runs.size() > kShownRuns ? kShownRuns - 1 : runs.size();
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    text += (i == 0 ? "" : ", ") + DescribeRun(history, runs[i]);
  }
  if (shown == runs.size()) return text;
  std::vector<uint64_t> writers;
  for (const DamageRun& run : runs) {
    if (run.source == Source::kSet || run.source == Source::kShifted) {
      writers.push_back(run.id.Pack());
    }
  }
  std::sort(writers.begin(), writers.end());
  writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
  text += fmt::format(", and {} more stretches", runs.size() - shown);
  if (writers.size() > 1) text += fmt::format(" ({} sets in all)", writers.size());
  return text;
}

std::string DescribeEmpty(const WrittenLengths& lengths) {
  if (!lengths.any) return "although nothing empty was ever written";
  if (lengths.smallest == lengths.largest) {
    return fmt::format("although every set wrote {}", lengths.smallest);
  }
  return fmt::format("although no set wrote fewer than {}", lengths.smallest);
}

}  // namespace

std::string Bytes(uint64_t count) { return fmt::format("{} byte{}", count, count == 1 ? "" : "s"); }

Damage Classify(const History& history, const Op& get) {
  Damage damage;
  if (get.length == 0) {
    damage.anomaly = "empty-read";
    damage.rank = kEmptyRank;
    return damage;
  }
  damage.anomaly = "torn-read";
  damage.rank = kUndescribedRank;
  const Evidence* evidence = history.FindEvidence(get);
  if (evidence == nullptr || evidence->damage.empty()) return damage;
  damage.evidence = evidence;
  const DamageRun* first = nullptr;
  const DamageRun* second = nullptr;
  for (const DamageRun& run : evidence->damage) {
    if (run.source != Source::kSet && run.source != Source::kShifted) continue;
    if (first == nullptr) first = &run;
    if (second == nullptr && run.id != first->id) second = &run;
  }
  if (first != nullptr) damage.first = history.Find(first->id);
  if (second != nullptr) damage.second = history.Find(second->id);
  if (second != nullptr) {
    damage.anomaly = "mixed-value";
    damage.rank = kMixedRank;
  } else if (IsOneValueCutShort(evidence->damage, get.length)) {
    damage.anomaly = "truncated-value";
    damage.rank = kTruncatedRank;
  } else {
    damage.rank = kTornRank;
  }
  return damage;
}

std::string DescribeDamagedHit(const History& history, const Op& get, const Damage& damage,
                               const WrittenLengths& lengths) {
  const std::string call = Call(history, get);
  if (get.length == 0) return fmt::format("{} returned 0 bytes, {}", call, DescribeEmpty(lengths));
  if (damage.evidence == nullptr) {
    return fmt::format("{} returned {} of which no single set wrote all", call, Bytes(get.length));
  }
  const std::vector<DamageRun>& runs = damage.evidence->damage;
  if (IsOneValueCutShort(runs, get.length)) {
    return fmt::format("{} returned {} of the {} bytes of {}", call, get.length,
                       runs[0].value_length, NumberedValue(history, runs[0].id));
  }
  return fmt::format("{} returned {}: {}", call, Bytes(get.length), DescribeRuns(history, runs));
}

}  // namespace tearproof::check
