#include "harness/check/fresh/naming.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/check/fresh/counting.h"
#include "harness/core/text.h"

namespace tearproof::check::fresh {
namespace {

// "12 µs", without the word that TimeBefore puts after it.
std::string Elapsed(const History& history, int64_t earlier, int64_t later) {
  const std::string before = TimeBefore(history, earlier, later);
  return before.substr(0, before.rfind(' '));
}

std::string Process(const Op& op) { return fmt::format("process {}", op.process); }

// A contradiction taken apart: at most a few steps, so that every pair is looked at.
class Namer {
 public:
  Namer(const History& history, const KeySteps& key, const StepSet& steps)
      : history_(history), key_(key), indices_(steps) {
    for (const uint32_t index : steps) steps_.push_back(&key.steps[index]);
  }

  Accusation Name() const {
    if (has(Need::kNumber)) return NameCount();
    for (auto attempt : {&Namer::NameBroughtBack, &Namer::NameNewThenOld, &Namer::NameStale,
                         &Namer::NamePhantomMiss, &Namer::NameDoubleAdd, &Namer::NamePhantomHit}) {
      Accusation accusation = (this->*attempt)();
      if (!accusation.anomaly.empty()) return accusation;
    }
    return Generic("impossible-order", "took part in what no order explains");
  }

