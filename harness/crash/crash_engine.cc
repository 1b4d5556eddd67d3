#include "harness/crash/crash_engine.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace tearproof::crash {
namespace {

// After each call that changed or forced something, or with which an operation returned.
std::vector<CrashPoint> PointsOf(const Persistence& persistence, const StateJudge& judge) {
  const WriteLog& log = persistence.log();
  std::set<uint32_t> calls = {0};
  for (const Effect& effect : log.effects) calls.insert(effect.call + 1);
  for (const Sync& sync : log.syncs) {
    if (sync.kind != SyncKind::kClose) calls.insert(sync.call + 1);
  }
  for (uint32_t call = 0; call < log.calls.size(); ++call) {
    if (judge.ReturnsAt(call)) calls.insert(call + 1);
  }
  std::vector<CrashPoint> points;
  for (const uint32_t count : calls) points.push_back(persistence.PointAfter(count));
  return points;
}

struct Drawn {
  const CrashPoint& point;
  const std::vector<Choice>& choices;
  std::vector<bool> missing;
};

// The digests of states. Most that are drawn have been drawn before, at another moment or by other
// losses: of those no tree is made.
class KnownDigests {
 public:
  explicit KnownDigests(const Persistence& persistence) : persistence_(persistence) {}

  const Digest& Of(const Drawn& drawn) {
    const auto [known, fresh] =
        digests_.try_emplace(persistence_.KeyOf(drawn.point, drawn.missing));
    if (fresh) known->second = DigestOf(persistence_.StateOf(drawn.point, drawn.missing));
    return known->second;
  }

 private:
  // A digest is as good as a random number.
  struct Hash {
    size_t operator()(const Digest& key) const { return key[0]; }
  };

  const Persistence& persistence_;
  std::unordered_map<Digest, Digest, Hash> digests_;
};

// Calls `visit` with each state of exactly `losses` losses, until it returns false. Returns whether
// there was any; nothing where `visit` ended it.
Result<std::optional<bool>> VisitLevel(const Persistence& persistence,
                                       const std::vector<CrashPoint>& points, size_t losses,
                                       const std::function<Result<bool>(const Drawn&)>& visit) {
  bool any = false;
  for (const CrashPoint& point : points) {
    ExhaustiveChoices choices;
    do {
      const std::optional<std::vector<Loss>> drawn = DrawLosses(point, losses, choices);
      if (!drawn) continue;
      any = true;
      TEARPROOF_ASSIGN_OR_RETURN(const bool more,
                                 visit({point, choices.log(), persistence.Missing(point, *drawn)}));
      if (!more) return std::optional<bool>();
    } while (choices.Advance());
  }
  return std::optional<bool>(any);
}

class Crasher {
 public:
  Crasher(const CrashRun& run, StateJudge& judge, const CrashBudget& budget, ModelResult* result)
      : judge_(judge),
        budget_(budget),
        result_(*result),
        unread_before_(judge.unread()),
        persistence_(run.log, *result->model),
        points_(PointsOf(persistence_, judge)) {}

  Result<void> Run() {
    result_.points += points_.size();
    size_t losses = 0;
    while (true) {
      TEARPROOF_ASSIGN_OR_RETURN(const std::optional<bool> any,
                                 VisitLevel(persistence_, points_, losses,
                                            [this](const Drawn& drawn) { return Take(drawn); }));
      if (!any) result_.exhausted = false;
      if (!any || !*any) break;
      ++losses;
    }
    result_.losses = result_.runs == 0 ? losses : std::min(result_.losses, losses);
    ++result_.runs;
    return {};
  }

 private:
  Result<bool> Take(const Drawn& drawn) {
    const bool stopped = budget_.stop != nullptr && budget_.stop->load();
    // Each reader that does not come back is waited for.
    const bool stalls = judge_.unread() >= unread_before_ + kMostStalls;
    const bool spent = ++candidates_ > budget_.candidates || judged_ >= budget_.states;
    if (stopped || stalls || spent) return false;
    ++result_.candidates;
    const Digest& digest = digests_.Of(drawn);
    TEARPROOF_ASSIGN_OR_RETURN(const StateJudge::Judged judged,
                               judge_.Judge(digest, drawn.point.calls, [&] {
                                 return persistence_.StateOf(drawn.point, drawn.missing);
                               }));
    const bool seen_bytes = !result_.states.insert(digest).second;
    if (!seen_.insert({digest, judged.verdicts}).second) return true;
    judged_ += seen_bytes ? 0 : 1;
    ++result_.judged;
    for (const Verdict& verdict : *judged.verdicts) Merge(verdict, drawn);
    return true;
  }

