#include "harness/check/fresh/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/check/fresh/naming.h"
#include "harness/check/fresh/verify_witness.h"
#include "harness/check/fresh/weaker.h"
#include "harness/core/large_memory.h"

namespace tearproof::check::fresh {
namespace {

constexpr int kNamedRank = 2;
constexpr int kUnnamedRank = 1;

std::vector<uint32_t> RoomFor(const History& history) {
  std::vector<uint32_t> room;
  ReserveInHugePages(room, history.ops().size());
  room.resize(history.ops().size(), ZoneTest::kNoZone);
  return room;
}

}  // namespace

Judge::Judge(const History& history, const Contract& contract)
    : history_(history),
      contract_(contract),
      number_of_(RoomFor(history)),
      zones_(history, number_of_),
      key_history_(history, contract, number_of_),
      findings_(
          history, Promise::kFresh,
          "overlapping pairs of a change of a key and another process's operation that its order "
          "decides") {}

Verdict Judge::Run() {
  for (uint32_t key = 0; key < history_.key_count(); ++key) JudgeKey(key);
  if (findings_.violations() > 0) findings_.SetStillHeld(FindStillHeld(history_, contract_));
  return findings_.Conclude(
      "no operation that sees a key overlapped another process's change of it");
}

void Judge::JudgeKey(uint32_t key) {
  if (zones_.Holds(key)) return Cover(zones_.meetings(key));
  Decision decision = Decide(key, /*timeless=*/false);
  Cover(meetings_.pairs());
  for (const ImpossibleRead& impossible : key_history_.impossible()) AccuseImpossible(impossible);
  if (decision.finding == Finding::kBroken && key_history_.clock_was_moved() &&
      key_history_.traits().expires) {
    Decision timeless = Decide(key, /*timeless=*/true);
    if (timeless.finding == Finding::kHeld) {
      return findings_.Doubt("the wall clock was moved, and with it every deadline");
    }
    decision = std::move(timeless);
  }
  if (decision.finding == Finding::kBroken) Accuse(decision);
  if (decision.finding == Finding::kRejected) {
    findings_.Doubt(fmt::format("the order found for key {} was not accepted by the verifier",
                                history_.header().keys[key]));
  }
  if (decision.finding == Finding::kOutOfBudget) {
    findings_.Doubt(fmt::format("the order of the operations on key {} was not found in time",
                                history_.header().keys[key]));
  }
}

void Judge::Cover(uint64_t meetings) {
  if (meetings > 0) findings_.Cover(meetings);
}

Judge::Decision Judge::Decide(uint32_t key, bool timeless) {
  Search search(key_history_.traits(), SearchBudget{});
  key_history_.Select(key, timeless);
  Finding finding = FindOrder(search, Search::Ends::kStrict);
  const bool found = finding == Finding::kHeld || finding == Finding::kRejected;
  if (!found && search.cut_short()) {
    if (finding == Finding::kBroken) {
      key_history_.Load(key, timeless);
      Decision decision = Refute(search.conflicts());
      if (!decision.evidence.empty()) return decision;
    }
    key_history_.Select(key, timeless);
    finding = FindOrder(search, Search::Ends::kExact);
  }
  if (finding != Finding::kBroken) return {finding, {}, {}};
  key_history_.Load(key, timeless);
  // One piece of evidence is enough for all keys.
  if (findings_.WouldTake(kNamedRank)) return Refute(search.conflicts());
  return {finding, search.conflicts(), {}};
}

// The steps of the selected key pass by, and are not kept.
Judge::Finding Judge::FindOrder(Search& search, Search::Ends ends) {
  meetings_.Clear();
  WitnessVerifier verifier(key_history_.traits());
  const auto verify = [&] {
    for (const Placed& placed : search.settled()) verifier.Place(placed);
    search.ForgetSettled();
  };
  search.Begin(ends);
  bool wanted = true;
  for (Step step; key_history_.Next(step);) {
    meetings_.Add(step.invoke, step.reach, step.process, !step.observes(),
                  step.need != Need::kNothing);
    verifier.Expect(step);
    wanted = wanted && search.Add(step);
    verify();
  }
  const Search::Answer answer = search.Finish();
  verify();
  if (answer == Search::Answer::kNone) return Finding::kBroken;
  if (answer == Search::Answer::kOutOfBudget) return Finding::kOutOfBudget;
  return verifier.Accepts() ? Finding::kHeld : Finding::kRejected;
}

// Looks for a contradiction near the conflicts in the loaded key.
Judge::Decision Judge::Refute(std::vector<uint32_t> conflicts) {
  std::optional<StepSet> found = FindContradiction(key_history_.key(), conflicts, effort_);
  return {Finding::kBroken, std::move(conflicts), std::move(found).value_or(StepSet{})};
}

void Judge::Accuse(const Decision& decision) {
  for (size_t i = 0; i < decision.conflicts.size(); ++i) {
    const KeySteps& key = key_history_.key();
    findings_.AccuseIfComplete(decision.evidence.empty() ? kUnnamedRank : kNamedRank, [&] {
      if (!decision.evidence.empty()) return NameContradiction(history_, key, decision.evidence);
      return NameConflict(history_, key, decision.conflicts.front());
    });
  }
}

void Judge::AccuseImpossible(const ImpossibleRead& impossible) {
  findings_.Accuse(kNamedRank, [&] { return NameImpossible(history_, impossible); });
}

}  // namespace tearproof::check::fresh
