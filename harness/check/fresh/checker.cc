// fresh: every read returns what some order of the operations explains.

#include "harness/api/checker.h"

#include <memory>

#include "harness/check/fresh/judge.h"

namespace tearproof::check::fresh {
namespace {

class FreshChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kFresh; }
  bool Applies(const Ingredients& ingredients) const override {
    const std::set<OpKind>& kinds = ingredients.kinds;
    for (const OpKind sees : {OpKind::kGet, OpKind::kHas, OpKind::kAdd, OpKind::kIncr}) {
      if (kinds.contains(sees)) return true;
    }
    return false;
  }
  Verdict Check(const History& history, const Contract& contract) const override {
    return Judge(history, contract).Run();
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<FreshChecker>(); }

}  // namespace tearproof::check::fresh
