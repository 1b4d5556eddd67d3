#include "harness/api/choice_source.h"

#include "harness/core/check.h"

namespace tearproof {

uint64_t ChoiceSource::Pick(uint64_t bound, std::string_view label) {
  TEARPROOF_CHECK(bound > 0, "a choice among nothing: " + std::string(label));
  const uint64_t picked = Decide(bound, label);
  TEARPROOF_CHECK(picked < bound, "a choice out of bounds: " + std::string(label));
  log_.push_back({std::string(label), bound, picked});
  return picked;
}

uint64_t RandomChoices::Decide(uint64_t bound, std::string_view) { return random_.Below(bound); }

uint64_t ExhaustiveChoices::Decide(uint64_t bound, std::string_view label) {
  const size_t depth = log_.size();
  if (depth == path_.size()) path_.push_back({std::string(label), bound, 0});
  TEARPROOF_CHECK(path_[depth].bound == bound && path_[depth].label == label,
                  "the same choices led to another question: " + std::string(label));
  return path_[depth].picked;
}

bool ExhaustiveChoices::Advance() {
  // What lies beyond the last question asked belongs to an earlier, longer path.
  path_.resize(log_.size());
  log_.clear();
  while (!path_.empty()) {
    if (++path_.back().picked < path_.back().bound) return true;
    path_.pop_back();
  }
  return false;
}

uint64_t ReplayChoices::Decide(uint64_t bound, std::string_view label) {
  const size_t depth = log_.size();
  if (depth < script_.size() && script_[depth].bound == bound && script_[depth].label == label) {
    return script_[depth].picked;
  }
  if (departed_at_ < 0) departed_at_ = static_cast<int64_t>(depth);
  return 0;
}

}  // namespace tearproof
