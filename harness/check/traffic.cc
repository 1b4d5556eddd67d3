#include "harness/check/traffic.h"

#include <algorithm>
#include <string>

#include "harness/core/random.h"

namespace tearproof::check {
namespace {

// Between the effects of two operations that follow one another.
constexpr int64_t kStride = 16;
constexpr uint32_t kValueBytes = 64;

class Traffic {
 public:
  explicit Traffic(const TrafficOptions& options)
      : options_(options), random_(options.seed), values_(options.keys, kAbsent) {}

  History::Parts Make() {
    parts_.header.clock_uncertainty = options_.clock_uncertainty;
    for (uint32_t key = 0; key < options_.keys; ++key) {
      parts_.header.keys.push_back("k" + std::to_string(key));
    }
    for (uint16_t client = 0; client < options_.clients; ++client) {
      ProcessInfo info;
      info.number = client;
      info.role = "client";
      parts_.processes.push_back(std::move(info));
    }
    parts_.ops.resize(options_.operations);
    for (uint64_t turn = 0; turn < options_.operations; ++turn) {
      Do(turn, parts_.ops[PlaceOf(turn)]);
    }
    return std::move(parts_);
  }

 private:
  static constexpr uint64_t kAbsent = UINT64_MAX;

  // Each client's operations lie together, as its segment would deliver them.
  uint64_t PlaceOf(uint64_t turn) const {
    const uint64_t client = turn % options_.clients;
    const uint64_t one_more = std::min(client, options_.operations % options_.clients);
    return client * (options_.operations / options_.clients) + one_more + turn / options_.clients;
  }

  // The clients take turns in taking effect; half a turn before and after is the operation's own.
  void Do(uint64_t turn, Op& op) {
    const auto half = static_cast<uint64_t>(kStride * options_.clients / 2);
    const int64_t moment = static_cast<int64_t>(turn) * kStride;
    const uint64_t chance = random_.Next();
    op.invoke = moment - static_cast<int64_t>((chance & 0xffff) * (half - 1) >> 16);
    op.ret = moment + static_cast<int64_t>((chance >> 16 & 0xffff) * (half - 1) >> 16);
    op.process = static_cast<uint16_t>(turn % options_.clients);
    op.sequence = turn / options_.clients;
    op.key = turn < options_.keys ? static_cast<uint32_t>(turn)
                                  : static_cast<uint32_t>(random_.Below(options_.keys));
    const uint64_t draw = turn < options_.keys ? 0 : (chance >> 32) % 100;
    uint64_t& value = values_[op.key];
    if (draw < options_.set_percent || turn < options_.keys) {
      op.kind = OpKind::kSet;
      op.outcome = Outcome::kDone;
      op.length = kValueBytes;
      value = ValueId{op.process, op.sequence}.Pack();
    } else if (draw < options_.set_percent + options_.delete_percent) {
      op.kind = OpKind::kDelete;
      op.outcome = value == kAbsent ? Outcome::kRefused : Outcome::kDone;
      value = kAbsent;
    } else {
      const bool has = draw < options_.set_percent + options_.delete_percent + options_.has_percent;
      op.kind = has ? OpKind::kHas : OpKind::kGet;
      op.outcome = value == kAbsent ? Outcome::kMiss : Outcome::kHit;
      if (value == kAbsent || has) return;
      op.observation = Observed::kIntact;
      op.observed = value;
      op.length = kValueBytes;
    }
  }

  TrafficOptions options_;
  Random random_;
  std::vector<uint64_t> values_;
  History::Parts parts_;
};

}  // namespace

History::Parts MakeTraffic(const TrafficOptions& options) { return Traffic(options).Make(); }

}  // namespace tearproof::check
