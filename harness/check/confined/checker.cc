// confined: keys keep to their own entries and the cache to its own files.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <memory>

#include "harness/check/evidence.h"
#include "harness/check/file_list.h"

namespace tearproof::check::confined {
namespace {

constexpr int kTrespassRank = 2;
constexpr int kForeignKeyRank = 1;

class ConfinedChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kConfined; }
  bool Applies(const Ingredients& ingredients) const override {
    return ingredients.odd_keys || ingredients.foreign_files;
  }

  Verdict Check(const History& history, const Contract&) const override {
    Findings findings(history, promise(), "hits traced to their key, and surveys of other files");
    const Survey& survey = history.survey();
    if (survey.watched && !history.ops().empty()) findings.Cover();
    if (!survey.trespasses.empty()) {
      findings.Accuse(kTrespassRank, [&]() -> Accusation {
        return {
            "trespass", "what is not the cache's was touched: " + ListFiles(survey.trespasses), {}};
      });
    }
    for (const Op& op : history.ops()) {
      if (op.kind == OpKind::kGet && op.observation == Observed::kIntact) {
        JudgeHit(history, op, findings);
      }
    }
    return findings.Conclude(
        "no other files were watched, and there were no two keys that could have met");
  }

 private:
  static void JudgeHit(const History& history, const Op& get, Findings& findings) {
    const Op* write = history.Find(ValueId::Unpack(get.observed));
    if (write == nullptr || !IsWrite(*write) || write->counter) return;
    if (history.key_count() > 1) findings.Cover();
    if (write->key == get.key) return;
    findings.Accuse(kForeignKeyRank, [&]() -> Accusation {
      return {"foreign-key",
              fmt::format("{} returned the value that {} wrote to the key {}", Call(history, get),
                          Numbered(*write), KeyName(history, *write)),
              {{write, "wrote the value to another key"}, {&get, "returned it", true}}};
    });
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<ConfinedChecker>(); }

}  // namespace tearproof::check::confined
