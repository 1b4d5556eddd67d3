// What an exploration went through, and the counterexamples that it found: part of a run record.
//
// Purpose: tells what was exhausted from what was merely not seen, and carries each counterexample
// whole, so that a report needs nothing else to draw it.
// Thread safety: plain data.
#ifndef TEARPROOF_HARNESS_API_EXPLORATION_RECORD_H_
#define TEARPROOF_HARNESS_API_EXPLORATION_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/api/promise.h"

namespace tearproof {

// One system call of one process. Text is as captured: escape before printing.
struct ExploredStep {
  uint32_t process = 0;  // Which of Exploration's lanes.
  std::string call;      // `rename("temp#1", "k0.entry")`
  std::string result;    // "→ 0"
  std::string effect;    // `replaces "k0.entry"`; empty where call and result say it all.

  friend bool operator==(const ExploredStep&, const ExploredStep&) = default;
};

// An execution that breaks a promise, with as few changes between processes as were found.
struct Counterexample {
  Promise promise = Promise::kIntact;
  uint64_t execution = 0;  // The how-manieth broke it first, from 1.
  uint64_t times = 0;      // So many executions broke it.
  std::vector<ExploredStep> steps;
  std::optional<uint64_t> deciding;  // Which of `steps`: another one in its place saves all.
  uint64_t switches = 0;             // Changes from one process to another.
  bool fewest = false;               // No execution with fewer breaks it: all were tried.
  std::string schedule;              // "TP1:..."
  std::string replay;                // The line that shows it again, ready to paste.

  friend bool operator==(const Counterexample&, const Counterexample&) = default;
};

struct ExplorationRecord {
  std::string strategy;            // "dpor"
  std::vector<std::string> lanes;  // Who takes part: "writer 0", "reader 1".
  bool exhausted = false;          // Nothing is left: what held, held in all classes.
  std::string bound;               // Where something is left: what ended it, in a sentence.
  std::string unseen;              // What no tracing shows, so that nothing is sure: see `reason`s.
  uint64_t classes = 0;            // Of equivalent interleavings.
  std::string interleavings;       // That the classes stand for: digits, or empty if uncounted.
  uint64_t executions = 0;         // All that were begun,
  uint64_t abandoned = 0;          // and those of them that led to nothing new.
  uint64_t deadlocks = 0;          // Classes in which somebody waits for ever.
  uint64_t kills = 0;              // Points at which a process died,
  uint64_t faults = 0;             // and at which a call was made to fail, once in each way.
  bool polled = false;             // A process that polls in vain was not tried more often.
  std::vector<Counterexample> counterexamples;  // One of each kind.
  std::string go_on;                            // The line that explores what is left, if it can.

  // Of that promise, or null.
  const Counterexample* Find(Promise promise) const;
  friend bool operator==(const ExplorationRecord&, const ExplorationRecord&) = default;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_EXPLORATION_RECORD_H_