 private:
  const Op& OpOf(const Step& step) const { return history_.ops()[step.op]; }
  bool Precedes(const Step& a, const Step& b) const { return history_.Precedes(OpOf(a), OpOf(b)); }
  bool has(Need need) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](auto step) { return step->need == need; });
  }
  const Step* WriteOf(const Step& read) const { return &key_.steps[read.value]; }

  // Calls found(a, b) for pairs until it returns true.
  template <typename Found>
  void Pairs(Found found) const {
    for (const Step* a : steps_) {
      for (const Step* b : steps_) {
        if (a != b && found(*a, *b)) return;
      }
    }
  }

  // All steps of the contradiction, with words for those that are known.
  Accusation Tell(std::string_view anomaly, std::string sentence,
                  const std::vector<std::pair<const Step*, std::string_view>>& roles,
                  const Step* deciding) const {
    Accusation accusation{anomaly, std::move(sentence), {}};
    for (const Step* step : steps_) {
      std::string_view part = Describe(*step);
      for (const auto& [role, words] : roles) {
        if (role == step) part = words;
      }
      accusation.parts.push_back({&OpOf(*step), part, step == deciding});
    }
    return accusation;
  }

  static std::string_view Describe(const Step& step) {
    switch (step.need) {
      case Need::kAbsent:
        return step.effect == Effect::kWrite ? "found the key absent, and wrote"
                                             : "found the key absent";
      case Need::kPresent:
        return "found the key present";
      case Need::kValue:
        return "returned its value";
      case Need::kNumber:
        return "returned the number";
      case Need::kNothing:
        return step.effect == Effect::kRemove ? "removed it" : "wrote another value";
    }
    return "";
  }

  Accusation Generic(std::string_view anomaly, std::string_view words) const {
    const Step& last = *steps_.back();
    return Tell(
        anomaly,
        fmt::format("{} and {} {}: no order of them gives what they returned", Numbered(OpOf(last)),
                    Counted(steps_.size() - 1, "other operations"), words),
        {}, &last);
  }

  Accusation NameCount() const {
    for (const uint32_t index : indices_) {
      std::optional<Accusation> miscount = NameMiscount(history_, key_, index);
      if (miscount) return Generic(miscount->anomaly, "counted what no order explains");
    }
    return Generic("impossible-count", "counted what no order explains");
  }

  // A value seen, or written, before a miss or removal, and returned after it.
  Accusation NameBroughtBack() const {
    Accusation accusation;
    Pairs([&](const Step& gone, const Step& again) {
      const bool is_gone = gone.effect == Effect::kRemove || gone.need == Need::kAbsent;
      if (!is_gone || again.need != Need::kValue || !Precedes(gone, again)) return false;
      const Step* write = WriteOf(again);
      const Step* before = nullptr;
      for (const Step* step : steps_) {
        const bool same =
            step == write || (step->need == Need::kValue && step->value == again.value);
        if (same && step != &again && Precedes(*step, gone)) before = step;
      }
      if (before == nullptr) return false;
      const bool removed = gone.effect == Effect::kRemove || OpOf(gone).kind == OpKind::kDelete;
      const Op& op = OpOf(gone);
      accusation =
          Tell(removed ? "resurrection" : "vanished-and-back",
               fmt::format("{} returned the value of {}, although {} of process {} had {} {}",
                           Call(history_, OpOf(again)), Numbered(OpOf(*write)), Call(history_, op),
                           op.process,
                           removed && op.outcome == Outcome::kDone ? "removed it" : "found nothing",
                           TimeBefore(history_, op.ret, OpOf(again).invoke)),
               {{write, "wrote the value"},
                {before, before == write ? "wrote the value" : "returned it"},
                {&gone, removed ? "proved it gone" : "found the key absent"},
                {&again, "returned it again"}},
               &again);
      return true;
    });
    return accusation;
  }

  // Whether a step of the contradiction that wrote or read `value` precedes `later`.
  bool SeenBefore(uint32_t value, const Step& later) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const Step* step) {
      const bool shows =
          step->value == value && (step->need == Need::kValue || step->effect == Effect::kWrite);
      return shows && Precedes(*step, later);
    });
  }

  // A value that was older than another, returned after it.
  Accusation NameNewThenOld() const {
    Accusation accusation;
    Pairs([&](const Step& newer, const Step& older) {
      if (newer.need != Need::kValue || older.need != Need::kValue) return false;
      if (newer.value == older.value || !Precedes(newer, older)) return false;
      const Step* old_write = WriteOf(older);
      const Step* new_write = WriteOf(newer);
      if (!Precedes(*old_write, *new_write) && !SeenBefore(older.value, newer)) return false;
      accusation = Tell(
          "new-then-old",
          fmt::format("{} of process {} returned the older value, of {}, although process {} had "
                      "got the newer one, of {}, {}",
                      Call(history_, OpOf(older)), OpOf(older).process, Numbered(OpOf(*old_write)),
                      OpOf(newer).process, Numbered(OpOf(*new_write)),
                      TimeBefore(history_, OpOf(newer).ret, OpOf(older).invoke)),
          {{old_write, "wrote the older value"},
           {new_write, "wrote the newer value"},
           {&newer, "returned the newer value"},
           {&older, "returned the older value"}},
          &older);
      return true;
    });
    return accusation;
  }

  // A value returned after another set had replaced it.
  Accusation NameStale() const {
    Accusation accusation;
    Pairs([&](const Step& replacing, const Step& read) {
      if (replacing.effect != Effect::kWrite || read.need != Need::kValue) return false;
      if (read.value == replacing.value || !Precedes(replacing, read)) return false;
      const Step* write = WriteOf(read);
      const bool lost = replacing.last_read == kNoStep;
      accusation =
          Tell(lost ? "lost-update" : "stale-read",
               fmt::format(
                   "{} of process {} still returned the value of {}, although {} had returned {}",
                   Call(history_, OpOf(read)), OpOf(read).process, Numbered(OpOf(*write)),
                   Numbered(OpOf(replacing)),
                   TimeBefore(history_, OpOf(replacing).ret, OpOf(read).invoke)),
               {{write, "wrote the value"},
                {&replacing, lost ? "had returned; nobody ever got its value" : "had returned"},
                {&read, "still returned the old value"}},
               &read);
      return true;
    });
    return accusation;
  }

  // Absence found after a value had been written or seen.
  Accusation NamePhantomMiss() const {
    Accusation accusation;
    Pairs([&](const Step& there, const Step& missed) {
      const bool shows = there.effect == Effect::kWrite || there.need == Need::kValue ||
                         there.need == Need::kPresent;
      if (missed.need != Need::kAbsent || !shows || !Precedes(there, missed)) return false;
      const Op& op = OpOf(missed);
      const bool adds = op.kind == OpKind::kAdd && OpOf(there).kind == OpKind::kAdd;
      const bool wrote = there.effect == Effect::kWrite;
      accusation =
          Tell(adds ? "double-add" : "phantom-miss",
               fmt::format("{} of process {} {}, although {} had {} {} and nothing removed it",
                           Call(history_, op), op.process,
                           op.kind == OpKind::kAdd ? "won" : "found the key absent",
                           Numbered(OpOf(there)), wrote ? "returned" : "found it",
                           TimeBefore(history_, OpOf(there).ret, op.invoke)),
               {{&there, wrote ? "had returned" : "had found it"},
                {&missed, op.kind == OpKind::kAdd ? "won all the same" : "missed"}},
               &missed);
      return true;
    });
    return accusation;
  }

  // Adds that won under each other.
  Accusation NameDoubleAdd() const {
    const bool all_won = std::all_of(steps_.begin(), steps_.end(), [&](const Step* step) {
      return step->need == Need::kAbsent && step->effect == Effect::kWrite;
    });
    if (!all_won || steps_.size() < 2) return {};
    const Op& first = OpOf(*steps_.front());
    const Op& last = OpOf(*steps_.back());
    return Tell("double-add",
                fmt::format("{} of process {} and that of process {} both won, and nothing was "
                            "removed between them",
                            Call(history_, first), first.process, last.process),
                {{steps_.front(), "won"}, {steps_.back(), "won as well"}}, steps_.back());
  }

  // Presence found where nothing was written, or after all of it had been removed.
  Accusation NamePhantomHit() const {
    const auto found = std::find_if(steps_.begin(), steps_.end(),
                                    [](const Step* step) { return step->need == Need::kPresent; });
    if (found == steps_.end()) return {};
    const Op& op = OpOf(**found);
    return Tell("phantom-hit",
                fmt::format("{} of {} found the key present, although nothing that was set can "
                            "have been there",
                            Call(history_, op), Process(op)),
                {}, *found);
  }

  const History& history_;
  const KeySteps& key_;
  const StepSet& indices_;
  std::vector<const Step*> steps_;
};

}  // namespace