  void Merge(const Verdict& verdict, const Drawn& drawn) {
    const auto [merged, first] = result_.verdicts.try_emplace(verdict.promise, verdict);
    if (!first) merged->second = tearproof::Merge(std::move(merged->second), verdict);
    if (verdict.judgement != Judgement::kBroken) return;
    const auto known = result_.breaks.find(verdict.promise);
    if (known != result_.breaks.end() && known->second.state.picks.size() <= drawn.choices.size()) {
      return;
    }
    CrashBreak& broken = result_.breaks[verdict.promise];
    broken = {verdict.promise, {drawn.point.calls, {}}, verdict, result_.runs};
    for (const Choice& choice : drawn.choices) broken.state.picks.push_back(choice.picked);
  }

  StateJudge& judge_;
  const CrashBudget& budget_;
  ModelResult& result_;
  const uint64_t unread_before_;
  const Persistence persistence_;
  KnownDigests digests_{persistence_};
  const std::vector<CrashPoint> points_;
  static constexpr uint64_t kMostStalls = 8;

  uint64_t candidates_ = 0;  // Of this run.
  uint64_t judged_ = 0;
  // Of this run and model: the judge knows states of other models, too.
  std::set<std::pair<Digest, const std::vector<Verdict>*>> seen_;
};

}  // namespace

Result<ShownState> StateAt(const Persistence& persistence, const CrashState& state) {
  std::vector<Choice> script;
  ShownState shown;
  shown.point = persistence.PointAfter(state.calls);
  uint64_t left = shown.point.losses.size();
  for (const uint64_t pick : state.picks) {
    // The bound of each question follows from the answers before it.
    const auto so_far = [&] {
      ReplayChoices choices(script);
      return DrawLosses(shown.point, script.size(), choices);
    }();
    if (!so_far) return UsageError("the state does not exist: its choices lead nowhere");
    if (!so_far->empty()) {
      const Loss& last = so_far->back();
      left = static_cast<uint64_t>(std::count_if(
          shown.point.losses.begin(), shown.point.losses.end(), [&](const Loss& loss) {
            return std::pair(loss.line, loss.first) >= std::pair(last.line, last.last + 2);
          }));
    }
    if (pick >= left) return UsageError("the state does not exist: its choices lead nowhere");
    script.push_back({std::string(kLose), left, pick});
  }
  ReplayChoices choices(script);
  const std::optional<std::vector<Loss>> losses = DrawLosses(shown.point, script.size(), choices);
  if (!losses) return UsageError("the state does not exist: its choices lead nowhere");
  shown.missing = persistence.Missing(shown.point, *losses);
  shown.tree = persistence.StateOf(shown.point, shown.missing);
  return shown;
}

std::set<Digest> AllStatesAt(const Persistence& persistence, uint32_t calls, uint64_t most) {
  std::set<Digest> states;
  KnownDigests digests(persistence);
  const std::vector<CrashPoint> points = {persistence.PointAfter(calls)};
  uint64_t drawn_so_far = 0;
  for (size_t losses = 0;; ++losses) {
    const Result<std::optional<bool>> any =
        VisitLevel(persistence, points, losses, [&](const Drawn& drawn) -> Result<bool> {
          states.insert(digests.Of(drawn));
          return ++drawn_so_far < most;
        });
    if (!any.ok() || !any.value() || !*any.value()) return states;
  }
}

Result<void> CrashEverywhere(const CrashRun& run, StateJudge& judge, const CrashBudget& budget,
                             ModelResult* result) {
  return Crasher(run, judge, budget, result).Run();
}

Result<bool> Breaks(const CrashRun& run, const PersistenceModel& model, StateJudge& judge,
                    Promise promise, size_t losses, const CrashBudget& budget) {
  const Persistence persistence(run.log, model);
  const std::vector<CrashPoint> points = PointsOf(persistence, judge);
  KnownDigests digests(persistence);
  uint64_t candidates = 0;
  bool broken = false;
  for (size_t level = 0; level <= losses && !broken; ++level) {
    TEARPROOF_ASSIGN_OR_RETURN(
        const std::optional<bool> any,
        VisitLevel(persistence, points, level, [&](const Drawn& drawn) -> Result<bool> {
          TEARPROOF_ASSIGN_OR_RETURN(const StateJudge::Judged judged,
                                     judge.Judge(digests.Of(drawn), drawn.point.calls, [&] {
                                       return persistence.StateOf(drawn.point, drawn.missing);
                                     }));
          broken = std::any_of(
              judged.verdicts->begin(), judged.verdicts->end(), [&](const Verdict& verdict) {
                return verdict.promise == promise && verdict.judgement == Judgement::kBroken;
              });
          return !broken && ++candidates < budget.candidates;
        }));
    if (!any || !*any) break;
  }
  return broken;
}

}  // namespace tearproof::crash
