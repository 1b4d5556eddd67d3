// What was crashed, and the smallest story of each break: part of a run record.
//
// Purpose: how many states of a disk a model allows, how many of them were judged, and of each
// broken promise all that a report needs to tell how it came about.
// Thread safety: plain data. Text is as captured: escape before printing.
#ifndef TEARPROOF_HARNESS_API_CRASH_RECORD_H_
#define TEARPROOF_HARNESS_API_CRASH_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/api/exploration_record.h"
#include "harness/api/promise.h"

namespace tearproof {

struct CrashStory {
  Promise promise = Promise::kCrashAtomic;
  std::vector<ExploredStep> steps;   // The calls up to the power cut.
  std::vector<std::string> on_disk;  // What had reached the disk though nothing forced it,
  std::vector<std::string> missing;  // and what had not.
  std::vector<std::string> read;     // `get k0 → hit, 0 bytes`: what a fresh process got.
  // The syncs that would have kept the promise; empty: none would.
  std::vector<std::string> remedy;
  std::string schedule;  // "TP1:..."
  std::string replay;    // The line that shows it again, ready to paste.

  friend bool operator==(const CrashStory&, const CrashStory&) = default;
};

struct CrashRecord {
  std::string model;        // "ext4-ordered"
  std::string model_title;  // "ext4, data=ordered (the default)"
  std::vector<std::string> lanes;
  uint64_t runs = 0;                // Interleavings that were crashed.
  uint64_t points = 0;              // Moments.
  uint64_t candidates = 0;          // States that the model allows, as drawn,
  uint64_t states = 0;              // those that differ in bytes,
  uint64_t judged = 0;              // and those that differ in bytes or in what had happened.
  uint64_t losses = 0;              // All states with fewer losses were drawn.
  bool exhausted = false;           // There are no others.
  std::string bound;                // Where there are: what ended it, in a sentence.
  std::string unseen;               // What no log shows, so that nothing is sure.
  std::vector<CrashStory> stories;  // One of each kind.

  // Of that promise, or null.
  const CrashStory* Find(Promise promise) const;
  friend bool operator==(const CrashRecord&, const CrashRecord&) = default;
};

}  // namespace tearproof

#endif  // TEARPROOF_HARNESS_API_CRASH_RECORD_H_
