// tidy: after init, cull and clear no files are left but those that one process alone leaves; and
// where calls were made to fail, no process keeps a file open that it would not have kept open.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/file_list.h"
#include "harness/core/text.h"

namespace tearproof::check::tidy {
namespace {

class TidyChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kTidy; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.surveyed && !ingredients.kills;
  }

  Verdict Check(const History& history, const Contract&) const override {
    const Survey& survey = history.survey();
    if (!survey.tidied) return NotExercised(promise(), "the directory was not tidied and surveyed");
    for (const ProcessInfo& process : history.processes()) {
      if (process.end != ProcessInfo::End::kLived) {
        return NotExercised(promise(), "a process did not live to the end; see tidy-after-kill");
      }
    }
    Findings findings(history, promise(), "changes before the directory was surveyed");
    findings.Cover(
        static_cast<uint64_t>(std::count_if(history.ops().begin(), history.ops().end(),
                                            [](const Op& op) { return MayChangeKey(op); })));
    if (!survey.left_open.empty()) {
      findings.Accuse(2, [&]() -> Accusation {
        return {"leaked-descriptor",
                fmt::format("at rest a process has more of the cache's files open than before: {}",
                            ListFiles(survey.left_open)),
                {}};
      });
    }
    if (!survey.litter.empty()) {
      findings.Accuse(1, [&]() -> Accusation {
        return {"litter",
                fmt::format("after cull and clear {} stayed behind: {}",
                            Counted(survey.litter.size(), "files"), ListFiles(survey.litter)),
                {}};
      });
    }
    return findings.Conclude("nothing was written before the directory was surveyed");
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<TidyChecker>(); }

}  // namespace tearproof::check::tidy
