#include "harness/crash/remedy.h"

#include <fmt/format.h>

#include <algorithm>

namespace tearproof::crash {
namespace {

std::optional<NodeId> SyncedNode(const Effect& effect, SyncedThing thing) {
  const bool entry = effect.kind == EffectKind::kEntry;
  if (entry != (thing == SyncedThing::kDirectory)) return std::nullopt;
  return effect.node;
}

// The calls that `added` follows, and what is synced.
std::vector<std::pair<uint32_t, NodeId>> PlacesOf(const WriteLog& log, const AddedSync& added) {
  std::vector<std::pair<uint32_t, NodeId>> places;
  for (const Effect& effect : log.effects) {
    const std::optional<NodeId> node = SyncedNode(effect, added.thing);
    if (!node || log.calls[effect.call].name != added.call) continue;
    const std::pair place(effect.call, *node);
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  return places;
}

std::vector<AddedSync> Candidates(const WriteLog& log) {
  std::vector<AddedSync> candidates;
  for (const SyncedThing thing : {SyncedThing::kFile, SyncedThing::kDirectory}) {
    for (const Effect& effect : log.effects) {
      const AddedSync added = {log.calls[effect.call].name, thing};
      const bool known = std::find(candidates.begin(), candidates.end(), added) != candidates.end();
      if (!known && SyncedNode(effect, thing)) candidates.push_back(added);
    }
  }
  return candidates;
}

// Room between two steps, for one more call.
void StretchTime(CrashRun* run) {
  run->synced *= 2;
  for (LogCall& call : run->log.calls) call.step *= 2;
  for (Op& op : run->parts.ops) {
    op.invoke *= 2;
    if (op.ret != tearproof::kNever) op.ret *= 2;
  }
}

}  // namespace

CrashRun WithSyncs(const CrashRun& run, const AddedSync& added) {
  CrashRun synced = run;
  const auto places = PlacesOf(run.log, added);
  // From the last one on, so that the numbers of those before stay.
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    StretchTime(&synced);
    const LogCall& before = synced.log.calls[place->first];
    // An operation that ended with the call ends with the sync now.
    for (Op& op : synced.parts.ops) {
      if (op.process == before.process && op.ret == before.step) ++op.ret;
    }
    synced.log = WithSync(synced.log, place->first, place->second);
    ++synced.log.calls[place->first + 1].step;
  }
  return synced;
}

Result<std::optional<std::vector<AddedSync>>> FindRemedy(const CrashRun& run,
                                                         const PersistenceModel& model,
                                                         StateJudge& judge, Promise promise,
                                                         size_t losses, const CrashBudget& budget) {
  using Found = std::optional<std::vector<AddedSync>>;
  const std::vector<AddedSync> candidates = Candidates(run.log);
  const auto keeps = [&](const CrashRun& synced) -> Result<bool> {
    if (budget.stop != nullptr && budget.stop->load()) return false;
    TEARPROOF_RETURN_IF_ERROR(judge.Begin(synced));
    TEARPROOF_ASSIGN_OR_RETURN(const bool breaks,
                               Breaks(synced, model, judge, promise, losses, budget));
    return !breaks;
  };
  for (const AddedSync& one : candidates) {
    TEARPROOF_ASSIGN_OR_RETURN(const bool kept, keeps(WithSyncs(run, one)));
    if (kept) return Found({one});
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const CrashRun first = WithSyncs(run, candidates[i]);
    for (size_t j = i + 1; j < candidates.size(); ++j) {
      TEARPROOF_ASSIGN_OR_RETURN(const bool kept, keeps(WithSyncs(first, candidates[j])));
      if (kept) return Found({candidates[i], candidates[j]});
    }
  }
  return Found();
}

std::string Describe(const AddedSync& added, const CrashRun& run) {
  const auto places = PlacesOf(run.log, added);
  if (places.empty()) return "fsync";
  const auto& [call, node] = places.front();
  return fmt::format("fsync of {}{} after {}",
                     added.thing == SyncedThing::kDirectory ? "the directory " : "",
                     run.log.node_names[node], run.log.calls[call].label);
}

}  // namespace tearproof::crash
