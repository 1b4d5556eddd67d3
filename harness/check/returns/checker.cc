// returns: every operation comes back, at the latest once it is alone.

#include "harness/api/checker.h"

#include <fmt/format.h>

#include <memory>

#include "harness/check/evidence.h"
#include "harness/core/text.h"

namespace tearproof::check::returns {
namespace {

class ReturnsChecker : public Checker {
 public:
  Promise promise() const override { return Promise::kReturns; }
  bool Applies(const Ingredients&) const override { return true; }

  Verdict Check(const History& history, const Contract&) const override {
    Findings findings(history, promise(), "operations");
    for (const Op& op : history.ops()) {
      if (op.outcome != Outcome::kOpen && op.outcome != Outcome::kUnsupported) findings.Cover();
    }
    for (const Stall& stall : history.stalls()) JudgeStall(history, stall, findings);
    return findings.Conclude("no operation was run");
  }

 private:
  static void JudgeStall(const History& history, const Stall& stall, Findings& findings) {
    const Op* op = history.Find({stall.process, stall.sequence});
    const std::string call = op == nullptr ? "an operation" : Call(history, *op);
    if (stall.returned_alone) {
      findings.Doubt(
          fmt::format("{} of process {} took {} in company and returned once it was "
                      "alone",
                      call, stall.process, FormatDuration(stall.waited)));
      return;
    }
    findings.Accuse(1, [&]() -> Accusation {
      return {"stuck-operation",
              fmt::format("{} of process {} {}", call, stall.process, HowLong(stall)),
              {{op, "never returned", true}}};
    });
  }

  static std::string HowLong(const Stall& stall) {
    const std::string alone = FormatDuration(stall.waited_alone);
    if (stall.waited > 0) {
      return fmt::format("did not return within {}, nor within {} once it was alone",
                         FormatDuration(stall.waited), alone);
    }
    if (stall.waited_alone > 0) {
      return fmt::format("did not return within {}, in which nobody else ran", alone);
    }
    return "cannot return: it waits, and whoever is left waits as well";
  }
};

}  // namespace

std::unique_ptr<Checker> Make() { return std::make_unique<ReturnsChecker>(); }

}  // namespace tearproof::check::returns
