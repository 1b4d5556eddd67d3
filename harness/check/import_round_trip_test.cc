// A history that was exported and read again is judged as it was.

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "harness/check/cache_simulator.h"
#include "harness/check/checkers_for_tests.h"
#include "harness/check/evidence.h"
#include "harness/history/jepsen_export.h"
#include "harness/history/jepsen_import.h"

namespace tearproof::check {
namespace {

SimulationOptions Draw(Random& random) {
  SimulationOptions options;
  options.keys = 1 + static_cast<uint32_t>(random.Below(2));
  options.processes = 2 + static_cast<uint32_t>(random.Below(3));
  options.operations = 2 + static_cast<uint32_t>(random.Below(6));
  options.counters = random.Below(4) == 0;
  options.adds = !options.counters && random.Below(2) == 0;
  options.removals = random.Below(2) == 0;
  options.kills = random.Below(3) == 0;
  options.errors = random.Below(3) == 0;
  options.evicts = random.Below(4) == 0;
  options.ttl = random.Below(4) == 0;
  options.skew = random.Below(2) == 0 ? 0 : 50'000;
  return options;
}

// An answer that a broken cache may give. Whether it is a value that no write of its key wrote:
// from the outside, nothing more is known of it.
bool Falsify(std::vector<Op>& ops, Random& random) {
  Op& op = ops[random.Below(ops.size())];
  size_t drawn = random.Below(ops.size());
  // Mostly another value of the key, out of time.
  for (int tries = 0; tries < 20 && (!IsWrite(ops[drawn]) || ops[drawn].key != op.key); ++tries) {
    drawn = random.Below(ops.size());
  }
  const Op& other = ops[drawn];
  if (op.outcome == Outcome::kHit && random.Below(3) == 0) {
    op.outcome = Outcome::kMiss;
    op.observation = Observed::kNothing;
  } else if (op.outcome == Outcome::kHit && op.observation == Observed::kNumber) {
    op.observed = random.Below(6);
  } else if (op.outcome == Outcome::kHit && op.observation == Observed::kIntact) {
    op.observation = random.Below(8) == 0 ? Observed::kDamaged : Observed::kIntact;
    op.observed = ValueId{other.process, other.sequence}.Pack();
    op.length = other.length;
    return op.observation == Observed::kIntact && (!IsWrite(other) || other.key != op.key);
  } else if (op.outcome == Outcome::kRefused) {
    op.outcome = Outcome::kDone;
  }
  return false;
}

TEST(ImportRoundTripTest, VerdictsAreTheSame) {
  constexpr std::array kJudged = {Promise::kIntact, Promise::kPresent, Promise::kStaysGone,
                                  Promise::kAddOnce, Promise::kIncrExact};
  const auto checkers = AllCheckers();
  std::map<Promise, int> broken;
  std::map<Promise, int> held;
  Random random(3);
  for (int i = 0; i < 8'000; ++i) {
    const SimulationOptions options = Draw(random);
    CacheSimulator simulator(options, random.Next());
    History::Parts parts = simulator.Run();
    bool foreign = false;
    for (uint64_t n = random.Below(4); n > 0; --n) foreign |= Falsify(parts.ops, random);
    const Result<History> original = History::Build(std::move(parts));
    ASSERT_TRUE(original.ok()) << original.error().Message();
    std::stringstream lines;
    ExportJepsen(original.value(), lines);
    const Result<ImportedHistory> imported =
        ImportJepsen(lines, "exported", HistoryModel::kCache, options.skew);
    ASSERT_TRUE(imported.ok()) << imported.error().Message() << "\n" << lines.str();
    const Contract contract = simulator.MakeContract();
    for (const auto& checker : checkers) {
      if (std::find(kJudged.begin(), kJudged.end(), checker->promise()) == kJudged.end()) continue;
      if (foreign && checker->promise() != Promise::kIntact) continue;
      const Verdict a = checker->Check(original.value(), contract);
      const Verdict b = checker->Check(imported.value().history, contract);
      ASSERT_EQ(JudgementName(a.judgement), JudgementName(b.judgement))
          << "case " << i << ", " << PromiseName(a.promise) << ": " << a.sentence << b.sentence
          << "\n"
          << lines.str();
      ASSERT_EQ(a.violations, b.violations) << "case " << i << "\n" << lines.str();
      ASSERT_EQ(a.exercised, b.exercised) << "case " << i << "\n" << lines.str();
      ASSERT_EQ(a.anomaly, b.anomaly) << "case " << i << "\n" << lines.str();
      broken[a.promise] += a.judgement == Judgement::kBroken ? 1 : 0;
      held[a.promise] += a.judgement == Judgement::kHeld ? 1 : 0;
    }
  }
  for (const Promise promise : kJudged) {
    EXPECT_GT(broken[promise], 2) << PromiseName(promise) << " was hardly ever broken";
    EXPECT_GT(held[promise], 30) << PromiseName(promise) << " was hardly ever held";
  }
}

}  // namespace
}  // namespace tearproof::check
