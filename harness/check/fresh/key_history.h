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
// Thread safety: none. Ownership: borrows history and contract.
#ifndef TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_
#define TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_

#include <optional>
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

  // Loads one key. `timeless`: a value with a time to live may look absent at any time.
  void Load(uint32_t key, bool timeless = false);

  const KeySteps& key() const { return key_; }
  KeySteps& key() { return key_; }
  const std::vector<ImpossibleRead>& impossible() const { return impossible_; }
  bool clock_was_moved() const { return deadlines_.clock_was_moved(); }

 private:
  void Survey(std::span<const uint32_t> ops);
  void Append(uint32_t index);
  // False where the operation constrains and changes nothing.
  bool Translate(const Op& op, Step& step) const;
  bool TranslateChange(const Op& op, Step& step) const;
  bool TranslateHit(const Op& op, Step& step) const;
  void Resolve();
  void ResolveValue(Step& read, uint32_t index);
  const Op* WriteOf(const Op& read) const;
  void SetExpiries(bool timeless);

  const History& history_;
  const Contract& contract_;
  Deadlines deadlines_;
  std::vector<uint32_t> removals_at_large_;  // clear, cull, and inits that did not end well.
  std::vector<uint32_t>& step_of_;           // By operation, of the writes of the key.
  // The only write of the key with that digest, or nullptr if there are several.
  std::unordered_map<uint64_t, const Op*> short_writes_;
  int64_t touched_ = kNever;  // The earliest end of a time to live that a touch set.
  KeySteps key_;
  std::vector<ImpossibleRead> impossible_;
};

}  // namespace tearproof::check::fresh

#endif  // TEARPROOF_HARNESS_CHECK_FRESH_KEY_HISTORY_H_
