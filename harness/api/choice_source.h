// Where choices come from: the next process, a kill, a fault, a crash state.
//
// Purpose: an engine that asks a ChoiceSource can run at random, exhaustively or as a replay
// without knowing which. Every answer is logged, so any run becomes a schedule.
// (After loom's and Shuttle's schedulers: all choices lie on one path.)
// Thread safety: none; one engine a source.
#ifndef TEARPROOF_HARNESS_API_CHOICE_SOURCE_H_
#define TEARPROOF_HARNESS_API_CHOICE_SOURCE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/random.h"

namespace tearproof {

struct Choice {
  std::string label;   // What was asked: "kill", "next".
  uint64_t bound = 0;  // How many answers there were.
  uint64_t picked = 0;
};

class ChoiceSource {
 public:
  virtual ~ChoiceSource() = default;
  // A number below `bound`. REQUIRES: bound > 0.
  uint64_t Pick(uint64_t bound, std::string_view label);
  // What was asked and answered since the last Restart.
  const std::vector<Choice>& log() const { return log_; }

 protected:
  virtual uint64_t Decide(uint64_t bound, std::string_view label) = 0;
  std::vector<Choice> log_;
};

class RandomChoices : public ChoiceSource {
 public:
  explicit RandomChoices(uint64_t seed) : random_(seed) {}

 protected:
  uint64_t Decide(uint64_t bound, std::string_view label) override;

 private:
  Random random_;
};

// All paths of choices, depth first: run, then Advance, until it returns false.
class ExhaustiveChoices : public ChoiceSource {
 public:
  // Moves to the next path and restarts the log. False when all have been taken.
  bool Advance();

 protected:
  uint64_t Decide(uint64_t bound, std::string_view label) override;

 private:
  std::vector<Choice> path_;
};

// The answers of an earlier log. A question that departs from it (another label or bound, or one
// too many) is answered with 0 and remembered.
class ReplayChoices : public ChoiceSource {
 public:
  explicit ReplayChoices(std::vector<Choice> script) : script_(std::move(script)) {}
  // The index of the first question that departed, or -1.
  int64_t departed_at() const { return departed_at_; }

 protected:
  uint64_t Decide(uint64_t bound, std::string_view label) override;

 private:
  std::vector<Choice> script_;
  int64_t departed_at_ = -1;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_CHOICE_SOURCE_H_
