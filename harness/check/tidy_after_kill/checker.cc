// tidy-after-kill: the same as tidy, after processes were killed.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/file_list.h"
#include "harness/core/text.h"

namespace tearproof::check::tidy_after_kill {
namespace {

class TidyAfterKillChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kTidyAfterKill; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.surveyed && ingredients.kills;
  }

  Verdict Check(const History& history, const Contract&) const override {
    const Survey& survey = history.survey();
    if (!survey.tidied) return NotExercised(promise(), "the directory was not tidied and surveyed");
    Findings findings(history, promise(), "processes killed within a change");
    const Op* last_killed = nullptr;
    for (const Op& op : history.ops()) {
      const ProcessInfo* process =
          op.outcome == Outcome::kOpen ? history.FindProcess(op.process) : nullptr;
      if (process == nullptr || process->end != ProcessInfo::End::kKilled) continue;
      if (!MayChangeKey(op) && !MayRemoveKeys(op)) continue;
      findings.Cover();
      last_killed = &op;
    }
    if (last_killed != nullptr && !survey.litter.empty()) {
      findings.Accuse(1, [&]() -> Accusation {
        return {"litter-after-kill",
                fmt::format("after kills, cull and clear {} stayed behind: {}",
                            Counted(survey.litter.size(), "files"), ListFiles(survey.litter)),
                {{last_killed, "was killed within", true}}};
      });
    }
    return findings.Conclude("no process was killed within a change");
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<TidyAfterKillChecker>(); }

}  // namespace tearproof::check::tidy_after_kill
