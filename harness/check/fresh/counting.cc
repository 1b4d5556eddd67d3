#include "harness/check/fresh/counting.h"

#include <fmt/format.h>

namespace tearproof::check::fresh {
namespace {

class Count {
 public:
  Count(const History& history, const KeySteps& key, const Step& read)
      : history_(history), key_(key), read_(read) {}

  // False where something else may have changed the counter.
  bool Take() {
    for (const Step& step : key_.steps) {
      const bool sure = step.effect == Effect::kWrite && !step.optional && Precedes(step, read_);
      if (sure && (start_ == nullptr || start_->invoke < step.invoke)) start_ = &step;
    }
    if (start_ == nullptr || key_.expires || key_.evicts) return false;
    for (const Step& step : key_.steps) {
      const bool before = &step == start_ || Precedes(step, *start_);
      if (before || step.observes() || Precedes(read_, step)) continue;
      if (step.effect != Effect::kIncrease || step.may_remove) return false;
      most_ += step.number;
      if (step.optional || !Precedes(*start_, step) || !Precedes(step, read_)) continue;
      least_ += step.number;
      last_ = &step;
    }
    return true;
  }

  std::optional<Accusation> Name() const {
    const int64_t number = read_.number;
    const bool lost = number < least_;
    if (!lost && number <= most_) return std::nullopt;
    const Op& read = OpOf(read_);
    const std::string counted =
        lost ? fmt::format("increments of {} had returned", least_)
             : fmt::format("increments of no more than {} can have happened", most_);
    return Accusation{
        lost ? "lost-increment" : "extra-increment",
        fmt::format("{} of process {} returned {}, although {} since {}", Call(history_, read),
                    read.process, number, counted, Numbered(OpOf(*start_))),
        {{&OpOf(*start_), "wrote the number 0"},
         {last_ == nullptr ? nullptr : &OpOf(*last_), "was the last of the increments"},
         {&read, lost ? "returned too small a number" : "returned too large a number", true}}};
  }

 private:
  const Op& OpOf(const Step& step) const { return history_.ops()[step.op]; }
  bool Precedes(const Step& a, const Step& b) const { return history_.Precedes(OpOf(a), OpOf(b)); }

  const History& history_;
  const KeySteps& key_;
  const Step& read_;
  const Step* start_ = nullptr;  // Wrote the number that was counted from.
  const Step* last_ = nullptr;   // The increment invoked last of those that had returned.
  int64_t least_ = 0;
  int64_t most_ = 0;
};

}  // namespace

std::optional<Accusation> NameMiscount(const History& history, const KeySteps& key, uint32_t read) {
  if (key.steps[read].need != Need::kNumber) return std::nullopt;
  Count count(history, key, key.steps[read]);
  if (!count.Take()) return std::nullopt;
  return count.Name();
}

}  // namespace tearproof::check::fresh
