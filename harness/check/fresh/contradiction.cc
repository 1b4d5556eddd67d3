#include "harness/check/fresh/contradiction.h"

#include <algorithm>

namespace tearproof::check::fresh {
namespace {

constexpr int64_t kBeforeAll = std::numeric_limits<int64_t>::min();
constexpr SearchBudget kTrial{.width = 1 << 10, .configurations = 100'000, .conflicts = 1};

// A contradiction of a counter begins with its first increment.
constexpr uint32_t kLongestCount = 256;

constexpr size_t kConflictsLookedAt = 16;
// Of the effort that is left, one neighbourhood gets this part.
constexpr uint64_t kShare = 8;

// The interval, not the value.
void Forget(Step& step) {
  step.invoke = Step::kAnyTime;
  step.reach = kNever;
}

// Leaves out ever smaller parts while what is left contradicts itself. Nothing where that takes too
// long.
template <typename IsContradiction>
std::optional<StepSet> Minimise(StepSet steps, const Effort& effort,
                                IsContradiction is_contradiction) {
  for (size_t part = std::max<size_t>(steps.size() / 2, 1);; part = std::max<size_t>(part / 2, 1)) {
    bool smaller = false;
    for (size_t begin = 0; begin < steps.size();) {
      StepSet fewer(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(begin));
      const size_t end = std::min(begin + part, steps.size());
      fewer.insert(fewer.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
      if (effort.left == 0) return std::nullopt;
      if (is_contradiction(fewer)) {
        steps = std::move(fewer);
        smaller = true;
      } else {
        begin = end;
      }
    }
    if (part == 1 && !smaller) return steps;
  }
}

// A stretch of a key's history that stands for itself: whatever it cannot explain, the whole
// cannot.
struct Cut {
  KeySteps key;
  std::vector<uint32_t> original;  // By step, its index in the whole; kNoStep for what is made up.
};

// Which steps belong to the stretch [begin, end).
class Cutter {
 public:
  explicit Cutter(const KeySteps& whole) : whole_(whole), chosen_(whole.steps.size()) {}

  Cut Make(uint32_t begin, uint32_t end) {
    const int64_t first = whole_.steps[begin].invoke;
    int64_t last = kBeforeAll;
    for (uint32_t i = begin; i < end; ++i) {
      chosen_[i] = true;
      const Step& step = whole_.steps[i];
      if (step.need != Need::kNothing) last = std::max(last, step.reach);
    }
    // Whatever may have come to the help of a step of the stretch.
    for (uint32_t i = 0; i < whole_.steps.size(); ++i) {
      const Step& step = whole_.steps[i];
      const bool helps = i < begin ? step.reach >= first : step.invoke <= last;
      if (helps && !step.observes()) chosen_[i] = true;
    }
    for (uint32_t i = begin; i < end; ++i) AddCluster(whole_.steps[i]);
    return Copy(begin, end);
  }

 private:
  void AddCluster(const Step& step) {
    if (step.need == Need::kValue) chosen_[step.value] = true;
    const bool names_value = step.need == Need::kValue || step.effect == Effect::kWrite;
    if (!names_value || whole_.steps[step.value].last_read == kNoStep) return;
    chosen_[whole_.steps[step.value].last_read] = true;
  }

  Cut Copy(uint32_t begin, uint32_t end) {
    Cut cut;
    cut.key = whole_;
    std::vector<bool> leave_out(chosen_.size());
    for (uint32_t i = 0; i < chosen_.size(); ++i) {
      const Step& step = whole_.steps[i];
      // Of a write that is left out, the reads are, too.
      const bool orphan = step.need == Need::kValue && !chosen_[step.value];
      leave_out[i] = !chosen_[i] || orphan;
      if (!leave_out[i]) cut.original.push_back(i);
    }
    LeaveOut(cut.key, leave_out);
    for (size_t i = 0; i < cut.original.size(); ++i) {
      // What these found when they began is not known.
      if (cut.original[i] < begin) cut.key.steps[i].need = Need::kNothing;
    }
    LetHelpersStayAway(begin, end, cut);
    if (begin > 0) AddSomethingBefore(cut);
    return cut;
  }

  // What undid a change before the stretch may be left out, and what lets one take effect after it:
  // such a change is there to help, and need not have happened unless its value is read.
  static void LetHelpersStayAway(uint32_t begin, uint32_t end, Cut& cut) {
    std::vector<bool> read(cut.key.steps.size());
    for (const Step& step : cut.key.steps) {
      if (step.need == Need::kValue) read[step.value] = true;
    }
    for (size_t i = 0; i < cut.original.size(); ++i) {
      const bool within = cut.original[i] >= begin && cut.original[i] < end;
      Step& step = cut.key.steps[i];
      if (!within && !step.observes() && !read[i]) step.optional = true;
    }
  }

  // The stretch begins with the key absent, or present with a value that nobody reads in it.
  static void AddSomethingBefore(Cut& cut) {
    Step step;
    Forget(step);
    step.effect = Effect::kWrite;
    step.optional = true;
    step.value = static_cast<uint32_t>(cut.key.steps.size());
    step.earliest_expiry = kBeforeAll;
    cut.key.steps.push_back(step);
    cut.original.push_back(kNoStep);
  }

  const KeySteps& whole_;
  std::vector<bool> chosen_;
};

// What no certain step needs need not be there.
void DropUseless(KeySteps& key) {
  key.needs_absence = key.needs_presence = false;
  for (const Step& step : key.steps) {
    if (step.optional) continue;
    key.needs_absence = key.needs_absence || step.need == Need::kAbsent;
    key.needs_presence = key.needs_presence || step.need == Need::kPresent;
  }
  std::vector<bool> useless(key.steps.size());
  for (size_t i = 0; i < key.steps.size(); ++i) {
    const Step& step = key.steps[i];
    // A write can explain absence, too, if its value may expire or its process was killed.
    const bool hides = step.effect == Effect::kRemove || step.may_remove || key.expires;
    const bool of_use = key.counts || key.needs_presence || (hides && key.needs_absence);
    useless[i] = step.optional && !of_use;
  }
  LeaveOut(key, useless);
  key.conditional = std::any_of(key.steps.begin(), key.steps.end(),
                                [](const Step& step) { return step.conditional(); });
}

}  // namespace

KeySteps Restrict(const KeySteps& key, const StepSet& kept) {
  std::vector<bool> strict(key.steps.size());
  std::vector<bool> read(key.steps.size());
  for (const uint32_t index : kept) {
    strict[index] = true;
    if (key.steps[index].need == Need::kValue) read[key.steps[index].value] = true;
  }
  KeySteps rest = key;
  std::vector<bool> leave_out(key.steps.size());
  for (size_t i = 0; i < key.steps.size(); ++i) {
    Step& step = rest.steps[i];
    if (strict[i]) continue;
    leave_out[i] = step.observes();
    step.optional = !read[i];
    if (read[i]) Forget(step);
  }
  LeaveOut(rest, leave_out);
  SortByInvocation(rest);
  DropUseless(rest);
  return rest;
}

namespace {

bool ContradictsExactly(const KeySteps& key, const StepSet& kept, Effort& effort) {
  const KeySteps rest = Restrict(key, kept);
  Search search(rest, kTrial);
  Search::Answer answer = search.Run(rest, Search::Ends::kStrict);
  // Where a step ended sooner, that there is no order says nothing.
  if (answer != Search::Answer::kOrderExists && search.cut_short()) {
    answer = search.Run(rest, Search::Ends::kExact);
  }
  effort.Spend(key.steps.size() + search.looked_at());
  return answer == Search::Answer::kNone;
}

// Whether they would contradict each other if each step ended where the next of its process begins.
// Quickly answered; of a few steps, mostly of as many processes, it is the exact answer, too.
bool ContradictsInTurn(const KeySteps& key, const StepSet& kept, Effort& effort) {
  const KeySteps rest = Restrict(key, kept);
  Search search(rest, kTrial);
  const Search::Answer answer = search.Run(rest, Search::Ends::kStrict);
  effort.Spend(key.steps.size() + search.looked_at());
  return answer == Search::Answer::kNone;
}

std::optional<StepSet> FindWithin(const KeySteps& key, StepSet steps, Effort& effort) {
  const auto exactly = [&](const StepSet& fewer) { return ContradictsExactly(key, fewer, effort); };
  const auto in_turn = [&](const StepSet& fewer) { return ContradictsInTurn(key, fewer, effort); };
  if (!in_turn(steps)) return std::nullopt;
  const std::optional<StepSet> few = Minimise(steps, effort, in_turn);
  if (!few) return std::nullopt;
  if (exactly(*few)) return Minimise(*few, effort, exactly);
  if (exactly(steps)) return Minimise(std::move(steps), effort, exactly);
  return std::nullopt;
}

}  // namespace

bool Contradicts(const KeySteps& key, const StepSet& kept) {
  Effort effort;
  return ContradictsExactly(key, kept, effort);
}

namespace {

// Of the steps [begin, end).
std::optional<StepSet> FindInStretch(const KeySteps& key, uint32_t begin, uint32_t end,
                                     Effort& effort) {
  const Cut cut = Cutter(key).Make(begin, end);
  StepSet steps;
  for (uint32_t i = 0; i < cut.key.steps.size(); ++i) {
    if (cut.original[i] != kNoStep && !cut.key.steps[i].optional) steps.push_back(i);
  }
  std::optional<StepSet> found = FindWithin(cut.key, std::move(steps), effort);
  if (found) {
    for (uint32_t& step : *found) step = cut.original[step];
  }
  return found;
}

}  // namespace

std::optional<StepSet> FindContradiction(const KeySteps& key, std::span<const uint32_t> conflicts,
                                         Effort& effort) {
  const auto all = static_cast<uint32_t>(key.steps.size());
  // A cut knows less than the whole, so that a set that is minimal in it may not be so in the
  // whole.
  constexpr uint32_t kSmall = 256;
  constexpr uint32_t kLargest = 1 << 13;
  // The smallest neighbourhoods of all of them first: what is easy to see somewhere need not be
  // looked for where it is hard.
  for (uint32_t radius = all <= kSmall ? all : 16; radius <= kLargest; radius *= 8) {
    for (const uint32_t conflict :
         conflicts.first(std::min(conflicts.size(), kConflictsLookedAt))) {
      // A sum is known only from the beginning.
      if (key.counts && conflict > kLongestCount) continue;
      const uint32_t begin = key.counts ? 0 : conflict - std::min(conflict, radius);
      const uint32_t end = conflict + std::min(all - conflict, radius);
      Effort share{effort.left / kShare};
      const uint64_t granted = share.left;
      if (granted == 0) return std::nullopt;
      std::optional<StepSet> found = FindInStretch(key, begin, end, share);
      effort.Spend(granted - share.left);
      if (found) return found;
      if (begin == 0 && end == all) return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace tearproof::check::fresh
