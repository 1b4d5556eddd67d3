// The operations on one key as steps.
//
//     operation                     need     effect
//     get, has that missed          absent
//     get that returned a value     value              unless no write of the key can have left it
//     get that returned a number    number
//     has that hit                  present            also a value too short to tell whose it is
//     set                                    write
//     add                           absent   write     refused: needs presence
//     delete                                 remove    refused: needs absence
//     incr                          present  increase  refused: needs absence
//     touch                         present            refused: needs absence
//     clear                                  remove    of each key, at a moment of its own
//     cull                                   remove    optional
//     init that did not end well             remove    optional
//
// What failed, or whose process was killed within it, is optional, and such a set, incr or touch
// may also have left the key absent; a write whose value was read is certain. What was refused or
// unsupported did not happen. No constraint at all: a read that failed, and a hit on bytes that no
// write of the key can have left (torn, foreign: `intact` and `confined` judge those).
//
// The steps come one by one, so that a key's history need not lie in memory twice: Select looks
// ahead over the key's operations for what a step must know of later ones, and leaves it in 4 bytes
// an operation.
//
// Thread safety: none. Ownership: borrows history and contract.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_

#include <span>
#include <unordered_map>
#include <vector>

#include "harness/api/checker.h"
#include "harness/check/fresh/step.h"
#include "harness/check/removal_index.h"
#include "harness/history/history.h"

namespace tearproof::check::fresh {

// A read that no order can explain, whatever else happened. It is left out of the steps.
struct ImpossibleRead {
  const Op* write = nullptr;
  const Op* read = nullptr;
  bool refused = false;  // The write was refused; otherwise it was invoked after the read returned.
};

class KeyHistory {
 public:
  // `number_of`: room for a number an operation.
  KeyHistory(const History& history, const Contract& contract, std::vector<uint32_t>& number_of);

  // Turns to one key, before its first step. `timeless`: a value with a time to live may look
  // absent at any time.
  void Select(uint32_t key, bool timeless = false);
  const KeyTraits& traits() const { return key_; }
  const std::vector<ImpossibleRead>& impossible() const { return impossible_; }
  // The next step by invocation; of a value, the write is known by its operation's index. False: no
  // more.
  bool Next(Step& step);

  // All steps of a key at once. No key is selected any more.
  void Load(uint32_t key, bool timeless = false);
  const KeySteps& key() const { return key_; }

  bool clock_was_moved() const { return deadlines_.clock_was_moved(); }

 private:
  void Survey();
  void FindShortWrites();
  void Link();
  // By how many operations of the key the memory is asked early.
  static constexpr size_t kAhead = 32;
  const Op& OpAt(size_t i) const;
  void AskForWriteAhead() const;
  void Rewind();
  // The next step as its operation alone tells.
  bool Advance(Step& step);
  // False where the operation constrains and changes nothing.
  bool Translate(const Op& op, Step& step) const;
  bool TranslateChange(const Op& op, Step& step) const;
  bool TranslateHit(const Op& op, Step& step) const;
  // The write whose value was read, as a read that constrains the order; or nullptr.
  const Op* Resolve(const Op& read);
  const Op* WriteOf(const Op& read) const;

  const History& history_;
  const Contract& contract_;
  Deadlines deadlines_;
  std::vector<uint32_t> removals_at_large_;  // clear, cull, and inits that did not end well.
  // By operation of the key: of a read, the index of the write's operation; of a write,
  // Step::last_read. Else kNoStep.
  std::vector<uint32_t>& link_;
  // The only write of the key with that digest, or nullptr if there are several.
  std::unordered_map<uint64_t, const Op*> short_writes_;
  int64_t touched_ = kNever;  // The earliest end of a time to live that a touch set.
  bool timeless_ = false;
  std::span<const uint32_t> ops_;  // Of the key.
  size_t next_op_ = 0;
  size_t next_at_large_ = 0;
  KeySteps key_;
  std::vector<ImpossibleRead> impossible_;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_