Accusation NameContradiction(const History& history, const KeySteps& key, const StepSet& steps) {
  return Namer(history, key, steps).Name();
}

Accusation NameConflict(const History& history, const KeySteps& key, uint32_t conflict) {
  if (std::optional<Accusation> miscount = NameMiscount(history, key, conflict)) return *miscount;
  const Step& step = key.steps[conflict];
  const Op& op = history.ops()[step.op];
  Op of_key;
  of_key.key = key.id;
  const std::string named = KeyName(history, of_key);
  const Op* write = step.need == Need::kValue ? &history.ops()[key.steps[step.value].op] : nullptr;
  return {"impossible-order",
          fmt::format("no order of the operations on {} explains what {} returned", named,
                      Numbered(op)),
          {{write, "wrote the value"}, {&op, "returned what no order explains", true}}};
}

Accusation NameImpossible(const History& history, const ImpossibleRead& impossible) {
  const Op& read = *impossible.read;
  const Op& write = *impossible.write;
  if (impossible.refused) {
    return {"refused-value",
            fmt::format("{} of process {} returned the value of {}, which had been refused",
                        Call(history, read), read.process, Numbered(write)),
            {{&write, "was refused"}, {&read, "returned its value all the same", true}}};
  }
  return {"future-value",
          fmt::format("{} of process {} returned the value of {}, which began only {} later",
                      Call(history, read), read.process, Numbered(write),
                      Elapsed(history, read.ret, write.invoke)),
          {{&read, "returned the value", true}, {&write, "began only then"}}};
}

}  // namespace tearproof::check::fresh
